"""What lies in an area that somebody draws to ask; nothing of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.exposures.rules import SubjectKind
from drillreg.exposures.subjects import load_subjects
from drillreg.geo.plane import (
    around,
    geometries,
    reach_boxes,
    spots_within,
    within_reach,
    zone_of,
)
from drillreg.geo.shapes import centroid
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.hazards.standing import is_standing
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.resources.models import Shelter

# More than anybody reads; whoever needs all narrows the area.
MOST = 500


@dataclass(frozen=True)
class Inside:
    """What of a scope lies in an area, each with its distance in metres (0 inside)."""

    units: Sequence[tuple[Org, float]]
    shelters: Sequence[tuple[Shelter, float]]
    sites: Sequence[HazardSite]
    is_cut: bool


def inside(area: bytes, buffer_m: float, scope: OrgScope) -> Inside:
    """Return what lies within `buffer_m` metres of an area (WKB, WGS84), the nearest first."""
    shapes, none = geometries([area]), geometries([None])
    box = around(reach_boxes(shapes, [buffer_m], none))
    subjects = load_subjects(box)
    found = within_reach(shapes, [buffer_m], none, subjects.targets, zone_of(centroid(area)[0]))
    metres: dict[SubjectKind, dict[int, float]] = {kind: {} for kind in SubjectKind}
    for target, distance in zip(found.target.tolist(), found.metres.tolist(), strict=True):
        metres[subjects.kinds[target]][subjects.ids[target]] = round(distance, 1)
    units = _nearest(metres[SubjectKind.UNIT])
    shelters = _nearest(metres[SubjectKind.SHELTER])
    orgs = db.session.scalars(select(Org).where(Org.id.in_(units), scope.allows())).all()
    places = db.session.scalars(
        select(Shelter)
        .join(Shelter.org)
        .options(contains_eager(Shelter.org))
        .where(Shelter.id.in_(shelters), scope.allows())
    ).all()
    return Inside(
        sorted(((org, units[org.id]) for org in orgs), key=_by_distance),
        sorted(((each, shelters[each.id]) for each in places), key=_by_distance),
        _sites_in(area, buffer_m, box, scope),
        max(len(units), len(shelters)) >= MOST,
    )


def _nearest(metres: dict[int, float]) -> dict[int, float]:
    return dict(sorted(metres.items(), key=lambda each: each[1])[:MOST])


def _by_distance(found: tuple[Any, float]) -> tuple[float, int]:
    return found[1], found[0].id


def _sites_in(
    area: bytes, buffer_m: float, box: tuple[float, float, float, float], scope: OrgScope
) -> Sequence[HazardSite]:
    """Return the sites of a scope in the area, the worst first."""
    west, south, east, north = box
    sites = db.session.scalars(
        select(HazardSite)
        .join(HazardSite.org)
        .options(contains_eager(HazardSite.org))
        .where(
            SITE.within(scope.present),
            is_standing(),
            HazardSite.lon.between(west, east),
            HazardSite.lat.between(south, north),
        )
        .order_by(HazardSite.level_rank, HazardSite.id)
        .limit(4 * MOST)
    ).all()
    held = spots_within(area, buffer_m, [(site.lon, site.lat) for site in sites])
    return [site for site, is_in in zip(sites, held, strict=True) if is_in][:MOST]
