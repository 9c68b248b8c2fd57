"""Patrol plans: begun, changed, paused, taken up again, ended."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, Stale
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.patrols.facts import PlanFacts
from drillreg.patrols.models import PatrolDay, PatrolPick, PatrolPlan
from drillreg.patrols.planning import lay_out, rhythm_of
from drillreg.patrols.rules import ensure_sensible
from drillreg.steps.operations import add_step

SUBJECT = "patrol_plan"
# What is stored as typed.
PLAIN = (
    "name",
    "kind",
    "within_id",
    "shift",
    "each_day",
    "least_days",
    "months",
    "doer",
    "account_id",
    "account_name",
    "role",
    "goal",
    "from_on",
    "to_on",
)
# What decides where somebody had to go: fixed once a round is over, or the past would change.
FIXED = ("kind", "within_id", "from_on")
SHOWN = {
    "name": N_("Name of the plan"),
    "goal": N_("Goal and standard"),
    "to_on": N_("Last day"),
    "account_name": N_("Who goes"),
}


def create_plan(
    facts: PlanFacts, *, org: Org, actor: Actor, today: date, now: datetime
) -> PatrolPlan:
    """Begin a plan and lay its days out 400 days ahead."""
    if facts.from_on < today:
        raise FormErrors(
            [FieldError("from_on", N_("A plan begins today or later; nobody is late by surprise."))]
        )
    return begin_plan(facts, org=org, actor=actor, today=today, now=now)


def begin_plan(
    facts: PlanFacts, *, org: Org, actor: Actor, today: date, now: datetime
) -> PatrolPlan:
    """Write a plan; its days are laid out from `today` on."""
    plan = PatrolPlan(org_id=org.id, created_at=now)
    _set(plan, facts)
    ensure_sensible(rhythm_of(plan), plan.from_on, plan.to_on)
    db.session.add(plan)
    db.session.flush()
    lay_out(plan, org, today=today)
    told = {name: [None, value] for name, value in _told(plan).items()}
    _note("patrol-plan-made", plan, actor, now, changes=told)
    return plan


def _set(plan: PatrolPlan, facts: PlanFacts) -> None:
    for name in PLAIN:
        setattr(plan, name, getattr(facts, name))
    plan.weekdays = list(facts.weekdays)
    plan.every = dict(facts.every)
    wanted = {("kind", code): None for code in facts.site_kinds}
    wanted |= {("level", code): None for code in facts.levels}
    named: dict[tuple[str, str], int | None] = {("site", str(key)): key for key in facts.sites}
    picked = {**wanted, **named}
    kept = [pick for pick in plan.picks if (pick.what, pick.code) in picked]
    known = {(pick.what, pick.code) for pick in kept}
    plan.picks[:] = kept + [
        PatrolPick(what=what, code=code, site_id=site_id)
        for (what, code), site_id in picked.items()
        if (what, code) not in known
    ]


def _told(plan: PatrolPlan) -> dict[str, Any]:
    told = {name: getattr(plan, name) for name in PLAIN}
    told |= {"weekdays": list(plan.weekdays), "every": dict(plan.every)}
    told["picks"] = sorted(f"{pick.what}:{pick.code}" for pick in plan.picks)
    return told


def has_begun(plan: PatrolPlan, today: date) -> bool:
    """Say whether a round of a plan is over: then what it is about stays as it is."""
    over = select(PatrolDay.id).where(PatrolDay.plan_id == plan.id, PatrolDay.last_on < today)
    return db.session.scalar(over.limit(1)) is not None


def edit_plan(
    plan: PatrolPlan,
    facts: PlanFacts,
    *,
    row_version: int,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Change a plan: days to come are laid out anew, those that are over stay as they were."""
    before = _told(plan)
    if plan.row_version != row_version:
        raise Stale(_shown(before), _shown({name: getattr(facts, name) for name in PLAIN}))
    _ensure_past_kept(plan, facts, before, today)
    _set(plan, facts)
    ensure_sensible(rhythm_of(plan), plan.from_on, plan.to_on)
    db.session.flush()
    lay_out(plan, plan.org, today=today)
    after = _told(plan)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    _note("patrol-plan-changed", plan, actor, now, changes=changes)


def _ensure_past_kept(
    plan: PatrolPlan, facts: PlanFacts, before: Mapping[str, Any], today: date
) -> None:
    picks = {f"kind:{code}" for code in facts.site_kinds} | {f"level:{c}" for c in facts.levels}
    picks |= {f"site:{key}" for key in facts.sites}
    same = picks == set(before["picks"]) and all(
        getattr(facts, name) == before[name] for name in FIXED
    )
    if not same and has_begun(plan, today):
        raise DomainError(N_("Rounds are over: kind and sites stay. End the plan and begin anew."))


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        translate(label): "" if values[name] is None else str(values[name])
        for name, label in SHOWN.items()
    }


def pause_plan(plan: PatrolPlan, *, reason: str, actor: Actor, today: date, now: datetime) -> None:
    """Let a plan rest: what is not over is not due any more."""
    if plan.paused_on is not None:
        raise DomainError(N_("This plan rests already."))
    plan.paused_on, plan.paused_reason = today, reason
    lay_out(plan, plan.org, today=today)
    _note("patrol-plan-paused", plan, actor, now, remark=reason)


def resume_plan(plan: PatrolPlan, *, actor: Actor, today: date, now: datetime) -> None:
    """Let a plan go on: rounds that still last are due again."""
    if plan.paused_on is None:
        raise DomainError(N_("This plan does not rest."))
    plan.paused_on = plan.paused_reason = None
    lay_out(plan, plan.org, today=today, begun_too=True)
    _note("patrol-plan-resumed", plan, actor, now)


def end_plan(plan: PatrolPlan, *, reason: str, actor: Actor, today: date, now: datetime) -> None:
    """End a plan with today: rounds that began stay due, none begins any more."""
    if plan.to_on is not None and plan.to_on <= today:
        raise DomainError(N_("This plan has ended already."))
    plan.to_on = max(today, plan.from_on)
    lay_out(plan, plan.org, today=today + timedelta(days=1))
    _note("patrol-plan-ended", plan, actor, now, remark=reason)


def _note(
    code: str,
    plan: PatrolPlan,
    actor: Actor,
    now: datetime,
    *,
    remark: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    add_step(
        code,
        subject_kind=SUBJECT,
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        remark=remark,
    )
    record(
        code,
        subject_kind=SUBJECT,
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        changes=changes,
        reason=remark,
    )


def lay_out_these(ids: Collection[int], *, today: date) -> int:
    """Lay the days of some plans out; return how many rows were touched."""
    touched = 0
    for plan_id in ids:
        plan = db.session.get(PatrolPlan, plan_id, with_for_update=True)
        if plan is not None:
            touched += lay_out(plan, db.session.get_one(Org, plan.org_id), today=today)
    return touched
