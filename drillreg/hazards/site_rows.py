"""Reading a ledger of sites column by column: what each row says, and what cannot be read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from drillreg.core.codes import code_list
from drillreg.geo.shapes import representative_point
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.hazards.rules import RiskLevel
from drillreg.i18n import N_
from drillreg.sheets.cells import (
    CellError,
    Words,
    clean,
    column_of,
    read_column,
    read_integer,
    read_position,
)
from drillreg.sheets.days import day_order
from drillreg.work.importers import Field, Note, Source, fields_of

OTHER_KIND = "other"
# How long the free texts of a site may be.
TEXTS = {
    "number": 60,
    "outside_number": 60,
    "name": 120,
    "address": 300,
    "responsible_name": 60,
    "responsible_phone": 40,
    "threatened_what": 200,
}
COUNTS = ("threatened_people", "threatened_households")
# What says where a site is: its position, or the names of its town and village.
PLACES = ("lon", "lat", "town", "village")
# What most positions look like; anything else is looked at more closely.
USUAL = re.compile(r"[0-9]{1,3}\.[0-9]{1,15}").fullmatch

NO_KIND = N_("No kind is given; “other” was put.")
ODD_KIND = N_("The kind “%(text)s” is not known; “other” was put.")
NO_LEVEL = N_("No level is given; the level chosen for such rows was put.")
ODD_LEVEL = N_("The level “%(text)s” is not known; the level chosen for such rows was put.")
ODD_DAY = N_("The date “%(text)s” is not certain and was left out.")
ODD_COUNT = N_("The number “%(text)s” cannot be read, left out.")


@dataclass(frozen=True)
class Middle:
    """The middle of a division, WGS84 degrees; how far off it may be at most, in metres."""

    division_id: int
    name: str
    lon: float
    lat: float
    accuracy_m: float


# Where a row without a position belongs by its words for town and village; raises CellError.
FindMiddle = Callable[[str, str], Middle]


@dataclass
class SiteColumns:
    """The rows that have a position: their places in the file, positions, values by field.

    Positions are WGS84 degrees; `given` holds, by field, whether the cell said it itself.
    """

    at: list[int] = field(default_factory=list)
    lons: list[float] = field(default_factory=list)
    lats: list[float] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    given: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    # The rows without a position of their own: place → where they were put instead.
    middles: dict[int, Middle] = field(default_factory=dict)


def read_sites(source: Source, middle: FindMiddle, *, default_level: RiskLevel) -> SiteColumns:
    """Return what the rows of a ledger say; `middle` tells where one without position goes."""
    read = SiteColumns()
    _read_positions(source, read, middle)
    fields = {each.code: each for each in fields_of("site_column")}
    rows = [source.grid.rows[at] for at in read.at]
    columns = {
        name: [cell.strip() for cell in column_of(rows, source.columns.get(name))]
        for name in fields
        if name not in PLACES
    }
    for name, most in TEXTS.items():
        read.values[name] = read_column(columns[name], partial(clean, most=most)).values
    for name in COUNTS:
        found = read_column(columns[name], read_integer)
        read.values[name] = found.values
        _remark(read, source, name, columns[name], found.errors, ODD_COUNT)
    _read_days(source, read, fields["found_on"], columns["found_on"])
    _read_codes(source, read, columns, default_level)
    read.given |= {name: read.values[name] for name in (*TEXTS, *COUNTS, "found_on")}
    read.remarks.sort(key=lambda note: note.at)
    return read


def _read_positions(source: Source, read: SiteColumns, middle: FindMiddle) -> None:
    """Keep the rows that lie somewhere; the others are problems."""
    grid = source.grid
    if grid.has_shapes:
        read.at = list(range(len(grid.rows)))
        places = [representative_point(wkb) for wkb in grid.wkbs]
        read.lons, read.lats = [x for x, _ in places], [y for _, y in places]
        return
    cells = (source.cells(name) for name in PLACES)
    for at, (lon, lat, town, village) in enumerate(zip(*cells, strict=True)):
        try:
            if not (lon.strip() or lat.strip()) and (town.strip() or village.strip()):
                found = middle(town.strip(), village.strip())
                read.middles[len(read.at)] = found
                place = found.lon, found.lat
            elif USUAL(lon) and USUAL(lat) and float(lat) <= 90 < float(lon) <= 180:
                place = float(lon), float(lat)
            else:
                place = read_position(lon, lat)
        except CellError as error:
            read.problems.append(Note(at, error.message, error.params))
            continue
        read.at.append(at)
        read.lons.append(place[0])
        read.lats.append(place[1])
    shift = ShiftedCrs(source.options.get("shift") or ShiftedCrs.WGS84)
    if read.at and shift is not ShiftedCrs.WGS84:
        lons, lats = to_wgs84(read.lons, read.lats, shift)
        read.lons, read.lats = lons.tolist(), lats.tolist()
        for row, put in read.middles.items():
            read.lons[row], read.lats[row] = put.lon, put.lat


def _read_days(source: Source, read: SiteColumns, wanted: Field, cells: Sequence[str]) -> None:
    order = day_order(source.cells(wanted.code))
    found = read_column(cells, wanted.reader(order=order, since_1904=source.grid.since_1904))
    read.values["found_on"] = found.values
    _remark(read, source, "found_on", cells, found.errors, ODD_DAY)


def _read_codes(
    source: Source,
    read: SiteColumns,
    columns: dict[str, list[str]],
    default_level: RiskLevel,
) -> None:
    rules = (
        ("kind", "hazard_kind", OTHER_KIND, ODD_KIND, NO_KIND),
        ("level", "risk_level", default_level.value, ODD_LEVEL, NO_LEVEL),
    )
    for name, codes, instead, odd, missing in rules:
        cells = columns[name]
        found = read_column(cells, Words(code_list(codes)).code_of).values
        read.given[name] = found
        read.values[name] = [code or instead for code in found]
        for place, code in enumerate(found):
            if code is None:
                said = (odd, {"text": cells[place][:60]}) if cells[place] else (missing, {})
                read.remarks.append(Note(read.at[place], *said, source.heading(name)))
    read.values["level"] = [RiskLevel(code) for code in read.values["level"]]


def _remark(
    read: SiteColumns,
    source: Source,
    name: str,
    cells: Sequence[str],
    errors: dict[int, CellError],
    message: str,
) -> None:
    heading = source.heading(name)
    for place in errors:
        note = Note(read.at[place], message, {"text": cells[place][:40]}, heading)
        read.remarks.append(note)
