"""Lines and areas that a person typed, drew or pasted: positions in words to WKB, and back."""

import json
import re
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drillreg.core.errors import DomainError
from drillreg.geo.crs import to_degrees
from drillreg.geo.geojson import crs_of, parsed, raw_features
from drillreg.geo.shapes import (
    SQUARE_METRES_PER_KM2,
    area_km2,
    geojson_of,
    geometry_of,
    length_km,
    positions_in_range,
    wkb_of,
)
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_

MOST_POSITIONS = 2000
POSITION = re.compile(r"[(（]?\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*[)）]?")
BETWEEN = re.compile(r"[;；\n]+")
METRES_PER_KM = 1000.0


class ShapeKind(StrEnum):
    """What a record is on the map."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


TYPES = {
    ShapeKind.POINT: frozenset({"Point", "MultiPoint"}),
    ShapeKind.LINE: frozenset({"LineString", "MultiLineString"}),
    ShapeKind.AREA: frozenset({"Polygon", "MultiPolygon"}),
}
# How many different positions a shape needs at least.
LEAST = {ShapeKind.LINE: 2, ShapeKind.AREA: 3}


def shape_kind(wkb: bytes | None) -> ShapeKind:
    """Return what a stored shape is; nothing is a point, which is kept by its position alone."""
    if wkb is None:
        return ShapeKind.POINT
    found = geometry_of(wkb).geom_type
    return next((kind for kind, types in TYPES.items() if found in types), ShapeKind.POINT)


def shape_of_text(text: str, kind: ShapeKind, given: ShiftedCrs) -> bytes:
    """Return a line or an area (WKB, WGS84 degrees) from "lon,lat" in turn or from GeoJSON.

    Positions are in the datum `given`; a GeoJSON that names a system is read in that one. Raises
    DomainError with what is wrong: a text that is no position, too few of them, lines that cross.
    """
    geometry, named = _of_geojson(text) if text.lstrip().startswith("{") else _of_list(text, kind)
    if geometry.geom_type not in TYPES[kind]:
        raise DomainError(
            N_("What was pasted is a line.")
            if geometry.geom_type in TYPES[ShapeKind.LINE]
            else N_("What was pasted is an area.")
            if geometry.geom_type in TYPES[ShapeKind.AREA]
            else N_("What was pasted is a point.")
        )
    if named and given is not ShiftedCrs.WGS84:
        raise DomainError(
            N_("The GeoJSON names a coordinate system of its own: leave the datum at WGS84.")
        )
    moved = shapely.transform(
        geometry, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], given))
    )
    _ensure_drawable(moved, kind)
    return wkb_of(moved)


def _of_geojson(text: str) -> tuple[BaseGeometry, bool]:
    document, _ = parsed(text.encode(), "GeoJSON")
    features = list(raw_features(document))
    if len(features) != 1 or features[0].geometry is None:
        raise DomainError(N_("Paste the GeoJSON of exactly one shape."))
    geometry = features[0].geometry
    named = document.get("crs") is not None
    return shapely.transform(geometry, to_degrees(crs_of(document))), named


def _of_list(text: str, kind: ShapeKind) -> tuple[BaseGeometry, bool]:
    found: list[tuple[float, float]] = []
    for part in BETWEEN.split(text):
        if not part.strip():
            continue
        read = POSITION.fullmatch(part.strip())
        if read is None:
            raise DomainError(
                N_("“%(text)s” is no position. Write longitude, latitude."), text=part.strip()[:40]
            )
        found.append((float(read[1]), float(read[2])))
    if len(set(found)) < LEAST[kind]:
        raise DomainError(
            N_("At least %(least)d different positions are needed."), least=LEAST[kind]
        )
    return (
        shapely.LineString(found) if kind is ShapeKind.LINE else shapely.Polygon(found),
        False,
    )


def _ensure_drawable(geometry: BaseGeometry, kind: ShapeKind) -> None:
    count = shapely.get_num_coordinates(geometry)
    if geometry.is_empty or count > MOST_POSITIONS:
        raise DomainError(N_("A shape has at most %(most)d positions."), most=MOST_POSITIONS)
    if not positions_in_range(shapely.get_coordinates(geometry)):
        raise DomainError(N_("A position lies outside longitude ±180° and latitude ±90°."))
    if kind is ShapeKind.AREA and not geometry.is_valid:
        raise DomainError(
            N_("The outline of the area crosses itself. Enter its corners in order, all round.")
        )


def text_of_shape(wkb: bytes, digits: int = 7) -> str:
    """Return a shape as it is typed: a position a line; what is in several parts as GeoJSON."""
    geometry = geometry_of(wkb)
    plain = geometry.geom_type == "LineString" or (
        geometry.geom_type == "Polygon" and not geometry.interiors
    )
    if not plain:
        return json.dumps(geojson_of(wkb, digits=digits), separators=(",", ":"))
    line = geometry.exterior if geometry.geom_type == "Polygon" else geometry
    positions = list(line.coords)[: -1 if geometry.geom_type == "Polygon" else None]
    return "\n".join(f"{at[0]:.{digits}f},{at[1]:.{digits}f}" for at in positions)


def same_shape(wkb: bytes, other: bytes, tolerance: float) -> bool:
    """Say whether two shapes have the same corners in the same order, within so many degrees."""
    return bool(
        shapely.equals_exact(
            geometry_of(wkb), geometry_of(other), tolerance=tolerance, normalize=True
        )
    )


def measured(wkb: bytes) -> tuple[float, float]:
    """Return the length in metres (of an area: of its outline) and the area in m², on CGCS2000."""
    return length_km(wkb) * METRES_PER_KM, area_km2(wkb) * SQUARE_METRES_PER_KM2
