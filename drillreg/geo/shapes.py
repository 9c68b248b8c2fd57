"""Shapes as WKB in WGS84 degrees: measuring, mending, simplifying and finding places in areas."""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from drillreg.core.errors import DomainError
from drillreg.geo.morton import Bbox
from drillreg.i18n import N_

Id = TypeVar("Id")

# The ellipsoid of CGCS2000 and GRS 80 differ by a fraction of a millimetre.
ELLIPSOID = Geod(ellps="GRS80")
METRES_PER_DEGREE = 111_195.0
SQUARE_METRES_PER_KM2 = 1_000_000.0

POLYGONAL = frozenset({"Polygon", "MultiPolygon"})


def geometry_of(wkb: bytes) -> BaseGeometry:
    """Return the geometry of a WKB; raise DomainError when it is not one."""
    try:
        return shapely.from_wkb(wkb)
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise DomainError(N_("The stored shape cannot be read.")) from error


def wkb_of(geometry: BaseGeometry) -> bytes:
    """Return the little-endian two-dimensional WKB of a geometry."""
    written: bytes = shapely.to_wkb(geometry, output_dimension=2, byte_order=1)
    return written


def point_wkb(lon: float, lat: float) -> bytes:
    """Return the WKB of one position in degrees."""
    return wkb_of(shapely.Point(lon, lat))


def line_wkb(positions: Sequence[tuple[float, float]]) -> bytes:
    """Return the WKB of a line through at least two positions in degrees."""
    return wkb_of(shapely.LineString(positions))


def kind_of(wkb: bytes) -> str:
    """Return the geometry type by its GeoJSON name, such as "MultiPolygon"."""
    return str(geometry_of(wkb).geom_type)


def bbox_of(wkb: bytes) -> Bbox:
    """Return west, south, east, north in degrees."""
    west, south, east, north = (float(edge) for edge in geometry_of(wkb).bounds)
    return west, south, east, north


def area_km2(wkb: bytes) -> float:
    """Return the area on the CGCS2000 ellipsoid in km²; points and lines have none."""
    geometry = geometry_of(wkb)
    if geometry.geom_type not in POLYGONAL:
        return 0.0
    area, _ = ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(geometry))
    return abs(float(area)) / SQUARE_METRES_PER_KM2


def length_km(wkb: bytes) -> float:
    """Return the length of a line, or of a polygon's outline, on the ellipsoid in km."""
    return float(ELLIPSOID.geometry_length(geometry_of(wkb))) / 1000.0


def distance_m(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Return the distance between two positions (degrees) on the ellipsoid in metres."""
    return float(ELLIPSOID.inv(lon, lat, to_lon, to_lat)[2])


def distance_to_m(wkb: bytes, lon: float, lat: float) -> float:
    """Return the distance from a position (degrees) to the nearest part of a shape in metres.

    The nearest part is looked for in degrees, which is exact enough for shapes of a few km.
    """
    _, nearest = shapely.shortest_line(shapely.Point(lon, lat), geometry_of(wkb)).coords
    return distance_m(lon, lat, *nearest)


def centroid(wkb: bytes) -> tuple[float, float]:
    """Return the centre of gravity as longitude, latitude; it may lie outside a bent shape."""
    point = shapely.centroid(geometry_of(wkb))
    return float(point.x), float(point.y)


def representative_point(wkb: bytes) -> tuple[float, float]:
    """Return a longitude, latitude that surely lies on the shape: where its label goes."""
    point = shapely.point_on_surface(geometry_of(wkb))
    return float(point.x), float(point.y)


def contains_point(wkb: bytes, lon: float, lat: float) -> bool:
    """Say whether a position in degrees lies in a shape or on its border."""
    return bool(shapely.intersects_xy(geometry_of(wkb), lon, lat))


def locate_points(
    lons: npt.ArrayLike, lats: npt.ArrayLike, areas: Sequence[tuple[Id, bytes]]
) -> list[Id | None]:
    """Return for each position (degrees) the id of the area that holds it, or None.

    A border belongs to both sides; where areas meet or overlap, the first of the list wins.
    """
    x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
    found: list[Id | None] = [None] * len(x)
    if not areas or not len(x):
        return found
    shapes = np.array([geometry_of(wkb) for _, wkb in areas], dtype=object)
    shapely.prepare(shapes)
    known = np.isfinite(x) & np.isfinite(y)
    points = shapely.points(np.where(known, x, 0.0), np.where(known, y, 0.0))
    which_point, which_area = shapely.STRtree(shapes).query(points, predicate="intersects")
    # Written from the last area to the first, so that the first of the list stays.
    for place in np.argsort(-which_area, kind="stable"):
        if known[which_point[place]]:
            found[int(which_point[place])] = areas[int(which_area[place])][0]
    return found


def simplified(wkb: bytes, tolerance_m: float) -> bytes:
    """Return the shape with its outline simplified by at most `tolerance_m` metres, still valid."""
    geometry = geometry_of(wkb)
    if tolerance_m <= 0 or geometry.geom_type in {"Point", "MultiPoint"} or geometry.is_empty:
        return wkb
    _, south, _, north = geometry.bounds
    narrowing = max(math.cos(math.radians((south + north) / 2.0)), 0.01)
    even = shapely.transform(geometry, lambda xy: xy * (narrowing, 1.0))
    plain = shapely.simplify(even, tolerance_m / METRES_PER_DEGREE, preserve_topology=True)
    return wkb_of(mended(shapely.transform(plain, lambda xy: xy / (narrowing, 1.0)))[0])


def geojson_of(wkb: bytes, tolerance_m: float = 0.0, digits: int = 6) -> dict[str, Any]:
    """Return a GeoJSON geometry (RFC 7946 winding), simplified by at most `tolerance_m` metres.

    Six digits of a degree are 0.1 m.
    """
    geometry = geometry_of(simplified(wkb, tolerance_m))
    if geometry.geom_type in POLYGONAL:
        geometry = shapely.orient_polygons(geometry)
    return {
        "type": geometry.geom_type,
        "coordinates": _rounded(shapely.geometry.mapping(geometry)["coordinates"], digits),
    }


def _rounded(coordinates: Any, digits: int) -> Any:
    if isinstance(coordinates, (float, int)):
        return round(float(coordinates), digits)
    return [_rounded(part, digits) for part in coordinates]


def mended(geometry: BaseGeometry) -> tuple[BaseGeometry, bool]:
    """Return a valid geometry of the same dimension and whether it had to be changed.

    A self-crossing polygon is cut at its crossings; lines and points that remain are dropped.
    The result is empty when nothing of the shape can be kept.
    """
    if geometry.is_valid:
        return geometry, False
    whole = shapely.make_valid(geometry)
    if geometry.geom_type in POLYGONAL:
        whole = _polygonal_part(whole)
    return whole, True


def _polygonal_part(geometry: BaseGeometry) -> BaseGeometry:
    if geometry.geom_type in POLYGONAL:
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in POLYGONAL]
    return shapely.union_all(parts) if parts else shapely.MultiPolygon()


def ensure_in_range(wkb: bytes) -> None:
    """Raise DomainError unless every position is a finite longitude and latitude in degrees."""
    geometry = geometry_of(wkb)
    if geometry.is_empty:
        raise DomainError(N_("The shape is empty."))
    if not positions_in_range(shapely.get_coordinates(geometry)):
        raise DomainError(N_("A position lies outside longitude ±180° and latitude ±90°."))


def positions_in_range(xy: npt.NDArray[np.float64]) -> bool:
    """Say whether all positions of shape (n, 2), in degrees, are finite and on the globe."""
    on_globe = (np.abs(xy[:, 0]) <= 180.0) & (np.abs(xy[:, 1]) <= 90.0)
    return bool(np.all(np.isfinite(xy)) and np.all(on_globe))


def overlap(wkb: bytes, other: bytes) -> float:
    """Return intersection over union of two areas, 0 … 1 (how far they are the same area)."""
    one, two = mended(geometry_of(wkb))[0], mended(geometry_of(other))[0]
    union = shapely.area(shapely.union(one, two))
    return float(shapely.area(shapely.intersection(one, two)) / union) if union else 0.0


def merged(wkbs: Sequence[bytes]) -> bytes:
    """Return the union of areas, such as a county from its towns."""
    return wkb_of(shapely.union_all([mended(geometry_of(wkb))[0] for wkb in wkbs]))
