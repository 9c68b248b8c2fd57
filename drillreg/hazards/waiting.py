"""What hazard sites give to the chasing list: those that were not checked in time."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Select, case, func, or_, select

from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import FRESH_DAYS
from drillreg.hazards.standing import is_standing
from drillreg.orgs.models import Org
from drillreg.tasks.chasing import ChaseSource, chase_columns


def _stale(today: date) -> Select[Any]:
    days = {level.value: count for level, count in FRESH_DAYS.items()}
    fresh_days = case(days, value=HazardSite.level)
    due_on = func.days_after(HazardSite.last_check_on, fresh_days)
    columns = chase_columns(
        "check-stale",
        "hazard_site",
        HazardSite.id,
        org_id=HazardSite.org_id,
        what=HazardSite.name,
        what_en=HazardSite.name_en,
        # A site that was never checked is late from the day it was entered.
        since=func.coalesce(due_on, func.date(HazardSite.created_at), type_=Date()),
    )
    return (
        select(*columns)
        .join(Org, Org.id == HazardSite.org_id)
        .where(is_standing(), or_(HazardSite.last_check_on.is_(None), due_on < today))
    )


STALE_CHECKS = ChaseSource("check-stale", _stale)
