"""What a major danger needs besides: report upward, plan of removal, listed supervision."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, Stale
from drillreg.dangers import proving
from drillreg.dangers.models import Danger, DangerListing, DangerPlan
from drillreg.dangers.operations.trail import log_act, next_number
from drillreg.dangers.rules import OPEN_STAGES, DangerLevel, ensure_stage
from drillreg.evidence.models import Grade
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org


@dataclass(frozen=True)
class PlanText:
    """The six contents of a plan of removal (16号令 §15) and which of 五落实 are settled."""

    items: Mapping[str, str]
    made_on: date
    settled: Collection[str] = field(default=())
    cost_yuan: int | None = None


def ensure_major(danger: Danger) -> None:
    """Raise unless a danger is major and still open."""
    ensure_stage(danger.stage, OPEN_STAGES)
    if danger.level is not DangerLevel.MAJOR:
        raise DomainError(N_("This is for major dangers only."))


def tell_authority(
    danger: Danger, *, authority: Org, text: str, on: date, actor: Actor, now: datetime
) -> None:
    """Report a major danger to the competent authority (安全生产法 §41, 16号令 §14)."""
    ensure_major(danger)
    if danger.told_on is not None:
        raise DomainError(N_("It was reported already."))
    danger.told_on, danger.told_org_id, danger.told_text = on, authority.id, text
    proving.prove_step(
        proving.REPORTED, danger, on=on, grade=Grade.EVIDENCED, now=now, to_org=authority.id
    )
    proving.prove_received(danger, authority.id, on=on, now=now)
    log_act("danger-told", danger, actor, now, to=authority)


def keep_plan(
    danger: Danger,
    plan: DangerPlan | None,
    text: PlanText,
    *,
    row_version: int,
    actor: Actor,
    now: datetime,
) -> DangerPlan:
    """Write the plan of removal, or change it; raise Stale when somebody saved meanwhile."""
    ensure_major(danger)
    if plan is not None and plan.row_version != row_version:
        label = translate(N_("Plan of removal"))
        theirs, yours = "；".join(plan.items.values()), "；".join(text.items.values())
        raise Stale({label: theirs[:500]}, {label: yours[:500]})
    is_new = plan is None
    plan = plan or DangerPlan(danger_id=danger.id)
    plan.items, plan.settled = dict(text.items), sorted(text.settled)
    plan.cost_yuan, plan.made_on, plan.made_by_name = text.cost_yuan, text.made_on, actor.name
    db.session.add(plan)
    if is_new:
        proving.prove_step(proving.PLANNED, danger, on=text.made_on, grade=Grade.EVIDENCED, now=now)
    log_act("danger-planned", danger, actor, now, settled=sorted(text.settled))
    return plan


def standing_listing(danger: Danger) -> DangerListing | None:
    """Return the listed supervision that stands, or None."""
    return db.session.scalar(
        select(DangerListing).where(
            DangerListing.danger_id == danger.id, DangerListing.lifted_on.is_(None)
        )
    )


def put_up(
    danger: Danger,
    *,
    issuer: Org,
    due_on: date | None,
    is_public: bool,
    note: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> DangerListing:
    """Put a major danger under listed supervision (挂牌督办) by a number."""
    ensure_major(danger)
    if standing_listing(danger) is not None:
        raise DomainError(N_("It is under listed supervision already."))
    found = DangerListing(
        danger_id=danger.id,
        org_id=issuer.id,
        paper_number="",
        from_on=today,
        due_on=due_on,
        is_public=is_public,
        note=note or None,
        put_up_by_name=actor.name,
    )
    db.session.add(found)
    db.session.flush()
    found.paper_number = next_number(
        "danger-listed",
        "隐挂",
        issuer=issuer,
        subject=("danger-listing", found.id),
        title=danger.what,
        actor=actor,
        now=now,
        today=today,
    )
    proving.prove_supervised(danger, issuer.id, found.paper_number, on=today, now=now)
    log_act("danger-put-up", danger, actor, now, remark=found.paper_number, public=is_public)
    return found


def take_down(danger: Danger, *, reason: str, actor: Actor, now: datetime, today: date) -> None:
    """Take a danger off the list (摘牌), as a rule after its acceptance."""
    found = standing_listing(danger)
    if found is None:
        raise DomainError(N_("It is not under listed supervision."))
    found.lifted_on, found.lifted_by_name, found.lift_reason = today, actor.name, reason
    log_act("danger-taken-down", danger, actor, now, remark=reason)
