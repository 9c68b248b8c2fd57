"""Tables of the inbox: the notices, and how each person wants to be told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base
from drillreg.notices.rules import Way


class Notice(Base):
    """One thing one person should know; `message` is a marked sentence with its parameters."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "occasion", "kind"),
        Index("ix_notice_account_read", "account_id", "read_at", "created_at"),
        Index("ix_notice_sent", "sent_at", "account_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    occasion: Mapped[str]
    kind: Mapped[str]
    message: Mapped[str]
    params: Mapped[dict[str, Any]]
    url: Mapped[str | None]
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]
    # Without it the notice waits for the merged one of the next morning.
    sent_at: Mapped[datetime | None]
    # The merged notice that it came with.
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    read_at: Mapped[datetime | None]


class NoticeSetting(Base):
    """How one person wants to be told of one kind; without a row, as usual."""

    __tablename__ = "notice_setting"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    way: Mapped[Way]
