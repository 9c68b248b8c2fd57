"""Keyset paging: the next page starts after the last row, however deep it lies."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, tuple_

from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

Row = TypeVar("Row")
Direction = Literal["asc", "desc"]
Order = Sequence[tuple[Any, Direction]]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list and the cursor of what follows."""

    rows: Sequence[Row]
    next_cursor: str | None
    size: int


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        text = value.get("t") or value["d"]
        return datetime.fromisoformat(text) if "t" in value else date.fromisoformat(text)
    return value


def encode_cursor(values: Sequence[Any]) -> str:
    """Write the sort values of a row as one word for a web address."""
    text = json.dumps([_encode(v) for v in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int, kind: type = object) -> list[Any]:
    """Read a cursor back, its values of a kind; raise DomainError when it is not one of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = [_decode(v) for v in json.loads(text)]
    except (ValueError, KeyError, TypeError, AttributeError):
        values = []
    if len(values) != length or not all(isinstance(value, kind) for value in values):
        raise DomainError(N_("This page of the list is not there any more. Start from the first."))
    return values


def _after(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition "sorted behind these values".

    Columns of one direction are compared as a row, which an index answers from where the page
    starts; "or" reads and sorts all that follows. Sort columns may not be null: give them
    through coalesce().
    """
    columns = tuple_(*(column for column, _ in order))
    ways = {direction for _, direction in order}
    if len(order) > 1 and ways == {"asc"}:
        return columns > tuple(values)
    if len(order) > 1 and ways == {"desc"}:
        return columns < tuple(values)
    steps: list[ColumnElement[bool]] = []
    for i, (column, direction) in enumerate(order):
        equal = [order[j][0] == values[j] for j in range(i)]
        beyond = column > values[i] if direction == "asc" else column < values[i]
        steps.append(and_(*equal, beyond))
    return or_(*steps)


def keyset_page(
    statement: Select[Any], *, order: Order, cursor: str | None = None, size: int = 20
) -> Page[Any]:
    """Run a select as one page in a total order (the last column must be unique).

    A statement of one entity gives entities, any other gives rows.
    """
    keys = [column.label(f"key_{i}") for i, (column, _) in enumerate(order)]
    width = len(statement.column_descriptions)
    if cursor:
        statement = statement.where(_after(order, decode_cursor(cursor, len(order))))
    sorting = [column.asc() if way == "asc" else column.desc() for column, way in order]
    found = db.session.execute(
        statement.add_columns(*keys).order_by(*sorting).limit(size + 1)
    ).all()
    shown = found[:size]
    cursor_after = encode_cursor(shown[-1][-len(order) :]) if len(found) > size else None
    rows = [row[0] if width == 1 else row for row in shown]
    return Page(rows, cursor_after, size)
