"""Reading rows of divisions: with a header or without one, codes of 6, 9 or 12 digits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.rules import DivisionLevel, full_code, level_of_code, parent_code
from drillreg.sheets.cells import CellError, position_or_none, read_text, wide
from drillreg.work.importers import Grid, Note

CODE = re.compile(r"[0-9]{6}|[0-9]{9}|[0-9]{12}")
ABOVE = re.compile(r"[0-9]{2}|[0-9]{4}")
HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
DEGREES = re.compile(r"[0-9]{1,3}\.[0-9]{2,}")
LOOKED_AT = 500
LONGEST_NAME = 80


@dataclass(frozen=True)
class DivisionRow:
    """One division of the file; `at` is its place, codes in 12 digits, position as given."""

    at: int
    code: str
    name: str
    parent: str | None
    position: tuple[float, float] | None

    @property
    def level(self) -> DivisionLevel:
        """Return the level that the code says."""
        return level_of_code(self.code)


@dataclass
class DivisionReading:
    """What a table of divisions holds: rows, bad rows, and how many rows were passed over."""

    rows: list[DivisionRow] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    elsewhere: int = 0
    above: int = 0


def columns_by_content(rows: Sequence[Sequence[str]]) -> dict[str, int] | None:
    """Return the columns of a table without header by what stands in them, or None.

    The code is the column of codes with most different ones, a second one is the parent; the
    name is the Chinese column with most different texts.
    """
    rows = rows[:LOOKED_AT]
    width = max((len(row) for row in rows), default=0)
    columns = [[row[at].strip() for row in rows if at < len(row)] for at in range(width)]
    codes = [at for at, cells in enumerate(columns) if _mostly(cells, CODE)]
    names = [at for at, cells in enumerate(columns) if _mostly(cells, HAN)]
    if not codes or not names:
        return None
    variety = {at: len(set(cells)) for at, cells in enumerate(columns)}
    found = {
        "code": max(codes, key=lambda at: variety[at]),
        "name": max(names, key=lambda at: variety[at]),
    }
    longest = [at for at in codes if at != found["code"]]
    if longest:
        found["parent"] = max(longest, key=lambda at: (max(map(len, columns[at])), variety[at]))
    degrees = [at for at, cells in enumerate(columns) if _mostly(cells, DEGREES)]
    for lon, lat in pairwise(degrees):
        if lat == lon + 1:
            return {**found, "lon": lon, "lat": lat}
    return found


def _mostly(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Say whether a column is for what the pattern asks; only positions may be missing in rows."""
    if pattern is DEGREES:
        cells = [cell for cell in cells if cell]
    search = pattern.search if pattern is HAN else pattern.fullmatch
    return bool(cells) and sum(bool(search(cell)) for cell in cells) * 5 >= len(cells) * 4


def read_divisions(
    grid: Grid, columns: Mapping[str, int], under: Sequence[str] = ()
) -> DivisionReading:
    """Return the divisions of a table; `under` keeps only codes that begin with one of these."""
    reading = DivisionReading()
    seen: dict[str, int] = {}
    for at, row in enumerate(grid.rows):
        try:
            found = _division(at, row, columns)
        except DomainError as error:
            reading.problems.append(Note(at, error.message, error.params))
            continue
        if found is None:
            reading.above += 1
        elif under and not found.code.startswith(tuple(under)):
            reading.elsewhere += 1
        elif found.code in seen:
            params = {"code": found.code, "other": seen[found.code]}
            message = N_("The code %(code)s already stands in row %(other)d.")
            reading.problems.append(Note(at, message, params))
        else:
            seen[found.code] = grid.number(at)
            reading.rows.append(found)
    return reading


def _division(at: int, row: Sequence[str], columns: Mapping[str, int]) -> DivisionRow | None:
    """Return the division of a row; None for a province or prefecture, which are not kept."""

    def cell(name: str) -> str:
        place = columns.get(name)
        return row[place].strip() if place is not None and place < len(row) else ""

    text = wide(cell("code"))
    if not text:
        raise CellError(N_("The code is missing."))
    if ABOVE.fullmatch(text):
        return None
    code = full_code(text)
    if code.endswith("00000000"):
        return None
    name = read_text(cell("name"), longest=LONGEST_NAME)
    if not name:
        raise CellError(N_("The name is missing."))
    position = position_or_none(cell("lon"), cell("lat"))
    return DivisionRow(at, code, name, _parent(code, cell("parent")), position)


def _parent(code: str, given: str) -> str | None:
    """Return the parent's code: the one given where it is one level up, else what the code says."""
    own = parent_code(code)
    if own is None or not CODE.fullmatch(given):
        return own
    stated = full_code(given)
    return stated if level_of_code(stated) is level_of_code(own) else own


def is_quasi(code: str) -> bool:
    """Say whether a 12-digit code stands for no real town or village but something like one.

    Numbers 400 to 599 of the third and fourth group are industrial parks, farms and the like
    (NBS rules for statistical division codes, 2009: 类似乡级单位, 类似居委会, 类似村委会).
    """
    return code[6:9] in QUASI or code[9:12] in QUASI


QUASI = frozenset(str(number) for number in range(400, 600))
