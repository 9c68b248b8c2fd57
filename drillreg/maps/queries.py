"""What the map shows beside hazard sites: boundaries, units and drills that are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from drillreg.core.db import db
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL
from drillreg.geo.morton import Bbox
from drillreg.hazards.models import HazardSite
from drillreg.hazards.standing import is_standing
from drillreg.orgs.layers import MOST_ENTRIES
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import DivisionLevel, subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanRoute, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

DUE_WITHIN = timedelta(days=30)
LEVELS = tuple(DivisionLevel)


@dataclass(frozen=True)
class Outline:
    """The boundary of a division (WKB, WGS84); `outer` goes around the others shown."""

    division: Division
    wkb: bytes
    bbox: Bbox
    outer: bool


def boundary_stamp(scope: OrgScope) -> tuple[object, ...]:
    """Return values that change with whatever `outlines(scope)` returns, in one statement."""
    row = db.session.execute(
        select(
            select(func.max(DivisionBoundary.id)).scalar_subquery(),
            select(func.count())
            .select_from(DivisionBoundary)
            .where(DivisionBoundary.to_on.is_(None))
            .scalar_subquery(),
            select(func.count())
            .select_from(ImportBatch)
            .where(ImportBatch.state == ImportState.APPLIED)
            .scalar_subquery(),
            select(func.max(Org.id)).scalar_subquery(),
        )
    ).one()
    return (*(str(value) for value in row), scope.key())


def outlines(scope: OrgScope) -> list[Outline]:
    """Return the highest level of boundaries in scope, and the next level inside it.

    The inner ones come first, so that the outer line is drawn over them.
    """
    reached = select(Org.division_id).where(
        scope.allows(), Org.division_id.is_not(None), is_imported(Org)
    )
    standing = and_(
        DivisionBoundary.to_on.is_(None), is_imported(DivisionBoundary), is_imported(Division)
    )
    levels = db.session.scalars(
        select(Division.level)
        .join(DivisionBoundary, DivisionBoundary.division_id == Division.id)
        .where(standing, Division.id.in_(reached))
        .distinct()
    ).all()
    shown = [level for level in LEVELS if level in set(levels)][:2]
    rows = db.session.execute(
        select(Division, DivisionBoundary)
        .join(DivisionBoundary, DivisionBoundary.division_id == Division.id)
        .where(standing, Division.id.in_(reached), Division.level.in_(shown))
        .order_by(Division.path, DivisionBoundary.id)
    ).all()
    found = [
        Outline(
            division,
            each.wkb,
            (each.min_lon, each.min_lat, each.max_lon, each.max_lat),
            len(shown) == 2 and division.level == shown[0],
        )
        for division, each in rows
    ]
    return sorted(found, key=lambda each: each.outer)


def _in_box(lon: Any, lat: Any, bbox: Bbox | None) -> list[Any]:
    if bbox is None:
        return []
    return [lon.between(bbox[0], bbox[2]), lat.between(bbox[1], bbox[3])]


def _below(within: Org | None) -> list[Any]:
    if within is None:
        return []
    return [Org.path >= within.path, Org.path < subtree_end(within.path)]


def units_on_map(
    scope: OrgScope, *, within: Org | None = None, bbox: Bbox | None = None
) -> Sequence[Org]:
    """Return the open organisations in scope that have a position, in tree order."""
    return db.session.scalars(
        select(Org)
        .where(
            scope.allows(),
            is_imported(Org),
            Org.closed_on.is_(None),
            Org.lon.is_not(None),
            Org.lat.is_not(None),
            *_below(within),
            *_in_box(Org.lon, Org.lat, bbox),
        )
        .order_by(Org.path)
        .limit(MOST_ENTRIES + 1)
    ).all()


def drills_on_map(
    scope: OrgScope,
    *,
    today: date,
    within: Org | None = None,
    event_type: str = "",
    bbox: Bbox | None = None,
) -> Sequence[tuple[Drill, HazardSite]]:
    """Return drills that are overdue or due within 30 days, at the site they are about."""
    statement = (
        select(Drill, HazardSite)
        .join(Drill.org)
        .join(HazardSite, HazardSite.id == Drill.site_id)
        .where(
            DRILL.within(scope.present),
            is_standing(),
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on <= today + DUE_WITHIN,
            *_below(within),
            *_in_box(HazardSite.lon, HazardSite.lat, bbox),
        )
        .order_by(Drill.due_on, Drill.id)
        .limit(MOST_ENTRIES + 1)
    )
    if event_type:
        statement = statement.where(Drill.event_type == event_type)
    return [(drill, site) for drill, site in db.session.execute(statement).all()]


def routes_on_map(
    scope: OrgScope, *, within: Org | None = None, event_type: str = ""
) -> Sequence[tuple[PlanRoute, Plan]]:
    """Return the drawn evacuation routes of the plans in force, with their plan."""
    statement = (
        select(PlanRoute, Plan)
        .join(PlanVersion, PlanVersion.id == PlanRoute.version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(Plan.org)
        .where(
            PLAN.within(scope.present),
            is_imported(Org),
            PlanVersion.state == VersionState.CURRENT,
            PlanRoute.geometry.is_not(None),
            *_below(within),
        )
        .order_by(PlanRoute.id)
        .limit(MOST_ENTRIES + 1)
    )
    if event_type:
        statement = statement.where(Plan.event_type == event_type)
    return [(route, plan) for route, plan in db.session.execute(statement).all()]
