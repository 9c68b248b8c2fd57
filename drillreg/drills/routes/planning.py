"""Single drills without a programme; postponing and cancelling."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.drills.facts import Outline
from drillreg.drills.forms import read_drill
from drillreg.drills.models import DrillProgramme
from drillreg.drills.operations.drills import cancel_drill, plan_drill, postpone_drill
from drillreg.drills.routes.blueprint import bp, drill_to_change, outline_choices
from drillreg.hazards.queries import get_site
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may
from drillreg.plans.queries import get_plan


@bp.get("/new")
@requires(Permission.PLAN_DRILLS)
def new() -> str:
    """Ask about one drill outside any programme."""
    event = request.args.get("event_type", "")
    return render_template(
        "drills/new.html",
        choices=outline_choices(Permission.PLAN_DRILLS, clock.today()),
        form=form_view(
            org=request.args.get("org") or current_actor().org_id,
            event_type=event if event in code_list("event_type").codes() else "",
            site=request.args.get("site", ""),
            mode="full",
            due_on=clock.today().isoformat(),
        ),
    )


@bp.post("/new")
@requires(Permission.PLAN_DRILLS)
@form_of(new)
@writes
def create() -> ResponseReturnValue:
    """Plan one drill."""
    given = read_drill(request.form)
    org = org_to_plan_for(given.org_id, given.outline)
    drill = plan_drill(
        org=org,
        outline=given.outline,
        due_on=given.due_on,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(translate(N_("The drill is planned.")), "success")
    return see_other(url_for(".show", drill_id=drill.id))


@bp.get("/<int:drill_id>/postpone")
@requires(Permission.PLAN_DRILLS)
def postpone(drill_id: int) -> str:
    """Ask for the new day and why."""
    drill = drill_to_change(drill_id, Permission.PLAN_DRILLS)
    return render_template(
        "drills/postpone.html", drill=drill, form=form_view(row_version=drill.row_version)
    )


@bp.post("/<int:drill_id>/postpone")
@requires(Permission.PLAN_DRILLS)
@form_of(postpone)
@writes
def postpone_now(drill_id: int) -> ResponseReturnValue:
    """Move a drill to another day."""
    drill = drill_to_change(drill_id, Permission.PLAN_DRILLS)
    form = FormReader(request.form)
    new_on = form.date("new_on", translate(N_("New date")), required=True)
    reason = form.text("reason", translate(N_("Reason")), required=True, max_length=200)
    version = form.integer("row_version", "row_version", required=True)
    form.finish()
    postpone_drill(
        drill,
        row_version=version or 0,
        new_on=new_on or clock.today(),
        reason=reason,
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The drill was moved.")), "success")
    return see_other(url_for(".show", drill_id=drill.id))


@bp.get("/<int:drill_id>/cancel")
@requires(Permission.PLAN_DRILLS)
def cancel(drill_id: int) -> str:
    """Ask why a drill is cancelled."""
    drill = drill_to_change(drill_id, Permission.PLAN_DRILLS)
    return render_template("drills/cancel.html", drill=drill, form=form_view())


@bp.post("/<int:drill_id>/cancel")
@requires(Permission.PLAN_DRILLS)
@form_of(cancel)
@writes
def cancel_now(drill_id: int) -> ResponseReturnValue:
    """Cancel a drill."""
    drill = drill_to_change(drill_id, Permission.PLAN_DRILLS)
    form = FormReader(request.form)
    reason = form.text("reason", translate(N_("Reason")), required=True, max_length=200)
    form.finish()
    cancel_drill(drill, reason=reason, actor=current_actor(), now=clock.now())
    flash(translate(N_("The drill was cancelled.")), "success")
    return see_other(url_for(".show", drill_id=drill.id))


def org_to_plan_for(
    org_id: int, outline: Outline, permission: Permission = Permission.PLAN_DRILLS
) -> Org:
    """Return the organisation a form names; raise when it, the plan or the site is out of reach."""
    org = get_org(org_id, current_scope())
    ensure_may(permission, org)
    ensure_in_reach(outline)
    return org


def ensure_in_reach(outline: Outline, before: DrillProgramme | None = None) -> None:
    """Raise NotFound when a plan or site newly named lies outside what the person may view."""
    scope = current_scope()
    if outline.plan_id not in (None, before.plan_id if before else None):
        get_plan(outline.plan_id, scope)
    if outline.site_id not in (None, before.site_id if before else None):
        get_site(outline.site_id, scope)
