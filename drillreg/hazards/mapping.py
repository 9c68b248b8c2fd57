"""Sites as a map needs them: the rows of a view, or how many lie in each cell of a grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_, select

from drillreg.core.db import db
from drillreg.geo import morton
from drillreg.geo.morton import Bbox
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.queries import SiteFilter, conditions
from drillreg.hazards.scope import seen_check_on
from drillreg.orgs.models import Org, OrgVersion, Oversight
from drillreg.orgs.scope import OrgScope
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

MOST_POINTS = 2000
# From this zoom on single sites are shown, however many there are, up to the most.
SINGLE_ZOOM = 15
RANGES = 24
# Late commits may bring ids below the newest: so many behind it are counted, too.
LOOK_BACK = 500


@dataclass(frozen=True)
class MapPoint:
    """One site, or `count` sites of one cell of the grid around their middle (WGS84 degrees)."""

    lon: float
    lat: float
    level_rank: int
    count: int
    site: Any = None


@dataclass(frozen=True)
class MapData:
    """What a view of the map shows; `capped` says that more sites lie there than are shown."""

    points: list[MapPoint]
    capped: bool


def _in_box(bbox: Bbox | None) -> list[ColumnElement[bool]]:
    """Return the conditions of a rectangle: a few ranges of the index, then the exact edges."""
    if bbox is None:
        return []
    west, south, east, north = bbox
    ranges = morton.ranges(bbox, RANGES)
    return [
        or_(*(HazardSite.morton.between(low, high) for low, high in ranges)),
        HazardSite.lon.between(west, east),
        HazardSite.lat.between(south, north),
    ]


def map_data(
    wanted: SiteFilter, scope: OrgScope, *, today: date, bbox: Bbox | None, zoom: int
) -> MapData:
    """Return the sites of a view, or where they are too many, their numbers by cells of a grid.

    `bbox` is west, south, east, north in degrees; `zoom` that of web maps, 0 to 18.
    """
    within = [*conditions(wanted, scope, today), *_in_box(bbox)]
    rows = db.session.execute(
        select(
            HazardSite.id,
            HazardSite.name,
            HazardSite.name_en,
            HazardSite.number,
            HazardSite.level,
            HazardSite.level_rank,
            HazardSite.lon,
            HazardSite.lat,
            seen_check_on(scope).label("last_check_on"),
            Org.name.label("org_name"),
        )
        .join(HazardSite.org)
        .where(*within)
        .order_by(HazardSite.level_rank, HazardSite.id)
        .limit(MOST_POINTS + 1)
    ).all()
    if len(rows) <= MOST_POINTS or zoom >= SINGLE_ZOOM:
        points = [MapPoint(row.lon, row.lat, row.level_rank, 1, row) for row in rows[:MOST_POINTS]]
        return MapData(points, len(rows) > MOST_POINTS)
    return MapData(_clusters(within, zoom), False)


def _clusters(within: Sequence[ColumnElement[bool]], zoom: int) -> list[MapPoint]:
    """Count sites by cells of about 64 pixels at a zoom, which are prefixes of the index."""
    cell = HazardSite.morton.op(">>")(literal_column(str(2 * max(morton.BITS - zoom - 2, 0))))
    rows = db.session.execute(
        select(
            func.avg(HazardSite.lon),
            func.avg(HazardSite.lat),
            func.min(HazardSite.level_rank),
            func.count(),
        )
        .join(HazardSite.org)
        .where(*within)
        .group_by(cell)
        .order_by(cell)
    ).all()
    return [MapPoint(float(x), float(y), int(rank), int(n)) for x, y, rank, n in rows]


def stamp() -> tuple[Any, ...]:
    """Return values that change whenever a site, check, import or organisation does.

    One statement of a few looks at the ends of indexes, whatever the number of sites.
    """
    newest_site = select(func.max(HazardSite.id)).scalar_subquery()
    newest_check = select(func.max(HazardCheck.id)).scalar_subquery()
    edited = (
        select((HazardSite.id + 7919 * HazardSite.row_version).label("mark"))
        .order_by(HazardSite.changed_at.desc())
        .limit(50)
        .subquery()
    )
    standing = ImportBatch.state == ImportState.APPLIED
    row = db.session.execute(
        select(
            newest_site,
            select(func.count())
            .select_from(HazardSite)
            .where(HazardSite.id > newest_site - LOOK_BACK)
            .scalar_subquery(),
            select(func.sum(edited.c.mark)).scalar_subquery(),
            newest_check,
            select(func.count())
            .select_from(HazardCheck)
            .where(HazardCheck.id > newest_check - LOOK_BACK)
            .scalar_subquery(),
            select(func.count()).select_from(ImportBatch).where(standing).scalar_subquery(),
            select(func.max(ImportBatch.undone_at)).scalar_subquery(),
            select(func.max(OrgVersion.id)).scalar_subquery(),
            select(func.max(Oversight.id)).scalar_subquery(),
            select(func.count(Oversight.to_on)).scalar_subquery(),
        )
    ).one()
    return tuple(str(value) for value in row)
