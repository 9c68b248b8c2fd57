"""A rule of law as plain data.

Nothing here knows a law: periods, counts, whom a rule binds and what it counts come from files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from drillreg.duties.conditions import Binding, Criteria
from drillreg.duties.terms import (
    MONTHS,
    Anchor,
    Basis,
    Days,
    Owed,
    Severity,
    Shape,
    Unit,
    WindowPart,
)


@dataclass(frozen=True)
class Asks:
    """What is asked, in time.

    PERIOD: `count` in each `every` × `unit`, of the calendar or rolling; with a `window` (a kind
    of season) only while it lasts, or in `span_days` before or after it. A period counts when the
    window has `least_window_days` in it, and when the organisation was bound for `least_share`.
    `afterwards`: what is told of a period once it is over, in its `grace`; it counts from the day
    after the period on, for as long as a period lasts.
    STANDING: one in force, no older than `max_age_years`; who comes to be bound has `within` days.
    AFTER: within `within` `days` of the event.
    """

    shape: Shape
    unit: Unit = Unit.YEAR
    every: int = 1
    count: int = 1
    anchor: Anchor = Anchor.CALENDAR
    window: str = ""
    window_part: WindowPart = WindowPart.DURING
    span_days: int = 30
    least_window_days: int = 5
    least_share: float = 0.5
    max_age_years: int | None = None
    within: int = 0
    days: Days = Days.CALENDAR
    grace: int = 0
    afterwards: bool = False

    @property
    def months(self) -> int:
        """The length of a period in months."""
        return MONTHS[self.unit] * self.every


@dataclass(frozen=True)
class Reading:
    """A choice that the text leaves open and a county makes.

    `field`: the key of the rule file it stands in, as `basis` or `asks.within`; a choice is the
    whole value of that key.
    """

    field: str
    choices: tuple[Any, ...]
    why: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Rule:
    """One version of a rule: what is owed, by whom, when, and what counts."""

    id: str
    owed: Owed
    title: Mapping[str, str]
    text: str
    articles: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    binds: Binding
    asks: Asks
    basis: Basis
    counts: Criteria
    subjects: Criteria | None = None
    event_types: tuple[str, ...] = ()
    jurisdiction: str = ""
    severity: Severity = Severity.MEDIUM
    readings: tuple[Reading, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)
    # "cited, text not held": off until a county decides.
    is_on: bool = True
    # The county that decided this version, and its decision; None as shipped.
    owner_id: int | None = None
    decision_id: int | None = None
    # The rule as it was read, to be changed by a county in parts.
    raw: Mapping[str, Any] = field(default_factory=dict)

    def holds_in(self, division_code: str) -> bool:
        """Say whether the rule holds in a division, by its code."""
        return division_code.startswith(self.jurisdiction)

    @property
    def counts_periods(self) -> bool:
        """Whether it is on and asks for so many in each period of the calendar."""
        asks = self.asks
        return self.is_on and asks.shape is Shape.PERIOD and asks.anchor is Anchor.CALENDAR

    def follows(self, before: "Rule") -> bool:
        """Say whether it is on from the day after a version that was on."""
        ends_on = before.ends_on
        return (
            self.is_on
            and before.is_on
            and ends_on is not None
            and self.starts_on == ends_on + timedelta(days=1)
        )

    @property
    def kinds_read(self) -> frozenset[str]:
        """The kinds of evidence that can change a result."""
        return self.counts.kinds | (self.subjects.kinds if self.subjects else frozenset())

    def horizon(self, today: date) -> date:
        """Return the first day whose periods are looked at, and their proofs read.

        It moves on with the periods of the calendar, never within one.
        """
        months = self.asks.months
        now = ((today.year - 2000) * 12 + today.month - 1) // months * months
        year, month = divmod(now - max(2 * months, 12), 12)
        return date(2000 + year, month + 1, 1)
