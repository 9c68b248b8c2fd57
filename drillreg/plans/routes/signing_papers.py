"""Around the steps of a sign-off: leaving out, calling back, the printed sheet, later errors."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.documents.operations.sheets import new_code, record_sheet
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope
from drillreg.plans import signing as acts
from drillreg.plans.forms import read_reason
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.routes.signing import context, frozen_of, shown_of, stage_view, step
from drillreg.plans.signing_errors import record_error as assign_error
from drillreg.plans.signing_forms import read_error
from drillreg.plans.signing_paper import step_paper
from drillreg.signoffs.rules import StageState, ensure_open
from drillreg.signoffs.sheets import KIND, SUBJECT


@bp.post("/<int:plan_id>/sign/<key>/skip")
@requires(Permission.EDIT_PLANS)
@form_of(step)
@writes
def skip_step(plan_id: int, key: str) -> ResponseReturnValue:
    """Leave an optional step out, with the reason."""
    plan = plan_to_change(plan_id)
    reason = read_reason(request.form)
    acts.skip_step(
        plan,
        acts.table_of(plan),
        key,
        reason,
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    return see_other(url_for(".signing", plan_id=plan.id))


@bp.post("/<int:plan_id>/sign/<key>/sheet")
@requires(Permission.EDIT_PLANS)
@form_of(step)
@writes_itself
def print_step(plan_id: int, key: str) -> ResponseReturnValue:
    """Print the sheet of a step to be signed on paper; its code takes the signed one back."""
    plan = plan_to_change(plan_id)
    found, view = stage_view(plan, key)
    ensure_open(view.row.state, view.row.done_by_name or "")
    version, _ = shown_of(plan)
    code = new_code()
    note = version.summary or "首次编制"
    paper = step_paper(
        plan, version, found.sign_off, view.stage, code.on_paper(settings().public_url), note
    )
    layout, row_id = layout_for(paper.layout, plan.org), view.row.id
    db.session.rollback()  # nothing is held open while the child prints
    printed = print_paper(paper, layout=layout)
    with unit_of_work():
        plan = plan_to_change(plan_id)
        record_sheet(
            code,
            kind=KIND,
            paper=paper,
            pdf=printed.pdf,
            subject_kind=SUBJECT,
            subject_id=row_id,
            org=plan.org,
            actor=current_actor(),
            now=clock.now(),
        )
    flash(translate(N_("The sheet is ready to print. When it is back, enter the step.")), "success")
    return see_other(url_for("documents.sheet", public_id=code.public_id))


@bp.get("/<int:plan_id>/sign/withdraw")
@requires(Permission.EDIT_PLANS)
def call_back(plan_id: int) -> str:
    """Ask why a draft is taken back from those who sign."""
    plan = plan_to_change(plan_id)
    return render_template("plans/signing/call_back.html", form=form_view(), **context(plan))


@bp.post("/<int:plan_id>/sign/withdraw")
@requires(Permission.EDIT_PLANS)
@form_of(call_back)
@writes
def call_back_now(plan_id: int) -> ResponseReturnValue:
    """Take a draft back from those who sign; it can be changed again."""
    plan = plan_to_change(plan_id)
    acts.call_back(plan, read_reason(request.form), actor=current_actor(), now=clock.now())
    flash(translate(N_("The draft is yours again.")), "success")
    return see_other(url_for(".signing", plan_id=plan.id))


@bp.get("/<int:plan_id>/sign/error")
@requires(Permission.EDIT_PLANS)
def error(plan_id: int) -> str:
    """Ask which step should have seen an error that was found after issue."""
    plan = plan_to_change(plan_id)
    return render_template("plans/signing/error.html", form=form_view(), **context(plan))


@bp.post("/<int:plan_id>/sign/error")
@requires(Permission.EDIT_PLANS)
@form_of(error)
@writes
def record_error(plan_id: int) -> ResponseReturnValue:
    """Assign an error to the step that should have seen it."""
    plan = plan_to_change(plan_id)
    _, found = shown_of(plan)
    done = [
        view.stage.key for view in (found.now if found else []) if view.row.state is StageState.DONE
    ]
    key, text = read_error(request.form, done)
    assign_error(
        plan,
        key,
        text,
        url=url_for(".show", plan_id=plan.id),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The error lies with the step that should have seen it.")), "success")
    return see_other(url_for(".signing", plan_id=plan.id))


@bp.get("/<int:plan_id>/sign/frozen.pdf")
@requires(Permission.VIEW)
def frozen(plan_id: int) -> ResponseReturnValue:
    """Hand out the text that was frozen for proofreading."""
    found = frozen_of(get_plan(plan_id, current_scope()))
    if found is None:
        raise NotFound(N_("The PDF for proofreading is still being made."))
    return send_stored(found)


@bp.post("/<int:plan_id>/sign/freeze")
@requires(Permission.EDIT_PLANS)
@writes
def freeze(plan_id: int) -> ResponseReturnValue:
    """Ask once more for the PDF that is proofread."""
    plan = plan_to_change(plan_id)
    acts.freeze_anew(plan, actor=current_actor(), now=clock.now())
    flash(translate(N_("The PDF is being made; look again in a moment.")), "success")
    return see_other(url_for(".signing", plan_id=plan.id))
