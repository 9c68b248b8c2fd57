"""Figures by town and kind, each a link to its rows; as a table, a file and a paper."""

from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label
from drillreg.core.reading import FormReader
from drillreg.dangers.figures import (
    LevelFigures,
    PlaceFigures,
    by_level,
    by_place,
    figures_paper,
    kinds_shown,
    span_text,
    table_of,
)
from drillreg.dangers.filters import DangerFilter
from drillreg.dangers.routes.blueprint import bp, org_asked
from drillreg.documents.answer import pdf_answer
from drillreg.i18n import N_, translate
from drillreg.orgs.choices import place_options
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope
from drillreg.sheets.export import send_rows


def _asked() -> tuple[Org, DangerFilter]:
    """Return what the figures are about; without dates this year up to today."""
    org, today = org_asked("within"), clock.today()
    reader = FormReader(request.args)
    first = reader.date("from", "") or date(today.year, 1, 1)
    last = reader.date("to", "") or today
    return org, DangerFilter(within=org, first=first, last=last)


def _figures(org: Org, wanted: DangerFilter) -> tuple[list[PlaceFigures], list[LevelFigures]]:
    scope, today = current_scope(), clock.today()
    return (
        by_place(org, wanted, scope, today=today),
        by_level(wanted, scope, today=today),
    )


@bp.get("/figures")
@requires(Permission.VIEW)
def figures() -> str:
    """Show the figures of a territory by town and kind."""
    org, wanted = _asked()
    lines, levels = _figures(org, wanted)
    return render_template(
        "dangers/figures.html",
        org=org,
        wanted=wanted,
        lines=lines,
        levels=levels,
        kinds=kinds_shown(lines),
        places=place_options(current_scope(), org),
    )


@bp.get("/figures.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def figures_file(fmt: str) -> ResponseReturnValue:
    """Hand out the figures as a table."""
    org, wanted = _asked()
    kinds, rows = table_of(_figures(org, wanted)[0])
    fixed = (N_("Organisation"), N_("Found"), N_("Struck off"), N_("Past its deadline"))
    header = [translate(word) for word in fixed]
    header += [code_label(kind, "danger_category") for kind in kinds]
    return send_rows(translate(N_("Figures of dangers")), header, rows, fmt)


@bp.get("/figures.pdf")
@requires(Permission.VIEW)
def figures_print() -> Response:
    """Print the figures."""
    org, wanted = _asked()
    lines, levels = _figures(org, wanted)
    return pdf_answer(figures_paper(org, lines, levels, span_text(wanted.first, wanted.last)))
