"""Rules of single checks: how they are made, what they prove, and what looks odd about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.evidence.rules import Grade
from drillreg.hazards.rules import CheckResult
from drillreg.i18n import N_

# How far back a check may be dated by hand on its own page.
CHECK_BACK = timedelta(days=7)

# A photo's hash of 64 bits is cut into five bands: two hashes that differ in four bits or fewer
# agree in one of them.
HASH_BITS = 64
BANDS = (13, 13, 13, 13, 12)
MOST_BITS = len(BANDS) - 1
# A picture with hardly any edge in it, such as a covered lens, is like every other of its sort.
FEWEST_EDGES = 6


class Way(StrEnum):
    """How a check is made: a patrol, or an inspection that was announced, unannounced or joint."""

    PATROL = "patrol"
    ANNOUNCED = "announced"
    UNANNOUNCED = "unannounced"
    JOINT = "joint"


class SignalKind(StrEnum):
    """What a supervisor is shown to look at; never a verdict, never a score."""

    SAME_PHOTO = "same-photo"
    SPEED = "speed"
    PLACE = "place"
    BULK = "bulk"


WAY_WORDS = {
    Way.PATROL: N_("On patrol"),
    Way.ANNOUNCED: N_("Inspection, announced"),
    Way.UNANNOUNCED: N_("Inspection, unannounced"),
    Way.JOINT: N_("Joint inspection"),
}
SIGNAL_WORDS = {
    SignalKind.SAME_PHOTO: N_("The same photo again"),
    SignalKind.SPEED: N_("Farther than one can travel"),
    SignalKind.PLACE: N_("Far from the site"),
    SignalKind.BULK: N_("Many within a minute"),
}


@dataclass(frozen=True)
class Submission:
    """One check as it was sent; the position may be missing and is never asked for.

    `answers` are by item, kept with their version as `check_lists.kept_answers` says.
    """

    client_id: str
    body_hash: str
    result: CheckResult
    note: str
    checked_on: date
    checked_at: datetime
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    way: Way = Way.PATROL
    with_names: str = ""
    upper_number: str = ""
    answers: Mapping[str, Any] | None = None


def ensure_check_complete(
    result: CheckResult, note: str, answers: Mapping[str, Any] | None
) -> None:
    """Raise unless an abnormal check says what was seen, by an item or in words."""
    failed = bool(answers and answers.get("failed"))
    if result is CheckResult.ABNORMAL and not note and not failed:
        raise DomainError(N_("Say in a few words what is abnormal."))
    if result is CheckResult.NORMAL and failed:
        raise DomainError(N_("An item is answered as abnormal: report the check as abnormal."))


def ensure_check_day(checked_on: date, today: date, back: timedelta = CHECK_BACK) -> None:
    """Raise unless a check is of today or of the days before, as far as `back` reaches."""
    if checked_on > today:
        raise DomainError(N_("A check cannot be of a day that is still to come."))
    if today - checked_on > back:
        raise DomainError(
            N_("A check can be entered for up to %(days)d days back."), days=back.days
        )


def grade_of(*, has_photo: bool, upper_number: str) -> Grade:
    """Return what a check proves: a photo or a number of an upper system is evidence."""
    return Grade.EVIDENCED if has_photo or upper_number else Grade.SELF_REPORTED


def is_first_hand(way: Way, *, is_outside: bool, grade: Grade) -> bool:
    """Say whether a check is seen by the level above itself: an inspection with evidence."""
    return way is not Way.PATROL and is_outside and grade is Grade.EVIDENCED


def bands_of(perceptual_hash: str | None) -> list[int]:
    """Return the five bands of a 64-bit hash (16 hex digits), each with its place in it.

    A hash that says next to nothing has none.
    """
    if not perceptual_hash:
        return []
    bits = int(perceptual_hash, 16)
    if not FEWEST_EDGES <= bits.bit_count() <= HASH_BITS - FEWEST_EDGES:
        return []
    found = []
    for place, width in enumerate(BANDS):
        found.append(place << 16 | bits & (1 << width) - 1)
        bits >>= width
    return found


def bits_apart(one: str, other: str) -> int:
    """Return in how many bits two hashes of 16 hex digits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def speed_kmh(metres: float, seconds: float) -> float:
    """Return the speed of a way; less than a second counts as one."""
    return metres / 1000 / max(seconds, 1.0) * 3600
