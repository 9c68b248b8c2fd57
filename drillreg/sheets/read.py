"""The sandbox task that opens a table: CSV in any usual encoding, .xlsx and .xls."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import python_calamine

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused
from drillreg.sheets.columns import Header, find_header, header_at
from drillreg.sheets.gate import DAMAGED, TOO_FAR, Bounds, check_workbook

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DELIMITERS = (",", ";", "\t")
SHEETS_LOOKED_AT = 20
MERGED_CELLS = 1_000_000
TOP_ROWS, TOP_TEXT = 25, 60  # shown around the header for a person to choose it
SINCE_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)")

Rows = list[list[str]]


class Sheet(NamedTuple):
    """One sheet as text, with its header."""

    name: str
    rows: Rows
    header: Header


def number_text(value: float) -> str:
    """Return a number as a person would see it: no ".0", at most 15 digits."""
    if value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return format(value, ".15g")


def cell_text(value: object) -> str:
    """Return the text of a cell: dates in ISO form, numbers without ".0", nothing as ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if value is None else str(value).strip()


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a CSV file and its encoding: UTF-8, UTF-16, GB18030, else cp1252.

    Western text often is valid GB18030 by accident; then its "characters" lie outside GB 2312,
    which real Chinese text hardly ever leaves.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(data, "utf-16"), "utf-16"
    for encoding in ("utf-8-sig", "gb18030", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _looks_chinese(text):
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise Refused(N_("The characters of this file cannot be read. Save it as UTF-8 or as .xlsx."))


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(DAMAGED) from error


def _looks_chinese(text: str) -> bool:
    beyond_ascii = [character for character in text if character > "\x7f"]
    common = len("".join(beyond_ascii).encode("gb2312", "ignore")) // 2
    return common * 10 >= len(beyond_ascii) * 8


def _parse(text: str, delimiter: str, bounds: Bounds) -> Rows:
    rows: Rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) >= bounds.rows or len(row) > bounds.columns:
                raise Refused(
                    TOO_FAR,
                    row=len(rows) + 1,
                    column=len(row),
                    rows=bounds.rows,
                    columns=bounds.columns,
                )
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise Refused(DAMAGED) from error
    return rows


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into most columns."""
    start = io.StringIO(text[:20_000], newline="")
    lines = [line for line in start if line.strip()][:20]

    def columns(delimiter: str) -> int:
        try:
            widths = sorted(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return 0
        return widths[len(widths) // 2] if widths else 0

    return max(DELIMITERS, key=columns)


def _read_csv(data: bytes, bounds: Bounds) -> tuple[list[tuple[str, Rows]], str]:
    text, encoding = decode(data)
    if "\x00" in text:
        raise Refused(DAMAGED)
    if text.lstrip()[:20].lower().startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise Refused(N_("This is a web page with the name of a table. Save it as .xlsx."))
    csv.field_size_limit(1024 * 1024)
    return [("", _parse(text, _delimiter(text), bounds))], encoding


def _fill_merged(rows: Rows, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Write the text of each merged cell into all the places it covers."""
    covered = 0
    for (top, left), (bottom, right) in ranges:
        covered += (bottom - top + 1) * (right - left + 1)
        if covered > MERGED_CELLS:
            raise Refused(N_("This file has too many merged cells. Split them and try again."))
        if top >= len(rows) or left >= len(rows[top]):
            continue
        text = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [text] * len(row[left : right + 1])


def _read_book(path: Path, wanted: str | None, bounds: Bounds) -> list[tuple[str, Rows]]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = [wanted] if wanted else book.sheet_names[:SHEETS_LOOKED_AT]
        if wanted and wanted not in book.sheet_names:
            raise Refused(N_("There is no sheet %(name)s in this file."), name=wanted)
        return [(name, _read_sheet(book, name, bounds)) for name in names]
    except python_calamine.PasswordError as error:
        raise Refused(N_("This file is protected by a password. Save it without one.")) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused(DAMAGED) from error


def _read_sheet(book: Any, name: str, bounds: Bounds) -> Rows:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > bounds.rows or sheet.total_width > bounds.columns:
        raise Refused(
            TOO_FAR,
            row=sheet.total_height,
            column=sheet.total_width,
            rows=bounds.rows,
            columns=bounds.columns,
        )
    rows = [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    _fill_merged(rows, sheet.merged_cell_ranges or ())
    return rows


def _trimmed(rows: Rows) -> Rows:
    """Return rows of one width, without the empty ones at the end and the right."""
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((at + 1 for row in rows for at, text in enumerate(row) if text), default=0)
    return [(row + [""] * width)[:width] for row in rows]


def _chosen_header(rows: Rows, args: Mapping[str, Any]) -> Header:
    if args["header_row"] is None:
        return find_header(rows, args["synonyms"])
    return header_at(rows, args["synonyms"], args["header_row"] - 1, args["depth"])


def _counts_from_1904(path: Path) -> bool:
    """Say whether bare numbers of a workbook count the days from 1904."""
    with zipfile.ZipFile(path) as archive:
        return bool(SINCE_1904.search(archive.read("xl/workbook.xml")))


def read_sheet(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Read `table` of the inputs: the sheet asked for, else the one whose header fits best.

    `args`: synonyms, sheet (or null), bounds, header_row (from 1, 0 for none, null to look for
    it) with its depth. Returns sheet, sheets, header, header_row (number in the file of its last
    row), its depth, how many fields it matched, the first rows as they stand, the rows after the
    header, whether bare numbers count from 1904, and the encoding of a CSV file.
    """
    path, bounds = inputs / "table", Bounds(**args["bounds"])
    with path.open("rb") as opened:
        start, encoding = opened.read(4), ""
    since_1904 = False
    if start == ZIP:
        check_workbook(path, bounds)
        since_1904 = _counts_from_1904(path)
    if start in (ZIP, OLE):
        tables = _read_book(path, args["sheet"], bounds)
    else:
        tables, encoding = _read_csv(path.read_bytes(), bounds)
    trimmed = [(name, _trimmed(rows)) for name, rows in tables]
    sheets = [Sheet(name, rows, _chosen_header(rows, args)) for name, rows in trimmed if rows]
    if not sheets:
        raise Refused(N_("This file has no table in it."))
    best = max(sheets, key=lambda sheet: sheet.header.matched)
    return {
        "sheet": best.name,
        "sheets": [name for name, _ in trimmed if name],
        "header": best.header.texts,
        "header_row": best.header.at + 1,
        "depth": best.header.depth,
        "matched": best.header.matched,
        "top": [[text[:TOP_TEXT] for text in row] for row in best.rows[:TOP_ROWS]],
        "rows": best.rows[best.header.at + 1 :],
        "since_1904": since_1904,
        "encoding": encoding,
    }
