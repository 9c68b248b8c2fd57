"""Laying the days of plans out ahead, and anew when plan or calendar change; what is over stays."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from drillreg.core import clock
from drillreg.core.codes import CodeItem, code_list
from drillreg.core.db import db
from drillreg.office.calendars import season_calendar
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.patrols.models import PatrolDay, PatrolPlan
from drillreg.patrols.rounds import rounds
from drillreg.patrols.rules import HORIZON, LONGEST_EVERY, Part, Rhythm, Round, Shape
from drillreg.workdays.queries import calendar_for
from drillreg.workdays.rules import ONE_DAY

KINDS = "patrol_kind"
# From when to when a look counts as one by night, where the plans are kept.
NIGHT_FROM, NIGHT_TO = time(18), time(6)
# Marks a plan whose days are to be laid out again; those that are over are not made up for.
LONG_AGO = date(1970, 1, 1)


def kind_of(code: str) -> CodeItem:
    """Return what the data say of a kind of plan."""
    found = code_list(KINDS).get(code)
    if found is None:
        raise LookupError(code)
    return found


def rhythm_of(plan: PatrolPlan) -> Rhythm:
    """Return when a plan asks for rounds: its own choices over what its kind says."""
    says = kind_of(plan.kind).attributes
    return Rhythm(
        Shape(says["shape"]),
        weekdays=tuple(plan.weekdays),
        shift=plan.shift,
        grace_days=says["grace_days"],
        each_day=plan.each_day,
        least_days=plan.least_days,
        every={level: int(days) for level, days in plan.every.items()},
        months=plan.months,
        part=Part(says.get("part", Part.DURING)),
        span_days=says.get("span_days", 0),
    )


def rounds_of(plan: PatrolPlan, org: Org, since: date, until: date) -> list[Round]:
    """Return the rounds of a plan that begin in a span, by the calendar of its organisation."""
    seasons = season_calendar(org, since)
    season = kind_of(plan.kind).attributes.get("season", "")
    # A round before or after a season can lie in another year than the season.
    spans = seasons.spans_of((season,), since.year - 1, until.year + 1) if season else ()
    return rounds(
        rhythm_of(plan),
        from_on=plan.from_on,
        to_on=plan.to_on,
        since=since,
        until=until,
        calendar=calendar_for(*seasons.owners),
        seasons=spans,
    )


def lay_out(plan: PatrolPlan, org: Org, *, today: date, begun_too: bool = False) -> int:
    """Write the days of a plan up to 400 days ahead; return how many rows were touched.

    Rounds that began before today stay as they were; `begun_too` writes those that go on as well,
    as where a plan goes on after a pause. A plan that pauses has no round that is not over.
    """
    until = today + HORIZON
    running = plan.paused_on is None and plan.voided_at is None
    wanted = _wanted(plan, org, today, until, begun_too=begun_too) if running else {}
    touched = 0
    for row in db.session.scalars(
        select(PatrolDay)
        .where(PatrolDay.plan_id == plan.id, PatrolDay.last_on >= today)
        .order_by(PatrolDay.id)
    ).all():
        new = wanted.pop((row.first_on, row.level), None)
        if new is not None:
            touched += row.last_on != new.last
            row.last_on = new.last
        elif row.first_on >= today or not running:
            db.session.delete(row)
            touched += 1
    db.session.flush()
    db.session.add_all(_row(plan.id, each) for each in wanted.values())
    db.session.flush()
    # Beside the mapper: this is no edit of the plan, an open form must not go stale.
    db.session.execute(
        update(PatrolPlan)
        .where(PatrolPlan.id == plan.id)
        .values(planned_until=until)
        .execution_options(synchronize_session=False)
    )
    return touched + len(wanted)


def _wanted(
    plan: PatrolPlan, org: Org, today: date, until: date, *, begun_too: bool
) -> dict[tuple[date, str], Round]:
    since = today - timedelta(days=LONGEST_EVERY) if begun_too else today
    found = rounds_of(plan, org, since, until)
    return {(each.first, each.level): each for each in found if each.last >= today}


def _row(plan_id: int, each: Round) -> PatrolDay:
    return PatrolDay(
        plan_id=plan_id,
        first_on=each.first,
        last_on=each.last,
        level=each.level,
        **(_night(each.first) if each.night else {}),
    )


def _night(day: date) -> dict[str, Any]:
    at = datetime.combine
    return {
        "night_from": clock.from_local(at(day, NIGHT_FROM)),
        "night_to": clock.from_local(at(day + ONE_DAY, NIGHT_TO)),
        "noon": clock.from_local(at(day, time(12))),
    }


def plans_to_lay_out(until: date) -> list[int]:
    """Return the plans whose days do not reach a day yet."""
    short = or_(PatrolPlan.planned_until.is_(None), PatrolPlan.planned_until < until)
    running = PatrolPlan.voided_at.is_(None) & PatrolPlan.paused_on.is_(None)
    return list(
        db.session.scalars(select(PatrolPlan.id).where(short, running).order_by(PatrolPlan.id))
    )


def plan_anew_below(facts: Mapping[str, Any]) -> None:
    """Have the days of all plans below an organisation laid out anew: its calendar changed."""
    path = str(facts["path"])
    below = select(Org.id)
    if path:
        below = below.where(Org.path >= path, Org.path < subtree_end(path))
    db.session.execute(
        update(PatrolPlan)
        .where(PatrolPlan.org_id.in_(below), PatrolPlan.voided_at.is_(None))
        .values(planned_until=LONG_AGO)
        .execution_options(synchronize_session=False)
    )
