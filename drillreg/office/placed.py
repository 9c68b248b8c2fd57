"""Settings inside statements over many places: the nearest office that has set one counts."""

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
    usual, own = values_by_place(key)
    otherwise = today - timedelta(days=usual)
    if not own:
        return otherwise
    return case(
        *(
            (and_(Org.path >= path, Org.path < subtree_end(path)), today - timedelta(days=days))
            for path, days in own
        ),
        else_=otherwise,
    )
