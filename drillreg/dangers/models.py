"""Tables of dangers, their rounds, and what is asked, decided and returned about them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.models import PERSONAL
from drillreg.core.db import Base, HasPublicId, Versioned, Voidable
from drillreg.dangers.periods import ReturnKind
from drillreg.dangers.rules import (
    DangerLevel,
    Moment,
    Outcome,
    RoundKind,
    Stage,
    TransferState,
)
from drillreg.files.models import StoredFile
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org


class Danger(HasPublicId, Versioned, Voidable, Base):
    """A hidden danger (隐患): found, and to be put right by an organisation."""

    __tablename__ = "danger"
    __table_args__ = (
        Index("ix_danger_org_stage", "org_id", "stage", "due_on"),
        Index("ix_danger_stage_due", "stage", "due_on"),
        Index("ix_danger_found", "found_on", "id"),
    )

    # The page's own id, so that a form sent twice is kept once; a draft is named by its check.
    client_id: Mapped[str] = mapped_column(unique=True)
    body_hash: Mapped[str]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    check_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_check.id"), index=True)
    item: Mapped[str | None]  # of the check list
    number: Mapped[str | None] = mapped_column(index=True)
    what: Mapped[str]
    place: Mapped[str | None]
    category: Mapped[str | None]
    level: Mapped[DangerLevel]
    source: Mapped[str]
    finder: Mapped[str] = mapped_column(info=PERSONAL)
    found_on: Mapped[date]
    basis: Mapped[str | None]
    stage: Mapped[Stage]
    on_spot: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date | None]  # of the round that runs
    round_number: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("danger.id"), index=True)
    fixed_on: Mapped[date | None]
    fixed_by_id: Mapped[int | None]
    fixed_by_name: Mapped[str | None]
    cost_yuan: Mapped[int | None]
    closed_on: Mapped[date | None]
    close_number: Mapped[str | None]
    closed_by_name: Mapped[str | None]
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int]
    entered_by_name: Mapped[str]
    entered_by_org_id: Mapped[int | None]
    told_on: Mapped[date | None]  # a major one, to the competent authority (安全生产法 §41)
    told_org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"))
    told_text: Mapped[str | None]
    handed_on: Mapped[date | None]  # to law enforcement; the number of the paper is theirs
    handed_to: Mapped[str | None]
    handed_number: Mapped[str | None]
    # The evidence that began it, by whose id duties call it.
    found_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"), index=True)
    received_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    # By heading, what an imported ledger says that has no field here.
    attributes: Mapped[dict[str, Any] | None] = mapped_column(info=PERSONAL)

    org: Mapped[Org] = relationship(foreign_keys=[org_id], lazy="raise_on_sql")
    told_org: Mapped[Org | None] = relationship(foreign_keys=[told_org_id], lazy="raise_on_sql")
    site: Mapped[HazardSite | None] = relationship(lazy="raise_on_sql")
    rounds: Mapped[list["DangerRound"]] = relationship(
        order_by="DangerRound.number", lazy="raise_on_sql"
    )
    photos: Mapped[list["DangerPhoto"]] = relationship(
        order_by="DangerPhoto.id", lazy="raise_on_sql"
    )


class DangerRound(Base):
    """One order to put a danger right, what was reported, and what the verification found."""

    __tablename__ = "danger_round"
    __table_args__ = (
        UniqueConstraint("danger_id", "number"),
        Index("ix_danger_round_raise", "raise_on", "id"),
    )

    danger_id: Mapped[int] = mapped_column(ForeignKey("danger.id"))
    number: Mapped[int]
    kind: Mapped[RoundKind]
    issuer_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    to_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    paper_number: Mapped[str | None]
    requirement: Mapped[str | None]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int]
    issued_by_name: Mapped[str]
    days: Mapped[int | None]
    is_working: Mapped[bool] = mapped_column(default=False)
    due_on: Mapped[date | None]
    # When it rises by its next level; None once it is reported or at the top.
    raise_on: Mapped[date | None]
    raised: Mapped[int] = mapped_column(default=0)
    raised_on: Mapped[date | None]
    raised_org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"), index=True)
    reported_on: Mapped[date | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None]
    reported_by_name: Mapped[str | None]
    report: Mapped[str | None]
    outcome: Mapped[Outcome | None]
    reviewed_on: Mapped[date | None]
    reviewed_by_id: Mapped[int | None]
    reviewed_by_name: Mapped[str | None]
    review: Mapped[str | None]
    team: Mapped[str | None] = mapped_column(info=PERSONAL)
    # The signed sheet that came back, where nobody else could verify here.
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_scan.id"))
    signed_by: Mapped[str | None] = mapped_column(info=PERSONAL)
    signed_on: Mapped[date | None]

    issuer: Mapped[Org] = relationship(foreign_keys=[issuer_org_id], lazy="raise_on_sql")
    to: Mapped[Org] = relationship(foreign_keys=[to_org_id], lazy="raise_on_sql")
    extensions: Mapped[list["DangerExtension"]] = relationship(
        order_by="DangerExtension.id", lazy="raise_on_sql"
    )


class DangerPhoto(Base):
    """A photo of a danger: from before, from after, from the verification."""

    __tablename__ = "danger_photo"

    danger_id: Mapped[int] = mapped_column(ForeignKey("danger.id"), index=True)
    round_number: Mapped[int] = mapped_column(default=0)
    moment: Mapped[Moment]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class DangerExtension(Base):
    """More time, asked for before the deadline and decided by who set it."""

    __tablename__ = "danger_extension"

    round_id: Mapped[int] = mapped_column(ForeignKey("danger_round.id"), index=True)
    old_due_on: Mapped[date]
    wanted_on: Mapped[date]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_name: Mapped[str]
    granted: Mapped[bool | None]
    new_due_on: Mapped[date | None]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str | None]


class DangerTransfer(Base):
    """协调转办: a danger that another authority has to deal with, opened to it by a grant."""

    __tablename__ = "danger_transfer"

    danger_id: Mapped[int] = mapped_column(ForeignKey("danger.id"), index=True)
    from_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    to_org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    paper_number: Mapped[str | None]
    reason: Mapped[str]
    state: Mapped[TransferState]
    sent_on: Mapped[date]
    sent_at: Mapped[datetime]
    sent_by_name: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_by_name: Mapped[str | None]
    answer: Mapped[str | None]
    grant_ids: Mapped[list[Any]] = mapped_column(default=list)

    sender: Mapped[Org] = relationship(foreign_keys=[from_org_id], lazy="raise_on_sql")
    to: Mapped[Org] = relationship(foreign_keys=[to_org_id], lazy="raise_on_sql")


class DangerPlan(Versioned, Base):
    """The plan to remove a major danger: six contents, 五落实."""

    __tablename__ = "danger_plan"

    danger_id: Mapped[int] = mapped_column(ForeignKey("danger.id"), unique=True)
    items: Mapped[dict[str, Any]]
    # Codes of `danger_settled.toml`.
    settled: Mapped[list[Any]]
    cost_yuan: Mapped[int | None]
    made_on: Mapped[date]
    made_by_name: Mapped[str]


class DangerListing(Base):
    """挂牌督办 of a major danger by the county or a department."""

    __tablename__ = "danger_listing"

    danger_id: Mapped[int] = mapped_column(ForeignKey("danger.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    paper_number: Mapped[str]
    from_on: Mapped[date]
    due_on: Mapped[date | None]
    is_public: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]
    put_up_by_name: Mapped[str]
    lifted_on: Mapped[date | None]
    lifted_by_name: Mapped[str | None]
    lift_reason: Mapped[str | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class DangerReturn(Voidable, Base):
    """A quarterly or yearly return (16号令 §14) as it was signed and sent."""

    __tablename__ = "danger_return"
    __table_args__ = (Index("ix_danger_return_org", "org_id", "kind", "first_on"),)

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    kind: Mapped[ReturnKind]
    first_on: Mapped[date]
    last_on: Mapped[date]
    figures: Mapped[dict[str, Any]]
    signed_by: Mapped[str] = mapped_column(info=PERSONAL)
    sent_to: Mapped[str]
    sent_on: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by_name: Mapped[str]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))

    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    file: Mapped[StoredFile | None] = relationship(lazy="joined")
