"""Reasons to revise: listed, recorded by hand, answered."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label, code_list
from drillreg.core.errors import NotFound
from drillreg.core.page import name_of
from drillreg.core.reading import form_view
from drillreg.core.subjects import subject_url
from drillreg.core.web import form_of, see_other, writes
from drillreg.files.operations import store
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.queries import orgs_of_kinds
from drillreg.orgs.scope import current_scope, ensure_may_on, may_on
from drillreg.plans.models import Plan
from drillreg.plans.queries import get_plan
from drillreg.plans.scope import PLAN
from drillreg.revisions.forms import AnswerForm, TriggerForm
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.operations.triggers import (
    Found,
    answer_sign,
    answer_trigger,
    record_trigger,
)
from drillreg.revisions.queries import (
    Reasons,
    count_to_answer,
    get_trigger,
    plans_to_answer,
    reasons_of,
    triggers_of,
)
from drillreg.revisions.routes.blueprint import bp, org_of_address, plan_to_change
from drillreg.revisions.rules import EVALUATION, SEEN, Answer
from drillreg.revisions.signs import Sign, origin_of
from drillreg.revisions.telling import sign_text
from drillreg.revisions.wording import ANSWER_WORDS, kept

NODES = ("county", "department", "town")


@bp.get("/triggers")
@requires(Permission.VIEW)
def triggers() -> str:
    """List the plans that have to be looked at again, with why."""
    scope, today = current_scope(), clock.today()
    within = org_of_address("org", scope)
    page = plans_to_answer(scope, within, today=today, cursor=request.args.get("after"))
    return render_template(
        "revisions/triggers.html",
        page=page,
        reasons=reasons_of([plan.id for plan in page.rows], today),
        total=count_to_answer(scope, within, today=today),
        within=within,
        nodes=[(org.id, name_of(org)) for org in orgs_of_kinds(scope, NODES)],
        sign_text=sign_text,
    )


@bp.get("/<int:plan_id>/triggers")
@requires(Permission.VIEW)
def history(plan_id: int) -> str:
    """Show every reason to revise a plan: open, answered, and with what."""
    plan, today = get_plan(plan_id, current_scope().present), clock.today()
    return render_template(
        "revisions/history.html",
        plan=plan,
        seen=reasons_of([plan.id], today).get(plan.id, Reasons()).seen,
        rows=triggers_of(plan),
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
        answer_words=ANSWER_WORDS,
        sign_text=sign_text,
        subject_url=subject_url,
    )


@bp.get("/<int:plan_id>/triggers/new")
@requires(Permission.EDIT_PLANS)
def new_trigger(plan_id: int) -> str:
    """Ask for a reason of article 35 that a person has seen."""
    return render_template(
        "revisions/new_trigger.html",
        plan=plan_to_change(plan_id),
        form=form_view(on=clock.today()),
        reasons=code_list("trigger").options(),
    )


@bp.post("/<int:plan_id>/triggers/new")
@requires(Permission.EDIT_PLANS)
@form_of(new_trigger)
@writes
def record_it(plan_id: int) -> ResponseReturnValue:
    """Record a reason with its evidence."""
    plan = plan_to_change(plan_id)
    form = TriggerForm.read(request.form, request.files.get("file"))
    actor, now = current_actor(), clock.now()
    file = None
    if form.file is not None:
        file = store(
            form.file.read(),
            name=form.file.filename or "",
            org_id=plan.org_id,
            actor=actor,
            now=now,
        )
    found = Found(form.reason, form.on, form.what, form.link, file)
    made = record_trigger(plan, found, actor=actor, now=now, today=clock.today())
    flash(translate(N_("The reason is recorded. Now say what is done about it.")), "success")
    return see_other(url_for(".trigger", trigger_id=made.id))


def _trigger_to_change(trigger_id: int) -> tuple[PlanTrigger, Plan]:
    found, plan = get_trigger(trigger_id, current_scope())
    ensure_may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    return found, plan


@bp.get("/triggers/<int:trigger_id>")
@requires(Permission.VIEW)
def trigger(trigger_id: int) -> str:
    """Show a reason, with the form that answers it for those who may."""
    found, plan = get_trigger(trigger_id, current_scope())
    return render_template(
        "revisions/trigger.html",
        plan=plan,
        trigger=found,
        form=form_view(),
        answers=_answers(found.origin),
        act=url_for(".answer_now", trigger_id=found.id),
        may_answer=found.answered_at is None and may_on(Permission.EDIT_PLANS, PLAN.code, plan),
        answer_words=ANSWER_WORDS,
        subject_url=subject_url,
    )


def _answers(origin: str) -> list[tuple[str, str]]:
    words = {
        Answer.REVISE: N_("The plan is revised: begin the draft, or go on with the one in work"),
        Answer.KEEP: N_("No revision is needed"),
    }
    offered = [Answer.REVISE] if origin == EVALUATION else [*Answer]
    return [(each.value, translate(words[each])) for each in offered]


@bp.post("/triggers/<int:trigger_id>")
@requires(Permission.EDIT_PLANS)
@form_of(trigger)
@writes
def answer_now(trigger_id: int) -> ResponseReturnValue:
    """Answer a reason."""
    found, plan = _trigger_to_change(trigger_id)
    form = AnswerForm.read(request.form)
    answer_trigger(
        found,
        plan,
        form.answer,
        reason=form.reason,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    return _onward(plan, form.answer)


def _onward(plan: Plan, answer: Answer) -> ResponseReturnValue:
    if answer is Answer.REVISE:
        flash(
            translate(N_("The draft takes it up. The present version stays in force.")), "success"
        )
        return see_other(url_for("plans.show", plan_id=plan.id))
    flash(translate(N_("It is recorded that no revision is needed.")), "success")
    return see_other(url_for(".history", plan_id=plan.id))


@bp.get("/triggers/<int:trigger_id>/file")
@requires(Permission.VIEW)
def trigger_file(trigger_id: int) -> ResponseReturnValue:
    """Hand out the paper that shows a reason."""
    found, _ = get_trigger(trigger_id, current_scope())
    if found.file is None:
        raise NotFound(N_("There is no such paper."))
    return send_stored(found.file)


def _sign_of(plan: Plan, origin: str) -> Sign | None:
    seen = reasons_of([plan.id], clock.today()).get(plan.id, Reasons()).seen
    return next((sign for sign in seen if sign.origin == origin), None)


@bp.get("/<int:plan_id>/signs/<origin>")
@requires(Permission.EDIT_PLANS)
def sign(plan_id: int, origin: str) -> str:
    """Show what is seen about a plan in other records and ask what is done about it."""
    plan = plan_to_change(plan_id)
    if origin not in SEEN:
        raise NotFound(N_("There is nothing to answer any more."))
    found = _sign_of(plan, origin)
    return render_template(
        "revisions/sign.html",
        plan=plan,
        sign=found,
        origin=origin,
        reason=code_label(origin_of(origin)["reason"], "trigger"),
        form=form_view(),
        answers=_answers(origin),
        sign_text=sign_text,
    )


@bp.post("/<int:plan_id>/signs/<origin>")
@requires(Permission.EDIT_PLANS)
@form_of(sign)
@writes
def answer_seen(plan_id: int, origin: str) -> ResponseReturnValue:
    """Answer what is seen; it is recorded with its answer."""
    plan = plan_to_change(plan_id)
    form = AnswerForm.read(request.form)
    found = _sign_of(plan, origin)
    if found is None:
        raise NotFound(N_("There is nothing to answer any more."))
    answer_sign(
        found,
        plan,
        form.answer,
        what=sign_text(found, say=kept),
        reason=form.reason,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    return _onward(plan, form.answer)
