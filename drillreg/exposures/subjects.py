"""What can lie in reach of a site, with its shape: units, villages and shelters that stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Select, and_, or_, select

from drillreg.core.db import db
from drillreg.exposures.reaching import point_sum
from drillreg.exposures.rules import SubjectKind, sum_of
from drillreg.geo.morton import Bbox
from drillreg.geo.plane import Targets, shapes_of
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import DivisionLevel
from drillreg.resources.models import Shelter


@dataclass(frozen=True)
class Subjects:
    """Columns of the same length: which records they are, the sums of their shapes, the shapes."""

    kinds: Sequence[SubjectKind]
    ids: Sequence[int]
    sums: Sequence[str]
    targets: Targets


def _in_box(lon: Any, lat: Any, bbox: Bbox | None) -> list[Any]:
    if bbox is None:
        return [lon.is_not(None), lat.is_not(None)]
    return [lon.between(bbox[0], bbox[2]), lat.between(bbox[1], bbox[3])]


def _units(bbox: Bbox | None) -> Select[Any, Any, Any]:
    return select(Org.id, Org.lon, Org.lat).where(
        Org.closed_on.is_(None), is_imported(Org), *_in_box(Org.lon, Org.lat, bbox)
    )


def _shelters(bbox: Bbox | None) -> Select[Any, Any, Any]:
    return select(Shelter.id, Shelter.lon, Shelter.lat).where(
        Shelter.voided_at.is_(None),
        is_imported(Shelter),
        *_in_box(Shelter.lon, Shelter.lat, bbox),
    )


def _villages(bbox: Bbox | None) -> Select[Any, Any, Any, Any]:
    """Select villages with the boundary in force, else with their centre."""
    meets = _in_box(Division.lon, Division.lat, bbox)
    if bbox is not None:
        west, south, east, north = bbox
        outline = and_(
            DivisionBoundary.max_lon >= west,
            DivisionBoundary.min_lon <= east,
            DivisionBoundary.max_lat >= south,
            DivisionBoundary.min_lat <= north,
        )
    else:
        outline = DivisionBoundary.id.is_not(None)
    return (
        select(Division.id, Division.lon, Division.lat, DivisionBoundary.wkb)
        .outerjoin(
            DivisionBoundary,
            and_(
                DivisionBoundary.division_id == Division.id,
                DivisionBoundary.to_on.is_(None),
                is_imported(DivisionBoundary),
            ),
        )
        .where(
            Division.level == DivisionLevel.VILLAGE,
            Division.closed_on.is_(None),
            is_imported(Division),
            or_(outline, and_(DivisionBoundary.id.is_(None), *meets)),
        )
        .order_by(Division.id, DivisionBoundary.id)
    )


def load_subjects(bbox: Bbox | None = None) -> Subjects:
    """Return what may lie in a rectangle (degrees), or everything; three queries."""
    kinds: list[SubjectKind] = []
    ids: list[int] = []
    sums: list[str] = []
    lons: list[float] = []
    lats: list[float] = []
    wkbs: list[bytes | None] = []
    points = ((SubjectKind.UNIT, _units(bbox)), (SubjectKind.SHELTER, _shelters(bbox)))
    for kind, statement in points:
        for id_, lon, lat in db.session.execute(statement):
            kinds.append(kind)
            ids.append(id_)
            lons.append(lon)
            lats.append(lat)
            sums.append(point_sum(lon, lat))
            wkbs.append(None)
    seen: set[int] = set()
    for id_, lon, lat, wkb in db.session.execute(_villages(bbox)):
        if id_ in seen:
            continue
        seen.add(id_)
        kinds.append(SubjectKind.VILLAGE)
        ids.append(id_)
        lons.append(np.nan if lon is None else lon)
        lats.append(np.nan if lat is None else lat)
        sums.append(point_sum(lon, lat) if wkb is None else sum_of(wkb))
        wkbs.append(wkb)
    return Subjects(kinds, ids, sums, Targets(shapes_of(lons, lats, wkbs)))
