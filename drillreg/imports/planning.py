"""From a file to what would come of it: header, columns, plan, choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from drillreg.imports.models import ImportMapping
from drillreg.imports.reading import ensure_taken, read_grid
from drillreg.imports.rules import Chosen, choose, decision_of, fingerprint, known_header
from drillreg.work.importers import Field, Grid, Kind, Plan, Source


@dataclass(frozen=True)
class Upload:
    """What was sent: bytes by file name, the choices about them, whom it is for, and when."""

    files: Mapping[str, bytes]
    options: Mapping[str, Any]
    # None for a command that imports for the whole installation.
    owner_id: int | None
    today: date
    in_background: bool = False
    # How tables of this sender were mapped before.
    mappings: Sequence[ImportMapping] = field(default_factory=tuple)


@dataclass(frozen=True)
class Examined:
    """What was found out; without a plan while a required column is missing."""

    source: Source
    missing: tuple[Field, ...]
    remembered: ImportMapping | None
    plan: Plan | None
    chosen: Chosen | None


def examine(kind: Kind, upload: Upload) -> Examined:
    """Read a file and say what would come of it; nothing is written."""
    grid, columns, memory = _laid_out(kind, upload)
    source = Source(grid, columns, upload.options, upload.owner_id, upload.today)
    missing = missing_fields(kind, grid, columns)
    if missing:
        return Examined(source, missing, memory, None, None)
    plan = kind.plan(source)
    chosen = choose(plan, decision_of(upload.options), grid.numbers, kind.orphans)
    return Examined(source, (), memory, plan, chosen)


def missing_fields(kind: Kind, grid: Grid, columns: Mapping[str, int]) -> tuple[Field, ...]:
    """Return the fields that no column holds and without which nothing can come in."""
    return tuple(
        each
        for each in kind.fields()
        if each.required
        and each.code not in columns
        and not (grid.has_shapes and each.type == "degrees")
        and not columns.keys() & set(each.instead)
    )


def _laid_out(kind: Kind, upload: Upload) -> tuple[Grid, dict[str, int], ImportMapping | None]:
    """Return the table, its columns by field, and what they are remembered from."""
    options = upload.options
    ensure_taken(kind, upload.files)
    reference = kind.reference(upload.owner_id, options)

    def read(choices: Mapping[str, Any]) -> Grid:
        return read_grid(
            kind, upload.files, choices, reference=reference, in_background=upload.in_background
        )

    grid = read(options)
    by_hand = options.get("columns")
    if by_hand is not None:
        return grid, _within(by_hand, grid), None
    header_by_hand = options.get("header_row") is not None
    known = {mapping.fingerprint: mapping for mapping in upload.mappings}
    memory = known.get(fingerprint(grid.header))
    if memory is None and not header_by_hand:
        found = known_header(grid.top, known)
        if found is not None:
            placed = {**options, "sheet": grid.sheet, "header_row": found[0], "depth": found[1]}
            grid, memory = read(placed), known[found[2]]
    if memory is not None:
        return grid, _within(memory.columns, grid), memory
    columns = kind.columns_of(grid)
    if not header_by_hand and missing_fields(kind, grid, columns):
        return _by_content(kind, grid, columns)
    return grid, columns, None


def _within(columns: Mapping[str, Any], grid: Grid) -> dict[str, int]:
    width = len(grid.header)
    return {name: int(at) for name, at in columns.items() if 0 <= int(at) < width}


def _by_content(
    kind: Kind, grid: Grid, columns: dict[str, int]
) -> tuple[Grid, dict[str, int], None]:
    """Return a table without a header as one, where the kind knows its columns by their cells."""
    if grid.has_shapes or grid.depth != 1:
        return grid, columns, None
    found = kind.columns_by_content([grid.header, *grid.rows])
    if found is None:
        return grid, columns, None
    headless = replace(
        grid,
        header=[f"#{number}" for number in range(1, len(grid.header) + 1)],
        rows=[grid.header, *grid.rows],
        numbers=[grid.header_row, *grid.numbers],
        header_row=0,
        depth=0,
    )
    return headless, found, None
