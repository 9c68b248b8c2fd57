"""The child's side of geodata exports: GeoJSON of ours in, files of other programs out."""

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas

# Programs keep points, lines and areas apart; so do the files of a shapefile.
SHAPES = {
    "points": {"Point", "MultiPoint"},
    "lines": {"LineString", "MultiLineString"},
    "areas": {"Polygon", "MultiPolygon"},
}
KML_NAMES = {"name": "Name", "about": "Description"}


def pack_features(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Write the features (WGS84) to `out.gpkg`, layer `layer`, as CGCS2000 (EPSG:4490).

    The two systems differ by centimetres, less than any position that is kept.
    """
    frame = _frame(inputs, "EPSG:4490")
    frame.to_file(outputs / "out.gpkg", driver="GPKG", layer=args["layer"])
    return {"features": len(frame)}


def pack_shapefile(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Write the features (WGS84) to `out.zip`: a shapefile in CGCS2000 for each kind of shape.

    `args`: encoding, `UTF-8` or `GBK`, named in the .cpg file too. Names have ten letters at most.
    """
    frame = _frame(inputs, "EPSG:4490")
    with zipfile.ZipFile(outputs / "out.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kinds in SHAPES.items():
            some = frame[frame.geom_type.isin(kinds)]
            if len(some) or (name == "points" and not len(frame)):
                some.to_file(
                    inputs.parent / "tmp" / f"{name}.shp",
                    driver="ESRI Shapefile",
                    encoding=args["encoding"],
                )
                for path in sorted((inputs.parent / "tmp").glob(f"{name}.*")):
                    archive.write(path, path.name)
    return {"features": len(frame)}


def pack_kml(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Write the features to `out.kml` in WGS84; `args`: layer, names the folder."""
    frame = _frame(inputs, "EPSG:4326").rename(columns=KML_NAMES)
    frame.to_file(outputs / "out.kml", driver="KML", layer=args["layer"])
    return {"features": len(frame)}


def _frame(inputs: Path, crs: str) -> geopandas.GeoDataFrame:
    collection = json.loads((inputs / "features").read_bytes())
    if not collection["features"]:
        return geopandas.GeoDataFrame({"name": []}, geometry=[], crs=crs)
    return geopandas.GeoDataFrame.from_features(collection, crs=crs)
