"""Working days: weekends, statutory holidays and make-up working days (调休), and overrides.

The base is the State Council's yearly notice as the `holidays` package carries it; rows that an
office imported or entered win over it. Nothing here reads a clock or a database.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import holidays

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.workdays.seasons import Span

ONE_DAY = timedelta(days=1)
LONGEST_REST = 400  # days; a calendar without a working day for longer is a mistake
MOST_WORKING_DAYS = 10_000
MOST_DAYS = 1_000
LONGEST_NAME = 40
FIRST_YEAR, LAST_YEAR = 1900, 2100
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DayKind(StrEnum):
    """What a day is to be, whatever its weekday."""

    OFF = "off"
    WORK = "work"


@dataclass(frozen=True)
class NamedDay:
    """One day of a holiday notice: off or make-up work, with the holiday's Chinese name."""

    day: date
    kind: DayKind
    name_zh: str


@dataclass(frozen=True)
class NationalYear:
    """The statutory holidays of one year with their names, and its make-up working days."""

    off: Mapping[date, str]
    work: frozenset[date]


@lru_cache(maxsize=256)
def national_year(year: int) -> NationalYear:
    """Return what is known of a year; without a notice only the statutory days, no make-up days."""
    known = holidays.country_holidays("CN", years=[year], language="zh_CN")
    off = {day: str(name) for day, name in known.items() if day.year == year}
    return NationalYear(off, frozenset(day for day in known.weekend_workdays if day.year == year))


@dataclass(frozen=True)
class WorkCalendar:
    """Says which days are worked: overrides first, then the national notice, then the weekday.

    `announced` are the years whose notice has been imported. `avoided` are days on which people
    are at work but nothing is to be planned, such as exam days of a school.
    """

    overrides: Mapping[date, DayKind] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()
    avoided: tuple[Span, ...] = ()

    def is_working_day(self, day: date) -> bool:
        """Say whether people are at work on a day."""
        kind = self.overrides.get(day)
        if kind is not None:
            return kind is DayKind.WORK
        national = national_year(day.year)
        if day in national.work:
            return True
        return day.weekday() < 5 and day not in national.off

    def suits(self, day: date) -> bool:
        """Say whether something may be planned on a day: people are at work and it is not kept."""
        return self.is_working_day(day) and not any(span.holds(day) for span in self.avoided)

    def next_suitable_day(self, day: date) -> date:
        """Return the day itself when it suits, else the first one after it that does."""
        return self._walk(day, ONE_DAY, self.suits)

    def previous_suitable_day(self, day: date) -> date:
        """Return the day itself when it suits, else the last one before it that does."""
        return self._walk(day, -ONE_DAY, self.suits)

    def is_known_year(self, year: int) -> bool:
        """Say whether the year's make-up working days are known; else dates may still move."""
        return year in self.announced or bool(national_year(year).work)

    def next_working_day(self, day: date) -> date:
        """Return the day itself when it is worked, else the first one after it that is."""
        return self._walk(day, ONE_DAY)

    def previous_working_day(self, day: date) -> date:
        """Return the day itself when it is worked, else the last one before it that is."""
        return self._walk(day, -ONE_DAY)

    def _walk(self, day: date, step: timedelta, fits: Callable[[date], bool] | None = None) -> date:
        fits = fits or self.is_working_day
        for _ in range(LONGEST_REST):
            if fits(day):
                return day
            day += step
        raise DomainError(N_("The calendar has no working day around %(day)s."), day=day)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day `count` after `day`, which itself is not counted.

        A negative count goes back; 0 returns the day as it is. So a period "within 20 working
        days" of an event ends on `add_working_days(event, 20)`.
        """
        if abs(count) > MOST_WORKING_DAYS:
            raise DomainError(N_("Count at most %(limit)d working days."), limit=MOST_WORKING_DAYS)
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day = self._walk(day + step, step)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to and including `end`.

        Negative when `end` is earlier: the working days from `end` up to but without `start`.
        """
        if end < start:
            return -sum(self.is_working_day(start - n * ONE_DAY) for n in _steps(end, start))
        return sum(self.is_working_day(start + n * ONE_DAY) for n in _steps(start, end))


def _steps(first: date, last: date) -> range:
    return range(1, (last - first).days + 1)


def parse_holiday_cn(text: str) -> list[NamedDay]:
    """Return the days of a holiday-cn file (JSON), in order; raise DomainError when it is bad."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DomainError(N_("The holiday file is not valid JSON.")) from error
    rows = found.get("days") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise DomainError(N_('The holiday file has no list "days".'))
    if not rows:
        raise DomainError(
            N_("The holiday file holds no days: the notice for that year is not out yet.")
        )
    return checked_days([_named_day(row, number) for number, row in enumerate(rows, 1)])


def _named_day(row: Any, number: int) -> NamedDay:
    entry = row if isinstance(row, dict) else {}
    name, off = entry.get("name"), entry.get("isOffDay")
    day = iso_day_or_none(entry.get("date"))
    if day is None or not isinstance(off, bool) or not isinstance(name, str) or not name.strip():
        raise DomainError(
            N_("Entry %(number)d of the holiday file needs a name, a date and isOffDay."),
            number=number,
        )
    return NamedDay(day, DayKind.OFF if off else DayKind.WORK, name.strip()[:LONGEST_NAME])


def iso_day_or_none(text: Any) -> date | None:
    """Return the date of a text such as 2026-10-01, or None when it is not one."""
    if not isinstance(text, str) or ISO_DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def checked_days(days: list[NamedDay]) -> list[NamedDay]:
    """Return days in order; raise DomainError for too many, far years or contradictions."""
    if len(days) > MOST_DAYS:
        raise DomainError(N_("The holiday file has more than %(limit)d days."), limit=MOST_DAYS)
    by_day: dict[date, NamedDay] = {}
    for named in days:
        if not FIRST_YEAR <= named.day.year <= LAST_YEAR:
            raise DomainError(N_("The holiday file has an impossible date %(day)s."), day=named.day)
        if by_day.setdefault(named.day, named).kind is not named.kind:
            raise DomainError(
                N_("The holiday file says both off and working for %(day)s."), day=named.day
            )
    return [by_day[day] for day in sorted(by_day)]
