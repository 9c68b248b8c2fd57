"""Issuing a version: enter, check, issue, confirm; and abolishing a plan."""

from typing import Any

from flask import g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import DomainError, NotFound
from drillreg.core.reading import FormView, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.i18n import N_
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.scope import current_scope
from drillreg.plans.forms import IssueForm, ensure_as_checked, read_reason, read_version
from drillreg.plans.models import Plan
from drillreg.plans.operations import abolish_plan, issue_version
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.rules import (
    WORKING_DAYS_TO_FILE,
    ensure_issuable,
    ensure_standing,
    review_date,
)
from drillreg.plans.sections import texts_of
from drillreg.plans.signing import ensure_direct, give_up_returned, route_of
from drillreg.plans.wording import SECRECY_WORDS

FIELDS = ("number", "issued_on", "review_on")


@bp.get("/<int:plan_id>/issue")
@requires(Permission.ISSUE_PLANS)
def issue(plan_id: int) -> str:
    """Ask for number and dates of the issue; what was typed before comes back by the address."""
    plan = plan_to_change(plan_id, Permission.ISSUE_PLANS)
    today = clock.today()
    defaults = {"issued_on": today, "review_on": review_date(today), **_typed()}
    direct = route_of(plan).direct
    return render_template("plans/issue.html", plan=plan, direct=direct, form=form_view(**defaults))


def _typed() -> dict[str, Any]:
    return {name: request.args[name] for name in FIELDS if name in request.args}


@bp.get("/<int:plan_id>/issue/check")
@requires(Permission.ISSUE_PLANS)
def check(plan_id: int) -> ResponseReturnValue:
    """Show everything once more before it is issued; nothing is changed yet."""
    plan = plan_to_change(plan_id, Permission.ISSUE_PLANS)
    try:
        form = IssueForm.read(request.args)
        _ensure_issuable(plan, form)
    except DomainError as error:
        g.refused_form = FormView(request.args, error)
        return make_response(issue(plan_id), error.status)
    return render_template(
        "plans/check.html",
        plan=plan,
        typed=form,
        text=texts_of(plan, plan.draft) if plan.draft else None,
        secrecy_words=SECRECY_WORDS,
        back=url_for(".issue", plan_id=plan.id, **_typed()),
    )


def _ensure_issuable(plan: Plan, form: IssueForm) -> None:
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    if plan.draft is None:
        raise DomainError(N_("Only a draft can be issued."))
    ensure_direct(plan)
    text = texts_of(plan, plan.draft)
    ensure_issuable(
        plan.draft.state,
        number=form.number,
        issued_on=form.issued_on,
        review_on=form.review_on,
        has_text=len(plan.draft.papers) > len(plan.draft.annexes) or text.is_written,
        empty=text.empty,
        today=clock.today(),
        last_issued_on=plan.current.issued_on if plan.current else None,
    )


@bp.post("/<int:plan_id>/issue")
@requires(Permission.ISSUE_PLANS)
@form_of(issue)
@writes
def issue_now(plan_id: int) -> ResponseReturnValue:
    """Issue the draft as it was checked."""
    plan = plan_to_change(plan_id, Permission.ISSUE_PLANS)
    form = IssueForm.read(request.form)
    ensure_direct(plan)
    ensure_as_checked(
        plan,
        form,
        row_version=read_version(request.form),
        papers=request.form.getlist("papers"),
        text=request.form.get("text", ""),
    )
    issue_version(
        plan=plan,
        number=form.number,
        issued_on=form.issued_on,
        review_on=form.review_on,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    return see_other(url_for(".issued", plan_id=plan.id))


@bp.get("/<int:plan_id>/issued")
@requires(Permission.VIEW)
def issued(plan_id: int) -> str:
    """Confirm an issue: the number, and what happens next."""
    plan = get_plan(plan_id, current_scope())
    version = plan.current
    if version is None or version.issued_on is None:
        raise NotFound(N_("This plan has not been issued."))
    calendar = calendar_of(plan.org)
    due = calendar.add_working_days(version.issued_on, WORKING_DAYS_TO_FILE)
    return render_template(
        "plans/issued.html",
        plan=plan,
        version=version,
        due_on=due,
        is_known=calendar.is_known_year(due.year),
    )


@bp.get("/<int:plan_id>/abolish")
@requires(Permission.ISSUE_PLANS)
def abolish(plan_id: int) -> str:
    """Ask why a plan is abolished."""
    plan = plan_to_change(plan_id, Permission.ISSUE_PLANS)
    return render_template("plans/abolish.html", plan=plan, form=form_view())


@bp.post("/<int:plan_id>/abolish")
@requires(Permission.ISSUE_PLANS)
@form_of(abolish)
@writes
def abolish_now(plan_id: int) -> ResponseReturnValue:
    """End the version in force without a successor."""
    plan = plan_to_change(plan_id, Permission.ISSUE_PLANS)
    reason, actor, now = read_reason(request.form), current_actor(), clock.now()
    give_up_returned(plan, reason, actor=actor, now=now)
    abolish_plan(
        plan=plan,
        reason=reason,
        actor=actor,
        now=now,
        today=clock.today(),
    )
    return see_other(url_for(".show", plan_id=plan.id))
