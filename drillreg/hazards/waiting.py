"""What hazard sites give to the chasing list: those that were not checked in time."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Select, func, or_, select

from drillreg.hazards.intervals import is_fresh, next_check_on
from drillreg.hazards.models import HazardSite
from drillreg.hazards.standing import is_standing
from drillreg.orgs.models import Org
from drillreg.tasks.chasing import ChaseSource, chase_columns


def _stale(today: date) -> Select[Any]:
    columns = chase_columns(
        "check-stale",
        "hazard_site",
        HazardSite.id,
        org_id=HazardSite.org_id,
        what=HazardSite.name,
        what_en=HazardSite.name_en,
        # A site that was never checked is late from the day it was entered.
        since=func.coalesce(next_check_on(), func.date(HazardSite.created_at), type_=Date()),
    )
    return (
        select(*columns)
        .join(Org, Org.id == HazardSite.org_id)
        .where(is_standing(), or_(HazardSite.last_check_on.is_(None), ~is_fresh(today)))
    )


STALE_CHECKS = ChaseSource("check-stale", _stale)
