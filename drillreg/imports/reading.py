"""Reading what was uploaded, whatever its format, into one plain table; never in this process."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.geo import files as geo_files
from drillreg.geo.shift import ShiftedCrs
from drillreg.i18n import N_
from drillreg.imports.rules import ROW_WORDS, WHY_WORDS, is_example
from drillreg.sandbox.limits import BACKGROUND, INTERACTIVE
from drillreg.sheets.operations import Table, read_table
from drillreg.work.importers import GEODATA, TABLES, Grid, Kind, Note

# The example of a template stands near its header.
EXAMPLES_WITHIN = 5


def endings_of(files: Mapping[str, bytes]) -> set[str]:
    """Return the endings of some files, in small letters."""
    return {PurePosixPath(name.lower()).suffix for name in files}


def ensure_taken(kind: Kind, files: Mapping[str, bytes]) -> None:
    """Raise unless the kind takes files with these endings."""
    if endings_of(files) <= set(kind.takes):
        return
    if set(kind.takes) == set(TABLES):
        raise DomainError(N_("Only CSV and Excel files can be imported here."))
    if set(kind.takes) == set(GEODATA):
        raise DomainError(
            N_("Only GeoJSON, Shapefile, GeoPackage and KML files can be imported here.")
        )
    raise DomainError(
        N_("Only CSV, Excel, GeoJSON, Shapefile, GeoPackage and KML files can be imported.")
    )


def read_grid(
    kind: Kind,
    files: Mapping[str, bytes],
    options: Mapping[str, Any],
    *,
    reference: bytes | None,
    in_background: bool,
) -> Grid:
    """Read a table, or one set of geodata, in the closed child.

    `options`: sheet, header_row and depth as a person chose them; shift, crs, layer and swap_axes
    of geodata. `reference` is a known outline of the area, for hints alone. Raises Refused or
    another DomainError with a sentence.
    """
    if endings_of(files) <= set(TABLES):
        if len(files) > 1:
            raise DomainError(N_("Choose one table at a time."))
        (data,) = files.values()
        return _of_table(kind, data, options, in_background)
    return _of_geodata(files, options, reference, in_background)


def _of_table(kind: Kind, data: bytes, options: Mapping[str, Any], in_background: bool) -> Grid:
    table = read_table(
        data,
        synonyms={each.code: each.words for each in kind.fields()},
        sheet=options.get("sheet") or None,
        header_row=options.get("header_row"),
        depth=int(options.get("depth") or 1),
        limits=BACKGROUND if in_background else INTERACTIVE,
    )
    return grid_of(table)


def grid_of(table: Table) -> Grid:
    """Return a table without empty rows, examples, and the columns that we had added ourselves."""
    first, last = _own_columns(table.header)
    kept: list[list[str]] = []
    numbers: list[int] = []
    examples = 0
    for number, row in enumerate(table.rows, start=table.header_row + 1):
        row = row[first:last]
        if number <= table.header_row + EXAMPLES_WITHIN and is_example(row):
            examples += 1
        elif any(row):
            kept.append(row)
            numbers.append(number)
    return Grid(
        header=table.header[first:last],
        rows=kept,
        numbers=numbers,
        encoding=table.encoding,
        sheet=table.sheet,
        sheets=table.sheets,
        header_row=table.header_row,
        depth=table.depth,
        top=table.top,
        since_1904=table.since_1904,
        examples=examples,
    )


def _own_columns(header: list[str]) -> tuple[int, int]:
    """Return where the sender's columns begin and end in a workbook of explained rows."""
    ours = len(header) > 2 and header[0] in ROW_WORDS and header[-1] in WHY_WORDS
    return (1, len(header) - 1) if ours else (0, len(header))


def _of_geodata(
    files: Mapping[str, bytes],
    options: Mapping[str, Any],
    reference: bytes | None,
    in_background: bool,
) -> Grid:
    table = geo_files.read_geodata(
        files,
        crs=options.get("crs") or None,
        shift=ShiftedCrs(options.get("shift") or ShiftedCrs.WGS84),
        swap_axes=bool(options.get("swap_axes")),
        layer=options.get("layer") or None,
        reference=reference,
        limits=geo_files.BACKGROUND if in_background else geo_files.INTERACTIVE,
    )
    header = table.columns
    return Grid(
        header=header,
        rows=[[_text(f.properties.get(key)) for key in header] for f in table.features],
        numbers=[feature.index + 1 for feature in table.features],
        wkbs=[feature.wkb for feature in table.features],
        problems=[Note(-1 - bad.index, bad.message, dict(bad.params)) for bad in table.bad_rows],
        notices=[(notice.message, dict(notice.params)) for notice in table.notices],
        shape_notes={
            at: [(notice.message, dict(notice.params)) for notice in feature.notices]
            for at, feature in enumerate(table.features)
            if feature.notices
        },
        source_crs=table.source_crs,
        encoding=table.encoding,
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)
