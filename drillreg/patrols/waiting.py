"""What patrols give to the chasing list and to the to-do list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Date, Select, func, or_, select, type_coerce

from drillreg.core.access import Actor, Permission
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.standing import is_standing
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.patrols.covering import WITHIN, counts_for, covered, due_in
from drillreg.patrols.models import PatrolDay, PatrolPlan
from drillreg.patrols.rules import CHASED_DAYS
from drillreg.patrols.todays import ONE_PERSON, split, stops
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import TodoItem


def _missed_rounds(today: date) -> Select[Any]:
    """Select the missed rounds of a site that is given by the outer statement."""
    seen = (
        select(HazardCheck.id)
        .where(HazardCheck.site_id == HazardSite.id, *counts_for())
        .correlate(PatrolDay, HazardSite)
    )
    return (
        select(func.min(PatrolDay.last_on))
        .select_from(PatrolDay)
        .join(PatrolDay.plan)
        .join(WITHIN, WITHIN.id == PatrolPlan.within_id)
        .where(
            PatrolDay.last_on < today,
            PatrolDay.last_on >= today - timedelta(days=CHASED_DAYS),
            # Whoever looked since has made it good.
            or_(HazardSite.last_check_on.is_(None), HazardSite.last_check_on < PatrolDay.first_on),
            *covered(),
            *due_in(),
            ~seen.exists(),
        )
        .correlate(HazardSite, Org)
    )


def _missed(today: date) -> Select[Any]:
    rounds = _missed_rounds(today)
    columns = chase_columns(
        "patrol-missed",
        "hazard_site",
        HazardSite.id,
        org_id=HazardSite.org_id,
        what=HazardSite.name,
        what_en=HazardSite.name_en,
        person=HazardSite.responsible_name,
        since=type_coerce(rounds.scalar_subquery(), Date),
    )
    return (
        select(*columns)
        .join(Org, Org.id == HazardSite.org_id)
        .where(is_standing(), rounds.scalar_subquery().is_not(None))
    )


MISSED_PATROLS = ChaseSource("patrol-missed", _missed)


def patrols_to_make(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return one line for all the sites that a person is to look at now."""
    if not actor.may(Permission.LOG_CHECKS):
        return []
    scope = scope_of(actor, Permission.LOG_CHECKS, today)
    mine, _ = split(stops(scope, today, at_most=ONE_PERSON), actor)
    if not mine:
        return []
    text = translate(N_("Patrols: %(count)d sites to look at"), count=len(mine))
    return [
        TodoItem(
            kind="patrol",
            text=text,
            url=url_for("patrols.today"),
            due_on=min(each.last_on for each in mine),
            since=min(each.first_on for each in mine),
        )
    ]
