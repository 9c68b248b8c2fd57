"""What a person sees of a plan, as plain data kept with the import; and the rows explained."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from drillreg.i18n import N_, translate
from drillreg.imports.planning import Examined
from drillreg.imports.rules import (
    ROW_HEADING,
    WHY_HEADING,
    examples_of,
    group_key,
    grouped,
)
from drillreg.sheets.write import Cell, xlsx_bytes
from drillreg.work.importers import Act, Grid, Kind, Note, Plan

MOST_GROUPS = 40
MOST_FORMS = 10
MOST_ROWS = 50
SHOWN = 10
TOP_ROWS, TOP_COLUMNS, TOP_TEXT = 20, 40, 30

Summary = dict[str, Any]

NOTHING: Summary = {
    "read": False,
    "rows": 0,
    "good": 0,
    "new": 0,
    "change": 0,
    "changeable": 0,
    "same": 0,
    "explained": 0,
    "left_out": 0,
    "header": [],
    "columns": {},
    "sample": [],
    "shown": [],
    "changes": [],
    "reasons": [],
    "remarks": [],
    "notices": [],
    "figures": [],
    "facts": [],
    "encoding": "",
    "source_crs": "",
    "has_shapes": False,
    "sheet": "",
    "sheets": [],
    "header_row": 0,
    "depth": 1,
    "top": [],
    "missing": [],
    "remembered": None,
    "examples": 0,
    "extra": {},
}


def summary_of(kind: Kind, found: Examined) -> Summary:
    """Return what the pages of the wizard show."""
    grid = found.source.grid
    summary = {
        **NOTHING,
        "read": True,
        "rows": grid.total,
        "header": grid.header,
        "columns": {**found.source.columns, **(found.plan.columns if found.plan else {})},
        "sample": [[cell[:60] for cell in row] for row in grid.rows[:5]],
        "encoding": grid.encoding,
        "source_crs": grid.source_crs,
        "has_shapes": grid.has_shapes,
        "sheet": grid.sheet,
        "sheets": list(grid.sheets),
        "header_row": grid.header_row,
        "depth": grid.depth,
        "top": [[cell[:TOP_TEXT] for cell in row[:TOP_COLUMNS]] for row in grid.top[:TOP_ROWS]],
        "examples": grid.examples,
        "missing": [each.code for each in found.missing],
        "notices": [list(notice) for notice in grid.notices],
    }
    if found.remembered is not None:
        memory = found.remembered
        day = memory.used_at.isoformat()
        summary["remembered"] = {"name": memory.account_name, "at": day}
    if found.plan is not None and found.chosen is not None:
        summary |= _of_plan(kind, found)
    return summary


def _of_plan(kind: Kind, found: Examined) -> Summary:
    plan, chosen, grid = found.plan, found.chosen, found.source.grid
    if plan is None or chosen is None:
        return {}
    return {
        "good": len(chosen.entries),
        "new": chosen.count(Act.NEW),
        "change": chosen.count(Act.CHANGE),
        "changeable": sum(entry.act is Act.CHANGE for entry in plan.entries),
        "same": chosen.same,
        "explained": len(chosen.explained),
        "left_out": chosen.left_out,
        "shown": [list(kind.cells_of(plan, entry)) for entry in chosen.entries[:SHOWN]],
        "changes": _changes(kind, plan, grid),
        "reasons": _groups(chosen.explained, grid),
        "remarks": _groups(plan.remarks, grid),
        "notices": [list(notice) for notice in (*grid.notices, *plan.notices)],
        "figures": [list(pair) for pair in plan.figures],
        "facts": [list(pair) for pair in plan.facts],
        "extra": plan.extra,
    }


def _changes(kind: Kind, plan: Plan, grid: Grid) -> list[Any]:
    """Return the first records that stand and would change: row, name, what of them."""
    changes = (entry for entry in plan.entries if entry.act is Act.CHANGE)
    wanted = list(islice(changes, MOST_ROWS))
    return [
        [
            grid.number(entry.at),
            next(iter(kind.cells_of(plan, entry)), ""),
            [[name, _plain(old), _plain(new)] for name, (old, new) in entry.changes.items()],
        ]
        for entry in wanted
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _groups(notes: Sequence[Note], grid: Grid) -> list[dict[str, Any]]:
    """Return sentences with how often each stands, its forms, and its first rows."""
    return [
        {
            "key": group_key(message),
            "message": message,
            "count": len(same),
            "forms": [
                {"column": note.column, "params": note.params, "count": count}
                for note, count in examples_of(same, MOST_FORMS)
            ],
            "rows": [
                [grid.number(note.at), note.column, note.params, grid.text(note.at)]
                for note in same[:MOST_ROWS]
            ],
        }
        for message, same in grouped(notes)[:MOST_GROUPS]
    ]


def explained_xlsx(found: Examined) -> bytes | None:
    """Return the rows that do not come in, and those with a remark, as they were, with the reason.

    The same columns as the file, so that it can be put right and sent again. None when there is
    nothing to explain. Call it outside a transaction: tens of thousands of rows take seconds.
    """
    chosen, grid = found.chosen, found.source.grid
    if chosen is None or not (chosen.explained or chosen.remarks):
        return None
    header = [translate(ROW_HEADING), *grid.header, translate(WHY_HEADING)]
    return xlsx_bytes(
        [
            (translate(N_("Not imported")), header, _lines(chosen.explained, grid)),
            (translate(N_("Imported with a remark")), header, _lines(chosen.remarks, grid)),
        ]
    )


def _lines(notes: Iterable[Note], grid: Grid) -> Iterable[list[Cell]]:
    """Yield one line for each row, with all that is to say about it."""
    reasons: dict[int, list[str]] = {}
    for note in notes:
        reasons.setdefault(note.at, []).append(reason_of(note.message, note.params, note.column))
    for at, said in reasons.items():
        # A shape that could not be read: nothing of its row is known.
        cells = grid.rows[at] if at >= 0 else [""] * len(grid.header)
        yield [grid.number(at), *cells, " ".join(said)]


def reason_of(message: str, params: Mapping[str, Any], column: str) -> str:
    """Return a sentence about a row with the column it is about."""
    said = translate(message, **params)
    return translate(N_("%(column)s: %(said)s"), column=column, said=said) if column else said
