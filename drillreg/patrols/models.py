"""Tables of patrol plans with their days, and of inspections with their teams and lists."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.core.db import Base, Versioned, Voidable
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.orgs.models import Org
from drillreg.patrols.inspection_rules import InspectionState, Sampling
from drillreg.patrols.rules import Doer
from drillreg.workdays.recurrence import Shift


class PatrolPlan(Versioned, Voidable, Base):
    """Which sites somebody goes to look at, and when; a round for each of its days."""

    __tablename__ = "patrol_plan"

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    name: Mapped[str]
    # A code of `patrol_kind.toml`.
    kind: Mapped[str]
    # Sites below it, in its division, or overseen by it.
    within_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    # Monday is 0.
    weekdays: Mapped[list[Any]] = mapped_column(default=list)
    shift: Mapped[Shift] = mapped_column(default=Shift.NONE)
    each_day: Mapped[bool] = mapped_column(default=True)
    least_days: Mapped[int] = mapped_column(default=3)
    # Days by risk level.
    every: Mapped[dict[str, Any]] = mapped_column(default=dict)
    months: Mapped[int] = mapped_column(default=1)
    doer: Mapped[Doer]
    account_id: Mapped[int | None]
    account_name: Mapped[str | None]
    role: Mapped[str | None]
    # What the person who goes is to reach, and what counts as done well (四定: 定目标、定标准).
    goal: Mapped[str | None]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    paused_on: Mapped[date | None]
    paused_reason: Mapped[str | None]
    # Up to where its days are laid out; None where they are to be laid out anew.
    planned_until: Mapped[date | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    within: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[within_id])
    picks: Mapped[list["PatrolPick"]] = relationship(
        lazy="selectin", order_by="PatrolPick.id", cascade="all, delete-orphan"
    )


class PatrolPick(Base):
    """One kind, one level or one site a plan is narrowed to; without any of a sort, all count."""

    __tablename__ = "patrol_pick"
    __table_args__ = (UniqueConstraint("plan_id", "what", "code"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("patrol_plan.id"))
    # "kind", "level" or "site"; the code of the site is its key.
    what: Mapped[str]
    code: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)


class PatrolDay(Base):
    """A round of a plan: from when to when a look at its sites counts. What is over stays."""

    __tablename__ = "patrol_day"
    __table_args__ = (
        UniqueConstraint("plan_id", "first_on", "level"),
        Index("ix_patrol_day_span", "last_on", "first_on"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("patrol_plan.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    # The risk level it is about; empty for all.
    level: Mapped[str] = mapped_column(default="")
    # Of a round by night: within which hours a look counts, and the noon that stands for a day
    # entered later, whose hour nobody knows.
    night_from: Mapped[datetime | None]
    night_to: Mapped[datetime | None]
    noon: Mapped[datetime | None]

    plan: Mapped[PatrolPlan] = relationship(lazy="raise_on_sql")


class Inspection(Versioned, Voidable, Base):
    """A team goes to see places on a list: announced, unannounced or with other bodies."""

    __tablename__ = "inspection"

    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"), index=True)
    title: Mapped[str]
    # A code of `inspection_way.toml`.
    way: Mapped[str]
    basis: Mapped[str | None]
    focus: Mapped[str | None]
    from_on: Mapped[date]
    to_on: Mapped[date]
    state: Mapped[InspectionState] = mapped_column(default=InspectionState.DRAFT)
    sampling: Mapped[Sampling | None]
    # How the sample was drawn: rule, seed, and every site it was drawn from, to be drawn again.
    drawn: Mapped[dict[str, Any] | None]
    summary: Mapped[str | None]
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql")


class InspectionMember(Base):
    """Somebody of the team; of another body without an account here, only by name."""

    __tablename__ = "inspection_member"

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    name: Mapped[str]
    body: Mapped[str | None]
    is_leader: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = mapped_column(index=True)
    left_at: Mapped[datetime | None]


class InspectionItem(Versioned, Voidable, Base):
    """A site, or a unit as a whole, on the list of an inspection."""

    __tablename__ = "inspection_item"
    __table_args__ = (
        Index("ix_inspection_item_list", "inspection_id", "id"),
        Index("ix_inspection_item_org", "org_id", "inspection_id"),
    )

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_site.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_member.id"), index=True)
    planned_on: Mapped[date | None]
    # The check a member made at the site; of a unit, what a person entered.
    check_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_check.id"), index=True)
    seen_on: Mapped[date | None]
    seen_result: Mapped[str | None]
    seen_note: Mapped[str | None]
    not_done_reason: Mapped[str | None]

    inspection: Mapped[Inspection] = relationship(lazy="raise_on_sql")
    org: Mapped[Org] = relationship(lazy="raise_on_sql")
    site: Mapped[HazardSite | None] = relationship(lazy="raise_on_sql")
    member: Mapped[InspectionMember | None] = relationship(lazy="raise_on_sql")
    check: Mapped[HazardCheck | None] = relationship(lazy="raise_on_sql")
