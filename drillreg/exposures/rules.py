"""Rules of exposure: what can be threatened, how it is known, what a person decided."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# A buffer set by hand, in metres; more is an area of its own and drawn.
MOST_BUFFER_M = 20_000


class SubjectKind(StrEnum):
    """What can lie in reach of a site."""

    UNIT = "org"
    VILLAGE = "division"
    SHELTER = "shelter"


class Inside(StrEnum):
    """In which part of a site's reach a subject lies."""

    BUFFER = "buffer"
    DRAWN = "drawn"
    BOTH = "both"


class Decision(StrEnum):
    """What somebody who knows the place said about a link."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


# The attributes of a unit that say how many people are there (org_attribute.toml); beds count the
# patients that lie in them.
HEADCOUNTS = ("staff", "students", "beds")


def inside_of(in_buffer: bool, in_area: bool) -> Inside:
    """Return in which part of the reach something lies; one of both is true."""
    if in_buffer and in_area:
        return Inside.BOTH
    return Inside.BUFFER if in_buffer else Inside.DRAWN


def people_at(attributes: dict[str, object]) -> int | None:
    """Return how many people a unit has by its attributes, or None when none is known."""
    counts = [attributes[name] for name in HEADCOUNTS if isinstance(attributes.get(name), int)]
    return sum(counts) if counts else None  # type: ignore[arg-type]


def sum_of(*parts: object) -> str:
    """Return a short digest of a geometry and what is assumed about it."""
    return hashlib.blake2s(repr(parts).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True)
class Room:
    """Whether the nearest shelters hold those who are threatened; None where nobody is counted."""

    capacity: int
    people: int | None

    @property
    def missing(self) -> int:
        """Return for how many people there is no place."""
        return max((self.people or 0) - self.capacity, 0)


def room_for(capacities: Sequence[int], people: int | None) -> Room:
    """Return what shelters outside the danger hold together, against the people threatened."""
    return Room(sum(capacities), people)
