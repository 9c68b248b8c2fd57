"""What every table of an import shares: texts and numbers of cells, problems with their row."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.core.reading import CONTROL, HIDDEN
from drillreg.i18n import N_

LONGEST_TEXT = 200
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")

Params = dict[str, Any]
Sentence = tuple[str, Params]


@dataclass(frozen=True)
class TableRow:
    """One row of the file: its number as the person's program shows it, and its cells."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """Return the text of a column, "" where there is none."""
        if column is None or column >= len(self.cells):
            return ""
        return unicodedata.normalize("NFC", self.cells[column]).strip()


@dataclass(frozen=True)
class Problem:
    """A row that is not imported, and why."""

    row: TableRow
    message: str
    params: Params = field(default_factory=dict)


class CellError(DomainError):
    """A cell that cannot be read; the sentence says why."""


def table_rows(rows: Sequence[Sequence[str]], first_number: int) -> Iterator[TableRow]:
    """Yield the rows that are not empty, numbered from `first_number`."""
    for number, cells in enumerate(rows, start=first_number):
        if any(cells):
            yield TableRow(number, tuple(cells))


def checked_name(text: str) -> str:
    """Return a name; raise CellError when it is missing, too long or not plain text."""
    if not text:
        raise CellError(N_("The name is missing."))
    return checked_text(text, longest=80)


def checked_text(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text; raise CellError when it is too long or holds invisible characters."""
    if len(text) > longest:
        raise CellError(
            N_("“%(text)s …” is longer than %(most)d characters."), text=text[:20], most=longest
        )
    if HIDDEN.search(text) or CONTROL.search(text):
        raise CellError(N_("“%(text)s” has invisible characters."), text=text)
    return text


def number_or_none(text: str) -> float | None:
    """Return the number in a cell, in ASCII or full-width digits, or None."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    return float(plain) if NUMBER.fullmatch(plain) else None


def position_or_none(lon: str, lat: str) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees, or None when they are no position on the globe."""
    x, y = number_or_none(lon), number_or_none(lat)
    if x is None or y is None or abs(x) > 180 or abs(y) > 90 or (x, y) == (0, 0):
        return None
    return x, y


def shown_columns(found: Mapping[str, int], header: Sequence[str]) -> list[tuple[str, str]]:
    """Return (field, header) of the columns that were taken, in the order of the file."""
    return [(name, header[at]) for name, at in sorted(found.items(), key=lambda pair: pair[1])]
