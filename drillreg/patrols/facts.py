"""What forms say of plans and inspections, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from drillreg.patrols.rules import Doer
from drillreg.workdays.recurrence import Shift


@dataclass(frozen=True)
class PlanFacts:
    """A patrol plan as typed; a kind's shape says which fields count."""

    name: str
    kind: str
    within_id: int
    weekdays: tuple[int, ...]
    shift: Shift
    each_day: bool
    least_days: int
    every: Mapping[str, int]
    months: int
    site_kinds: tuple[str, ...]
    levels: tuple[str, ...]
    sites: tuple[int, ...]
    doer: Doer
    account_id: int | None
    account_name: str | None
    role: str | None
    goal: str | None
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class InspectionFacts:
    """The head of an inspection as typed."""

    title: str
    way: str
    basis: str | None
    focus: str | None
    from_on: date
    to_on: date


@dataclass(frozen=True)
class MemberFacts:
    """A member of a team: an account here, or somebody of another body by name."""

    name: str
    body: str | None
    is_leader: bool
    account_id: int | None
