"""Tables of sign-offs: the sign-off, its stages by round, opinions asked, panels of experts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org
from drillreg.signoffs.rules import Manner, SignOffState, StageState

RUNNING = "state IN ('open', 'returned')"


class SignOff(HasPublicId, Versioned, Base):
    """The way of one record to its issue, on a route as it was when it began."""

    __tablename__ = "sign_off"
    __table_args__ = (
        Index("ix_sign_off_subject", "subject_kind", "subject_id"),
        # One at a time: two who submit at once submit once.
        Index(
            "uq_sign_off_running",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text(RUNNING),
            postgresql_where=text(RUNNING),
        ),
    )

    # The record points upwards, so its key is plain; `url` is where its sign-off is shown.
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    title: Mapped[str]
    url: Mapped[str]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    route: Mapped[str]
    stages: Mapped[list[Any]]
    state: Mapped[SignOffState] = mapped_column(default=SignOffState.OPEN)
    round: Mapped[int] = mapped_column(default=1)
    # Where the next round begins, while it is with its author again.
    resume_key: Mapped[str | None]
    urgent_reason: Mapped[str | None]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int]
    started_by_name: Mapped[str]
    started_for_id: Mapped[int | None]
    ended_at: Mapped[datetime | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")

    @property
    def starters(self) -> frozenset[int]:
        """The accounts that stand behind the submission."""
        return frozenset({self.started_by_id, self.started_for_id or self.started_by_id})


class SignOffStage(Versioned, Base):
    """One stage in one round: with whom it lies, until when, what was decided by whom."""

    __tablename__ = "sign_off_stage"
    __table_args__ = (
        # However many sign at once, a stage of a round is one row, and its version lets one win.
        UniqueConstraint("sign_off_id", "round", "key"),
        Index("ix_sign_off_stage_open", "state", "due_on"),
        Index("ix_sign_off_stage_asked", "asked_org_id", "state"),
    )

    sign_off_id: Mapped[int] = mapped_column(ForeignKey("sign_off.id"))
    round: Mapped[int]
    key: Mapped[str]
    state: Mapped[StageState] = mapped_column(default=StageState.WAITING)
    # Whose step it is: the organisation and the permission there; who was asked sits nearest.
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    permission: Mapped[str]
    asked_org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"))
    # Who was named for it before its turn; whoever else holds the right may still take it.
    assigned_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_on: Mapped[date | None]
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None]
    done_by_name: Mapped[str | None]
    for_account_id: Mapped[int | None]
    manner: Mapped[Manner | None]
    decision: Mapped[str | None]
    remark: Mapped[str | None]
    # By point of the check list: "yes" or "no".
    answers: Mapped[dict[str, Any] | None]
    # The signed sheet that came back: whose signature, and its scan, which lies above.
    signed_by: Mapped[str | None]
    signed_on: Mapped[date | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_scan.id"))

    sign_off: Mapped[SignOff] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])

    @property
    def doers(self) -> frozenset[int]:
        """The accounts that stand behind what was done."""
        found = (self.done_by_id, self.for_account_id)
        return frozenset(each for each in found if each is not None)


class Consultation(Versioned, Base):
    """One body asked in writing, until when, what it answered and what became of that."""

    __tablename__ = "consultation"
    __table_args__ = (
        UniqueConstraint("stage_id", "org_id"),
        UniqueConstraint("stage_id", "outside_name"),
        Index("ix_consultation_org", "org_id", "answered_at"),
    )

    stage_id: Mapped[int] = mapped_column(ForeignKey("sign_off_stage.id"))
    # A body with people here, else the name of one outside.
    org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"))
    outside_name: Mapped[str | None]
    asked_at: Mapped[datetime]
    asked_by_name: Mapped[str]
    answer_by: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None]
    answered_by_name: Mapped[str | None]
    reply: Mapped[str | None]
    opinion: Mapped[str | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    # Adopted, partly, not; and why not.
    outcome: Mapped[str | None]
    outcome_note: Mapped[str | None]
    settled_by_name: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]

    stage: Mapped[SignOffStage] = relationship(lazy="raise_on_sql")
    org: Mapped[Org | None] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="raise_on_sql")


class ExpertPanel(Versioned, Base):
    """A meeting of experts at a stage."""

    __tablename__ = "expert_panel"
    __table_args__ = (UniqueConstraint("stage_id"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("sign_off_stage.id"))
    held_on: Mapped[date]
    place: Mapped[str]
    conclusion: Mapped[str | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    entered_by_name: Mapped[str]

    rows: Mapped[list["Expert"]] = relationship(order_by="Expert.position", lazy="selectin")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")

    @property
    def experts(self) -> list["Expert"]:
        """The experts that stand, in the order they were entered."""
        return [row for row in self.rows if row.voided_at is None]


class Expert(Voidable, Base):
    """One expert of a panel: attendance, vote, opinion."""

    __tablename__ = "expert"
    __table_args__ = (UniqueConstraint("panel_id", "position"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("expert_panel.id"))
    position: Mapped[int]
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    present: Mapped[bool] = mapped_column(default=True)
    vote: Mapped[str | None]
    opinion: Mapped[str | None]
