"""Approving a drafting plan with the password again, and recording whom it was copied to."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.confirming import confirm_password
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.i18n import N_, translate
from drillreg.revisions.drafting import lines_of
from drillreg.revisions.forms import ApprovalForm, CopyForm
from drillreg.revisions.operations.drafting import approve_drafting, record_copy
from drillreg.revisions.routes.blueprint import bp, drafting_to_change
from drillreg.revisions.routes.drafting import drafting


@bp.get("/drafting/<int:drafting_id>/approve")
@requires(Permission.ISSUE_PLANS)
def approve(drafting_id: int) -> str:
    """Show what is approved and ask by whom it was, and for the password."""
    found = drafting_to_change(drafting_id, Permission.ISSUE_PLANS)
    return render_template(
        "revisions/approve.html",
        drafting=found,
        lines=lines_of(found),
        form=form_view(approved_on=clock.today()),
    )


@bp.post("/drafting/<int:drafting_id>/approve")
@requires(Permission.ISSUE_PLANS)
@form_of(approve)
@writes_itself
def approve_now(drafting_id: int) -> ResponseReturnValue:
    """Approve a drafting plan; its items become tasks."""
    drafting_to_change(drafting_id, Permission.ISSUE_PLANS)
    form = ApprovalForm.read(request.form)
    actor, now = current_actor(), clock.now()
    confirm_password(actor, request.form.get("password", ""), now=now)
    with unit_of_work():
        found = drafting_to_change(drafting_id, Permission.ISSUE_PLANS)
        approve_drafting(
            found,
            body=form.body,
            number=form.number,
            approved_on=form.approved_on,
            actor=actor,
            now=now,
            today=clock.today(),
        )
    flash(translate(N_("Approved. Whoever leads an item has it as a task now.")), "success")
    return see_other(url_for(".drafting", drafting_id=drafting_id))


@bp.post("/drafting/<int:drafting_id>/copies")
@requires(Permission.EDIT_PLANS)
@form_of(drafting)
@writes
def copied(drafting_id: int) -> ResponseReturnValue:
    """Record to whom a drafting plan was copied."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    form = CopyForm.read(request.form)
    record_copy(
        found,
        recipient=form.recipient,
        sent_on=form.sent_on,
        number=form.number,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    return see_other(url_for(".drafting", drafting_id=found.id))
