"""Working on a draft: its papers, opening one, giving one up."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_, translate
from drillreg.plans.forms import read_papers, read_reason
from drillreg.plans.operations import add_papers, start_revision, void_paper, withdraw_draft
from drillreg.plans.queries import get_paper
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.sections import sections_of, written_in
from drillreg.plans.signing import give_up_returned


@bp.get("/<int:plan_id>/papers")
@requires(Permission.EDIT_PLANS)
def papers(plan_id: int) -> str:
    """Show the papers of the draft and take new ones."""
    plan = plan_to_change(plan_id)
    has_sections = plan.draft is not None and bool(sections_of(plan.draft))
    return render_template(
        "plans/papers.html", plan=plan, form=form_view(), has_sections=has_sections
    )


@bp.post("/<int:plan_id>/papers")
@requires(Permission.EDIT_PLANS)
@form_of(papers)
@writes
def attach(plan_id: int) -> ResponseReturnValue:
    """Attach papers to the draft."""
    plan = plan_to_change(plan_id)
    sent = read_papers(request.files.getlist("papers"), required=True)
    add_papers(
        plan=plan,
        papers=[(each.name, each.data) for each in sent],
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".papers", plan_id=plan.id))


@bp.get("/<int:plan_id>/papers/<int:file_id>/void")
@requires(Permission.EDIT_PLANS)
def void(plan_id: int, file_id: int) -> str:
    """Ask why a paper of the draft is struck out."""
    plan = plan_to_change(plan_id)
    return render_template(
        "plans/void.html", plan=plan, paper=get_paper(plan, file_id), form=form_view()
    )


@bp.post("/<int:plan_id>/papers/<int:file_id>/void")
@requires(Permission.EDIT_PLANS)
@form_of(void)
@writes
def void_now(plan_id: int, file_id: int) -> ResponseReturnValue:
    """Strike a paper of the draft out."""
    plan = plan_to_change(plan_id)
    void_paper(
        plan=plan,
        paper=get_paper(plan, file_id),
        reason=read_reason(request.form),
        actor=current_actor(),
        now=clock.now(),
    )
    return see_other(url_for(".papers", plan_id=plan.id))


@bp.get("/<int:plan_id>/revise")
@requires(Permission.EDIT_PLANS)
def revise(plan_id: int) -> str:
    """Ask why a plan is revised."""
    return render_template("plans/revise.html", plan=plan_to_change(plan_id), form=form_view())


@bp.post("/<int:plan_id>/revise")
@requires(Permission.EDIT_PLANS)
@form_of(revise)
@writes
def revise_now(plan_id: int) -> ResponseReturnValue:
    """Open a new draft beside the version in force."""
    plan = plan_to_change(plan_id)
    draft = start_revision(
        plan=plan, reason=read_reason(request.form), actor=current_actor(), now=clock.now()
    )
    flash(translate(N_("The revision is open. The present version stays in force.")), "success")
    is_written = draft.id in written_in(plan)
    return see_other(url_for(".write" if is_written else ".papers", plan_id=plan.id))


@bp.get("/<int:plan_id>/withdraw")
@requires(Permission.EDIT_PLANS)
def withdraw(plan_id: int) -> str:
    """Ask why a draft is given up."""
    return render_template("plans/withdraw.html", plan=plan_to_change(plan_id), form=form_view())


@bp.post("/<int:plan_id>/withdraw")
@requires(Permission.EDIT_PLANS)
@form_of(withdraw)
@writes
def withdraw_now(plan_id: int) -> ResponseReturnValue:
    """Give the draft up."""
    plan = plan_to_change(plan_id)
    reason, actor, now = read_reason(request.form), current_actor(), clock.now()
    give_up_returned(plan, reason, actor=actor, now=now)
    withdraw_draft(
        plan=plan,
        reason=reason,
        actor=actor,
        now=now,
        today=clock.today(),
    )
    return see_other(url_for(".show", plan_id=plan.id))
