"""The line that stands for a classified plan, and its abridged version for the public."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.i18n import N_, translate
from drillreg.plans.forms import LineForm, kinds_for, read_abridged
from drillreg.plans.indexing import ensure_readable_and_public
from drillreg.plans.lines import attach_abridged, register_line
from drillreg.plans.models import Plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.routes.entries import org_to_register_at
from drillreg.plans.rules import Secrecy
from drillreg.plans.secrecy import LINE_ONLY


@bp.get("/new/line")
@requires(Permission.EDIT_PLANS)
def new_line() -> ResponseReturnValue:
    """Ask what may be said of a classified plan."""
    org = org_to_register_at()
    if org is None:
        return see_other(url_for(".where"))
    return render_template(
        "plans/line.html",
        org=org,
        form=form_view(),
        kinds=[(code, code_label(code, "plan_kind")) for code in kinds_for(org)],
        events=code_list("event_type").options(),
        line_only=LINE_ONLY,
    )


@bp.post("/new/line")
@requires(Permission.EDIT_PLANS)
@form_of(new_line)
@writes
def register_line_now() -> ResponseReturnValue:
    """Enter that a classified plan exists."""
    org, today = org_to_register_at(), clock.today()
    if org is None:
        raise NotFound(N_("There is no such organisation."))
    form = LineForm.read(request.form, org=org, today=today)
    plan = register_line(
        org=org,
        kinds=kinds_for(org),
        kind=form.kind,
        event_type=form.event_type,
        title=form.title,
        number=form.number,
        issued_on=form.issued_on,
        actor=current_actor(),
        now=clock.now(),
        today=today,
    )
    flash(translate(N_("The line was entered. Nothing of the text is kept here.")), "success")
    return see_other(url_for(".show", plan_id=plan.id))


def _line(plan_id: int) -> Plan:
    plan = plan_to_change(plan_id)
    if plan.secrecy is not Secrecy.LINE:
        raise NotFound(N_("There is no such plan."))
    return plan


@bp.get("/<int:plan_id>/abridged")
@requires(Permission.EDIT_PLANS)
def abridge(plan_id: int) -> str:
    """Ask for the abridged version of a classified plan that is meant for the public."""
    return render_template("plans/abridged.html", plan=_line(plan_id), form=form_view())


@bp.post("/<int:plan_id>/abridged")
@requires(Permission.EDIT_PLANS)
@form_of(abridge)
@writes_itself
def attach_abridged_now(plan_id: int) -> ResponseReturnValue:
    """Attach that version after its words were looked through for a marking."""
    _line(plan_id)
    paper = read_abridged(request.form, request.files.getlist("papers"))
    db.session.rollback()
    ensure_readable_and_public(paper.name, paper.data)
    with unit_of_work():
        attach_abridged(
            plan=_line(plan_id),
            paper=(paper.name, paper.data),
            actor=current_actor(),
            now=clock.now(),
        )
    return see_other(url_for(".show", plan_id=plan_id))
