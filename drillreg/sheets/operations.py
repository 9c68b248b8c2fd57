"""Reading a table somebody uploaded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from drillreg.sandbox import client
from drillreg.sandbox.limits import INTERACTIVE, Limits, amount
from drillreg.sheets.gate import Bounds


def bounds_of(limits: Limits) -> Bounds:
    """Return how large a table may be for a class of limits."""
    return Bounds(
        unpacked_bytes=amount("unpacked_bytes", limits.slot),
        rows=amount("table_rows", limits.slot),
    )


@dataclass(frozen=True)
class Table:
    """A table as text: `header_row` is its (last) row's number in the file, counted from 1.

    `matched` fields were known from the header; with none, the file may have no header at all.
    `top` are the first rows as they stand, `since_1904` how its bare numbers count days.
    """

    sheet: str
    sheets: tuple[str, ...]
    header: list[str]
    rows: list[list[str]]
    header_row: int
    encoding: str
    matched: int
    depth: int
    top: list[list[str]]
    since_1904: bool

    def row_number(self, index: int) -> int:
        """Return the number in the file of `rows[index]`, as the person's program shows it."""
        return self.header_row + 1 + index


def read_table(
    data: bytes,
    *,
    synonyms: Mapping[str, Sequence[str]],
    sheet: str | None = None,
    header_row: int | None = None,
    depth: int = 1,
    limits: Limits = INTERACTIVE,
) -> Table:
    """Read CSV, .xlsx or .xls, told apart by content, in the closed child.

    `synonyms` (field: words) serve to find the header row and the best sheet, unless a person
    chose `sheet` or the `header_row` (number in the file, 0 for none) with its `depth`. Raises
    SandboxRefused with a sentence for what cannot be read, and the errors of `client.run`.
    """
    args = {
        "synonyms": {field: list(words) for field, words in synonyms.items()},
        "sheet": sheet,
        "header_row": header_row,
        "depth": depth,
        "bounds": asdict(bounds_of(limits)),
    }
    task = "drillreg.sheets.read:read_sheet"
    found = client.run(task, args, inputs={"table": data}, limits=limits).value
    return Table(**{**found, "sheets": tuple(found["sheets"])})
