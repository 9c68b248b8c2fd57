"""From a duty to the drill that meets it: record the one that is planned, else plan one."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core.access import Permission, requires
from drillreg.core.web import see_other
from drillreg.drills.queries import next_planned
from drillreg.drills.routes.blueprint import bp, org_of_address
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_here


@bp.get("/due")
@requires(Permission.VIEW)
def due() -> ResponseReturnValue:
    """Lead to recording the next planned drill of an organisation, else to planning one."""
    org = org_of_address("org", current_scope())
    if org is None:
        return see_other(url_for(".index"))
    event_type = request.args.get("event_type", "")[:40]
    drill = next_planned(org, current_scope(), event_type=event_type)
    if drill is not None and may_here(Permission.RECORD_DRILLS, org):
        return see_other(url_for(".record", drill_id=drill.id))
    if drill is not None:
        return see_other(url_for(".show", drill_id=drill.id))
    if may_here(Permission.PLAN_DRILLS, org):
        return see_other(url_for(".new", org=org.id, event_type=event_type or None))
    flash(
        translate(
            N_("No drill is planned here. Ask the office above, or the department, to plan one.")
        ),
        "info",
    )
    return see_other(url_for(".index", within=org.id))
