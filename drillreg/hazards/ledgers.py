"""Reading an uploaded ledger of sites, whatever its format, into one plain table."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.geo import files as geo_files
from drillreg.geo.shapes import representative_point
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.hazards.rows import (
    Reading,
    Refusal,
    Remark,
    SiteRow,
    read_row,
    reading_of,
)
from drillreg.hazards.rules import RiskLevel
from drillreg.i18n import N_
from drillreg.sandbox.limits import BACKGROUND, INTERACTIVE
from drillreg.sheets.columns import match_columns
from drillreg.sheets.operations import read_table

TABLES = (".csv", ".txt", ".xlsx", ".xls")
GEODATA = (
    ".geojson",
    ".json",
    ".shp",
    ".shx",
    ".dbf",
    ".prj",
    ".cpg",
    ".zip",
    ".gpkg",
    ".kml",
    ".kmz",
)


@dataclass(frozen=True)
class Ledger:
    """A table of sites as text; `wkbs` holds the shapes of geodata in WGS84, else is empty."""

    header: list[str]
    rows: list[list[str]]
    # The number of each row as the person's program shows it.
    numbers: list[int]
    wkbs: list[bytes]
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    source_crs: str = "EPSG:4326"
    encoding: str = ""

    @property
    def has_shapes(self) -> bool:
        """Say whether every row brings its own position."""
        return bool(self.wkbs)


@dataclass(frozen=True)
class Options:
    """What the person chose about a file; kept with the import as plain data."""

    shift: ShiftedCrs = ShiftedCrs.WGS84
    crs: str = ""
    default_level: RiskLevel = RiskLevel.YELLOW
    columns: Mapping[str, int] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the options as plain data."""
        return {
            "shift": self.shift.value,
            "crs": self.crs,
            "default_level": self.default_level.value,
            "columns": dict(self.columns) if self.columns is not None else None,
        }


def options_of(data: Mapping[str, Any]) -> Options:
    """Return the options kept as plain data."""
    return Options(
        shift=ShiftedCrs(data["shift"]),
        crs=str(data["crs"]),
        default_level=RiskLevel(data["default_level"]),
        columns=data["columns"],
    )


def column_words() -> dict[str, list[str]]:
    """Return the words by which each field is known, the telling ones first."""
    return {
        item.code: [*item.label.values(), *item.attributes["synonyms"]]
        for item in code_list("site_column")
    }


def packed(files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return the one file there is, or several members of a Shapefile as one zip, with its name."""
    if len(files) == 1:
        return next(iter(files.items()))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            # A fixed time, so that the same files always make the same archive.
            archive.writestr(zipfile.ZipInfo(PurePosixPath(name).name), files[name])
    stems = sorted({PurePosixPath(name).stem for name in files})
    return f"{stems[0]}.zip", stream.getvalue()


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of a file as hex: how the same file is known when it comes again."""
    return hashlib.sha256(data).hexdigest()


def read_ledger(
    name: str, data: bytes, options: Options, *, reference: bytes | None, in_background: bool
) -> Ledger:
    """Read a CSV, xlsx, xls, GeoJSON, Shapefile, GeoPackage or KML file in the closed child.

    `reference` is a known outline of the area (WKB, WGS84) for hints alone. Raises Refused or
    another DomainError with a sentence.
    """
    ending = PurePosixPath(name.lower()).suffix
    if ending in TABLES:
        return _read_sheet(data, in_background)
    if ending in GEODATA:
        return _read_geodata(name, data, options, reference, in_background)
    raise DomainError(
        N_("Only CSV, Excel, GeoJSON, Shapefile, GeoPackage and KML files can be imported.")
    )


def _read_sheet(data: bytes, in_background: bool) -> Ledger:
    limits = BACKGROUND if in_background else INTERACTIVE
    table = read_table(data, synonyms=column_words(), limits=limits)
    kept = [(table.row_number(at), row) for at, row in enumerate(table.rows) if any(row)]
    return Ledger(
        header=table.header,
        rows=[row for _, row in kept],
        numbers=[number for number, _ in kept],
        wkbs=[],
        encoding=table.encoding,
    )


def _read_geodata(
    name: str, data: bytes, options: Options, reference: bytes | None, in_background: bool
) -> Ledger:
    table = geo_files.read_geodata(
        {name: data},
        crs=options.crs or None,
        shift=options.shift,
        reference=reference,
        limits=geo_files.BACKGROUND if in_background else geo_files.INTERACTIVE,
    )
    header = table.columns
    return Ledger(
        header=header,
        rows=[[_text(f.properties.get(key)) for key in header] for f in table.features],
        numbers=[feature.index + 1 for feature in table.features],
        wkbs=[feature.wkb for feature in table.features],
        # Shapes that could not be read stand behind the rows, so that each is explained.
        refusals=[Refusal(-1 - bad.index, bad.message, dict(bad.params)) for bad in table.bad_rows],
        remarks=[Remark(notice.message, dict(notice.params)) for notice in table.notices],
        source_crs=table.source_crs,
        encoding=table.encoding,
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def columns_of(ledger: Ledger, options: Options) -> dict[str, int]:
    """Return the columns by field: as the person mapped them, else by their words."""
    if options.columns is not None:
        width = len(ledger.header)
        return {name: at for name, at in options.columns.items() if 0 <= at < width}
    found = match_columns(ledger.header, column_words())
    return {name: at for name, at in found.items() if not (ledger.has_shapes and name in _AXES)}


_AXES = frozenset({"lon", "lat"})


def read_rows(ledger: Ledger, options: Options) -> tuple[Reading, list[SiteRow], list[Refusal]]:
    """Return how the rows are read, the ones that can come in (in WGS84), and the others."""
    reading = reading_of(
        columns_of(ledger, options),
        ledger.rows,
        kinds=code_list("hazard_kind"),
        levels=code_list("risk_level"),
        default_level=options.default_level,
    )
    good: list[SiteRow] = []
    refused = list(ledger.refusals)
    for at, row in enumerate(ledger.rows):
        position = representative_point(ledger.wkbs[at]) if ledger.has_shapes else None
        found = read_row(at, row, reading, position)
        if isinstance(found, SiteRow):
            good.append(found)
        else:
            refused.append(found)
    return reading, good, refused


def positions_wgs84(
    rows: Sequence[SiteRow], ledger: Ledger, options: Options
) -> tuple[list[float], list[float]]:
    """Return the longitudes and latitudes of rows in WGS84 degrees."""
    lons, lats = [row.lon for row in rows], [row.lat for row in rows]
    if ledger.has_shapes or options.shift is ShiftedCrs.WGS84 or not rows:
        return lons, lats
    shifted = to_wgs84(lons, lats, options.shift)
    return [float(x) for x in shifted[0]], [float(y) for y in shifted[1]]
