"""Rules of patrols: what a plan says of its days, and when a person is reminded of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.workdays.recurrence import Shift

# How far ahead the days of a plan are laid out.
HORIZON = timedelta(days=400)
# How long a missed round stays on the chasing list.
CHASED_DAYS = 31
# A round that lasts longer than this is reminded of again before it ends.
LONG_ROUND = 7
LONGEST_EVERY = 366


class Shape(StrEnum):
    """How the days of a plan are found."""

    WEEKLY = "weekly"
    HOLIDAY = "holiday"
    NIGHT = "night"
    LEVEL = "level"
    SEASON = "season"
    DAILY = "daily"
    MONTHS = "months"


class Part(StrEnum):
    """Which part of a year a survey belongs to, seen from the season."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Doer(StrEnum):
    """Who goes: the keeper of each site, one account, or whoever has a role there."""

    KEEPER = "keeper"
    ACCOUNT = "account"
    ROLE = "role"


@dataclass(frozen=True)
class Rhythm:
    """When a plan asks for rounds; which of the fields count depends on the shape.

    `every` has days by risk level; `season` and `span_days` place the surveys.
    """

    shape: Shape
    weekdays: tuple[int, ...] = ()
    shift: Shift = Shift.NONE
    grace_days: int = 0
    each_day: bool = True
    least_days: int = 3
    every: Mapping[str, int] = field(default_factory=dict)
    months: int = 1
    part: Part = Part.DURING
    span_days: int = 0


@dataclass(frozen=True, order=True)
class Round:
    """Days on any of which a look counts; of one risk level where the plan goes by level.

    A round by night ends in the morning of the day after `first`.
    """

    first: date
    last: date
    level: str = ""
    night: bool = False


def ensure_sensible(rhythm: Rhythm, from_on: date, to_on: date | None) -> None:
    """Raise unless a rhythm says all it needs and the plan ends after it begins."""
    if to_on is not None and to_on < from_on:
        raise DomainError(N_("A plan cannot end before it begins."))
    if rhythm.shape in {Shape.WEEKLY, Shape.NIGHT} and not rhythm.weekdays:
        raise DomainError(N_("Choose at least one day of the week."))
    if rhythm.shape is Shape.LEVEL and not rhythm.every:
        raise DomainError(N_("Say for at least one level after how many days it is due."))


def is_to_remind(first: date, last: date, today: date) -> bool:
    """Say whether a person hears of a round today: as it begins and, if long, before it ends."""
    if today == first:
        return True
    days = (last - today).days
    return (last - first).days >= LONG_ROUND and days in {0, 3, LONG_ROUND}
