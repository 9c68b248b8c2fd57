"""The next dates of a rhythm with what was shifted and why, before anything is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from drillreg.drills.facts import Rhythm
from drillreg.workdays.recurrence import Occurrence, ensure_occurs, occurrences
from drillreg.workdays.rules import WorkCalendar

SHOWN = 12
AHEAD = timedelta(days=4 * 366)


@dataclass(frozen=True)
class Preview:
    """The next dates, and the years among them whose make-up working days are not known yet."""

    dates: Sequence[Occurrence]
    unknown_years: Sequence[int]


def preview_of(rhythm: Rhythm, calendar: WorkCalendar, *, today: date) -> Preview:
    """Return at most 12 dates from today on; raise DomainError when there can be none."""
    ensure_occurs(rhythm.recurrence, rhythm.starts_on)
    first = max(rhythm.starts_on, today)
    until = first + AHEAD
    if rhythm.ended_on is not None:
        until = min(until, rhythm.ended_on)
    found = [
        each
        for each in occurrences(
            rhythm.recurrence,
            starts_on=rhythm.starts_on,
            after=first - timedelta(days=1),
            until=until,
            calendar=calendar,
        )
        if each.due_on >= today
    ][:SHOWN]
    years = sorted({each.due_on.year for each in found})
    return Preview(found, [year for year in years if not calendar.is_known_year(year)])
