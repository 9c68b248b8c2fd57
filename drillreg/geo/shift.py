"""GCJ-02 and BD-09 to and from WGS84.

Own clean-room code: only the published constants of the two shifts (the Krasovsky 1940 ellipsoid,
a = 6 378 245 m, e² = 0.00669342162296594323, and the coefficients of the two series) are taken
from public descriptions. The inverse is found by iteration, so that a round trip stays below
1e-7 degrees (under 0.02 m). Both shifts exist only inside China; outside they change nothing.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from drillreg.i18n import N_

Degrees = npt.NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

SEMI_MAJOR_AXIS = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_ANGLE = np.pi * 3000.0 / 180.0

# The rectangle outside which the shift is defined to be nothing.
WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271

ROUNDS = 12


class ShiftedCrs(StrEnum):
    """In which of the three datums of Chinese maps positions are given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"

    @property
    def label(self) -> str:
        """Return the msgid of the datum's name."""
        return LABELS[self]


LABELS = {
    ShiftedCrs.WGS84: N_("WGS84 / CGCS2000 (not shifted)"),
    ShiftedCrs.GCJ02: N_("GCJ-02 (AMap, Tencent)"),
    ShiftedCrs.BD09: N_("BD-09 (Baidu)"),
}


def inside_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say which positions (degrees) lie in the rectangle where the shift is defined."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return np.asarray((x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH))


def _waves(t: Degrees, twelfth: float, thirtieth: float) -> Degrees:
    near = 20.0 * np.sin(np.pi * t) + 40.0 * np.sin(np.pi * t / 3.0)
    far = twelfth * np.sin(np.pi * t / 12.0) + thirtieth * np.sin(np.pi * t / 30.0)
    return np.asarray((near + far) * 2.0 / 3.0)


def _gcj_offset(lon: Degrees, lat: Degrees) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north = north + _waves(y, 160.0, 320.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east = east + _waves(x, 150.0, 300.0)
    radians = np.radians(lat)
    curve = 1.0 - ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    metres_north = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / curve**1.5
    metres_east = SEMI_MAJOR_AXIS / np.sqrt(curve) * np.cos(radians)
    return np.degrees(east / metres_east), np.degrees(north / metres_north)


def _gcj_from_wgs(lon: Degrees, lat: Degrees) -> Pair:
    east, north = _gcj_offset(lon, lat)
    return lon + east, lat + north


def _bd_from_gcj(lon: Degrees, lat: Degrees) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd_from_wgs(lon: Degrees, lat: Degrees) -> Pair:
    return _bd_from_gcj(*_gcj_from_wgs(lon, lat))


FROM_WGS: dict[ShiftedCrs, Callable[[Degrees, Degrees], Pair]] = {
    ShiftedCrs.GCJ02: _gcj_from_wgs,
    ShiftedCrs.BD09: _bd_from_wgs,
}


def _arrays(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


def _near_china(x: Degrees, y: Degrees) -> Pair:
    """Pull far positions to the edge, where the series stay tame; their result is not used."""
    return np.clip(x, WEST - 0.1, EAST + 0.1), np.clip(y, SOUTH - 0.1, NORTH + 0.1)


def from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, to: ShiftedCrs) -> Pair:
    """Return WGS84 positions (degrees, any shape) in the datum `to`; outside China unchanged."""
    x, y = _arrays(lon, lat)
    if to is ShiftedCrs.WGS84:
        return x, y
    shifted = FROM_WGS[to](*_near_china(x, y))
    inside = inside_china(x, y)
    return np.where(inside, shifted[0], x), np.where(inside, shifted[1], y)


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, given: ShiftedCrs) -> Pair:
    """Return positions in the datum `given` (degrees, any shape) in WGS84.

    A fixed-point iteration: the guess moves by what its own shift still misses. Each round
    gains some three digits, so twelve reach the limit of floating point.
    """
    x, y = _arrays(lon, lat)
    if given is ShiftedCrs.WGS84:
        return x, y
    near_x, near_y = guess_x, guess_y = _near_china(x, y)
    for _ in range(ROUNDS):
        seen_x, seen_y = FROM_WGS[given](guess_x, guess_y)
        guess_x, guess_y = guess_x + (near_x - seen_x), guess_y + (near_y - seen_y)
    inside = inside_china(guess_x, guess_y)
    return np.where(inside, guess_x, x), np.where(inside, guess_y, y)
