"""What is handed to others of the list of dangers: the workbook of three sheets, the return."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from flask import Response, request

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label
from drillreg.dangers.figures import towns_of
from drillreg.dangers.filters import read_filter
from drillreg.dangers.models import Danger
from drillreg.dangers.queries import all_dangers
from drillreg.dangers.routes.blueprint import bp
from drillreg.dangers.routes.lists import columns
from drillreg.dangers.rules import DangerLevel, Standing
from drillreg.dangers.wording import STANDING_WORDS, days_late, standing
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.sheets.export import (
    FORMATS,
    READ_AT_MOST,
    Column,
    ensure_fits,
    send_download,
    send_table,
)
from drillreg.sheets.write import Cell, xlsx_bytes


def _asked(today: date) -> list[Danger]:
    scope = current_scope()
    wanted = read_filter(request.args, scope)
    found = all_dangers(wanted, scope, today=today, at_most=READ_AT_MOST)
    ensure_fits(len(found))
    return list(found)


@bp.get("/ledger.xlsx")
@requires(Permission.VIEW)
def workbook() -> Response:
    """Hand out the list as a workbook: all, those past their deadline, the major ones."""
    today = clock.today()
    found = _asked(today)
    late = [each for each in found if standing(each, today) is Standing.LATE]
    major = [each for each in found if each.level is DangerLevel.MAJOR]
    shown = columns(today)
    header = [translate(column.label) for column in shown]

    def sheet(title: str, rows: Sequence[Danger]) -> tuple[str, list[str], list[list[Cell]]]:
        cells = [[column.value(row) for column in shown] for row in rows]
        return translate(title), header, cells

    data = xlsx_bytes(
        [
            sheet(N_("Ledger of dangers"), found),
            sheet(N_("Past the deadline"), late),
            sheet(N_("Major dangers"), major),
        ],
        zone=ZoneInfo(settings().timezone),
    )
    name = f"{translate(N_('Ledger of dangers'))}-{today.isoformat()}.xlsx"
    return send_download(data, FORMATS["xlsx"], name)


@bp.get("/return.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def masked(fmt: str) -> Response:
    """Hand out the list without names of people and units: eight columns for those above."""
    today = clock.today()
    found = _asked(today)
    towns = towns_of(found)
    shown: tuple[Column[Danger], ...] = (
        Column(N_("Number"), lambda danger: danger.number),
        Column(N_("Town"), lambda danger: towns.get(danger.org_id)),
        Column(N_("Kind of organisation"), lambda danger: code_label(danger.org.kind, "org_kind")),
        Column(N_("Kind"), lambda danger: code_label(danger.category, "danger_category")),
        Column(N_("Level"), lambda danger: code_label(danger.level, "danger_level")),
        Column(N_("Found on"), lambda danger: danger.found_on),
        Column(N_("State"), lambda danger: translate(STANDING_WORDS[standing(danger, today)])),
        Column(N_("Days late"), lambda danger: days_late(danger, today) or None),
    )
    return send_table(N_("Return of dangers"), shown, found, fmt)
