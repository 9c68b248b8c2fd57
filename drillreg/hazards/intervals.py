"""How often a site is to be checked where it lies: as the office above it has set."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_

from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import LEVEL_ORDER, Freshness, RiskLevel, freshness
from drillreg.office.placed import day_before, days_set
from drillreg.office.queries import setting


def _key(level: RiskLevel) -> str:
    return f"hazards.check-days-{level.value}"


def freshness_of(site: HazardSite, today: date) -> Freshness:
    """Say whether a site was checked in time, by the interval of its place."""
    return freshness(site.level, site.last_check_on, today, setting(_key(site.level), site.org))


def next_check_of(site: HazardSite) -> date | None:
    """Return the day until which the last check of a site counts; None where there was none."""
    if site.last_check_on is None:
        return None
    days: int = setting(_key(site.level), site.org)
    return site.last_check_on + timedelta(days=days)


def is_fresh(today: date) -> ColumnElement[bool]:
    """Return the condition that a site was checked in time; the statement joins its organisation.

    The nearest office that has set an interval counts, as in `freshness_of`.
    """
    return or_(
        *(
            and_(
                HazardSite.level == level,
                HazardSite.last_check_on >= day_before(_key(level), today),
            )
            for level in LEVEL_ORDER
        )
    )


def next_check_on() -> Any:
    """Return, as SQL, the day until which the last check counts; null where there was none."""
    days = case(*((HazardSite.level == level, days_set(_key(level))) for level in LEVEL_ORDER))
    return func.days_after(HazardSite.last_check_on, days)
