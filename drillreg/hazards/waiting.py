"""What hazard sites give to the to-do list and to the chasing list: checks that are due."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Date, Select, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.hazards.intervals import is_fresh, next_check_of, next_check_on
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import LAST_CHECK
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

WEEK = timedelta(days=7)


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


def checks_to_make(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the sites a liaison or monitor should check within a week, longest waiting first.

    Who looks after the sites of others has the chasing list for it.
    """
    if not actor.may(Permission.LOG_CHECKS) or actor.may(Permission.EDIT_HAZARDS):
        return []
    found = db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(
            SITE.within(scope_of(actor, Permission.LOG_CHECKS, today)),
            is_standing(),
            or_(HazardSite.last_check_on.is_(None), ~is_fresh(today + WEEK)),
        )
        .order_by(LAST_CHECK, HazardSite.id)
        .limit(MOST)
    )
    return [_item(site) for site in found]


def _item(site: HazardSite) -> TodoItem:
    url = url_for("hazards.check", public_id=site.public_id)
    entered = clock.local_date(site.created_at)
    return TodoItem(
        kind="check",
        text=name_of(site),
        url=url,
        detail=f"{site.number}　{name_of(site.org)}",
        due_on=next_check_of(site) or entered,
        since=site.last_check_on or entered,
        act=(translate(N_("Record a check")), url),
    )
