"""A year laid out in months: every day with what it is, by law or by an office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.workdays.months import days_of_month, holiday_name
from drillreg.workdays.rules import DayKind, WorkCalendar
from drillreg.workdays.seasons import Season, SeasonCalendar

SEASON = "season"
DRAWN = frozenset({"flood-season", "fire-season", "freeze-season"})


@dataclass(frozen=True)
class YearDay:
    """One day: worked or not, the mark where that differs from its weekday, names, seasons."""

    on: date
    is_working: bool
    mark: DayKind | None
    names: tuple[str, ...]
    marks: tuple[str, ...]
    is_own: bool


@dataclass(frozen=True)
class YearMonth:
    """The days of a month, with how many empty cells stand before the first (Monday = 0)."""

    first: date
    before: int
    days: Sequence[YearDay]

    @property
    def working_days(self) -> int:
        """Return how many days are worked."""
        return sum(day.is_working for day in self.days)

    @property
    def weeks(self) -> list[list[YearDay | None]]:
        """Return the days in rows of seven, None for the empty cells."""
        cells: list[YearDay | None] = [None] * self.before + list(self.days)
        cells += [None] * (-len(cells) % 7)
        return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def months_of(
    year: int, calendar: WorkCalendar, seasons: SeasonCalendar, own: Mapping[date, str]
) -> list[YearMonth]:
    """Return the twelve months of a year; `own` are the days that the office itself entered."""
    of_year = seasons.of_year(year)

    def lay_out(day: date) -> YearDay:
        inside: list[Season] = [season for season, span in of_year if span.holds(day)]
        working = calendar.is_working_day(day)
        usual = day.weekday() < 5
        mark = None if working is usual else DayKind.WORK if working else DayKind.OFF
        name = own.get(day) or (holiday_name(day) if mark is DayKind.OFF else "")
        names = tuple(dict.fromkeys([*filter(None, [name]), *(each.name for each in inside)]))
        marks = tuple(dict.fromkeys(_look(each, seasons) for each in inside))
        return YearDay(day, working, mark, names, marks, day in own)

    firsts = [date(year, month, 1) for month in range(1, 13)]
    return [
        YearMonth(first, first.weekday(), [lay_out(day) for day in days_of_month(first)])
        for first in firsts
    ]


def _look(season: Season, seasons: SeasonCalendar) -> str:
    """Return what a season is drawn as: its kind, and an office's own kind as what it is like."""
    role = seasons.roles.get(season.kind, SEASON)
    return season.kind if role == SEASON and season.kind in DRAWN else role
