"""Rules of drills: states, what may be recorded, when to remind."""

from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

HORIZON = timedelta(days=400)
REMIND_DAYS_BEFORE = (14, 7, 1)


class DrillStatus(StrEnum):
    """States of a drill; the steps of preparing and conducting come with the live console."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class DrillMode(StrEnum):
    """How a drill is held (AQ/T 9007-2019 §4.2)."""

    FULL = "full"
    TABLETOP = "tabletop"


class DueState(StrEnum):
    """How urgent a planned drill is; computed, never stored."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"


class Rating(StrEnum):
    """How well something went (AQ/T 9009-2015)."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


def due_state(due_on: date, today: date, warn_days: int = 14) -> DueState:
    """Say how urgent a planned drill is."""
    if due_on < today:
        return DueState.OVERDUE
    return DueState.SOON if due_on <= today + timedelta(days=warn_days) else DueState.LATER


def ensure_recordable(status: DrillStatus, held_on: date, today: date) -> None:
    """Raise unless a drill in `status` may be recorded as held on `held_on`."""
    if status is not DrillStatus.PLANNED:
        raise DomainError(N_("This drill is already closed."))
    if held_on > today:
        raise DomainError(
            N_("A drill cannot be recorded before it is held (%(day)s)."), day=held_on.isoformat()
        )


def days_late(due_on: date, held_on: date) -> int:
    """Return by how many days a drill was held after its date, at least 0."""
    return max(0, (held_on - due_on).days)


def reminder_due(due_on: date, today: date) -> str | None:
    """Return the rung of the reminder ladder reached today, or None.

    A day the scheduler slept through is caught up: the nearest rung that was passed counts.
    """
    left = (due_on - today).days
    if left < 0:
        return "overdue"
    reached = [days for days in REMIND_DAYS_BEFORE if left <= days]
    return f"before-{min(reached)}" if reached else None
