"""Tables of revisions: reasons to revise, evaluations, yearly drafting plans."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, Versioned, Voidable
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.revisions.rules import Answer, DraftingState, EvaluationState, Outcome


class PlanTrigger(Versioned, Base):
    """A reason of article 35 to look at a plan again, and what was answered.

    What is only seen in other records has a row from its answer on.
    """

    __tablename__ = "plan_trigger"
    __table_args__ = (
        # The same change above, or the same report, is one reason however often it is told.
        UniqueConstraint("plan_id", "origin", "subject_kind", "subject_id"),
        Index(
            "ix_plan_trigger_open",
            "plan_id",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    # Codes of `trigger.toml` and `trigger_origin.toml`.
    reason: Mapped[str]
    origin: Mapped[str]
    # What it arose from; None where a person recorded it. The key may point up.
    subject_kind: Mapped[str | None]
    subject_id: Mapped[int | None]
    happened_on: Mapped[date]
    what: Mapped[str]
    link: Mapped[str | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None]
    recorded_by_name: Mapped[str | None]
    answer: Mapped[Answer | None]
    answer_reason: Mapped[str | None]
    answered_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None]
    answered_by_name: Mapped[str | None]
    # The version that takes it up.
    version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))

    plan: Mapped[Plan] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")
    version: Mapped[PlanVersion | None] = relationship(lazy="raise_on_sql")


class PlanEvaluation(Versioned, Base):
    """An evaluation of the version in force of a plan; concluded, it stays as it is."""

    __tablename__ = "plan_evaluation"
    __table_args__ = (
        Index(
            "uq_plan_evaluation_open",
            "plan_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    # A file of `data/forms`.
    form: Mapped[str]
    state: Mapped[EvaluationState] = mapped_column(default=EvaluationState.OPEN)
    evaluated_on: Mapped[date]
    # How it was organised; one person a line; rating and remark by the code of the item.
    course: Mapped[str] = mapped_column(default="")
    people: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[str] = mapped_column(default="")
    advice: Mapped[str] = mapped_column(default="")
    outcome: Mapped[Outcome | None]
    begun_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    concluded_at: Mapped[datetime | None]
    concluded_by_id: Mapped[int | None]
    concluded_by_name: Mapped[str | None]

    plan: Mapped[Plan] = relationship(lazy="raise_on_sql")
    version: Mapped[PlanVersion] = relationship(lazy="raise_on_sql")


class DraftingPlan(Versioned, Base):
    """Which plans an office has written or revised in a year (国办发〔2024〕5号 §18)."""

    __tablename__ = "drafting_plan"
    __table_args__ = (UniqueConstraint("org_id", "year"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    year: Mapped[int]
    title: Mapped[str]
    state: Mapped[DraftingState] = mapped_column(default=DraftingState.DRAFT)
    created_at: Mapped[datetime]
    number: Mapped[str | None]
    approved_by_body: Mapped[str | None]
    approved_on: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None]
    approved_by_name: Mapped[str | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class DraftingItem(Versioned, Voidable, Base):
    """One plan to be written or revised: by whom, until when; its progress is that of the plan."""

    __tablename__ = "drafting_item"

    drafting_id: Mapped[int] = mapped_column(ForeignKey("drafting_plan.id"), index=True)
    # Whose plan it is or will be.
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    kind: Mapped[str]
    event_type: Mapped[str]
    title: Mapped[str]
    # The plan that is revised, or that was registered for a new one.
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    is_new: Mapped[bool] = mapped_column(default=False)
    lead_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    supporting: Mapped[str | None]
    person: Mapped[str | None]
    due_on: Mapped[date] = mapped_column(index=True)
    why: Mapped[str | None]
    entered_on: Mapped[date]

    drafting: Mapped[DraftingPlan] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    lead: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[lead_org_id])


class DraftingCopy(Base):
    """That a drafting plan was copied to somebody: whom, when, under which number."""

    __tablename__ = "drafting_copy"

    drafting_id: Mapped[int] = mapped_column(ForeignKey("drafting_plan.id"), index=True)
    recipient: Mapped[str]
    sent_on: Mapped[date]
    number: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by_name: Mapped[str]
