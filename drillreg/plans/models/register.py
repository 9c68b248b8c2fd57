"""Tables of plans, their versions and their papers."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org
from drillreg.plans.rules import Secrecy, VersionState


class Plan(HasPublicId, Versioned, Voidable, Base):
    """A plan an organisation keeps for a kind of event; its text lives in versions."""

    __tablename__ = "plan"
    __table_args__ = (Index("ix_plan_org_event", "org_id", "event_type"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    kind: Mapped[str] = mapped_column(index=True)
    event_type: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    title_en: Mapped[str | None]
    parent_plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    secrecy: Mapped[Secrecy] = mapped_column(default=Secrecy.PUBLIC)
    created_at: Mapped[datetime]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    parent: Mapped["Plan | None"] = relationship(remote_side="Plan.id", lazy="raise_on_sql")
    versions: Mapped[list["PlanVersion"]] = relationship(
        back_populates="plan", order_by="PlanVersion.number.desc()", lazy="selectin"
    )

    def version_in(self, *states: VersionState) -> "PlanVersion | None":
        """Return the newest version in one of the states, or None."""
        return next((v for v in self.versions if v.state in states), None)

    @property
    def draft(self) -> "PlanVersion | None":
        """The version being worked on."""
        return self.version_in(VersionState.DRAFT)

    @property
    def current(self) -> "PlanVersion | None":
        """The version in force."""
        return self.version_in(VersionState.CURRENT)

    @property
    def is_abolished(self) -> bool:
        """Whether the plan was ended without a successor."""
        return self.version_in(VersionState.ABOLISHED) is not None


class PlanVersion(Versioned, Base):
    """One version of a plan: at most one draft, at most one current."""

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        Index(
            "uq_plan_version_draft",
            "plan_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index(
            "uq_plan_version_current",
            "plan_id",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT, index=True)
    document_number: Mapped[str | None] = mapped_column(index=True)
    issued_on: Mapped[date | None]
    review_on: Mapped[date | None] = mapped_column(index=True)
    summary: Mapped[str | None]
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    issued_by_id: Mapped[int | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    # The version of the plan above that this one rests on.
    parent_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"), index=True)
    # Since when the draft is with those who sign; nobody edits it until it is returned or issued.
    locked_at: Mapped[datetime | None]
    # The PDF that was frozen for proofreading, and is issued.
    frozen_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))

    plan: Mapped[Plan] = relationship(back_populates="versions")
    files: Mapped[list["PlanFile"]] = relationship(
        back_populates="version", order_by="PlanFile.id", lazy="selectin"
    )

    @property
    def papers(self) -> list["PlanFile"]:
        """The papers that stand, in the order they came in."""
        return [paper for paper in self.files if paper.voided_at is None]

    @property
    def annexes(self) -> list["PlanFile"]:
        """The standing papers that were named as annexes, in their order."""
        named = [paper for paper in self.papers if paper.annex_name is not None]
        return sorted(named, key=lambda each: (each.position is None, each.position or 0))


class PlanFile(Voidable, Base):
    """A paper of a version: the text itself or an annex."""

    __tablename__ = "plan_file"

    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    # What it is called among the annexes; the text of the plan itself has none.
    annex_name: Mapped[str | None]
    # Its place among the annexes, once somebody chose one; until then they stand as they came in.
    position: Mapped[int | None]

    version: Mapped[PlanVersion] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)
