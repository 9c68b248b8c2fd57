"""Tables of after-action reports, findings and corrective actions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.drills.models import Drill
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org
from drillreg.reports.rules import ActionState, ReportState


class Report(HasPublicId, Versioned, Base):
    """An after-action report; approval freezes its snapshot, then its PDF is attached."""

    __tablename__ = "report"
    # Two schools of the same short name may both write a number 1: it is unique per issuer.
    __table_args__ = (UniqueConstraint("drill_id", "edition"), UniqueConstraint("org_id", "number"))

    drill_id: Mapped[int] = mapped_column(ForeignKey("drill.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    edition: Mapped[int] = mapped_column(default=1)
    title: Mapped[str]
    addressee: Mapped[str | None]
    copies_to: Mapped[str | None]
    summary: Mapped[str] = mapped_column(default="")
    # One strength a line.
    strengths: Mapped[str] = mapped_column(default="")
    state: Mapped[ReportState] = mapped_column(default=ReportState.DRAFT, index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None]
    created_by_name: Mapped[str | None]
    edited_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None]
    # For whom it was submitted, where somebody acted for another.
    submitted_for_id: Mapped[int | None]
    # The nearest organisation with a leader when it was submitted; its leaders are asked.
    decides_org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None]
    approved_by_name: Mapped[str | None]
    # Frozen by the first transaction of approval.
    number: Mapped[str | None]
    snapshot: Mapped[dict[str, Any] | None]
    snapshot_sha256: Mapped[str | None]
    work_item_id: Mapped[int | None] = mapped_column(ForeignKey("work_item.id"))
    # Attached by the second.
    pdf_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    drill: Mapped[Drill] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    pdf: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")

    @property
    def submitters(self) -> frozenset[int]:
        """Return the accounts that stand behind the submission."""
        found = (self.submitted_by_id, self.submitted_for_id)
        return frozenset(each for each in found if each is not None)


class Finding(Voidable, Base):
    """Something to improve, as the report says it."""

    __tablename__ = "finding"

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    observation_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"))
    text: Mapped[str]
    cause: Mapped[str | None]
    no_action_reason: Mapped[str | None]

    report: Mapped[Report] = relationship(lazy="raise_on_sql")
    actions: Mapped[list["CorrectiveAction"]] = relationship(
        back_populates="finding",
        primaryjoin="and_(CorrectiveAction.finding_id == Finding.id,"
        " CorrectiveAction.voided_at.is_(None))",
        order_by="CorrectiveAction.id",
        lazy="raise_on_sql",
    )


class CorrectiveAction(Voidable, Versioned, Base):
    """What will be done about a finding, by whom, by when."""

    __tablename__ = "corrective_action"
    __table_args__ = (Index("ix_corrective_action_org_due", "org_id", "due_on"),)

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    text: Mapped[str]
    person_name: Mapped[str]
    due_on: Mapped[date] = mapped_column(index=True)
    state: Mapped[ActionState] = mapped_column(default=ActionState.OPEN)
    done_on: Mapped[date | None]
    done_note: Mapped[str | None]
    done_by_name: Mapped[str | None]
    done_at: Mapped[datetime | None]

    finding: Mapped[Finding] = relationship(back_populates="actions", lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql")
