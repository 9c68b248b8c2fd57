"""Rules of the parts of a version: how fresh a contact is, what the points of a route say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

# From how many months without a verification on a contact is pointed out. Article 35 of
# 国办发〔2024〕5号 asks for a revision when the people in charge have changed: twelve is the
# longest that the office lets pass, six the round of the contact book.
STALE_MONTHS = (12, 6)
MOST_POINTS = 500
POSITION = re.compile(
    r"(?P<name>.*?)[\s,，:：（(]*(?P<lon>-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(?P<lat>-?\d{1,2}(?:\.\d+)?)\s*[)）]?"
)


class Standing(StrEnum):
    """How somebody named in a plan stands today."""

    TYPED = "typed"
    HELD = "held"
    CHANGED = "changed"
    VACANT = "vacant"


def months_stale(verified_on: date | None, today: date) -> int:
    """Return 12, 6 or 0: for how many months at least a contact has not been verified."""
    if verified_on is None:
        return STALE_MONTHS[0]
    months = (today.year - verified_on.year) * 12 + today.month - verified_on.month
    months -= today.day < verified_on.day
    return next((limit for limit in STALE_MONTHS if months >= limit), 0)


@dataclass(frozen=True)
class Point:
    """A point of a route: its name, its longitude and latitude in degrees, or both."""

    name: str
    lon: float | None = None
    lat: float | None = None

    def __str__(self) -> str:
        at = f"{self.lon:.6f},{self.lat:.6f}" if self.lon is not None else ""
        return f"{self.name} {at}".strip()


def read_points(text: str) -> list[Point]:
    """Return the points of a text, one a line: "name", "lon,lat" or "name lon,lat".

    Raises DomainError, naming the line, where numbers are no longitude and latitude.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_POINTS:
        raise DomainError(N_("A route has at most %(most)d points."), most=MOST_POINTS)
    return [_point(line, number) for number, line in enumerate(lines, 1)]


def _point(line: str, number: int) -> Point:
    found = POSITION.fullmatch(line)
    if found is None:
        return Point(line[:80])
    lon, lat = float(found["lon"]), float(found["lat"])
    if abs(lon) > 180 or abs(lat) > 90:
        raise DomainError(
            N_("Line %(line)d is no longitude and latitude, such as 113.91,26.93."), line=number
        )
    return Point(found["name"].strip()[:80], lon, lat)


def positions_of(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Return the positions of the points that have one, a repeated one once."""
    found: list[tuple[float, float]] = []
    for point in points:
        if point.lon is None or point.lat is None:
            continue
        if not found or found[-1] != (point.lon, point.lat):
            found.append((point.lon, point.lat))
    return found


def ensure_walkable(points: Sequence[Point], start: str, end: str) -> None:
    """Raise unless a route goes somewhere: two ends with a name."""
    if start == end:
        raise DomainError(N_("A route leads from one place to another."))
    if len(positions_of(points)) == 1:
        raise DomainError(
            N_("One position is no way. Draw at least two, or give the points by name only.")
        )
