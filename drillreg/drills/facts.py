"""What people tell about programmes and drills, as plain values on their way to the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from drillreg.drills.rules import DrillMode, Rating
from drillreg.workdays.recurrence import Recurrence


@dataclass(frozen=True)
class Outline:
    """What a programme or a single drill is about; targets in people and seconds."""

    title: str
    event_type: str
    mode: DrillMode = DrillMode.FULL
    place: str | None = None
    plan_id: int | None = None
    site_id: int | None = None
    expected_participants: int | None = None
    target_seconds: int | None = None
    title_en: str | None = None


@dataclass(frozen=True)
class Rhythm:
    """How often, from which day on, until which day."""

    recurrence: Recurrence
    starts_on: date
    ended_on: date | None = None


@dataclass(frozen=True)
class Moment:
    """Something that happened, in seconds after the start of the drill."""

    seconds: int
    who: str
    what: str


@dataclass(frozen=True)
class Group:
    """Who took part, with a head count."""

    name: str
    people: int


@dataclass(frozen=True)
class Held:
    """What is recorded of a drill that was held; the time of evacuation in seconds."""

    held_on: date
    participants: int
    mode: DrillMode = DrillMode.FULL
    started_at: datetime | None = None
    evacuation_seconds: int | None = None
    groups: Sequence[Group] = field(default_factory=tuple)
    moments: Sequence[Moment] = field(default_factory=tuple)
    strengths: Sequence[str] = field(default_factory=tuple)
    improvements: Sequence[str] = field(default_factory=tuple)
    rating: Rating | None = None
    summary: str | None = None
