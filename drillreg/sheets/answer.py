"""Handing out a list as a workbook."""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, make_response

from drillreg.config import settings
from drillreg.sheets.write import Cell, xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx_answer(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, today: date
) -> Response:
    """Return one sheet as a download named after its title and the day."""
    data = xlsx_bytes([(title, header, rows)], zone=ZoneInfo(settings().timezone))
    response = make_response(data)
    response.mimetype = XLSX
    name = f"{title}-{today.isoformat()}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
