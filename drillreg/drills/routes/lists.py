"""The ledger of drills and its export."""

from datetime import date

from flask import Response, render_template, request

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
from drillreg.sheets.export import Column, send_table


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


@bp.get("/export.<any(xlsx, csv):fmt>")
@requires(Permission.VIEW)
def export(fmt: str) -> Response:
    """Hand out exactly the filtered drills."""
    today = clock.today()
    found = drills_of(current_scope(), filter_of_address(), today=today)
    names = PastNames(drill.org_id for drill in found if drill.held_on)
    return send_table(N_("Drills"), export_columns(today, names), found, fmt)


def export_columns(today: date, names: PastNames) -> list[Column[Drill]]:
    """Return the columns of the exported ledger; the state is that of `today`."""
    return [
        Column(N_("Organisation"), lambda drill: names.on(drill.org, drill.held_on)),
        Column(N_("Title"), wording.title_of),
        Column(N_("Kind of event"), lambda drill: code_label(drill.event_type, "event_type")),
        Column(N_("How it is held"), lambda drill: translate(wording.MODES[drill.mode])),
        Column(N_("Due"), lambda drill: drill.due_on),
        Column(
            N_("State"), lambda drill: translate(wording.STATES[wording.state_of(drill, today)])
        ),
        Column(N_("Date held"), lambda drill: drill.held_on),
        Column(N_("People who took part"), lambda drill: drill.participants),
        Column(N_("Evacuation time in seconds"), lambda drill: drill.evacuation_seconds),
        Column(
            N_("Rating"),
            lambda drill: translate(wording.RATINGS[drill.rating]) if drill.rating else None,
        ),
        Column(N_("Reason for cancelling"), lambda drill: drill.cancel_reason),
    ]
