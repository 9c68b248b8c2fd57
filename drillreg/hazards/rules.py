"""Rules of hazard sites and checks: levels, results, what a repeated submission means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class RiskLevel(StrEnum):
    """Inherent risk of a site, in the four national colours (安委办〔2016〕11号)."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


LEVEL_ORDER = (RiskLevel.RED, RiskLevel.ORANGE, RiskLevel.YELLOW, RiskLevel.BLUE)

# The kind of an import of sites.
IMPORT_KIND = "hazards"

NUMBER_TAIL = re.compile(r"([0-9]{1,12})([^0-9]*)$")
FIRST_NUMBER = "001"


class CheckResult(StrEnum):
    """What a check found."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"


class SiteEnding(StrEnum):
    """How a site left the ledger, other than by being struck out as a mistake."""

    CLOSED = "closed"
    MERGED = "merged"
    SPLIT = "split"


class ReportState(StrEnum):
    """What became of sites that were reported to the county."""

    SENT = "sent"
    FILED = "filed"
    RETURNED = "returned"
    TAKEN_BACK = "taken-back"


class Freshness(StrEnum):
    """How long ago a site was last checked, seen against what its level asks."""

    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"


# Days a check stays fresh, by level, where no office has set its own; a habit, not a national rule.
FRESH_DAYS = {
    RiskLevel.RED: 7,
    RiskLevel.ORANGE: 14,
    RiskLevel.YELLOW: 30,
    RiskLevel.BLUE: 90,
}


def freshness(
    level: RiskLevel, last_check_on: date | None, today: date, days: int | None = None
) -> Freshness:
    """Say whether the last check of a site is recent enough for its level, or within `days`."""
    if last_check_on is None:
        return Freshness.NEVER
    limit = timedelta(days=FRESH_DAYS[level] if days is None else days)
    return Freshness.FRESH if today - last_check_on <= limit else Freshness.STALE


def level_rank(level: RiskLevel) -> int:
    """Return the place of a level in the order red, orange, yellow, blue, from 0."""
    return LEVEL_ORDER.index(RiskLevel(level))


def number_after(number: str) -> str:
    """Return the number that follows: "QL-BY-017" → "QL-BY-018"; without digits it gets some."""
    found = NUMBER_TAIL.search(number)
    if found is None:
        return f"{number}-{FIRST_NUMBER}" if number else FIRST_NUMBER
    digits = found[1]
    following = str(int(digits) + 1).zfill(len(digits))
    return number[: found.start(1)] + following + found[2]


@dataclass(frozen=True)
class SiteFacts:
    """What a form says about a site; position in WGS84 degrees, line or area as WKB, too."""

    number: str
    outside_number: str | None
    name: str
    name_en: str | None
    kind: str
    level: RiskLevel
    address: str | None
    lon: float
    lat: float
    source_crs: str
    responsible_name: str | None
    responsible_phone: str | None
    threatened_people: int | None
    threatened_households: int | None
    threatened_what: str | None
    found_on: date | None
    threatened_property: float | None = None
    department_id: int | None = None
    fixed_area: str | None = None
    fixed_goal: str | None = None
    fixed_standard: str | None = None
    details: Mapping[str, Any] | None = None
    wkb: bytes | None = None
