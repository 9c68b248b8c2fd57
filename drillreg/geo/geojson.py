"""GeoJSON (RFC 7946, and bare geometries), parsed here and never handed to GDAL.

GDAL takes several other texts for GeoJSON, among them pipelines that read further files.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from drillreg.geo.crs import WGS84, crs_from_code
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

Value = str | int | float | None

GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
)
MAX_TEXT = 2000


@dataclass
class RawFeature:
    """One feature as it stands in the file: positions still in the file's own system."""

    index: int
    properties: dict[str, Value]
    geometry: BaseGeometry | None
    reason: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


def parsed(data: bytes, name: str) -> tuple[dict[str, Any], str]:
    """Return the GeoJSON object of a file and the encoding it was read in; else raise Refused."""
    text, encoding = _text(data, name)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(N_("%(name)s is not valid JSON: it is damaged or cut off."), name=name) from (
            error
        )
    if not isinstance(found, dict) or found.get("type") not in (
        GEOMETRIES | {"Feature", "FeatureCollection", "GeometryCollection"}
    ):
        raise Refused(N_("%(name)s is JSON but not GeoJSON."), name=name)
    return found, encoding


def _text(data: bytes, name: str) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise Refused(N_("The text of %(name)s is neither UTF-8 nor GBK."), name=name)


def crs_of(document: dict[str, Any]) -> pyproj.CRS:
    """Return the system a GeoJSON names (the old `crs` member), else WGS84.

    An unknown code is refused: GDAL would take it for WGS84 without a word.
    """
    crs = document.get("crs")
    if crs is None:
        return WGS84
    properties = crs.get("properties") if isinstance(crs, dict) else None
    code = properties.get("name") if isinstance(properties, dict) else None
    return crs_from_code(str(code))


def raw_features(document: dict[str, Any]) -> Iterator[RawFeature]:
    """Yield the features in order; one whose shape cannot be read carries the reason."""
    for index, member in enumerate(_members(document)):
        if not isinstance(member, dict) or member.get("type") != "Feature":
            yield RawFeature(index, {}, None, N_("This is not a GeoJSON feature."))
            continue
        properties = member.get("properties")
        values = plain_values(properties) if isinstance(properties, dict) else {}
        if values.get("id") is None and isinstance(member.get("id"), (str, int)):
            values["id"] = member["id"]
        yield _with_geometry(RawFeature(index, values, None), member.get("geometry"))


def _members(document: dict[str, Any]) -> list[Any]:
    match document["type"]:
        case "FeatureCollection":
            features = document.get("features")
            return features if isinstance(features, list) else []
        case "Feature":
            return [document]
        case "GeometryCollection":
            geometries = document.get("geometries")
            parts = geometries if isinstance(geometries, list) else []
            return [{"type": "Feature", "geometry": part} for part in parts]
        case _:
            return [{"type": "Feature", "geometry": document}]


def _with_geometry(feature: RawFeature, geometry: Any) -> RawFeature:
    if geometry is None:
        feature.reason = N_("It has no shape.")
        return feature
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection":
        feature.reason = N_("It mixes shapes of several kinds (a geometry collection).")
    elif kind not in GEOMETRIES:
        feature.reason = N_("Its shape cannot be read.")
    else:
        try:
            feature.geometry = shapely.force_2d(shapely.geometry.shape(geometry))
        except Exception:  # any nonsense in the coordinates: one bad feature, not a bad file
            feature.reason = N_("Its shape cannot be read.")
    return feature


def plain_values(properties: dict[Any, Any]) -> dict[str, Value]:
    """Return properties as texts, finite numbers and None; nested values as their JSON text."""
    return {str(key)[:200]: plain_value(value) for key, value in properties.items()}


def plain_value(value: Any) -> Value:
    """Return a value as text (control characters removed, at most 2,000), number or None."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, (bool, dict, list)):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (int, float)) and abs(value) < 2**63:
        return value
    text = str(value)[:MAX_TEXT]
    return "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())
