"""Sites as a map needs them: the rows of a view, or how many lie in each cell of a grid.

What the keys of `SiteCell` hold is read from numbers that were counted ahead, summed for the
organisations in scope; everything else is counted from the rows of the view. Both look at whole
cells, so that a number on the map does not change while it is moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from drillreg.core.db import Big, db
from drillreg.geo import morton
from drillreg.geo.morton import Bbox
from drillreg.hazards.cell_models import SiteCell, SiteMark
from drillreg.hazards.counting import ZOOMS, cell_at, millionths
from drillreg.hazards.kinds import kinds_of_event
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.queries import SiteFilter, conditions
from drillreg.hazards.scope import SITE, seen_check_on
from drillreg.orgs.models import Org, OrgVersion, Oversight
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import OrgScope
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

# Up to so many sites of a view are shown one by one; an answer stays below 300 kB.
MOST_POINTS = 400
RANGES = 16
# Late commits may bring ids below the newest: so many behind it are counted, too.
LOOK_BACK = 500
# Where more organisations wait to be counted anew, the rows are counted at once.
MOST_MARKED = 500


@dataclass(frozen=True)
class MapPoint:
    """One site, or `count` sites of one cell of the grid around their middle (WGS84 degrees)."""

    lon: float
    lat: float
    level_rank: int
    count: int
    site: Any = None


@dataclass(frozen=True)
class Cell:
    """The sites of one cell: how many, sums of their degrees in millionths, the highest level."""

    count: int
    lon_sum: int
    lat_sum: int
    level_rank: int
    first_site_id: int

    def with_other(self, other: "Cell") -> "Cell":
        """Return what both are together."""
        return Cell(
            self.count + other.count,
            self.lon_sum + other.lon_sum,
            self.lat_sum + other.lat_sum,
            min(self.level_rank, other.level_rank),
            min(self.first_site_id, other.first_site_id),
        )


@dataclass(frozen=True)
class View:
    """A part of the map: its zoom and, as ranges of the index, its cells; None for everywhere."""

    zoom: int
    ranges: list[tuple[int, int]] | None


def map_data(
    wanted: SiteFilter, scope: OrgScope, *, today: date, bbox: Bbox | None, zoom: int
) -> list[MapPoint]:
    """Return the sites of a view, or where they are too many, their numbers by cells of a grid.

    `bbox` is west, south, east, north in degrees, widened to whole cells; `zoom` that of web maps,
    0 to 18. All numbers together are those of the ledger under the same filter.
    """
    view = View(zoom, None if bbox is None else morton.ranges(bbox, RANGES, morton.cell_bits(zoom)))
    cells = _cells(wanted, scope, today, view)
    if sum(cell.count for cell in cells.values()) <= MOST_POINTS:
        return _points(_near(_signs(scope), view).where(*conditions(wanted, scope, today)))
    alone = [cell.first_site_id for cell in cells.values() if cell.count == 1]
    points = _points(_signs(scope).where(HazardSite.id.in_(alone))) if alone else []
    return points + [_crowd(cell) for cell in cells.values() if cell.count > 1]


def _crowd(cell: Cell) -> MapPoint:
    lon, lat = cell.lon_sum / cell.count / 1e6, cell.lat_sum / cell.count / 1e6
    return MapPoint(lon, lat, cell.level_rank, cell.count)


def _signs(scope: OrgScope) -> Select[Any]:
    """Select what the sign of a site says."""
    return select(
        HazardSite.id,
        HazardSite.name,
        HazardSite.name_en,
        HazardSite.number,
        HazardSite.kind,
        HazardSite.level,
        HazardSite.level_rank,
        HazardSite.lon,
        HazardSite.lat,
        seen_check_on(scope).label("last_check_on"),
        Org.name.label("org_name"),
    ).join(HazardSite.org)


def _points(statement: Select[Any]) -> list[MapPoint]:
    rows = db.session.execute(statement.order_by(HazardSite.level_rank, HazardSite.id)).all()
    return [MapPoint(row.lon, row.lat, row.level_rank, 1, row) for row in rows]


# Counting


def _cells(wanted: SiteFilter, scope: OrgScope, today: date, view: View) -> dict[int, Cell]:
    """Return how many sites lie in each cell of a view."""
    marked = _marked_in(scope)
    if view.zoom > ZOOMS[-1] or not _is_counted(wanted, scope) or len(marked) > MOST_MARKED:
        return _counted_rows(conditions(wanted, scope, today), view)
    found = _counted_ahead(wanted, scope, marked, view)
    rest: list[tuple[OrgScope, ColumnElement[bool]]] = []
    if marked:
        rest.append((scope, HazardSite.org_id.in_(marked)))
    if (beside := _beside(scope)) is not None:
        rest.append((beside, ~scope.allows()))
    for reach, these in rest:
        for key, cell in _counted_rows([*conditions(wanted, reach, today), these], view).items():
            found[key] = found[key].with_other(cell) if key in found else cell
    return found


def _marked_in(scope: OrgScope) -> list[int]:
    """Return the organisations in scope whose numbers are not up to date."""
    marked = select(SiteMark.org_id).distinct().limit(MOST_MARKED + 1).subquery()
    found = select(marked.c.org_id).join(Org, Org.id == marked.c.org_id).where(scope.allows())
    return list(db.session.scalars(found))


def _is_counted(wanted: SiteFilter, scope: OrgScope) -> bool:
    """Say whether the keys of the numbers hold all that a filter asks for."""
    if wanted.within is not None:
        # Only where it leaves nothing out: a site may lie in a place and belong to another one.
        elsewhere = scope.everything or scope.overseers or scope.granted or scope.former
        if elsewhere or not all(covers(wanted.within.path, path) for path in scope.paths):
            return False
    return wanted == SiteFilter(
        within=wanted.within, kind=wanted.kind, event_type=wanted.event_type, level=wanted.level
    )


def _beside(scope: OrgScope) -> OrgScope | None:
    """Return the part of a scope that is reached site by site: by grants, and by departures."""
    single = frozenset(each for each in scope.granted if each[0] == SITE.code)
    if scope.everything or not (single or scope.former):
        return None
    return replace(scope, paths=frozenset(), overseers=frozenset(), granted=single)


def _counted_ahead(
    wanted: SiteFilter, scope: OrgScope, marked: Sequence[int], view: View
) -> dict[int, Cell]:
    """Sum the numbers of the organisations in scope, but for those that are marked."""
    zoom = next(each for each in ZOOMS if each >= view.zoom)
    bits = morton.cell_bits(zoom)
    wider: Any = literal_column(str(morton.cell_bits(view.zoom) - bits))
    cell = SiteCell.cell.op(">>", return_type=BigInteger())(wider)
    where = [SiteCell.zoom == zoom, SiteCell.level == wanted.level, scope.allows()]
    if wanted.event_type:
        kinds = set(kinds_of_event(wanted.event_type))
        where.append(SiteCell.kind.in_(sorted(kinds & {wanted.kind} if wanted.kind else kinds)))
    else:
        where.append(SiteCell.kind == wanted.kind)
    if view.ranges is not None:
        near = (SiteCell.cell.between(low >> bits, high >> bits) for low, high in view.ranges)
        where.append(or_(*near))
    if marked:
        where.append(SiteCell.org_id.not_in(marked))
    rows = db.session.execute(
        select(
            cell,
            func.sum(SiteCell.sites),
            func.sum(SiteCell.lon_sum),
            func.sum(SiteCell.lat_sum),
            func.min(SiteCell.level_rank),
            func.min(SiteCell.first_site_id),
        )
        .join(Org, Org.id == SiteCell.org_id)
        .where(*where)
        .group_by(cell)
    )
    return _by_cell(rows.all())


def _counted_rows(where: Sequence[ColumnElement[bool]], view: View) -> dict[int, Cell]:
    """Count the rows of a view; the conditions may look at the organisation."""
    cell = cell_at(view.zoom)
    statement = select(
        cell,
        func.count(),
        millionths(HazardSite.lon),
        millionths(HazardSite.lat),
        func.min(HazardSite.level_rank),
        func.min(HazardSite.id),
    ).join(HazardSite.org)
    return _by_cell(db.session.execute(_near(statement, view).where(*where).group_by(cell)).all())


def _by_cell(rows: Sequence[Any]) -> dict[int, Cell]:
    return {int(row[0]): Cell(*(int(value) for value in row[1:])) for row in rows}


def _near(statement: Select[Any], view: View) -> Select[Any]:
    """Narrow a statement over sites to the cells of a view.

    SQLite reads the index alone, without the rows behind it, only where the ranges are joined as
    rows; PostgreSQL knows how few rows they hold only where they stand in the condition.
    """
    if view.ranges is None:
        return statement
    if not view.ranges:
        return statement.where(false())
    if db.session.get_bind().dialect.name == "postgresql":
        near = (HazardSite.morton.between(low, high) for low, high in view.ranges)
        return statement.where(or_(*near))
    ranges = union_all(
        *(
            select(literal(low, Big).label("low"), literal(high, Big).label("high"))
            for low, high in view.ranges
        )
    ).cte("near")
    return statement.join(ranges, HazardSite.morton.between(ranges.c.low, ranges.c.high))


def _newest(key: Any) -> Any:
    """Return, as SQL, a sum that changes with any new row, also one that was committed late."""
    keys = select(key.label("key")).order_by(key.desc()).limit(LOOK_BACK).subquery()
    return select(func.sum(keys.c.key)).scalar_subquery()


def stamp() -> tuple[Any, ...]:
    """Return values that change whenever a site, check, import or organisation does.

    One statement of a few looks at the ends of indexes, whatever the number of sites.
    """
    edited = (
        select((HazardSite.id + 7919 * HazardSite.row_version).label("mark"))
        .order_by(HazardSite.changed_at.desc())
        .limit(50)
        .subquery()
    )
    standing = ImportBatch.state == ImportState.APPLIED
    row = db.session.execute(
        select(
            _newest(HazardSite.id),
            select(func.sum(edited.c.mark)).scalar_subquery(),
            _newest(HazardCheck.id),
            select(func.count()).select_from(ImportBatch).where(standing).scalar_subquery(),
            select(func.max(ImportBatch.undone_at)).scalar_subquery(),
            select(func.max(OrgVersion.id)).scalar_subquery(),
            select(func.max(Oversight.id)).scalar_subquery(),
            select(func.count(Oversight.to_on)).scalar_subquery(),
        )
    ).one()
    return tuple(str(value) for value in row)
