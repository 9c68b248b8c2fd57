"""Reading uploaded geodata from the web process: everything happens in the closed child."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drillreg.geo.morton import Bbox
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import N_
from drillreg.sandbox import limits as sandbox_limits
from drillreg.sandbox.client import run
from drillreg.sandbox.limits import Limits, amount
from drillreg.sandbox.refusals import Refused

TASK = "drillreg.geo.reading:read_features"
MAX_FILES = 20

Value = str | int | float | None


@dataclass(frozen=True)
class GeoLimits:
    """How much one reading may hold: features and positions, beside the bounds of the child."""

    features: int
    vertices: int
    child: Limits


def _limits(child: Limits) -> GeoLimits:
    features, vertices = (amount(key, child.slot) for key in ("features", "vertices"))
    return GeoLimits(features, vertices, child)


INTERACTIVE = _limits(sandbox_limits.INTERACTIVE)
BACKGROUND = _limits(sandbox_limits.BACKGROUND)


@dataclass(frozen=True)
class Notice:
    """Something a person should know, as a sentence to translate and its parameters."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GeoFeature:
    """One accepted feature: its place in the file (from 0), values, and shape in WGS84."""

    index: int
    properties: dict[str, Value]
    wkb: bytes
    kind: str
    bbox: Bbox
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class BadRow:
    """One feature that was left out, and why."""

    index: int
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GeoTable:
    """A file that was read: features, what was left out, and what was found out on the way."""

    features: tuple[GeoFeature, ...]
    bad_rows: tuple[BadRow, ...]
    source_crs: str
    encoding: str
    notices: tuple[Notice, ...]

    @property
    def columns(self) -> list[str]:
        """Return the names of all properties in the order in which they first appear."""
        return list(dict.fromkeys(key for f in self.features for key in f.properties))


def read_geodata(
    files: Mapping[str, bytes],
    *,
    crs: str | None = None,
    shift: ShiftedCrs = ShiftedCrs.WGS84,
    swap_axes: bool = False,
    layer: str | None = None,
    reference: bytes | None = None,
    limits: GeoLimits = INTERACTIVE,
) -> GeoTable:
    """Read GeoJSON, Shapefile (loose members or zip), GeoPackage, KML or KMZ into WGS84.

    `files` maps the names the person gave to the bytes; `crs` is a code such as EPSG:4547 and
    wins over what the file says; `shift` converts GCJ-02 or BD-09, only ever when asked;
    `reference` is a known outline of the area (WKB, WGS84), used for hints alone. Raises Refused
    with a sentence, or the sandbox's own errors (too long, too large, busy).
    """
    if not files or len(files) > MAX_FILES:
        raise Refused(N_("Choose between 1 and %(limit)d files."), limit=MAX_FILES)
    names = list(files)
    args = {
        "files": [[f"part{number}", name] for number, name in enumerate(names)],
        "limits": {"features": limits.features, "vertices": limits.vertices},
        "crs": crs,
        "shift": shift.value,
        "swap_axes": swap_axes,
        "layer": layer,
        "reference": reference.hex() if reference else None,
    }
    inputs = {f"part{number}": files[name] for number, name in enumerate(names)}
    result = run(TASK, args, inputs=inputs, limits=limits.child)
    return _table(result.value, json.loads(result.files["features.json"]))


def _table(facts: dict[str, Any], rows: dict[str, Any]) -> GeoTable:
    return GeoTable(
        features=tuple(_feature(row) for row in rows["features"]),
        bad_rows=tuple(BadRow(index, text, params) for index, text, params in rows["bad_rows"]),
        source_crs=str(facts["source_crs"]),
        encoding=str(facts["encoding"]),
        notices=_notices(facts["notices"]),
    )


def _feature(row: dict[str, Any]) -> GeoFeature:
    west, south, east, north = row["bbox"]
    return GeoFeature(
        index=int(row["index"]),
        properties=row["properties"],
        wkb=bytes.fromhex(row["wkb"]),
        kind=str(row["kind"]),
        bbox=(west, south, east, north),
        notices=_notices(row["notices"]),
    )


def _notices(found: list[Any]) -> tuple[Notice, ...]:
    return tuple(Notice(message, params) for message, params in found)
