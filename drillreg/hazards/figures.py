"""Hazard sites in a figure for papers: what `geo.figure` draws of them."""

from collections.abc import Sequence

from drillreg.core.codes import code_label
from drillreg.geo.figure import MapArea, MapLine, MapPoint, areas_of, lines_of
from drillreg.hazards.mapping import MapPoint as Found
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import LEVEL_ORDER

# With more places than this their names would cover each other.
MOST_NAMES = 60


def site_shapes(
    sites: Sequence[HazardSite],
) -> tuple[list[MapPoint], list[MapArea], list[MapLine]]:
    """Return sites as places with name and level in words, and the lines and areas they have."""
    points = [
        MapPoint(s.lon, s.lat, s.name, s.level.value, code_label(s.level, "risk_level"))
        for s in sites
    ]
    shaped = [(site.wkb, site.level.value) for site in sites if site.wkb]
    areas = [area for wkb, level in shaped for area in areas_of(wkb, level=level)]
    lines = [line for wkb, level in shaped for line in lines_of(wkb, arrow=False, level=level)]
    return points, areas, lines


def view_points(found: Sequence[Found]) -> list[MapPoint]:
    """Return what a view of the map shows: single sites by name, and numbers."""
    is_named = sum(point.site is not None for point in found) <= MOST_NAMES
    return [
        MapPoint(
            point.lon,
            point.lat,
            point.site.name if point.site is not None and is_named else "",
            LEVEL_ORDER[point.level_rank].value,
            count=point.count if point.site is None else 0,
        )
        for point in found
    ]
