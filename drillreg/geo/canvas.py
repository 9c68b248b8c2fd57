"""Drawing places to scale: shapes in degrees become paths of an SVG picture, north up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drillreg.geo.plane import Numbers, flat, zone_of
from drillreg.geo.shapes import geometry_of, point_wkb


@dataclass(frozen=True)
class Canvas:
    """A rectangle of the plane of a zone (metres) shown on so many pixels."""

    zone: int
    west: float
    north: float
    pixels_per_m: float
    width: float
    height: float

    def path(self, wkb: bytes, *, around_m: float = 0.0) -> str:
        """Return the path (attribute d) of a shape in WGS84 degrees, or of what lies around it."""
        shape = _flat(wkb, self.zone)
        return self._path(shapely.buffer(shape, around_m, quad_segs=24) if around_m else shape)

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a position (degrees) lies, in pixels from the upper left corner."""
        x, y = self._pixels(shapely.get_coordinates(_flat(point_wkb(lon, lat), self.zone)))[0]
        return round(float(x), 1), round(float(y), 1)

    def shows(self, spot: tuple[float, float]) -> bool:
        """Say whether a place in pixels lies on the picture."""
        return 0 <= spot[0] <= self.width and 0 <= spot[1] <= self.height

    def _pixels(self, xy: Numbers) -> Numbers:
        return (xy - (self.west, self.north)) * (self.pixels_per_m, -self.pixels_per_m)

    def _path(self, shape: BaseGeometry) -> str:
        closed = shape.geom_type in {"Polygon", "MultiPolygon"}
        parts = []
        for part in shapely.get_parts(shape):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            for ring in rings:
                points = self._pixels(shapely.get_coordinates(ring))
                text = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
                parts.append(f"M{text}{'Z' if closed else ''}")
        return "".join(parts)


def canvas_for(
    shapes: Sequence[tuple[bytes, float]], *, width: float, height: float, least_m: float = 200.0
) -> Canvas:
    """Return a picture that holds all of some shapes (WGS84), each with the metres around it."""
    lon = float(shapely.centroid(geometry_of(shapes[0][0])).x)
    zone = zone_of(lon)
    boxes = np.array([shapely.bounds(_flat(wkb, zone)) for wkb, _ in shapes])
    wide = np.array([around for _, around in shapes])
    west, south = (boxes[:, :2] - wide[:, None]).min(axis=0)
    east, north = (boxes[:, 2:] + wide[:, None]).max(axis=0)
    span_x, span_y = max(east - west, least_m) * 1.12, max(north - south, least_m) * 1.12
    scale = min(width / span_x, height / span_y)
    middle = ((west + east) / 2, (south + north) / 2)
    return Canvas(
        zone,
        float(middle[0] - width / scale / 2),
        float(middle[1] + height / scale / 2),
        float(scale),
        width,
        height,
    )


def _flat(wkb: bytes, zone: int) -> BaseGeometry:
    return flat(geometry_of(wkb), zone)
