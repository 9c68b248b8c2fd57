"""Settings inside statements over many places: the nearest office that has set one counts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case

from drillreg.office.queries import values_by_place
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end


def day_before(key: str, today: date) -> Any:
    """Return the day so many days ago as a setting says: one day, or one by place.

    The statement joins the organisation where an office has set its own.
    """
    return _by_place(key, lambda days: today - timedelta(days=days))


def days_set(key: str) -> Any:
    """Return the days a setting says: one number, or one by place, as in `day_before`."""
    return _by_place(key, lambda days: days)


def _by_place(key: str, of: Callable[[int], Any]) -> Any:
    usual, own = values_by_place(key)
    if not own:
        return of(usual)
    return case(
        *((and_(Org.path >= path, Org.path < subtree_end(path)), of(days)) for path, days in own),
        else_=of(usual),
    )
