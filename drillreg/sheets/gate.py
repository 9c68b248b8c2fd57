"""The gate before any spreadsheet library: what is inside the archive, without trusting it.

A workbook of 4 kB with one cell at XFD1048576 aborts one reader and hangs another; here it costs
a millisecond.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

CHUNK = 1024 * 1024
OVERLAP = 64  # longer than anything looked for outside tags, so nothing hides across two chunks
PLACED_TAG = re.compile(
    rb"<(?:[\w.-]+:)?(?:c|row|dimension|mergeCell)\s(?:[^<]*?\s)??r(?:ef)?\s*=\s*[\"']([^\"'<]+)"
)
CORNER = re.compile(rb"\$?([A-Za-z]*)\$?(\d+)")
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

DAMAGED = N_("This file is damaged or is not a spreadsheet.")
TOO_LARGE = N_("This file is too large when unpacked. Split it and try again.")
TOO_FAR = N_(
    "The sheet reaches to row %(row)s, column %(column)s; at most %(rows)s rows and %(columns)s "
    "columns can be read. Delete the empty rows and columns beyond the table, or split it."
)


@dataclass(frozen=True)
class Bounds:
    """How large a table may be: archive members, unpacked bytes, packing ratio, rows, columns."""

    members: int = 500
    unpacked_bytes: int = 60 * 1024 * 1024
    ratio: int = 100
    rows: int = 20_000
    columns: int = 500


def column_number(letters: bytes) -> int:
    """Return the number of a column: A is 1, XFD 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_totals(archive: zipfile.ZipFile, packed: int, bounds: Bounds) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > bounds.members or unpacked > bounds.unpacked_bytes:
        raise Refused(TOO_LARGE)
    if unpacked > bounds.ratio * max(packed, 1024):
        raise Refused(N_("This file is packed unusually tightly and is not opened."))
    if any(member.flag_bits & 1 for member in members):
        raise Refused(N_("This file is protected by a password. Save it without one."))


def _check_place(row: int, column: int, bounds: Bounds) -> None:
    if row > bounds.rows or column > bounds.columns:
        raise Refused(TOO_FAR, row=row, column=column, rows=bounds.rows, columns=bounds.columns)


def _check_cells(text: bytes, bounds: Bounds) -> None:
    for found in PLACED_TAG.finditer(text):
        for letters, digits in CORNER.findall(found[1]):
            _check_place(int(digits[:9]), column_number(letters[:4]), bounds)


def _kept(text: bytes) -> bytes:
    """Return the end of a piece that the next one must be read with: a tag cut in two."""
    start = min(max(0, text.rfind(b"<")), max(0, len(text) - OVERLAP))
    if len(text) - start > CHUNK:
        return text[-OVERLAP:]  # a long text, no tag: a tag ends long before
    return text[start:]


def _check_member(opened: IO[bytes], name: str, bounds: Bounds) -> int:
    """Check one member in pieces; return the bytes that came out, whatever its header says."""
    kept, seen = b"", 0
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    while piece := opened.read(CHUNK):
        is_xml = is_xml or (seen == 0 and piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"))
        seen += len(piece)
        if seen > bounds.unpacked_bytes or (is_xml and b"\x00" in piece):
            raise Refused(DAMAGED)
        if is_xml:
            text = kept + piece
            if DECLARATION.search(text):
                raise Refused(N_("This file contains declarations that a spreadsheet never has."))
            _check_cells(text, bounds)
            kept = _kept(text)
    return seen


def check_workbook(path: Path, bounds: Bounds) -> None:
    """Raise Refused for an xlsx archive that is a bomb, reaches too far or declares entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_totals(archive, path.stat().st_size, bounds)
            names = set(archive.namelist())
            if "xl/workbook.xml" not in names:
                raise Refused(N_("Only .xlsx, .xls and .csv can be read. Save the file as .xlsx."))
            unpacked = 0
            for member in archive.infolist():
                with archive.open(member) as opened:
                    unpacked += _check_member(opened, member.filename, bounds)
                if unpacked > bounds.unpacked_bytes:
                    raise Refused(TOO_LARGE)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise Refused(DAMAGED) from error
