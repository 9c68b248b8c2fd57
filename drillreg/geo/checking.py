"""Checks on features read from a file: each keeps its place, a notice, or a reason to be left out.

Works on plain arrays of shapely geometries and positions (n, 2); nothing here opens a file.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from drillreg.geo.crs import Notice, Positions
from drillreg.geo.geojson import RawFeature
from drillreg.geo.shapes import mended, overlap, wkb_of
from drillreg.geo.shift import ShiftedCrs, inside_china, to_wgs84
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

# DataV and AMap outlines carry these keys; their positions are GCJ-02.
MAP_SERVICE_KEYS = ({"adcode", "childrenNum"}, {"adcode", "acroutes"}, {"adcode", "citycode"})

SWAPPED = N_("Longitude and latitude look swapped: %(x)s, %(y)s.")

FITS = 0.5
FITS_BETTER_BY = 0.005
REFERENCE_VERTICES = 200_000
FAR_AWAY_DEGREES = 0.5


def ensure_within(features: Sequence[RawFeature], limits: dict[str, int]) -> None:
    """Raise Refused when there are more features or vertices than the limits allow."""
    if len(features) > limits["features"]:
        raise Refused(N_("The file has more than %(limit)d features."), limit=limits["features"])
    vertices = int(shapely.get_num_coordinates(_geometries(features)).sum())
    if vertices > limits["vertices"]:
        raise Refused(
            N_("The file has more than %(limit)d positions. Simplify the outlines first."),
            limit=limits["vertices"],
        )


def _geometries(features: Sequence[RawFeature]) -> npt.NDArray[np.object_]:
    found = np.empty(len(features), dtype=object)
    found[:] = [feature.geometry for feature in features]
    return found


def positions(features: Sequence[RawFeature]) -> Positions:
    """Return all finite positions of the features that have a shape, as (n, 2)."""
    xy = shapely.get_coordinates(_geometries(features))
    finite: Positions = xy[np.isfinite(xy).all(axis=1)]
    return finite


def set_aside_unreadable(features: Sequence[RawFeature]) -> None:
    """Give a reason to every feature without a shape or with positions that are no numbers."""
    for feature in features:
        feature.reason = feature.reason or _reason_unreadable(feature.geometry)
        if feature.reason is not None:
            feature.geometry = None


def _reason_unreadable(geometry: BaseGeometry | None) -> str | None:
    if geometry is None:
        return N_("It has no shape.")
    if geometry.is_empty:
        return N_("Its shape is empty.")
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return N_("A position of it is not a number.")
    return None


def convert(features: Sequence[RawFeature], conversion: Callable[[Positions], Positions]) -> None:
    """Apply a conversion of positions (n, 2) to every feature that has a shape."""
    sound = [feature for feature in features if feature.geometry is not None]
    if not sound:
        return
    for feature, geometry in zip(
        sound, shapely.transform(_geometries(sound), conversion), strict=True
    ):
        feature.geometry = geometry


def unshift(given: ShiftedCrs) -> Callable[[Positions], Positions]:
    """Return the conversion from a shifted datum to WGS84, for positions (n, 2) in degrees."""
    return lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], given))


def swap_axes(xy: Positions) -> Positions:
    """Exchange the two columns of positions (n, 2)."""
    return xy[:, ::-1]


def set_aside_out_of_range(features: Sequence[RawFeature]) -> None:
    """Give a reason to every feature with a position that is not on the globe (WGS84 degrees)."""
    for feature in features:
        if feature.geometry is None:
            continue
        xy = shapely.get_coordinates(feature.geometry)
        beyond = ~((np.abs(xy[:, 0]) <= 180.0) & (np.abs(xy[:, 1]) <= 90.0))
        if beyond.any():
            x, y = xy[int(np.argmax(beyond))]
            feature.reason = _reason_out_of_range(float(x), float(y))
            feature.params = {"x": _shown(x), "y": _shown(y)}
            feature.geometry = None


def _shown(number: float) -> str:
    return f"{number:.6g}" if np.isfinite(number) else "∞"


def _reason_out_of_range(x: float, y: float) -> str:
    if looks_swapped(x, y):
        return SWAPPED
    return N_("The position %(x)s, %(y)s is not a longitude and latitude.")


def looks_swapped(x: float, y: float) -> bool:
    """Say whether x, y (degrees) would be a place in China only the other way round."""
    return bool(inside_china(y, x)) and not bool(inside_china(x, y))


def mend(features: Sequence[RawFeature]) -> dict[int, list[Notice]]:
    """Make every polygon valid; return by index what was done, and set aside what is past help."""
    notices: dict[int, list[Notice]] = {}
    for feature in features:
        if feature.geometry is None:
            continue
        whole, changed = mended(feature.geometry)
        if whole.is_empty or whole.geom_type == "GeometryCollection":
            feature.geometry = None
            feature.reason = N_("Its outline encloses no area.")
        elif changed:
            feature.geometry = whole
            notices[feature.index] = [
                (N_("The outline crossed itself and was mended. Please look at it."), {})
            ]
    return notices


def notices_of_place(features: Sequence[RawFeature]) -> list[Notice]:
    """Return hints about the file as a whole: swapped axes, or positions outside China."""
    xy = positions(features)
    swapped = sum(feature.reason == SWAPPED for feature in features)
    if len(xy):
        x, y = (float(middle) for middle in np.median(xy, axis=0))
        if looks_swapped(x, y):
            swapped += len(features)
        elif not bool(inside_china(x, y)):
            return [(N_("The positions lie outside China. Check the coordinate system."), {})]
    if swapped:
        return [
            (
                N_(
                    "Longitude and latitude look swapped. If so, read the file again with"
                    ' "latitude first" chosen.'
                ),
                {},
            )
        ]
    return []


def notices_of_shift(
    features: Sequence[RawFeature], reference: BaseGeometry | None
) -> list[Notice]:
    """Return a hint when the positions look shifted; nothing is ever converted on suspicion.

    `reference` is a known outline in WGS84 of the same area; without one only the marks that map
    services leave in the properties speak.
    """
    likely = _better_fit(features, reference) if reference is not None else None
    if likely is not None:
        return [
            (
                N_(
                    "The outline fits the known boundary better when it is taken as"
                    " %(datum)s. If it comes from such a map, read the file again with that"
                    " choice."
                ),
                {"datum": likely.name.replace("0", "-0")},
            )
        ]
    if reference is None and any(_from_map_service(feature) for feature in features):
        return [
            (
                N_(
                    "The file looks like an export of a map service, whose positions are"
                    " GCJ-02 (several hundred metres off). If so, read it again with GCJ-02 chosen."
                ),
                {},
            )
        ]
    return []


def _from_map_service(feature: RawFeature) -> bool:
    return any(keys <= feature.properties.keys() for keys in MAP_SERVICE_KEYS)


def _better_fit(features: Sequence[RawFeature], reference: BaseGeometry) -> ShiftedCrs | None:
    shapes = _geometries(
        [f for f in features if f.geometry is not None and "Polygon" in f.geometry.geom_type]
    )
    if not len(shapes) or shapely.get_num_coordinates(shapes).sum() > REFERENCE_VERTICES:
        return None
    whole, known = shapely.union_all(shapes), wkb_of(reference)
    fit = {
        given: overlap(wkb_of(shapely.transform(whole, unshift(given))), known)
        for given in ShiftedCrs
    }
    best = max(fit, key=lambda given: fit[given])
    as_it_stands = fit[ShiftedCrs.WGS84]
    return best if fit[best] > FITS and fit[best] > as_it_stands + FITS_BETTER_BY else None


def notices_of_distance(
    features: Sequence[RawFeature], reference: BaseGeometry | None
) -> list[Notice]:
    """Return a hint when nothing lies near the known area: often a wrong central meridian."""
    xy = positions(features)
    if reference is None or not len(xy):
        return []
    west, south, east, north = reference.buffer(FAR_AWAY_DEGREES).bounds
    near = (xy[:, 0] >= west) & (xy[:, 0] <= east) & (xy[:, 1] >= south) & (xy[:, 1] <= north)
    if near.any():
        return []
    return [(N_("Nothing in the file lies near the known area. Check the coordinate system."), {})]


def result_rows(
    features: Sequence[RawFeature], notices: dict[int, list[Notice]]
) -> dict[str, list[Any]]:
    """Return the accepted features and the bad rows as plain data."""
    accepted = [
        {
            "index": feature.index,
            "properties": feature.properties,
            "wkb": wkb_of(feature.geometry).hex(),
            "kind": feature.geometry.geom_type,
            "bbox": [float(edge) for edge in feature.geometry.bounds],
            "notices": notices.get(feature.index, []),
        }
        for feature in features
        if feature.geometry is not None
    ]
    bad = [
        [feature.index, feature.reason, feature.params]
        for feature in features
        if feature.geometry is None
    ]
    return {"features": accepted, "bad_rows": bad}
