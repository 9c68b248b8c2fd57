"""The ledger of drills and its export."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO

from flask import Response, render_template, request, send_file

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.codes import code_label
from drillreg.drills import wording
from drillreg.drills.models import Drill
from drillreg.drills.naming import names_then
from drillreg.drills.queries import count_drills, drills_of, drills_page
from drillreg.drills.routes.blueprint import bp, filter_of_address, upper_orgs
from drillreg.i18n import N_, translate
from drillreg.orgs.history import PastNames
from drillreg.orgs.scope import current_scope
from drillreg.sheets.write import Cell, xlsx_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = (
    N_("Organisation"),
    N_("Title"),
    N_("Kind of event"),
    N_("How it is held"),
    N_("Due"),
    N_("State"),
    N_("Date held"),
    N_("People who took part"),
    N_("Evacuation time in seconds"),
    N_("Rating"),
    N_("Reason for cancelling"),
)


@bp.get("/")
@requires(Permission.VIEW)
def index() -> str:
    """Show the drills in scope, filtered."""
    given, today, scope = filter_of_address(), clock.today(), current_scope()
    page = drills_page(
        scope,
        given,
        today=today,
        newest_first=given.state in {"held", "cancelled"},
        cursor=request.args.get("after"),
    )
    return render_template(
        "drills/index.html",
        given=given,
        page=page,
        org_of=names_then(page.rows),
        total=count_drills(scope, given, today=today),
        upper=upper_orgs(),
    )


@bp.get("/export.xlsx")
@requires(Permission.VIEW)
def export() -> Response:
    """Hand out exactly the filtered drills as a workbook."""
    today = clock.today()
    found = drills_of(current_scope(), filter_of_address(), today=today)
    title = translate(N_("Drills"))
    data = xlsx_bytes([(title, [translate(word) for word in HEADER], _rows(found, today))])
    response: Response = send_file(
        BytesIO(data),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{title}-{today.isoformat()}.xlsx",
    )
    return response


def _rows(drills: Sequence[Drill], today: date) -> Iterable[list[Cell]]:
    names = PastNames(drill.org_id for drill in drills if drill.held_on)
    for drill in drills:
        yield [
            names.on(drill.org, drill.held_on),
            wording.title_of(drill),
            code_label(drill.event_type, "event_type"),
            translate(wording.MODES[drill.mode]),
            drill.due_on,
            translate(wording.STATES[wording.state_of(drill, today)]),
            drill.held_on,
            drill.participants,
            drill.evacuation_seconds,
            translate(wording.RATINGS[drill.rating]) if drill.rating else None,
            drill.cancel_reason,
        ]
