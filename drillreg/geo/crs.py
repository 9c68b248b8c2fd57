"""Coordinate systems of uploaded files: named strictly, checked against the numbers themselves."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import CRSError, ProjError

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

Positions = npt.NDArray[np.float64]
Notice = tuple[str, dict[str, Any]]

WGS84 = pyproj.CRS.from_epsg(4326)
CODE = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[\d.]*:)?([A-Z0-9]{2,8})", re.IGNORECASE)

# Large enough for a position a little beyond the globe, far too small for metres in China.
SURELY_NOT_DEGREES = 400.0
OLD_DATUMS = {
    "Beijing 1954": N_(
        "The positions are in the older system Beijing 1954."
        " After conversion they may be off by up to a hundred metres."
    ),
    "Xian 1980": N_(
        "The positions are in the older system Xi'an 1980."
        " After conversion they may be off by up to a hundred metres."
    ),
}


def crs_from_code(text: str) -> pyproj.CRS:
    """Return the system of a code such as EPSG:4547 or a URN; raise Refused when there is none."""
    found = CODE.fullmatch(text.strip())
    if found is None:
        raise Refused(N_("There is no coordinate system %(code)s."), code=text[:60])
    authority, code = found[1].upper(), found[2].upper()
    if code == "CRS84":
        return WGS84
    try:
        return _usable(pyproj.CRS.from_authority(authority, code))
    except (CRSError, ProjError) as error:
        raise Refused(N_("There is no coordinate system %(code)s."), code=text[:60]) from error


def crs_from_wkt(text: str, name: str) -> pyproj.CRS | None:
    """Return the system of a .prj or WKT; None when it says "unknown", Refused when it is bad."""
    text = text.strip().strip("\x00")
    if not text:
        return None
    if CODE.fullmatch(text):
        return crs_from_code(text)
    try:
        found = pyproj.CRS.from_wkt(text)
    except (CRSError, ProjError) as error:
        raise Refused(
            N_("The coordinate system in %(name)s cannot be understood. Choose it by hand."),
            name=name,
        ) from error
    if found.is_engineering or "undefined" in found.name.lower():
        return None
    return _usable(found)


def _usable(crs: pyproj.CRS) -> pyproj.CRS:
    flat = crs.to_2d()
    horizontal = flat.sub_crs_list[0] if flat.is_compound else flat
    if not (horizontal.is_geographic or horizontal.is_projected):
        raise Refused(N_("%(crs)s is not a coordinate system for maps."), crs=crs.name)
    return horizontal


def text_of(crs: pyproj.CRS) -> str:
    """Return how the system is shown to people: its name and, where known, its code."""
    authority = crs.to_authority(min_confidence=25)
    return f"{crs.name} ({':'.join(authority)})" if authority else str(crs.name)


def notice_of_datum(crs: pyproj.CRS) -> list[Notice]:
    """Return a warning for the two older Chinese datums, whose parameters are not public."""
    base = crs.geodetic_crs
    datum = base.datum.name if base is not None and base.datum is not None else ""
    return [
        (message, {}) for known, message in OLD_DATUMS.items() if known.lower() in datum.lower()
    ]


def ensure_numbers_fit(crs: pyproj.CRS, xy: Positions, name: str) -> None:
    """Raise Refused when a file that says degrees holds metres, or the other way round."""
    if not len(xy):
        return
    x, y = (float(middle) for middle in np.median(xy, axis=0))
    if crs.is_geographic and max(abs(x), abs(y)) > SURELY_NOT_DEGREES:
        _refuse_metres(x, y, name)
    if crs.is_projected and np.all(np.abs(xy[:, 0]) <= 180.0) and np.all(np.abs(xy[:, 1]) <= 90.0):
        raise Refused(
            N_(
                "%(name)s says metres (%(crs)s) but holds degrees, such as %(x)s, %(y)s."
                " Choose the coordinate system it really has."
            ),
            name=name,
            crs=crs.name,
            x=round(x, 6),
            y=round(y, 6),
        )


def _refuse_metres(x: float, y: float, name: str) -> None:
    guess = likely_projection(x, y)
    if guess is None:
        raise Refused(
            N_(
                "%(name)s says degrees but holds metres, such as %(x)s, %(y)s."
                " Choose the coordinate system it really has."
            ),
            name=name,
            x=round(x, 1),
            y=round(y, 1),
        )
    raise Refused(
        N_(
            "%(name)s says degrees but holds metres, such as %(x)s, %(y)s."
            " They look like %(guess)s: choose that coordinate system if it is right."
        ),
        name=name,
        x=round(x, 1),
        y=round(y, 1),
        guess=guess,
    )


def likely_projection(x: float, y: float) -> str | None:
    """Guess from metres in China which CGCS2000 zone (GB/T 17798 numbering) they belong to.

    An easting of eight digits begins with its zone: 13–23 of six degrees, 25–45 of three.
    Without a zone number the central meridian cannot be told, so there is no guess.
    """
    if x < y and 13e6 <= y < 46e6:
        x, y = y, x  # surveyors write the northing first
    zone, rest = divmod(x, 1_000_000.0)
    if not (1.5e6 <= y <= 6.5e6 and 1e5 <= rest <= 9e5):
        return None
    if 25 <= zone <= 45:
        return text_of(pyproj.CRS.from_epsg(4513 + int(zone) - 25))
    if 16 <= zone <= 23:
        return text_of(pyproj.CRS.from_epsg(4491 + int(zone) - 13))
    return None


def to_degrees(crs: pyproj.CRS) -> Callable[[Positions], Positions]:
    """Return a function from positions (n, 2) in `crs` to WGS84 longitude, latitude in degrees.

    CGCS2000 and WGS84 agree within centimetres and are not told apart. What cannot be converted
    becomes infinite.
    """
    if crs == WGS84:
        return lambda xy: xy
    transformer = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)

    def convert(xy: Positions) -> Positions:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return convert
