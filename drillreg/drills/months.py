"""A month as a table of weeks: which days are off or made up for, and the drills of each day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from drillreg.drills.models import Drill
from drillreg.workdays.months import holiday_name, month_after
from drillreg.workdays.rules import DayKind, WorkCalendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One day of the table; `mark` is off or work where that differs from its weekday."""

    on: date
    is_outside: bool
    is_working: bool
    mark: DayKind | None
    name: str
    drills: Sequence[Drill] = field(default_factory=tuple)


def bundles_of(drills: Iterable[Drill], today: date) -> list[list[Drill]]:
    """Put drills of one title and state together: a day when every school drills is one line."""
    found: dict[tuple[str, str, bool], list[Drill]] = {}
    for drill in drills:
        key = (drill.title, drill.status.value, drill.due_on < today)
        found.setdefault(key, []).append(drill)
    return list(found.values())


@dataclass(frozen=True)
class Month:
    """The days of a calendar month in whole weeks from Monday to Sunday."""

    first: date
    weeks: Sequence[Sequence[Day]]

    @property
    def last(self) -> date:
        """Return the last day of the month itself."""
        return month_after(self.first) - ONE_DAY

    @property
    def days(self) -> list[Day]:
        """Return the days of the month itself, in order."""
        return [day for week in self.weeks for day in week if not day.is_outside]


def shown_span(first: date) -> tuple[date, date]:
    """Return the Monday and Sunday that the table of a month begins and ends with."""
    last = month_after(first) - ONE_DAY
    return first - first.weekday() * ONE_DAY, last + (6 - last.weekday()) * ONE_DAY


def month_of(
    first: date,
    drills: Iterable[Drill],
    *,
    calendar: WorkCalendar,
    names: Mapping[date, str],
) -> Month:
    """Lay drills out on the days of a month; `names` are what the office calls its days."""
    by_day: dict[date, list[Drill]] = {}
    for drill in drills:
        by_day.setdefault(drill.held_on or drill.due_on, []).append(drill)
    start, end = shown_span(first)
    days = [
        _day(start + n * ONE_DAY, first, by_day, calendar, names)
        for n in range((end - start).days + 1)
    ]
    return Month(first, [days[n : n + 7] for n in range(0, len(days), 7)])


def _day(
    on: date,
    first: date,
    by_day: Mapping[date, Sequence[Drill]],
    calendar: WorkCalendar,
    names: Mapping[date, str],
) -> Day:
    is_working = calendar.is_working_day(on)
    usual = on.weekday() < 5
    mark = None if is_working == usual else DayKind.WORK if is_working else DayKind.OFF
    name = names.get(on) or holiday_name(on)
    return Day(on, on.month != first.month, is_working, mark, name, by_day.get(on, ()))
