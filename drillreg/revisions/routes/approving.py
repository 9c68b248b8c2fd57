"""Approving a drafting plan: sent to a leader, approved or returned, on paper too; its copies."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.confirming import confirm_password
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import NotAllowed
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.documents.operations.sheets import new_code, record_sheet
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_here
from drillreg.revisions.drafting import get_drafting, lines_of
from drillreg.revisions.forms import ApprovalForm, CopyForm, read_named, read_why
from drillreg.revisions.models import DraftingPlan
from drillreg.revisions.operations import approving as acts
from drillreg.revisions.operations.drafting import DRAFTING, record_copy
from drillreg.revisions.papers import approval_paper
from drillreg.revisions.routes.blueprint import bp, drafting_to_change
from drillreg.revisions.routes.drafting import drafting
from drillreg.signoffs.operations.moving import Decision
from drillreg.signoffs.queries import sign_off_of
from drillreg.signoffs.rules import Manner, ensure_open
from drillreg.signoffs.sheets import KIND, SUBJECT
from drillreg.signoffs.showing import Shown, StageView, shown


@bp.post("/drafting/<int:drafting_id>/submit")
@requires(Permission.EDIT_PLANS)
@form_of(drafting)
@writes
def send_drafting(drafting_id: int) -> ResponseReturnValue:
    """Send a drafting plan to the leader who approves it."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    actor, today = current_actor(), clock.today()
    named = read_named(request.form, acts.people_to_name(found, actor, today))
    acts.send_to_leader(found, named=named, actor=actor, today=today, now=clock.now())
    flash(translate(N_("It lies with who approves it.")), "success")
    return see_other(url_for(".drafting", drafting_id=found.id))


@bp.post("/drafting/<int:drafting_id>/call-back")
@requires(Permission.EDIT_PLANS)
@form_of(drafting)
@writes
def call_back_drafting(drafting_id: int) -> ResponseReturnValue:
    """Take a drafting plan back from who approves it, with the reason."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    acts.call_back(found, read_why(request.form), actor=current_actor(), now=clock.now())
    return see_other(url_for(".drafting", drafting_id=found.id))


def _waiting(found: DraftingPlan) -> tuple[Shown, StageView] | None:
    """Return the approval of a drafting plan whose turn is now, or None."""
    sign_off = sign_off_of(DRAFTING, found.id)
    seen = shown(sign_off, current_actor(), clock.today()) if sign_off else None
    return (seen, seen.open[0]) if seen and seen.open else None


@bp.get("/drafting/<int:drafting_id>/approve")
@requires(Permission.VIEW)
def approve(drafting_id: int) -> ResponseReturnValue:
    """Show what is approved; ask by whom it was, and for the password or the signed sheet."""
    found = get_drafting(drafting_id, current_scope())
    waiting = _waiting(found)
    if waiting is None:
        return see_other(url_for(".drafting", drafting_id=found.id))
    seen, view = waiting
    may = view.may_take and not view.is_excluded
    signed_on = view.row.signed_on or clock.today()
    return render_template(
        "revisions/approve.html",
        drafting=found,
        lines=lines_of(found),
        shown=seen,
        view=view,
        may=may,
        may_edit=may_here(Permission.EDIT_PLANS, found.org),
        form=form_view(approved_on=signed_on, body=_body(found, view)),
    )


def _body(found: DraftingPlan, view: StageView) -> str:
    """Return who approves as it is usually written: the organisation and the leader named."""
    return f"{found.org.name}　{view.row.signed_by or view.named}".strip()


@bp.post("/drafting/<int:drafting_id>/approve")
@requires(Permission.VIEW)
@form_of(approve)
@writes_itself
def approve_now(drafting_id: int) -> ResponseReturnValue:
    """Approve a drafting plan, or return it with reasons; the password is checked before."""
    found = get_drafting(drafting_id, current_scope())
    form = ApprovalForm.read(request.form)
    _ensure_may(found, form)
    actor, now = current_actor(), clock.now()
    if not form.on_paper:
        confirm_password(actor, form.password, now=now)
    with unit_of_work():
        found = get_drafting(drafting_id, current_scope())
        _decide(found, form, {"actor": actor, "now": now, "today": clock.today()})
    return see_other(url_for(".drafting", drafting_id=drafting_id))


def _ensure_may(found: DraftingPlan, form: ApprovalForm) -> None:
    """Raise unless the person may approve it, or enter what was signed on paper."""
    waiting = _waiting(found)
    if waiting is not None:
        ensure_open(waiting[1].row.state, waiting[1].row.done_by_name or "")
    if form.on_paper:
        drafting_to_change(found.id, Permission.EDIT_PLANS)
    elif waiting is not None and not waiting[1].may_take:
        raise NotAllowed(N_("This step is for somebody else."))


def _decide(found: DraftingPlan, form: ApprovalForm, by: dict[str, Any]) -> None:
    manner = Manner.PAPER if form.on_paper else Manner.PASSWORD
    decision = Decision(form.remark, None, manner)
    if form.returns:
        acts.return_drafting(found, decision, **by)
        flash(translate(N_("The draft went back with your reasons.")), "success")
        return
    acts.approve(
        found,
        decision,
        body=form.body,
        number=form.number,
        approved_on=form.approved_on,
        **by,
    )
    flash(translate(N_("Approved. Whoever leads an item has it as a task now.")), "success")


@bp.post("/drafting/<int:drafting_id>/approve/sheet")
@requires(Permission.EDIT_PLANS)
@form_of(drafting)
@writes_itself
def print_approval(drafting_id: int) -> ResponseReturnValue:
    """Print the sheet to be signed on paper; its code takes the signed one back."""
    found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
    row = acts.table_of(found).open_row(acts.APPROVE)
    code, row_id = new_code(), row.id
    body = acts.route_of(found).stages[0].body_zh
    paper = approval_paper(found, lines_of(found), code.on_paper(settings().public_url), body)
    layout = layout_for(paper.layout, found.org)
    db.session.rollback()  # nothing is held open while the child prints
    printed = print_paper(paper, layout=layout)
    with unit_of_work():
        found = drafting_to_change(drafting_id, Permission.EDIT_PLANS)
        record_sheet(
            code,
            kind=KIND,
            paper=paper,
            pdf=printed.pdf,
            subject_kind=SUBJECT,
            subject_id=row_id,
            org=found.org,
            actor=current_actor(),
            now=clock.now(),
        )
    flash(translate(N_("The sheet is ready to print. When it is back, enter the step.")), "success")
    return see_other(url_for("documents.sheet", public_id=code.public_id))


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
