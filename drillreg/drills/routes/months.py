"""The calendar of drills, a month at a time."""

from datetime import timedelta

from flask import render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.drills.months import (
    bundles_of,
    month_of,
    shown_span,
)
from drillreg.drills.naming import names_then
from drillreg.drills.queries import counts_of, drills_between
from drillreg.drills.routes.blueprint import bp, filter_of_address, upper_orgs
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, whole_installation
from drillreg.workdays.months import first_of, month_after, month_before
from drillreg.workdays.queries import calendar_days, calendar_for

MOST_IN_A_CELL = 4


@bp.get("/month")
@requires(Permission.VIEW)
def month() -> str:
    """Show one month with its holidays, make-up days and drills."""
    today, scope, given = clock.today(), current_scope(), filter_of_address()
    first = first_of(request.args.get("m", ""), today)
    start, end = shown_span(first)
    owner = _owner()
    calendar = calendar_for(owner)
    names = {
        row.day: row.name_zh
        for who in (None, owner)
        for year in sorted({start.year, end.year})
        for row in calendar_days(who, year)
    }
    drills = drills_between(scope, given, first=start, last=end, today=today)
    found = month_of(first, drills, calendar=calendar, names=names)
    monday = today - timedelta(days=today.weekday())
    week = drills_between(scope, given, first=monday, last=monday + timedelta(days=6), today=today)
    return render_template(
        "drills/month.html",
        given=given,
        month=found,
        before=month_before(first),
        after=month_after(first),
        counts=counts_of((d for day in found.days for d in day.drills), today),
        is_known=calendar.is_known_year(first.year),
        most=MOST_IN_A_CELL,
        bundles_of=bundles_of,
        monday=monday,
        week=week,
        org_of=names_then([*drills, *week]),
        upper=upper_orgs(),
    )


def _owner() -> int | None:
    org_id = current_actor().org_id
    # Also for people who reach nothing there: the calendar of one's county is no secret.
    everywhere = whole_installation(current_scope().on)
    return None if org_id is None else calendar_owner(get_org(org_id, everywhere))
