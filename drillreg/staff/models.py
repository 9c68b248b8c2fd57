"""Tables of slips that wait to be printed, and of people who left."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.models import Account
from drillreg.core.db import Base, HasPublicId
from drillreg.orgs.models import Org


class Slip(Base):
    """A one-time password that waits to be printed, encrypted; empty once it is of no more use."""

    __tablename__ = "account_slip"
    __table_args__ = (Index("ix_account_slip_org_printed", "org_id", "printed_at"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    # Where the slip is handed over: the organisation of the first role.
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    role: Mapped[str]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    secret: Mapped[str | None]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]
    printed_by_id: Mapped[int | None]

    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class Departure(HasPublicId, Base):
    """Somebody left: why, since when, and to whom went what they had open."""

    __tablename__ = "departure"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # Without a successor, open tasks went back to whoever answers for their organisation.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    org_name: Mapped[str]
    left_on: Mapped[date]
    reason: Mapped[str]
    # What there was on that day: [kind, words, whether it went to the successor].
    items: Mapped[list[Any]]
    done_at: Mapped[datetime]
    done_by_id: Mapped[int]
    done_by_name: Mapped[str]

    account: Mapped[Account] = relationship(lazy="joined", foreign_keys=[account_id])
    successor: Mapped[Account | None] = relationship(lazy="joined", foreign_keys=[successor_id])
