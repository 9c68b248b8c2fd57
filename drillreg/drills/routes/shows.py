"""One drill: what it is about, what to do now, what was recorded; its photos."""

from flask import Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.page import name_of
from drillreg.core.web import see_other
from drillreg.drills.models import Drill
from drillreg.drills.naming import names_then
from drillreg.drills.queries import drill_record, get_drill_by_public_id, get_photo
from drillreg.drills.routes.blueprint import bp, plan_label
from drillreg.drills.rules import days_late
from drillreg.drills.scope import DRILL
from drillreg.files.web import send_stored
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_on


@bp.get("/<int:drill_id>")
@requires(Permission.VIEW)
def show(drill_id: int) -> str:
    """Show a drill."""
    found = drill_record(drill_id, current_scope())
    drill = found.drill
    return render_template(
        "drills/show.html",
        found=found,
        drill=drill,
        org_name=names_then([drill], full=True)(drill),
        thread=thread_of(drill),
        late_days=days_late(drill.due_on, drill.held_on) if drill.held_on else 0,
        entered_late=entered_late(drill),
        may_record=may_on(Permission.RECORD_DRILLS, DRILL.code, drill),
        may_plan=may_on(Permission.PLAN_DRILLS, DRILL.code, drill),
        report_url=report_url(drill),
    )


@bp.get("/at/<public_id>")
@requires(Permission.VIEW)
def open_drill(public_id: str) -> ResponseReturnValue:
    """Lead from a calendar entry or a printed code to the drill."""
    drill = get_drill_by_public_id(public_id, current_scope())
    return see_other(url_for(".show", drill_id=drill.id))


@bp.get("/photos/<int:photo_id>")
@requires(Permission.VIEW)
def photo(photo_id: int) -> Response:
    """Hand out a photo."""
    return send_stored(get_photo(photo_id, current_scope()).file)


@bp.get("/photos/<int:photo_id>/small")
@requires(Permission.VIEW)
def small_photo(photo_id: int) -> Response:
    """Hand out a photo small, for a page."""
    return send_stored(get_photo(photo_id, current_scope()).file, thumbnail=True)


def entered_late(drill: Drill) -> int:
    """Return by how many days a record was entered after the drill was held."""
    if drill.held_on is None or drill.recorded_at is None:
        return 0
    return days_late(drill.held_on, clock.local_date(drill.recorded_at))


def report_url(drill: Drill) -> str | None:
    """Return where this person begins a report about the drill, or None without the right."""
    if not may_on(Permission.WRITE_REPORTS, DRILL.code, drill):
        return None
    if "reports.new" not in current_app.view_functions:
        return None
    return url_for("reports.new", drill_id=drill.id)


def thread_of(drill: Drill) -> list[dict[str, object]]:
    """Return the strip of the thread: site, plan, drill, report."""
    strip: list[dict[str, object]] = []
    scope = current_scope()
    if drill.site is not None:
        open_site = "hazards.show" in current_app.view_functions and SITE.includes(
            scope, drill.site
        )
        url = url_for("hazards.show", site_id=drill.site.id) if open_site else None
        strip.append(_link(N_("Hazard site"), name_of(drill.site), "done", url))
    else:
        strip.append(_link(N_("Hazard site"), translate(N_("None named")), "none"))
    if drill.plan is not None:
        label, may_open = plan_label(drill.plan, scope)
        may_open = may_open and "plans.show" in current_app.view_functions
        url = url_for("plans.show", plan_id=drill.plan.id) if may_open else None
        text = label or translate(N_("An internal plan"))
        strip.append(_link(N_("Plan"), text, "done", url))
    else:
        strip.append(_link(N_("Plan"), translate(N_("None named")), "none"))
    strip.append(_link(N_("Drill"), name_of(drill), "here"))
    strip.append(_report_link(drill))
    return strip


def _report_link(drill: Drill) -> dict[str, object]:
    if drill.closed_at is not None:
        return _link(N_("Report"), translate(N_("Handed in")), "done")
    if drill.held_on is not None:
        return _link(N_("Report"), translate(N_("Not handed in yet")), "open", report_url(drill))
    return _link(N_("Report"), translate(N_("After the drill")), "none")


def _link(label: str, text: str, state: str, url: str | None = None) -> dict[str, object]:
    return {"label": translate(label), "text": text, "state": state, "url": url}
