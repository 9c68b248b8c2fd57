"""Tables of the network: what was verified when, rosters by day, changes, hand-over notes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.models import PERSONAL, Person
from drillreg.core.access import Actor
from drillreg.core.db import Base, Versioned
from drillreg.orgs.models import Org


class ContactCheck(Base):
    """Somebody made sure that a number is right: of a post, or the duty phone of an organisation.

    It holds for the number that was called; a changed duty phone has not been verified.
    """

    __tablename__ = "contact_check"
    __table_args__ = (Index("ix_contact_check_org_phone", "org_id", "phone", "checked_on"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    # None for the duty phone.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    phone: Mapped[str] = mapped_column(info=PERSONAL)
    checked_on: Mapped[date]
    account_id: Mapped[int | None]
    checked_by: Mapped[str] = mapped_column(info=PERSONAL)
    recorded_at: Mapped[datetime]


class RosterMonth(Versioned, Base):
    """The roster of an organisation for a month; once published, changes need a reason."""

    __tablename__ = "roster_month"
    __table_args__ = (UniqueConstraint("org_id", "month"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    # The first day of the month.
    month: Mapped[date]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    # Moves with every save, so that two people editing one table notice each other.
    changed_at: Mapped[datetime]


class Duty(Base):
    """Who has a position of the roster on a day; several may share one, in their order."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("org_id", "day", "position", "place"),
        Index("ix_duty_day", "day", "org_id"),
    )

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    day: Mapped[date]
    # A code of the list `duty_position`.
    position: Mapped[str]
    place: Mapped[int]
    # The post holder of that name at the organisation, where there is one.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class DutyChange(Base):
    """A change of a published roster: who stood in for whom, why, and who agreed."""

    __tablename__ = "duty_change"
    __table_args__ = (Index("ix_duty_change_org_day", "org_id", "day"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    day: Mapped[date]
    position: Mapped[str]
    old_name: Mapped[str] = mapped_column(info=PERSONAL)
    new_name: Mapped[str] = mapped_column(info=PERSONAL)
    reason: Mapped[str]
    approved_by: Mapped[str] = mapped_column(info=PERSONAL)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(info=PERSONAL)


class HandOver(Versioned, Base):
    """What one day's duty leaves to the next: what happened, what is open, and who has read it."""

    __tablename__ = "hand_over"
    __table_args__ = (UniqueConstraint("org_id", "day"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    day: Mapped[date]
    happened: Mapped[str]
    open_matters: Mapped[str | None]
    written_at: Mapped[datetime]
    writer_id: Mapped[int]
    writer_for_id: Mapped[int | None]
    writer_name: Mapped[str] = mapped_column(info=PERSONAL)
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None]
    seen_by_name: Mapped[str | None] = mapped_column(info=PERSONAL)

    org: Mapped[Org] = relationship(lazy="raise_on_sql")

    def is_by(self, actor: Actor) -> bool:
        """Say whether somebody wrote it, acted for the writer, or had the writer act for them."""
        return not actor.account_ids.isdisjoint({self.writer_id, self.writer_for_id})
