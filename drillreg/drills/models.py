"""Tables of drill programmes, drills and what was recorded of them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.models import Account
from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.drills.rules import DrillMode, DrillStatus, Rating
from drillreg.files.models import StoredFile
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan
from drillreg.workdays.recurrence import Recurrence, Shift, from_rrule_text


class DrillProgramme(HasPublicId, Versioned, Voidable, Base):
    """A standing intention to drill: what, by whom, how often."""

    __tablename__ = "drill_programme"

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    title: Mapped[str]
    title_en: Mapped[str | None]
    event_type: Mapped[str]
    mode: Mapped[DrillMode] = mapped_column(default=DrillMode.FULL)
    place: Mapped[str | None]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    expected_participants: Mapped[int | None]
    # Seconds from the signal until everybody is counted at the assembly place.
    target_seconds: Mapped[int | None]
    # RFC 5545 text of the safe subset; the shift, which RFC 5545 does not know, beside it.
    rrule: Mapped[str]
    shift: Mapped[Shift]
    starts_on: Mapped[date]
    ended_on: Mapped[date | None]
    # Drills exist up to this day; the sweep goes on from here.
    planned_until: Mapped[date | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    plan: Mapped[Plan | None] = relationship(lazy="raise_on_sql")
    site: Mapped[HazardSite | None] = relationship(lazy="raise_on_sql")

    @property
    def recurrence(self) -> Recurrence:
        """Return the rhythm that is kept as text; raise DomainError when it cannot be read."""
        return from_rrule_text(self.rrule, self.shift)


class Drill(HasPublicId, Versioned, Voidable, Base):
    """One drill; of a programme the pair (programme, original date) is unique."""

    __tablename__ = "drill"
    __table_args__ = (
        UniqueConstraint("programme_id", "original_on"),
        Index("ix_drill_org_due", "org_id", "due_on"),
        Index("ix_drill_status_due", "status", "due_on"),
    )

    programme_id: Mapped[int | None] = mapped_column(ForeignKey("drill_programme.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    title: Mapped[str]
    title_en: Mapped[str | None]
    event_type: Mapped[str]
    mode: Mapped[DrillMode] = mapped_column(default=DrillMode.FULL)
    place: Mapped[str | None]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    # What the recurrence says, and the day after shifting to a working day.
    original_on: Mapped[date | None]
    due_on: Mapped[date] = mapped_column(index=True)
    # The date before somebody postponed it by hand, and why; the sweep leaves such a date alone.
    postponed_from: Mapped[date | None]
    postpone_reason: Mapped[str | None]
    status: Mapped[DrillStatus] = mapped_column(default=DrillStatus.PLANNED)
    held_on: Mapped[date | None] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    evacuation_seconds: Mapped[int | None]
    target_seconds: Mapped[int | None]
    participants: Mapped[int | None]
    expected_participants: Mapped[int | None]
    summary: Mapped[str | None]
    rating: Mapped[Rating | None]
    recorded_by_id: Mapped[int | None]
    recorded_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    # From here on the record stands: a report about it was handed in.
    closed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    programme: Mapped[DrillProgramme | None] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    plan: Mapped[Plan | None] = relationship(lazy="raise_on_sql")
    site: Mapped[HazardSite | None] = relationship(lazy="raise_on_sql")


class DrillMoment(Voidable, Base):
    """A moment of a drill: seconds after the start and what happened."""

    __tablename__ = "drill_moment"

    drill_id: Mapped[int] = mapped_column(ForeignKey("drill.id"), index=True)
    seconds: Mapped[int]
    who: Mapped[str]
    what: Mapped[str]


class DrillGroup(Voidable, Base):
    """Who took part, by group, with head counts."""

    __tablename__ = "drill_group"

    drill_id: Mapped[int] = mapped_column(ForeignKey("drill.id"), index=True)
    name: Mapped[str]
    people: Mapped[int]


class Observation(Voidable, Base):
    """What was seen during a drill: a strength, or something to improve."""

    __tablename__ = "observation"

    drill_id: Mapped[int] = mapped_column(ForeignKey("drill.id"), index=True)
    text: Mapped[str]
    is_strength: Mapped[bool]
    observer: Mapped[str | None]


class DrillPhoto(Voidable, Base):
    """A photo of a drill."""

    __tablename__ = "drill_photo"

    drill_id: Mapped[int] = mapped_column(ForeignKey("drill.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    caption: Mapped[str | None]

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class FeedToken(Base):
    """The secret address of one account's calendar feed; only the hash of the secret is kept."""

    __tablename__ = "feed_token"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)
