"""Conditions, as SQL, that say which site is due in which round, and which check counts for it."""

from typing import Any

from sqlalchemy import ColumnElement, Date, and_, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.orgs.models import Division, Org, Oversight
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import BEHIND_SEPARATOR
from drillreg.patrols.models import PatrolDay, PatrolPick, PatrolPlan

# The organisation a plan is limited to; a statement joins it to the plan.
WITHIN: Any = aliased(Org, name="within")
KIND, LEVEL, SITE = "kind", "level", "site"


def _below(path: Any, top: Any) -> ColumnElement[bool]:
    """Return the condition that a path lies in the subtree of another one, both columns."""
    end = func.substr(top, 1, func.length(top) - 1).concat(BEHIND_SEPARATOR)
    return and_(path >= top, path < end)


def _lies_within() -> ColumnElement[bool]:
    """Return the condition that a site belongs below the limit of a plan, or lies in its area."""
    home, mine = aliased(Division), aliased(Division)
    in_division = (
        select(mine.id)
        .join(home, _below(mine.path, home.path))
        .where(home.id == WITHIN.division_id, mine.id == HazardSite.division_id)
        .correlate(WITHIN, HazardSite)
        .exists()
    )
    overseen = (
        select(Oversight.id)
        .where(
            Oversight.overseer_id == WITHIN.id,
            Oversight.org_id == HazardSite.org_id,
            Oversight.to_on.is_(None),
        )
        .correlate(WITHIN, HazardSite)
        .exists()
    )
    return or_(
        _below(Org.path, WITHIN.path),
        and_(WITHIN.division_id.is_not(None), HazardSite.division_id.is_not(None), in_division),
        and_(WITHIN.kind == "department", overseen),
    )


def _picked(what: str, value: Any) -> ColumnElement[bool]:
    """Return the condition that a plan is not narrowed in this sort, or names the value."""
    mine = (
        select(PatrolPick.id)
        .where(PatrolPick.plan_id == PatrolPlan.id, PatrolPick.what == what)
        .correlate(PatrolPlan, HazardSite)
    )
    return or_(~mine.exists(), mine.where(value).exists())


def covered() -> list[ColumnElement[bool]]:
    """Return the conditions that a plan is about a site.

    The statement joins `PatrolPlan` with `WITHIN`, and `HazardSite` with `Org`.
    """
    return [
        PatrolPlan.voided_at.is_(None),
        is_imported(HazardSite),
        _lies_within(),
        _picked(KIND, PatrolPick.code == HazardSite.kind),
        _picked(LEVEL, PatrolPick.code == HazardSite.level),
        _picked(SITE, PatrolPick.site_id == HazardSite.id),
    ]


def due_in(day: Any = PatrolDay) -> list[ColumnElement[bool]]:
    """Return the conditions that a site of a plan is due in a round: it stood in the ledger then.

    A site entered while a round goes on is due in it; one struck out before it ended is not.
    """
    entered = type_coerce(func.date(HazardSite.created_at), Date)
    struck = type_coerce(func.date(HazardSite.voided_at), Date)
    return [
        or_(day.level == "", day.level == HazardSite.level),
        entered <= day.last_on,
        or_(HazardSite.voided_at.is_(None), struck > day.last_on),
    ]


def counts_for(day: Any = PatrolDay) -> list[ColumnElement[bool]]:
    """Return the conditions that a check of the site is one of a round.

    By night the hour counts; a check entered later, whose hour nobody knows, counts by its day.
    """
    return [
        HazardCheck.checked_on >= day.first_on,
        HazardCheck.checked_on <= day.last_on,
        or_(
            day.night_from.is_(None),
            and_(HazardCheck.checked_at >= day.night_from, HazardCheck.checked_at <= day.night_to),
            HazardCheck.checked_at == day.noon,
        ),
    ]
