"""Measuring in metres: places projected into the CGCS2000 three-degree zone they lie in.

In such a zone (GB/T 17798, Gauss-Krüger) a length is too long by at most 0.035 %. WGS84 and
CGCS2000 agree within centimetres and are not told apart.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from drillreg.geo.morton import Bbox
from drillreg.geo.shapes import METRES_PER_DEGREE, geometry_of, wkb_of

Shapes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

ZONE_DEGREES = 3
# EPSG:4534 … 4554 are the zones with the central meridians 75° … 135° (numbers 25 … 45).
FIRST_EPSG, FIRST_ZONE, LAST_ZONE = 4534, 25, 45
# What lies farther from the central meridian than that is in nobody's reach and badly projected.
WIDEST = 4.0


def zone_of(lon: float) -> int:
    """Return the number of the three-degree zone of a longitude: 38 for 112.5° … 115.5°."""
    return int(np.rint(lon / ZONE_DEGREES))


def zones_of(lons: npt.ArrayLike) -> Whole:
    """Return the numbers of the three-degree zones of longitudes."""
    return np.rint(np.asarray(lons, dtype=float) / ZONE_DEGREES).astype(np.int64)


def zone_name(zone: int) -> str:
    """Return how a zone is named in a record: its EPSG code, or its central meridian abroad."""
    if FIRST_ZONE <= zone <= LAST_ZONE:
        return f"EPSG:{FIRST_EPSG + zone - FIRST_ZONE}"
    return f"Gauss-Krüger CM {zone * ZONE_DEGREES}"


@cache
def _transformer(zone: int) -> pyproj.Transformer:
    plane = (
        f"+proj=tmerc +lat_0=0 +lon_0={zone * ZONE_DEGREES} +k=1 +x_0=500000 +y_0=0"
        " +ellps=GRS80 +units=m +no_defs"
    )
    return pyproj.Transformer.from_crs("EPSG:4490", plane, always_xy=True)


def to_plane(zone: int) -> Callable[[Numbers], Numbers]:
    """Return a function from degrees (n, 2) to metres east and north in a zone."""
    transformer = _transformer(zone)
    return lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))


def flat(shapes: Shapes | BaseGeometry, zone: int) -> Shapes | BaseGeometry:
    """Return shapes in WGS84 degrees as shapes in metres of a zone."""
    return shapely.transform(shapes, to_plane(zone))


def shapes_of(lons: Sequence[float], lats: Sequence[float], wkbs: Sequence[bytes | None]) -> Shapes:
    """Return shapes in degrees: of each WKB (any type), where it is None the point."""
    found: Shapes = shapely.points(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
    for at, wkb in enumerate(wkbs):
        if wkb is not None:
            found[at] = geometry_of(wkb)
    return found


def geometries(wkbs: Sequence[bytes | None]) -> Shapes:
    """Return the shape of each WKB, None where there is none."""
    found: Shapes = np.full(len(wkbs), None, dtype=object)
    for at, wkb in enumerate(wkbs):
        if wkb is not None:
            found[at] = geometry_of(wkb)
    return found


@dataclass
class Targets:
    """Shapes in WGS84 degrees that may lie in somebody's reach; each zone is projected once."""

    shapes: Shapes
    _flat: dict[int, tuple[Whole, Shapes, shapely.STRtree]] = field(default_factory=dict)

    def in_zone(self, zone: int) -> tuple[Whole, Shapes, shapely.STRtree]:
        """Return which shapes lie near a zone, the same in metres, and an index of them."""
        if zone not in self._flat:
            bounds = shapely.bounds(self.shapes).reshape(-1, 4)
            middle = zone * ZONE_DEGREES
            near = (bounds[:, 0] <= middle + WIDEST) & (bounds[:, 2] >= middle - WIDEST)
            places = np.flatnonzero(near)
            chosen = flat(self.shapes[places], zone)
            self._flat[zone] = (places, chosen, shapely.STRtree(chosen))
        return self._flat[zone]


@dataclass(frozen=True)
class Found:
    """Pairs of a source and a target in its reach: places in both lists, metres, and why."""

    source: Whole
    target: Whole
    metres: Numbers
    in_buffer: npt.NDArray[np.bool_]
    in_area: npt.NDArray[np.bool_]


def within_reach(
    sources: Shapes, buffers: npt.ArrayLike, areas: Shapes, targets: Targets, zone: int
) -> Found:
    """Return what lies within `buffers` metres of sources, or meets the area drawn for them.

    All shapes are in WGS84 degrees, the sources of one zone; an area may be None. The distance is
    the shortest one between both shapes in metres, 0 where they meet.
    """
    places, chosen, tree = targets.in_zone(zone)
    here = flat(sources, zone)
    near = tree.query(here, predicate="dwithin", distance=np.asarray(buffers, dtype=float))
    drawn = np.flatnonzero(~shapely.is_missing(areas))
    met = np.empty((2, 0), dtype=np.int64)
    if len(drawn):
        met = tree.query(flat(areas[drawn], zone), predicate="intersects")
        met = np.array([drawn[met[0]], met[1]])
    width = max(len(chosen), 1)
    near_codes, met_codes = near[0] * width + near[1], met[0] * width + met[1]
    codes = np.union1d(near_codes, met_codes)
    source, target = codes // width, codes % width
    return Found(
        source,
        places[target] if len(target) else target,
        shapely.distance(here[source], chosen[target]),
        np.isin(codes, near_codes),
        np.isin(codes, met_codes),
    )


def spots_within(area: bytes, buffer_m: float, spots: Sequence[tuple[float, float]]) -> list[bool]:
    """Say of each position (longitude, latitude) whether it lies within metres of an area."""
    if not spots:
        return []
    shape = geometry_of(area)
    zone = zone_of(float(shapely.centroid(shape).x))
    here = flat(shapely.points(np.asarray(spots, dtype=float)), zone)
    found: list[bool] = shapely.dwithin(flat(shape, zone), here, buffer_m).tolist()
    return found


def reach_boxes(sources: Shapes, buffers: npt.ArrayLike, areas: Shapes) -> Numbers:
    """Return west, south, east, north (degrees) around each source with its buffer and area."""
    boxes = shapely.bounds(sources).reshape(-1, 4)
    up = np.asarray(buffers, dtype=float) / METRES_PER_DEGREE * 1.01
    wide = up / np.maximum(np.cos(np.radians(np.abs(boxes[:, [1, 3]]).max(axis=1))), 0.01)
    boxes = boxes + np.column_stack([-wide, -up, wide, up])
    drawn = shapely.bounds(areas).reshape(-1, 4)
    return np.column_stack(
        [
            np.fmin(boxes[:, 0], drawn[:, 0]),
            np.fmin(boxes[:, 1], drawn[:, 1]),
            np.fmax(boxes[:, 2], drawn[:, 2]),
            np.fmax(boxes[:, 3], drawn[:, 3]),
        ]
    )


def around(boxes: Numbers) -> Bbox:
    """Return the rectangle (degrees) that holds all of some rectangles."""
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def nice_length(width_m: float) -> float:
    """Return a round length (1, 2 or 5 of a power of ten) of at most a quarter of a width."""
    most = max(width_m / 4, 1e-9)
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (5, 2, 1) if step * power <= most)


def outline_around(wkb: bytes, metres: float) -> bytes:
    """Return the area within so many metres of a shape, WKB in WGS84 degrees like the shape."""
    shape = geometry_of(wkb)
    zone = zone_of(float(shapely.centroid(shape).x))
    around = shapely.buffer(flat(shape, zone), metres, quad_segs=16)
    transformer = _transformer(zone)

    def back(xy: Numbers) -> Numbers:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))

    return wkb_of(shapely.transform(around, back))
