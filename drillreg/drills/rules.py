"""Rules of drills: states, what may be recorded, when to remind, what a new rhythm changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.workdays.recurrence import Occurrence
from drillreg.workdays.rules import WorkCalendar

HORIZON = timedelta(days=400)
# A programme begun or changed today may still hold a date that a holiday moved to today or later.
LONGEST_SHIFT = timedelta(days=15)
REMIND_DAYS_BEFORE = (14, 7, 1)


def longest_shift(calendar: WorkCalendar) -> timedelta:
    """Return how far a date may have been moved: over a public holiday, or a school's holidays."""
    kept_free = max((span.last - span.first for span in calendar.avoided), default=timedelta())
    return LONGEST_SHIFT + kept_free


class DrillStatus(StrEnum):
    """States of a drill; the steps of preparing and conducting come with the live console."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class DrillMode(StrEnum):
    """How a drill is held (AQ/T 9007-2019 §4.2)."""

    FULL = "full"
    TABLETOP = "tabletop"


class Rating(StrEnum):
    """How well something went (AQ/T 9009-2015)."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


def ensure_recordable(status: DrillStatus, held_on: date, today: date) -> None:
    """Raise unless a drill in `status` may be recorded as held on `held_on`."""
    if status is not DrillStatus.PLANNED:
        raise DomainError(N_("This drill is already closed."))
    ensure_not_ahead(held_on, today)


def ensure_not_ahead(held_on: date, today: date) -> None:
    """Raise when the day a drill was held lies in the future."""
    if held_on > today:
        raise DomainError(
            N_("A drill cannot be recorded before it is held (%(day)s)."), day=held_on.isoformat()
        )


def ensure_correctable(status: DrillStatus, *, is_closed: bool) -> None:
    """Raise unless the record of a drill may still be corrected."""
    if status is not DrillStatus.HELD:
        raise DomainError(N_("Only a drill that was held has a record to correct."))
    if is_closed:
        raise DomainError(
            N_("A report about this drill was handed in: its record stands. Correct the report.")
        )


def ensure_planned(status: DrillStatus) -> None:
    """Raise unless a drill is still ahead: only such a drill is postponed or cancelled."""
    if status is not DrillStatus.PLANNED:
        raise DomainError(N_("This drill is already closed."))


def ensure_later(new_on: date, due_on: date, today: date) -> None:
    """Raise unless a new date is another one and not in the past."""
    if new_on < today:
        raise DomainError(N_("The new date cannot lie in the past."))
    if new_on == due_on:
        raise DomainError(N_("The drill is already planned for this day."))


def days_late(due_on: date, held_on: date) -> int:
    """Return by how many days a drill was held after its date, at least 0."""
    return max(0, (held_on - due_on).days)


def total_of_groups(total: int | None, groups: Iterable[int]) -> int | None:
    """Return how many people took part; raise when the groups say another number."""
    people = list(groups)
    if not people:
        return total
    if total is not None and total != sum(people):
        raise DomainError(
            N_("The groups add up to %(sum)d people, not %(total)d."), sum=sum(people), total=total
        )
    return sum(people)


def reminder_due(
    due_on: date, today: date, days_before: Iterable[int] = REMIND_DAYS_BEFORE
) -> str | None:
    """Return the rung of the reminder ladder reached today, or None.

    A day the scheduler slept through is caught up: the nearest rung that was passed counts.
    """
    left = (due_on - today).days
    if left < 0:
        return "overdue"
    reached = [days for days in days_before if left <= days]
    return f"before-{min(reached)}" if reached else None


def occasion_of(drill_id: int, due_on: date, *, is_postponed: bool) -> str:
    """Return what reminders are about: a postponed drill is reminded of afresh."""
    return f"drill:{drill_id}:{due_on.isoformat()}" if is_postponed else f"drill:{drill_id}"


def planned_until(today: date, *ends: date | None) -> date:
    """Return the last day to plan for: 400 days ahead, or an earlier end."""
    return min([today + HORIZON, *(end for end in ends if end is not None)])


@dataclass(frozen=True)
class Standing:
    """A drill of a programme as it stands; `is_open` says that the sweep may still move it."""

    due_on: date
    is_open: bool
    is_void: bool


@dataclass(frozen=True)
class Changes:
    """What must be done so that the drills of a programme are those of its rhythm."""

    to_make: Sequence[Occurrence] = ()
    to_move: Mapping[date, date] = field(default_factory=dict)
    to_revive: Mapping[date, date] = field(default_factory=dict)
    to_void: Sequence[date] = ()


def reconcile(
    wanted: Iterable[Occurrence], standing: Mapping[date, Standing], *, today: date
) -> Changes:
    """Compare a rhythm with the drills there are, both by the date before the shift.

    Only drills that are open and due today or later are moved or struck out; a struck-out one
    comes back when its date does. Nothing held, cancelled or postponed by hand is touched.
    """
    by_original = {found.original_on: found for found in wanted}
    ahead = {day: found for day, found in standing.items() if found.due_on >= today}
    void = {day for day, found in standing.items() if found.is_void}
    return Changes(
        to_make=[found for day, found in sorted(by_original.items()) if day not in standing],
        to_move={
            day: by_original[day].due_on
            for day, found in sorted(ahead.items())
            if found.is_open and day in by_original and by_original[day].due_on != found.due_on
        },
        to_revive={day: by_original[day].due_on for day in sorted(void) if day in by_original},
        to_void=[
            day for day, found in sorted(ahead.items()) if found.is_open and day not in by_original
        ],
    )
