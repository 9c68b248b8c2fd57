"""Handing out a filtered list: one declaration of its columns, as Excel or as CSV."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, current_app

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.errors import DomainError
from drillreg.i18n import N_, translate
from drillreg.sheets.write import Cell, clean_text, csv_bytes, xlsx_bytes

Row = TypeVar("Row")

MOST_ROWS = 100_000
# What a query for an export may read: one more than fits, so that too many are noticed.
READ_AT_MOST = MOST_ROWS + 1
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
UNSAFE_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', " "))


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a list: its heading, and what a row has there.

    `label` is a marked sentence or a word of a code list. The type of the value says how it is
    written: a text stays text whatever it looks like, a date becomes a real date.
    """

    label: str
    value: Callable[[Row], Cell]


def send_table(
    title: str, columns: Sequence[Column[Row]], rows: Iterable[Row], fmt: str
) -> Response:
    """Answer with rows as a download, `fmt` "xlsx" or "csv"; raise when they are too many."""
    header = [translate(column.label) for column in columns]
    cells = ([column.value(row) for column in columns] for row in rows)
    return send_rows(translate(title), header, cells, fmt)


def send_rows(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], fmt: str
) -> Response:
    """Answer with rows of cells as a download; title and header are words already."""
    kept = list(islice(rows, READ_AT_MOST))
    ensure_fits(len(kept))
    zone = ZoneInfo(settings().timezone)
    data = (
        csv_bytes(header, kept, zone=zone)
        if fmt == "csv"
        else xlsx_bytes([(title, header, kept)], zone=zone)
    )
    return send_download(data, FORMATS[fmt], f"{title}-{clock.today().isoformat()}.{fmt}")


def ensure_fits(count: int) -> None:
    """Raise when a list has more rows than one file holds."""
    if count > MOST_ROWS:
        raise DomainError(
            N_("More than %(most)d rows do not fit into one file. Filter the list first."),
            most=MOST_ROWS,
        )


def send_download(data: bytes, media_type: str, name: str) -> Response:
    """Answer with bytes to be saved under a name that every system takes."""
    response = current_app.response_class(data, mimetype=media_type)
    safe = " ".join(clean_text(name).translate(UNSAFE_IN_NAMES).split())
    ending = safe.rpartition(".")[2]
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"table.{ending}\"; filename*=UTF-8''{quote(safe, safe='')}"
    )
    return response
