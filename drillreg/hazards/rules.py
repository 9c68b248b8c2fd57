"""Rules of hazard sites and checks: levels, results, what a repeated submission means."""

from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.errors import DomainError
from drillreg.i18n import N_


class RiskLevel(StrEnum):
    """Inherent risk of a site, in the four national colours (安委办〔2016〕11号)."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


LEVEL_ORDER = (RiskLevel.RED, RiskLevel.ORANGE, RiskLevel.YELLOW, RiskLevel.BLUE)


class CheckResult(StrEnum):
    """What a check found."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"


class Freshness(StrEnum):
    """How long ago a site was last checked, seen against what its level asks."""

    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"


# Days a check stays fresh, by level; an office's own habit, not a national rule.
FRESH_DAYS = {
    RiskLevel.RED: 7,
    RiskLevel.ORANGE: 14,
    RiskLevel.YELLOW: 30,
    RiskLevel.BLUE: 90,
}


def freshness(level: RiskLevel, last_check_on: date | None, today: date) -> Freshness:
    """Say whether the last check of a site is recent enough for its level."""
    if last_check_on is None:
        return Freshness.NEVER
    limit = timedelta(days=FRESH_DAYS[level])
    return Freshness.FRESH if today - last_check_on <= limit else Freshness.STALE


def ensure_check_complete(result: CheckResult, note: str) -> None:
    """Raise unless an abnormal check says what was seen."""
    if result is CheckResult.ABNORMAL and not note:
        raise DomainError(N_("Say in a few words what is abnormal."))
