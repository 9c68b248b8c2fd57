"""Reading an area or a way that somebody drew on the map, typed, or pasted as GeoJSON."""

import re
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drillreg.core.errors import DomainError
from drillreg.geo.crs import WGS84
from drillreg.geo.geojson import crs_of, parsed, raw_features
from drillreg.geo.shapes import POLYGONAL, area_km2, ensure_in_range, length_km, mended, wkb_of
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_

# "113.912345,26.923456", with words before it or not; the comma may be a wide one or a blank.
POSITION = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*[)）]?\s*$")
MOST_LETTERS = 200_000
MOST_POSITIONS = 5_000
MOST_KM2 = 500.0
MOST_KM = 300.0
LINES = frozenset({"LineString", "MultiLineString"})


def read_area(text: str, shift: ShiftedCrs) -> bytes:
    """Return an area (WKB, WGS84, Polygon or MultiPolygon) from lines of positions or GeoJSON.

    Raises DomainError with the sentence for whoever drew it.
    """
    shape = _read(text, shift, POLYGONAL)
    if shape is None:
        positions = _positions(text, 3)
        shape = _shifted(shapely.Polygon(positions), shift)
    whole = wkb_of(mended(shape)[0])
    if mended(shape)[0].is_empty or not area_km2(whole):
        raise DomainError(N_("These points do not enclose an area."))
    ensure_in_range(whole)
    if area_km2(whole) > MOST_KM2:
        raise DomainError(N_("The area is larger than %(most)d km²."), most=int(MOST_KM2))
    return whole


def read_way(text: str, shift: ShiftedCrs) -> bytes:
    """Return a way (WKB, WGS84, LineString or MultiLineString) from positions or GeoJSON."""
    shape = _read(text, shift, LINES)
    if shape is None:
        shape = _shifted(shapely.LineString(_positions(text, 2)), shift)
    way = wkb_of(shape)
    ensure_in_range(way)
    if not 0 < length_km(way) <= MOST_KM:
        raise DomainError(N_("A route is at most %(most)d km long."), most=int(MOST_KM))
    return way


def as_lines(wkb: bytes | None) -> str:
    """Return a drawn shape as it is edited: a position a line, or GeoJSON for several parts."""
    if wkb is None:
        return ""
    shape = shapely.from_wkb(wkb)
    simple = shape.geom_type == "LineString" or (
        shape.geom_type == "Polygon" and not len(shape.interiors)
    )
    if not simple:
        return str(shapely.to_geojson(shape))
    line = shape.exterior if shape.geom_type == "Polygon" else shape
    found = shapely.get_coordinates(line)
    found = found[:-1] if shape.geom_type == "Polygon" else found
    return "\n".join(f"{x:.6f},{y:.6f}" for x, y in found)


def _read(text: str, shift: ShiftedCrs, kinds: frozenset[str]) -> BaseGeometry | None:
    """Return the shapes of a pasted GeoJSON as one; None when the text is none."""
    if len(text) > MOST_LETTERS:
        raise DomainError(N_("The drawing has too many points."))
    if not text.lstrip().startswith("{"):
        return None
    document, _ = parsed(text.encode(), "GeoJSON")
    if crs_of(document) != WGS84:
        raise DomainError(N_("Only GeoJSON in longitude and latitude can be pasted here."))
    shapes = [_shifted(shape, shift) for shape in _shapes(document, kinds)]
    if len(shapes) == 1:
        return shapes[0]
    if kinds == LINES:
        parts = [part for shape in shapes for part in shapely.get_parts(shape)]
        return shapely.MultiLineString(parts)
    return shapely.union_all([mended(shape)[0] for shape in shapes])


def _shapes(document: dict[str, Any], kinds: frozenset[str]) -> list[BaseGeometry]:
    """Return the shapes of some kinds of a GeoJSON; a feature that cannot be read is refused."""
    shapes = []
    for feature in raw_features(document):
        if feature.geometry is None:
            raise DomainError(feature.reason or "", **feature.params)
        if feature.geometry.geom_type in kinds:
            shapes.append(feature.geometry)
    if not shapes:
        raise DomainError(N_("The GeoJSON holds no shape of the kind that is asked for here."))
    if sum(int(shapely.get_num_coordinates(shape)) for shape in shapes) > MOST_POSITIONS:
        raise DomainError(N_("The drawing has too many points."))
    return shapes


def _positions(text: str, least: int) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for at, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = POSITION.search(line)
        if match is None:
            raise DomainError(
                N_("Line %(number)d is no position such as 113.912345,26.923456."), number=at
            )
        found.append((float(match[1]), float(match[2])))
    if len(set(found)) < least:
        raise DomainError(N_("At least %(count)d points are needed."), count=least)
    if len(found) > MOST_POSITIONS:
        raise DomainError(N_("The drawing has too many points."))
    return found


def _shifted(shape: BaseGeometry, shift: ShiftedCrs) -> BaseGeometry:
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise DomainError(N_("A position lies outside longitude ±180° and latitude ±90°."))
    if shift is ShiftedCrs.WGS84:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], shift)))
