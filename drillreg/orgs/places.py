"""Which division a position lies in, and which government looks after it."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.geo.shapes import contains_point, locate_points
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import GOVERNMENT_KINDS, DivisionLevel
from drillreg.orgs.scope import OrgScope

# Where areas of several levels hold a position, the smallest kind of division wins.
DEEPEST_FIRST = (
    DivisionLevel.GRID,
    DivisionLevel.VILLAGE,
    DivisionLevel.TOWN,
    DivisionLevel.COUNTY,
)


def _depth() -> ColumnElement[int]:
    return case({level.value: at for at, level in enumerate(DEEPEST_FIRST)}, value=Division.level)


def _standing() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a boundary and its division are in force and not undone."""
    return (
        DivisionBoundary.to_on.is_(None),
        is_imported(DivisionBoundary),
        is_imported(Division),
    )


def division_at(lon: float, lat: float) -> Division | None:
    """Return the deepest division whose boundary holds a position (WGS84 degrees), or None."""
    found = db.session.scalars(
        select(DivisionBoundary)
        .join(DivisionBoundary.division)
        .options(joinedload(DivisionBoundary.division))
        .where(
            *_standing(),
            DivisionBoundary.min_lon <= lon,
            DivisionBoundary.max_lon >= lon,
            DivisionBoundary.min_lat <= lat,
            DivisionBoundary.max_lat >= lat,
        )
        .order_by(_depth(), DivisionBoundary.area_km2, DivisionBoundary.id)
    )
    return next((b.division for b in found if contains_point(b.wkb, lon, lat)), None)


def divisions_at(lons: npt.ArrayLike, lats: npt.ArrayLike) -> list[int | None]:
    """Return for each position (WGS84 degrees) the id of the deepest division that holds it.

    One query for all; positions that are no finite numbers lie nowhere.
    """
    x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return [None] * len(x)
    rows = db.session.execute(
        select(DivisionBoundary.division_id, DivisionBoundary.wkb)
        .join(DivisionBoundary.division)
        .where(
            *_standing(),
            DivisionBoundary.min_lon <= float(x[known].max()),
            DivisionBoundary.max_lon >= float(x[known].min()),
            DivisionBoundary.min_lat <= float(y[known].max()),
            DivisionBoundary.max_lat >= float(y[known].min()),
        )
        .order_by(_depth(), DivisionBoundary.area_km2, DivisionBoundary.id)
    ).all()
    return locate_points(x, y, [(row.division_id, row.wkb) for row in rows])


def orgs_of_divisions(ids: Iterable[int | None]) -> dict[int, Org]:
    """Return by division id the open government organisation (county, town, village) that has it.

    Not limited by scope: the caller checks what the person may reach.
    """
    wanted = sorted({each for each in ids if each is not None})
    found = db.session.scalars(
        select(Org)
        .where(
            Org.division_id.in_(wanted),
            Org.kind.in_(GOVERNMENT_KINDS.values()),
            Org.closed_on.is_(None),
            is_imported(Org),
        )
        .order_by(Org.path.desc())
    )
    return {org.division_id: org for org in found if org.division_id is not None}


def governments_above(ids: Iterable[int | None]) -> Mapping[int, Org]:
    """Return by division id the government of that division, else of the nearest one above it."""
    wanted = sorted({each for each in ids if each is not None})
    paths: Sequence[tuple[int, str]] = [
        (row.id, row.path)
        for row in db.session.execute(
            select(Division.id, Division.path).where(Division.id.in_(wanted)).order_by(Division.id)
        )
    ]
    chains = {id_: [int(part) for part in path.rstrip("/").split("/")] for id_, path in paths}
    known = orgs_of_divisions({each for chain in chains.values() for each in chain})
    nearest = {
        id_: next((known[each] for each in reversed(chain) if each in known), None)
        for id_, chain in chains.items()
    }
    return {id_: org for id_, org in nearest.items() if org is not None}


def org_at(lon: float, lat: float, scope: OrgScope) -> Org | None:
    """Return the government in scope of the deepest division that holds a position, or None.

    Where a village or town has no organisation of its own, it is the one above it.
    """
    division = division_at(lon, lat)
    if division is None:
        return None
    org = governments_above([division.id]).get(division.id)
    return org if org is not None and scope.includes(org) else None
