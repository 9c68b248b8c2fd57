"""What a check proves beside itself: a survey of the site, a round that is complete, fire patrols.

Called in the transaction of the check; the duties hear of the evidence as of any other.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import contains_eager

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence
from drillreg.hazards.check_rules import CHECK_BACK
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.hazards.rules import CheckResult
from drillreg.orgs.models import Org
from drillreg.patrols.covering import WITHIN, counts_for, covered, due_in
from drillreg.patrols.models import PatrolDay, PatrolPlan
from drillreg.patrols.planning import KINDS, kind_of
from drillreg.workdays.rules import ONE_DAY

SURVEY, ROUND, FIRE_CHECK, FIRE_LOG = "survey-made", "round-made", "fire-checked", "fire-patrolled"
DAY = "patrol_day"


def note_check(facts: Mapping[str, Any]) -> None:
    """Write what a new check proves for the rounds it counts for."""
    if facts.get("what") != "recorded":
        return
    found = _rounds_of(facts["check_id"])
    if not found:
        return
    check, now = found[0][1], facts["now"]
    if any(_proves(day.plan) == SURVEY for day, _ in found):
        _note_survey(check, now)
    for day, _ in found:
        match _proves(day.plan):
            case "round-made" | "fire-checked" as kind:
                _note_round(kind, day, check, now)
            case "fire-patrolled":
                first = day.first_on.replace(day=1)
                note_fire_log(day.plan, check.site.org_id, first, now=now, only_complete=True)


def _proves(plan: PatrolPlan) -> str:
    return str(kind_of(plan.kind).attributes["proves"])


def _rounds_of(check_id: int) -> list[tuple[PatrolDay, HazardCheck]]:
    """Return the rounds a check counts for, with their plans."""
    rows = db.session.execute(
        select(PatrolDay, HazardCheck)
        .join(PatrolDay.plan)
        .join(WITHIN, WITHIN.id == PatrolPlan.within_id)
        .join(HazardCheck, HazardCheck.id == check_id)
        .join(HazardCheck.site)
        .join(Org, Org.id == HazardSite.org_id)
        .options(contains_eager(PatrolDay.plan), contains_eager(HazardCheck.site))
        .where(*covered(), *due_in(), *counts_for())
        .order_by(PatrolDay.id)
    )
    return [(day, check) for day, check in rows]


def _has_photo(check_id: Any) -> Any:
    return select(CheckPhoto.id).where(CheckPhoto.check_id == check_id).exists()


def _note_survey(check: HazardCheck, now: datetime) -> None:
    """A survey is told by the check it is: counted with it, it counts once."""
    photo = db.session.scalar(select(_has_photo(check.id)))
    add_evidence(
        SURVEY,
        org_id=check.site.org_id,
        subject_kind="hazard_check",
        subject_id=check.id,
        on_date=check.checked_on,
        grade=Grade.EVIDENCED if photo else Grade.SELF_REPORTED,
        now=now,
        attributes={"site": check.site_id, "result": check.result.value},
    )


def _is_noted(kind: str, day_id: int, org_id: int) -> bool:
    known = select(Evidence.id).where(
        Evidence.kind == kind,
        Evidence.subject_kind == DAY,
        Evidence.subject_id == day_id,
        Evidence.org_id == org_id,
    )
    return db.session.scalar(known.limit(1)) is not None


def _looked_at(days: Any, org_id: int) -> Any:
    """Return, in one row, the sites of an organisation due in some rounds, and what was seen.

    Sites due, those checked, checks with a photo, abnormal ones.
    """
    check = (
        select(func.min(HazardCheck.id))
        .where(HazardCheck.site_id == HazardSite.id, *counts_for())
        .correlate(PatrolDay, HazardSite)
        .scalar_subquery()
    )
    due = (
        select(check.label("check_id"))
        .select_from(PatrolDay)
        .join(PatrolDay.plan)
        .join(WITHIN, WITHIN.id == PatrolPlan.within_id)
        .join(HazardSite, HazardSite.org_id == org_id)
        .join(Org, Org.id == HazardSite.org_id)
        .where(days, *covered(), *due_in())
        .subquery()
    )
    seen = HazardCheck.id.is_not(None)
    return db.session.execute(
        select(
            func.count().label("due"),
            func.count(HazardCheck.id).label("done"),
            func.sum(case((seen & _has_photo(HazardCheck.id), 1), else_=0)).label("photos"),
            func.sum(case((HazardCheck.result == CheckResult.ABNORMAL, 1), else_=0)).label("bad"),
        )
        .select_from(due)
        .outerjoin(HazardCheck, HazardCheck.id == due.c.check_id)
    ).one()


def _note_round(kind: str, day: PatrolDay, check: HazardCheck, now: datetime) -> None:
    """Write that an organisation was gone round once all its sites of a round were seen."""
    org_id = check.site.org_id
    if _is_noted(kind, day.id, org_id):
        return
    seen = _looked_at(PatrolDay.id == day.id, org_id)
    if not seen.due or seen.done < seen.due:
        return
    result = CheckResult.ABNORMAL if seen.bad else CheckResult.NORMAL
    said = {"sites": int(seen.done)} if kind == ROUND else {"result": result.value}
    add_evidence(
        kind,
        org_id=org_id,
        subject_kind=DAY,
        subject_id=day.id,
        on_date=check.checked_on,
        grade=Grade.EVIDENCED if seen.photos == seen.done else Grade.SELF_REPORTED,
        now=now,
        attributes={**said, "patrol_plan": day.plan_id},
    )


def note_fire_log(
    plan: PatrolPlan, org_id: int, first: date, *, now: datetime, only_complete: bool
) -> bool:
    """Write the log of a month (by its first day) of daily fire patrols; say whether it was.

    It is complete when every day of the month had its round and each found every place seen.
    """
    last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
    days = (
        (PatrolDay.plan_id == plan.id)
        & (PatrolDay.first_on >= first)
        & (PatrolDay.first_on <= last)
    )
    newest = db.session.scalar(select(func.max(PatrolDay.id)).where(days))
    if newest is None or _is_noted(FIRE_LOG, newest, org_id):
        return False
    seen = _looked_at(days, org_id)
    rounds = db.session.scalar(select(func.count()).where(days)) or 0
    complete = bool(seen.due) and seen.done == seen.due and rounds == last.day
    if not seen.due or (only_complete and not complete):
        return False
    add_evidence(
        FIRE_LOG,
        org_id=org_id,
        subject_kind=DAY,
        subject_id=newest,
        on_date=last,
        grade=Grade.EVIDENCED if seen.photos == seen.done else Grade.SELF_REPORTED,
        now=now,
        attributes={"complete": complete, "patrol_plan": plan.id},
    )
    return True


def close_fire_logs(*, today: date, now: datetime) -> int:
    """Write the logs of last month that are not complete, once nothing can be entered late."""
    last = today.replace(day=1) - ONE_DAY
    if today - last <= CHECK_BACK:
        return 0
    first = last.replace(day=1)
    kinds = [each.code for each in code_list(KINDS) if each.attributes["proves"] == FIRE_LOG]
    written = 0
    for plan_id, org_id in db.session.execute(_fire_plans(kinds, first, last)).all():
        plan = db.session.get_one(PatrolPlan, plan_id)
        written += note_fire_log(plan, org_id, first, now=now, only_complete=False)
    return written


def _fire_plans(kinds: list[str], first: date, last: date) -> Any:
    rounds = select(PatrolDay.id).where(
        PatrolDay.plan_id == PatrolPlan.id, PatrolDay.first_on.between(first, last)
    )
    return (
        select(PatrolPlan.id, HazardSite.org_id)
        .join(WITHIN, WITHIN.id == PatrolPlan.within_id)
        .join(HazardSite, HazardSite.id > 0)
        .join(Org, Org.id == HazardSite.org_id)
        .where(PatrolPlan.kind.in_(kinds), *covered(), rounds.exists())
        .distinct()
        .order_by(PatrolPlan.id, HazardSite.org_id)
    )
