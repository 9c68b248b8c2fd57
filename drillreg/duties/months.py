"""A month of due dates as a table of weeks: how many of which duty are due on each day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, func

from drillreg.core.db import db
from drillreg.duties.counting import state_column
from drillreg.duties.models import DutyState
from drillreg.duties.queries import DutyFilter, duties_in
from drillreg.duties.states import State
from drillreg.orgs.scope import OrgScope
from drillreg.workdays.months import holiday_name, month_after
from drillreg.workdays.rules import ONE_DAY, DayKind, WorkCalendar


@dataclass(frozen=True)
class Due:
    """How many duties of a rule, that read so, are due on a day."""

    on: date
    rule: str
    state: State
    count: int


@dataclass(frozen=True)
class Day:
    """One day of the table; `mark` is off or work where that differs from its weekday."""

    on: date
    is_outside: bool
    is_working: bool
    mark: DayKind | None
    name: str
    due: Sequence[Due] = field(default_factory=tuple)


def shown_span(first: date) -> tuple[date, date]:
    """Return the Monday and Sunday that the table of a month begins and ends with."""
    last = month_after(first) - ONE_DAY
    return first - first.weekday() * ONE_DAY, last + (6 - last.weekday()) * ONE_DAY


def due_between(
    scope: OrgScope, wanted: DutyFilter, *, first: date, last: date, today: date
) -> list[Due]:
    """Return what is due from one day to another, counted by day and rule, in one query."""
    # What is enough for now, but not until its next date, has to be done again by then.
    again = and_(DutyState.good_until < DutyState.due_on, DutyState.due_on >= today)
    state = case(
        (DutyState.waived_until >= today, State.WAIVED.value),
        (again, State.OPEN.value),
        else_=state_column(DutyState, today),
    )
    columns: list[Any] = [DutyState.due_on, DutyState.rule]
    found = duties_in(scope, replace(wanted, due=(first, last)), today)
    found = found.with_only_columns(*columns, state, func.count(), maintain_column_froms=True)
    rows: Any = db.session.execute(found.group_by(*columns, state).order_by(*columns, state)).all()
    return [Due(on, rule, State(word), int(n)) for on, rule, word, n in rows]


def weeks_of(
    first: date, found: Iterable[Due], *, calendar: WorkCalendar, names: Mapping[date, str]
) -> list[list[Day]]:
    """Lay what is due out on the weeks of a month; `names` are what the office calls its days."""
    by_day: dict[date, list[Due]] = {}
    for due in found:
        by_day.setdefault(due.on, []).append(due)
    start, end = shown_span(first)
    days = [
        _day(start + timedelta(days=n), first, by_day, calendar, names)
        for n in range((end - start).days + 1)
    ]
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def _day(
    on: date,
    first: date,
    by_day: Mapping[date, Sequence[Due]],
    calendar: WorkCalendar,
    names: Mapping[date, str],
) -> Day:
    is_working = calendar.is_working_day(on)
    mark = None if is_working == (on.weekday() < 5) else DayKind.OFF
    if mark is not None and is_working:
        mark = DayKind.WORK
    name = names.get(on) or holiday_name(on)
    return Day(on, on.month != first.month, is_working, mark, name, by_day.get(on, ()))
