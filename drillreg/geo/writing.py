"""Writing our own features out: GeoJSON for the map, files of other programs for export."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from drillreg.geo.shapes import geojson_of
from drillreg.sandbox.client import run

PACKING = "drillreg.geo.packing:pack_features"
SHAPEFILE = "drillreg.geo.packing:pack_shapefile"
KML = "drillreg.geo.packing:pack_kml"

# Marks that would end a script element or a line when the text is put into a page.
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"})


@dataclass(frozen=True)
class OutFeature:
    """One feature to write: id, shape as WKB in WGS84 (or none) and plain properties."""

    id: str | int
    wkb: bytes | None
    properties: Mapping[str, Any]


def feature_collection(rows: Iterable[OutFeature], tolerance_m: float = 0.0) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection in WGS84, outlines simplified by `tolerance_m` metres."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row.id,
                "geometry": geojson_of(row.wkb, tolerance_m) if row.wkb else None,
                "properties": dict(row.properties),
            }
            for row in rows
        ],
    }


def geojson_bytes(rows: Iterable[OutFeature], tolerance_m: float = 0.0) -> bytes:
    """Return a FeatureCollection as UTF-8 text that is safe inside a page, too."""
    text = json.dumps(
        feature_collection(rows, tolerance_m),
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
        default=str,
    )
    return text.translate(ESCAPES).encode()


def geopackage_bytes(rows: Iterable[OutFeature], layer: str) -> bytes:
    """Return a GeoPackage with one layer in CGCS2000 (EPSG:4490); values become text or numbers.

    Packed in the child, so that the web process need not load GeoPandas.
    """
    return run(PACKING, {"layer": layer}, inputs={"features": geojson_bytes(rows)}).files[
        "out.gpkg"
    ]


def shapefile_bytes(rows: Iterable[OutFeature], encoding: str) -> bytes:
    """Return a zip of shapefiles in CGCS2000, texts as `UTF-8` or `GBK`; names of ten letters."""
    inputs = {"features": geojson_bytes(rows)}
    return run(SHAPEFILE, {"encoding": encoding}, inputs=inputs).files["out.zip"]


def kml_bytes(rows: Iterable[OutFeature], layer: str) -> bytes:
    """Return a KML in WGS84; of the properties, `name` and `about` are what a sign shows."""
    return run(KML, {"layer": layer}, inputs={"features": geojson_bytes(rows)}).files["out.kml"]
