"""A rule of law as plain data, and how a result reads on a day.

Nothing here knows a law: periods, counts, whom a rule binds and what it counts come from files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from drillreg.evidence.rules import Grade

# Days before a date from which something is due soon and at risk: the ladder of reminders (30/7/1).
SOON_DAYS, RISK_DAYS = 30, 7
LADDER = (30, 7, 1)
OVERDUE_EVERY = 7
FAR = date(9999, 12, 31)


class Owed(StrEnum):
    """What kind of thing is owed."""

    PLAN = "plan"
    FILE = "file"
    PUBLISH = "publish"
    EVALUATE = "evaluate"
    REVISE = "revise"
    DRILL = "drill"
    CHECK = "check"
    REPORT = "report"
    TRAIN = "train"


class Force(StrEnum):
    """The force of a source; "违反" is said only of the first three."""

    LAW = "law"
    ADMINISTRATIVE = "administrative-regulation"
    DEPARTMENT = "department-rule"
    NORMATIVE = "normative-document"
    STANDARD = "standard"
    GUIDE = "guide"
    LOCAL = "local"


BREACHABLE = frozenset({Force.LAW, Force.ADMINISTRATIVE, Force.DEPARTMENT})


class Severity(StrEnum):
    """How much depends on it; orders what is late on the same day."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Shape(StrEnum):
    """How time enters a rule.

    PERIOD: so many within each period. STANDING: one must be in force at any time. AFTER: something
    must follow an event within so many days.
    """

    PERIOD = "period"
    STANDING = "standing"
    AFTER = "after"


class Unit(StrEnum):
    """The unit of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF_YEAR: 6, Unit.YEAR: 12}


class Anchor(StrEnum):
    """Whether periods are those of the calendar, or run from the last time it was done."""

    CALENDAR = "calendar"
    ROLLING = "rolling"


class WindowPart(StrEnum):
    """Which part of a season is meant."""

    DURING = "during"
    BEFORE = "before"
    AFTER = "after"


class Days(StrEnum):
    """How days are counted: 个工作日, 日."""

    WORKING = "working"
    CALENDAR = "calendar"


class Basis(StrEnum):
    """What one result is about: the counting basis of a rule."""

    ORG = "org"
    PLAN = "plan"
    PLAN_TYPE = "plan-type"
    SITE = "site"
    DRILL = "drill"
    DANGER = "danger"
    FILING = "filing"
    EVENT_TYPE = "event-type"


# The attribute of evidence that names what a result is about.
KEYS = {
    Basis.PLAN: "plan_id",
    Basis.PLAN_TYPE: "plan_id",
    Basis.SITE: "site",
    Basis.DRILL: "drill_id",
    Basis.DANGER: "danger_id",
    Basis.FILING: "filing_id",
}


class State(StrEnum):
    """How a duty stands on a day. OPEN: owed, not done yet, and its date is more than 30 days off.

    The order is from the worst to the best.
    """

    BREACHED = "breached"
    AT_RISK = "at-risk"
    DUE_SOON = "due-soon"
    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    NOT_APPLICABLE = "not-applicable"


RANK = {state: at for at, state in enumerate(State)}
OWED_STATES = (State.BREACHED, State.AT_RISK, State.DUE_SOON, State.OPEN, State.MET)
LATE_OR_DUE = (State.BREACHED, State.AT_RISK, State.DUE_SOON)


def state_on(
    today: date, *, good_until: date | None, due_on: date | None, waived_until: date | None
) -> State:
    """Return how a duty stands on a day, from the three dates that are kept of it.

    `good_until`: the last day on which what was done is enough. `due_on`: the last day for what
    comes next. `waived_until`: the last day of a waiver.
    """
    if waived_until is not None and today <= waived_until:
        return State.WAIVED
    if good_until is not None and today <= good_until:
        return State.MET
    if due_on is None:
        return State.NOT_APPLICABLE
    left = (due_on - today).days
    if left < 0:
        return State.BREACHED
    if left <= RISK_DAYS:
        return State.AT_RISK
    return State.DUE_SOON if left <= SOON_DAYS else State.OPEN


@dataclass(frozen=True)
class Condition:
    """One test of an attribute of an organisation or of a piece of evidence.

    At least one of the tests is set. What is not known does not pass, except `equals=False` and
    `none_of`.
    `share_of`: the number is divided by this attribute of the organisation first; where that is
    not known the test passes.
    """

    attribute: str
    equals: Any = None
    any_of: tuple[Any, ...] = ()
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    share_of: str = ""
    none_of: tuple[Any, ...] = ()

    def holds(self, facts: Mapping[str, Any], org: Mapping[str, Any] | None = None) -> bool:
        """Say whether the attribute passes the test."""
        value = facts.get(self.attribute)
        if self.any_of or self.none_of:
            values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
            if any(each in self.none_of for each in values):
                return False
            return not self.any_of or any(each in self.any_of for each in values)
        if self.equals is False:
            return not value
        if self.equals is not None:
            return bool(value == self.equals)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        number = float(value)
        if self.share_of:
            whole = (org or {}).get(self.share_of)
            if not isinstance(whole, int | float) or whole <= 0:
                return True
            number /= float(whole)
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


@dataclass(frozen=True)
class Criteria:
    """What evidence counts: its kinds, tests of its attributes, the least grade.

    `where`: all must pass; `any_of`: and of each group of tests all of at least one group.
    """

    kinds: frozenset[str]
    where: tuple[Condition, ...] = ()
    any_of: tuple[tuple[Condition, ...], ...] = ()
    least_grade: Grade = Grade.SELF_REPORTED


@dataclass(frozen=True)
class Binding:
    """Whom a rule binds: kinds of organisation and tests of what they are.

    The tests may ask for the kind too: where one kind is held to more than another.
    """

    kinds: frozenset[str]
    where: tuple[Condition, ...] = ()
    any_of: tuple[tuple[Condition, ...], ...] = ()

    def holds(self, kind: str, attributes: Mapping[str, Any]) -> bool:
        """Say whether an organisation of a kind with these attributes is bound."""
        if kind not in self.kinds:
            return False
        return passes(self.where, self.any_of, {**attributes, "kind": kind})

    def attributes(self) -> frozenset[str]:
        """Return the names of the attributes that decide."""
        groups = (self.where, *self.any_of)
        return frozenset(each.attribute for group in groups for each in group)


def passes(
    where: Iterable[Condition],
    any_of: Sequence[Iterable[Condition]],
    facts: Mapping[str, Any],
    org: Mapping[str, Any] | None = None,
) -> bool:
    """Say whether all tests pass, and all of at least one group where there are groups."""
    if not all(each.holds(facts, org) for each in where):
        return False
    return not any_of or any(all(each.holds(facts, org) for each in group) for group in any_of)


@dataclass(frozen=True)
class Asks:
    """What is asked, in time.

    PERIOD: `count` in each `every` × `unit`, of the calendar or rolling; with a `window` (a kind
    of season) only while it lasts, or in `span_days` before or after it. A period counts when the
    window has `least_window_days` in it, and when the organisation was bound for `least_share`.
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

    def holds_in(self, division_code: str) -> bool:
        """Say whether the rule holds in a division, by its code."""
        return division_code.startswith(self.jurisdiction)

    @property
    def kinds_read(self) -> frozenset[str]:
        """The kinds of evidence that can change a result."""
        return self.counts.kinds | (self.subjects.kinds if self.subjects else frozenset())

    def horizon(self, today: date) -> date:
        """Return the first day whose periods are looked at, and their proofs read."""
        months = max(self.asks.months * 2, 12) + 1
        return (today - timedelta(days=31 * months + self.asks.grace)).replace(day=1)
