"""Tables of what an office sets for itself; rows are only ever added, so each is its own history.

The newest row of a key (a setting, a code) of an owner counts. `token` tells every process apart
what it has read already.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from drillreg.core.db import Base, Json, new_public_id


class Entered:
    """Who entered a row, when, for whom; without an owner it holds for the installation."""

    token: Mapped[str] = mapped_column(String(22), default=new_public_id, sort_order=80)
    from_at: Mapped[datetime] = mapped_column(sort_order=81)
    set_by_id: Mapped[int | None] = mapped_column(sort_order=82)
    set_by_name: Mapped[str] = mapped_column(sort_order=83)

    @declared_attr
    def owner_org_id(cls) -> Mapped[int | None]:  # noqa: N805
        """Return the organisation a row belongs to."""
        return mapped_column(ForeignKey("org.id"), index=True, sort_order=-8)


class SettingValue(Entered, Base):
    """The value an owner gave a setting; null means: what holds above counts again."""

    __tablename__ = "office_setting"
    __table_args__ = (Index("ix_office_setting_key", "key", "owner_org_id", "id"),)

    key: Mapped[str]
    value: Mapped[Any | None] = mapped_column(Json)


class LocalCode(Entered, Base):
    """What an owner makes of one entry of a code list; of a shipped one, or one of its own.

    Null words mean: the shipped ones count again. `like_code` is the shipped entry whose behaviour
    an entry of one's own has.
    """

    __tablename__ = "office_code"
    __table_args__ = (Index("ix_office_code_list", "list_name", "owner_org_id", "code", "id"),)

    list_name: Mapped[str]
    code: Mapped[str]
    zh: Mapped[str | None]
    en: Mapped[str | None]
    gb_code: Mapped[str | None]
    like_code: Mapped[str | None]
    hidden: Mapped[bool]


class CodeOrder(Entered, Base):
    """The order in which an owner wants the entries of a list."""

    __tablename__ = "office_code_order"

    list_name: Mapped[str]
    codes: Mapped[list[Any]]
