"""Telling who checks a site that its check is due: once for each day, with the way to its page."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from drillreg.accounts.queries import accounts_at
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.intervals import next_check_on
from drillreg.hazards.models import HazardSite
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org

# A day that was missed, because nothing ran, is made up for within so many days.
MISSED = timedelta(days=3)
ONE = N_("%(site)s: its check is due on %(day)s.")
SEVERAL = N_("%(org)s: checks due on %(day)s: %(count)d.")


def remind_of_checks(now: datetime) -> int:
    """Tell liaisons and monitors which checks fall due; return how many notices were written.

    Whose task it is to see that others check has the chasing list instead.
    """
    today = clock.local_date(now)
    with unit_of_work():
        rows = _due(today)
        org_ids = {row.org_id for row in rows}
        checkers = accounts_at(Permission.LOG_CHECKS, org_ids, on=today)
        lookers = accounts_at(Permission.EDIT_HAZARDS, org_ids, on=today)
        return sum(
            _tell(row, set(checkers.get(row.org_id, ())) - set(lookers.get(row.org_id, ())), now)
            for row in rows
        )


def _due(today: date) -> Any:
    day = next_check_on()
    return db.session.execute(
        select(
            HazardSite.org_id,
            day.label("due_on"),
            func.min(Org.name).label("org"),
            func.min(HazardSite.name).label("site"),
            func.min(HazardSite.public_id).label("public_id"),
            func.count().label("count"),
        )
        .join(Org, Org.id == HazardSite.org_id)
        .where(is_standing(), day.between(today - MISSED, today))
        .group_by(HazardSite.org_id, day)
        .order_by(HazardSite.org_id, day)
    ).all()


def _tell(row: Any, people: set[int], now: datetime) -> int:
    one = row.count == 1
    return notify(
        sorted(people),
        occasion=f"checks:{row.org_id}:{row.due_on.isoformat()}",
        kind="check-due",
        message=ONE if one else SEVERAL,
        params={
            "site": row.site,
            "org": row.org,
            "day": row.due_on.isoformat(),
            "count": row.count,
        },
        url=f"/h/{row.public_id}" if one else "/hazards/mine",
        due_on=row.due_on,
        now=now,
    )
