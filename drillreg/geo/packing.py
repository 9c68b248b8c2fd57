"""The child's side of a GeoPackage export: GeoJSON of ours in, GeoPackage out."""

import json
from pathlib import Path
from typing import Any

import geopandas


def pack_features(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Write the features (WGS84) to `out.gpkg`, layer `layer`, as CGCS2000 (EPSG:4490).

    The two systems differ by centimetres, less than any position that is kept.
    """
    collection = json.loads((inputs / "features").read_bytes())
    frame = geopandas.GeoDataFrame.from_features(collection, crs="EPSG:4490")
    frame.to_file(outputs / "out.gpkg", driver="GPKG", layer=args["layer"])
    return {"features": len(frame)}
