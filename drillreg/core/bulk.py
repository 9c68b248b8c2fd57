"""Inserting many rows at once: column by column in, as fast as the database takes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, Table, insert
from sqlalchemy.engine import Dialect

from drillreg.core.db import db, ensure_writing


def insert_columns(
    table: Table, columns: Mapping[str, Sequence[Any]], same: Mapping[str, Any]
) -> int:
    """Insert rows given column by column; `same` holds what is the same in all of them.

    Defaults of the model do not apply: name every column that may not be empty. PostgreSQL takes
    the rows by COPY. Each different value is turned into what the driver wants once.
    """
    ensure_writing()
    count = len(next(iter(columns.values()), ()))
    if not count:
        return 0
    connection = db.session.connection()
    names = [column.name for column in table.columns if column.name in {*columns, *same}]
    values: list[Iterable[Any]] = []
    for name in names:
        found = _for_driver(table, name, connection.dialect, columns.get(name) or [same[name]])
        values.append(found if name in columns else repeat(found[0], count))
    rows = zip(*values, strict=True)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, rows)
    else:
        text = str(insert(table).compile(connection, column_keys=names))
        connection.exec_driver_sql(text, list(rows))
    return count


def _for_driver(table: Table, name: str, dialect: Dialect, column: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column as the driver takes them."""
    kind = table.c[name].type.dialect_impl(dialect)
    process: Callable[[Any], Any] | None = kind.bind_processor(dialect)
    if process is None:
        return column
    if isinstance(column[0], (dict, list)):  # not to be looked up by its content
        objects = {id(value): value for value in column}
        done = {key: process(value) for key, value in objects.items()}
        return [done[id(value)] for value in column]
    known = {value: process(value) for value in set(column)}
    return [known[value] for value in column]


def _copy(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    quote = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quote(name) for name in names)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({listed}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
