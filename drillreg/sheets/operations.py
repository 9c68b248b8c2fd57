"""Reading a table somebody uploaded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from drillreg.sandbox import client
from drillreg.sandbox.limits import BACKGROUND, INTERACTIVE, MEGABYTE, Limits
from drillreg.sheets.gate import Bounds

IN_BACKGROUND = Bounds(unpacked_bytes=600 * MEGABYTE, rows=1_048_576)


@dataclass(frozen=True)
class Table:
    """A table as text: `header_row` is its (last) row's number in the file, counted from 1.

    `matched` fields were known from the header; with none, the file may have no header at all.
    """

    sheet: str
    sheets: tuple[str, ...]
    header: list[str]
    rows: list[list[str]]
    header_row: int
    encoding: str
    matched: int

    def row_number(self, index: int) -> int:
        """Return the number in the file of `rows[index]`, as the person's program shows it."""
        return self.header_row + 1 + index


def read_table(
    data: bytes,
    *,
    synonyms: Mapping[str, Sequence[str]],
    sheet: str | None = None,
    limits: Limits = INTERACTIVE,
) -> Table:
    """Read CSV, .xlsx or .xls, told apart by content, in the closed child.

    `synonyms` (field: words) serve to find the header row and the best sheet. Raises
    SandboxRefused with a sentence for what cannot be read, and the errors of `client.run`.
    """
    bounds = IN_BACKGROUND if limits.slot == BACKGROUND.slot else Bounds()
    args = {
        "synonyms": {field: list(words) for field, words in synonyms.items()},
        "sheet": sheet,
        "bounds": asdict(bounds),
    }
    task = "drillreg.sheets.read:read_sheet"
    found = client.run(task, args, inputs={"table": data}, limits=limits).value
    return Table(**{**found, "sheets": tuple(found["sheets"])})
