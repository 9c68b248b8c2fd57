"""Tables of the two clocks, of filings, publications and trainings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.models import PERSONAL
from drillreg.core.db import Base, Versioned, Voidable
from drillreg.evidence.models import Evidence
from drillreg.files.models import StoredFile
from drillreg.filings.rules import ClockKind, Closing, FilingState, TrainingKind
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion


class PlanClock(Base):
    """What an issue asks for in 20 working days: to file it, and to make it known."""

    __tablename__ = "plan_clock"
    __table_args__ = (
        UniqueConstraint("version_id", "kind"),
        Index("ix_plan_clock_due", "due_on", "id"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    kind: Mapped[ClockKind]
    # An entry of `filing_route.toml` or `publication_audience.toml`.
    route: Mapped[str]
    issued_on: Mapped[date]
    # The last day, by the working calendar of the place; counted again when that changes.
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    closing: Mapped[Closing | None]
    note: Mapped[str | None]

    plan: Mapped[Plan] = relationship(lazy="raise_on_sql")
    version: Mapped[PlanVersion] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class Filing(Versioned, Base):
    """One sending of a version to the office that takes it, and the answer."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("version_id", "attempt"),
        Index("ix_filing_recipient", "recipient_org_id", "sent_on", "id"),
        Index("ix_filing_org", "org_id", "sent_on", "id"),
    )

    clock_id: Mapped[int] = mapped_column(ForeignKey("plan_clock.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    attempt: Mapped[int]
    route: Mapped[str]
    state: Mapped[FilingState] = mapped_column(index=True)
    # With whom, in words; the office that records it where it works here.
    recipient_name: Mapped[str]
    recipient_org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"))
    sent_on: Mapped[date]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int]
    sent_by_name: Mapped[str]
    # What the application form says besides: head, contact, telephone.
    head: Mapped[str | None] = mapped_column(info=PERSONAL)
    contact_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    contact_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    note: Mapped[str | None]
    # The last day of the check; none where no text asks for one.
    check_due_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None]
    answered_by_name: Mapped[str | None]
    # The number under which it was recorded, here or outside.
    number: Mapped[str | None]
    # Everything that is missing, as it was named at once.
    missing: Mapped[list[Any]] = mapped_column(default=list)
    answer_note: Mapped[str | None]
    receipt_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    # What the office owes by it, where a check is asked for: evidence that begins a duty.
    received_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"), index=True)

    clock: Mapped[PlanClock] = relationship(lazy="raise_on_sql")
    plan: Mapped[Plan] = relationship(lazy="raise_on_sql")
    version: Mapped[PlanVersion] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(foreign_keys=[org_id], lazy="raise_on_sql")
    recipient: Mapped[Org | None] = relationship(
        foreign_keys=[recipient_org_id], lazy="raise_on_sql"
    )
    receipt: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
    papers: Mapped[list["FilingPaper"]] = relationship(order_by="FilingPaper.id", lazy="selectin")
    copies: Mapped[list["FilingCopy"]] = relationship(order_by="FilingCopy.id", lazy="selectin")


class FilingPaper(Base):
    """A paper that was sent along, by what is asked for."""

    __tablename__ = "filing_paper"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    # An entry of `filing_paper_kind.toml`.
    kind: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class FilingCopy(Base):
    """Who got a copy; an office that works here sees the filing."""

    __tablename__ = "filing_copy"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filing.id"), index=True)
    name: Mapped[str]
    org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)


class Publication(Voidable, Base):
    """A version, or its abridged text, made known on a day in one way."""

    __tablename__ = "publication"

    clock_id: Mapped[int] = mapped_column(ForeignKey("plan_clock.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    channel: Mapped[str]
    on_date: Mapped[date]
    place: Mapped[str]
    is_abridged: Mapped[bool] = mapped_column(default=False)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int]
    entered_by_name: Mapped[str]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))

    clock: Mapped[PlanClock] = relationship(lazy="raise_on_sql")
    plan: Mapped[Plan] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class Training(Voidable, Base):
    """A training or a piece of publicity, as 88号令 §31 asks it to be kept."""

    __tablename__ = "training"
    __table_args__ = (Index("ix_training_org_day", "org_id", "held_on", "id"),)

    # The page's own id, so that a form sent twice is kept once.
    client_id: Mapped[str] = mapped_column(unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    kind: Mapped[TrainingKind]
    topic: Mapped[str]
    held_on: Mapped[date]
    hours: Mapped[float | None]
    place: Mapped[str]
    content: Mapped[str]
    trainer: Mapped[str | None] = mapped_column(info=PERSONAL)
    participants: Mapped[int]
    result: Mapped[str | None]
    material: Mapped[str | None]
    sheet_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int]
    entered_by_name: Mapped[str]
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    plan: Mapped[Plan | None] = relationship(lazy="raise_on_sql")
    sheet: Mapped[StoredFile | None] = relationship(lazy="joined")
    evidence: Mapped[Evidence | None] = relationship(lazy="raise_on_sql")
