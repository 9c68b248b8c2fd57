"""The structured parts of a version as they are shown and printed: `parts_of`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.plans.models import PlanVersion


@dataclass(frozen=True)
class Point:
    """A point of a route: its name, its longitude and latitude in degrees, or both."""

    name: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Level:
    """A response level: its code, when it is called, who decides, what is done."""

    level: str
    trigger: str
    decider: str
    actions: str


@dataclass(frozen=True)
class Member:
    """Somebody with a role: what the paper says."""

    role: str
    duty: str
    org_name: str
    post_title: str
    name: str
    phone: str


@dataclass(frozen=True)
class Resource:
    """A team, supply or shelter."""

    noun: str
    use: str
    name: str
    org_name: str
    amount: float | None
    unit: str
    contact_name: str
    contact_phone: str


@dataclass(frozen=True)
class Route:
    """A way to a safe place; length in metres."""

    name: str
    start: str
    destination: str
    people: int | None
    minutes: int | None
    length_m: int | None
    note: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Parts:
    """All structured parts of a version."""

    levels: Sequence[Level] = ()
    members: Sequence[Member] = ()
    resources: Sequence[Resource] = ()
    routes: Sequence[Route] = ()


def parts_of(version: PlanVersion, today: date | None = None) -> Parts:
    """Return the parts of a version."""
    return Parts()
