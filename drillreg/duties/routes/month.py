"""The calendar of due dates, a month at a time."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.core.web import see_other
from drillreg.duties.months import due_between, shown_span, weeks_of
from drillreg.duties.queries import DutyFilter
from drillreg.duties.rolling import reaches_by_field
from drillreg.duties.routes.blueprint import book_for, bp, org_of_address
from drillreg.duties.routes.late import ALL, SEVERAL, choices
from drillreg.duties.routes.mine import home_of
from drillreg.duties.states import State
from drillreg.duties.terms import Owed
from drillreg.duties.wording import STATE_WORDS, title_of
from drillreg.orgs.calendars import calendar_owner
from drillreg.orgs.scope import current_scope
from drillreg.workdays.months import first_of, month_after, month_before
from drillreg.workdays.queries import calendar_days, calendar_for
from drillreg.workdays.rules import ONE_DAY

MOST_IN_A_CELL = 4
# How an entry of the calendar is marked, as drills are.
MARKS = {State.BREACHED: "late", State.MET: "done", State.WAIVED: "cxl"}


@bp.get("/month")
@requires(Permission.VIEW)
def month() -> ResponseReturnValue:
    """Show what is due on each day of a month, at an organisation and below."""
    scope, today = current_scope().present, clock.today()
    node = org_of_address(scope, "node") or home_of(scope)
    if node is None:
        return see_other(url_for(".late"))
    form = FormReader(request.args)
    owed, kind = form.raw("owed"), form.raw("kind")
    wanted = DutyFilter(
        node=node,
        with_overseen=reaches_by_field(node),
        owed=[owed] if owed in set(Owed) else (),
        kinds=[kind] if kind in code_list("org_kind").codes() else (),
        states=SEVERAL[ALL],
    )
    first = first_of(form.raw("m"), today)
    start, end = shown_span(first)
    found = due_between(scope, wanted, first=start, last=end, today=today)
    owner = calendar_owner(node)
    book = book_for(node)
    return render_template(
        "duties/month.html",
        node=node,
        wanted=wanted,
        first=first,
        last=month_after(first) - ONE_DAY,
        before=month_before(first),
        after=month_after(first),
        weeks=weeks_of(first, found, calendar=calendar_for(owner), names=_names(owner, start, end)),
        titles={
            each.rule: title_of(rule)
            for each in found
            if (rule := book.on(each.rule, each.on)) is not None
        },
        counts=_counts(found, first),
        choices=choices(scope, wanted),
        most=MOST_IN_A_CELL,
        marks=MARKS,
        states=State,
        state_words=STATE_WORDS,
        today=today,
    )


def _names(owner: int, start: date, end: date) -> dict[date, str]:
    return {
        row.day: row.name_zh
        for who in (None, owner)
        for year in sorted({start.year, end.year})
        for row in calendar_days(who, year)
    }


def _counts(found: Any, first: date) -> dict[State, int]:
    counts: dict[State, int] = dict.fromkeys(State, 0)
    for each in found:
        if (each.on.year, each.on.month) == (first.year, first.month):
            counts[each.state] += each.count
    return counts
