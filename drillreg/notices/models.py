"""Table of the inbox."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class Notice(Base):
    """One thing one person should know; `message` is a marked sentence with its parameters."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "occasion", "kind"),
        Index("ix_notice_account_read", "account_id", "read_at", "created_at"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    occasion: Mapped[str]
    kind: Mapped[str]
    message: Mapped[str]
    params: Mapped[dict[str, Any]]
    url: Mapped[str | None]
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
