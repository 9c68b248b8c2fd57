"""The way of a draft through those who sign: its page, submitting, taking steps, issuing."""

from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.accounts.confirming import confirm_password
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError, NotAllowed, NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.models import StoredFile
from drillreg.i18n import N_, pick, translate
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans import signing as acts
from drillreg.plans.changed import what_changed
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.rules import review_date
from drillreg.plans.scope import PLAN
from drillreg.plans.sections import is_written
from drillreg.plans.signing_forms import (
    MOST_EXPERTS,
    StepForm,
    read_issue,
    read_step,
    read_submission,
)
from drillreg.signoffs.operations.moving import Decision
from drillreg.signoffs.queries import bodies_to_ask
from drillreg.signoffs.rules import (
    GATHERING,
    WITH_PASSWORD,
    Manner,
    StageKind,
    ensure_open,
    ensure_others,
)
from drillreg.signoffs.showing import STATE_COLOURS, STATE_WORDS, Shown, StageView, shown
from drillreg.steps.queries import steps_of
from drillreg.steps.timeline import timeline


def shown_of(plan: Plan) -> tuple[PlanVersion, Shown | None]:
    """Return the version that is signed, and its sign-off as the person sees it."""
    version, sign_off = acts.signed_version(plan)
    if sign_off is None:
        return version, None
    return version, shown(sign_off, current_actor(), clock.today())


def context(plan: Plan) -> dict[str, Any]:
    """Return what every page of a sign-off needs."""
    version, found = shown_of(plan)
    return {
        "plan": plan,
        "version": version,
        "written": is_written(version),
        "shown": found,
        "route": acts.route_of(plan),
        "steps_line": " → ".join(
            pick({"zh": s.zh, "en": s.en}) for s in acts.route_of(plan).stages
        ),
        "changes": _changes(plan, version),
        "may_edit": may_on(Permission.EDIT_PLANS, PLAN.code, plan),
        "sign_words": STATE_WORDS,
        "sign_colours": STATE_COLOURS,
    }


def _changes(plan: Plan, version: PlanVersion) -> list[str]:
    """Return what is different from the version before, for those who sign."""
    before = next((v for v in plan.versions if v.number < version.number and v.issued_on), None)
    return what_changed(before, version, clock.today())


@bp.get("/<int:plan_id>/sign")
@requires(Permission.VIEW)
def signing(plan_id: int) -> str:
    """Show the route as a line of stages, what is to be done by whom, and what was done."""
    plan = get_plan(plan_id, current_scope())
    found = context(plan)
    return render_template(
        "plans/signing/show.html",
        entries=timeline(steps_of(acts.SUBJECT, found["version"].id)),
        **found,
    )


@bp.get("/<int:plan_id>/sign/submit")
@requires(Permission.EDIT_PLANS)
def submit(plan_id: int) -> str:
    """Show the route a draft will take, and ask whether it is urgent."""
    plan = plan_to_change(plan_id)
    found = context(plan)
    return render_template(
        "plans/signing/submit.html",
        people=acts.people_to_name(plan, found["shown"], current_actor(), clock.today()),
        form=form_view(**_named_before(found["shown"])),
        **found,
    )


def _named_before(found: Shown | None) -> dict[str, Any]:
    """Return who was named for the steps of the round before, as the form holds it."""
    return {f"named-{v.stage.key}": v.row.assigned_id for v in (found.now if found else [])}


@bp.post("/<int:plan_id>/sign/submit")
@requires(Permission.EDIT_PLANS)
@form_of(submit)
@writes
def submit_now(plan_id: int) -> ResponseReturnValue:
    """Send the draft, or a returned one anew, to those who sign."""
    plan = plan_to_change(plan_id)
    _, found = shown_of(plan)
    people = acts.people_to_name(plan, found, current_actor(), clock.today())
    urgent_reason, remark, named = read_submission(request.form, people)
    url = url_for(".signing", plan_id=plan.id)
    acts.submit(
        plan,
        urgent_reason=urgent_reason,
        remark=remark,
        named=named,
        url=url,
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The draft is with those who sign; its text is locked.")), "success")
    return see_other(url)


def stage_view(plan: Plan, key: str) -> tuple[Shown, StageView]:
    """Return a stage of the present round, or raise NotFound."""
    _, found = shown_of(plan)
    view = found.view(key) if found else None
    if found is None or view is None:
        raise NotFound(N_("There is no such step."))
    return found, view


def resumable(found: Shown, view: StageView) -> list[tuple[str, str]]:
    """Return the stages at which the next round can begin."""
    return [
        (each.stage.key, each.title) for each in found.now if each.stage.group <= view.stage.group
    ]


@bp.get("/<int:plan_id>/sign/<key>")
@requires(Permission.VIEW)
def step(plan_id: int, key: str) -> ResponseReturnValue:
    """Show one step with everything that is needed to take it."""
    plan = get_plan(plan_id, current_scope())
    found, view = stage_view(plan, key)
    if not view.is_open:
        return see_other(url_for(".signing", plan_id=plan.id))
    today = clock.today()
    panel = found.panel_of(view)
    defaults = {
        "resume": _usual_resume(found, view),
        "answer_by": view.row.due_on,
        "issued_on": today,
        "review_on": review_date(today),
        **_panel_values(found, view),
    }
    return render_template(
        "plans/signing/step.html",
        view=view,
        resumable=resumable(found, view),
        points=list(code_list(view.stage.checks)) if view.stage.checks else [],
        needs_password=view.stage.kind in WITH_PASSWORD,
        gathers=view.stage.kind in GATHERING,
        bodies=bodies_to_ask(plan.org, current_scope(), today) if gathers_opinions(view) else [],
        frozen=frozen_of(plan),
        rows=min(max(6, len(panel.experts) + 3 if panel else 0), MOST_EXPERTS),
        today=today,
        form=form_view(**defaults),
        **context(plan),
    )


def _usual_resume(found: Shown, view: StageView) -> str:
    """Return where a returned draft usually goes on: at the review, else at the same step."""
    before = [each.stage for each in found.now if each.stage.group <= view.stage.group]
    reviewed = (stage.key for stage in before if stage.kind is StageKind.REVIEW)
    return next(reviewed, view.stage.key)


def gathers_opinions(view: StageView) -> bool:
    """Say whether bodies are asked at a stage."""
    return view.stage.kind is StageKind.CONSULT


def _panel_values(found: Shown, view: StageView) -> dict[str, Any]:
    """Return the meeting of experts of a stage as its form holds it."""
    panel = found.panel_of(view)
    if panel is None:
        return {f"present-{at}": "1" for at in range(MOST_EXPERTS)}
    values: dict[str, Any] = {
        "held_on": panel.held_on,
        "place": panel.place,
        "conclusion": panel.conclusion,
    }
    for at, each in enumerate(panel.experts):
        row = {"name": each.name, "unit": each.unit, "vote": each.vote, "opinion": each.opinion}
        values |= {f"{name}-{at}": value for name, value in row.items()}
        values[f"present-{at}"] = "1" if each.present else ""
    return values


def frozen_of(plan: Plan) -> StoredFile | None:
    """Return the text that was frozen for proofreading, or None."""
    version, _ = acts.signed_version(plan)
    return db.session.get(StoredFile, version.frozen_file_id) if version.frozen_file_id else None


@bp.post("/<int:plan_id>/sign/<key>")
@requires(Permission.VIEW)
@form_of(step)
@writes_itself
def take_step(plan_id: int, key: str) -> ResponseReturnValue:
    """Take a step, or return the draft with reasons; the password is checked before."""
    plan = get_plan(plan_id, current_scope())
    found, view = stage_view(plan, key)
    asks = view.stage.kind in WITH_PASSWORD
    form = read_step(
        request.form,
        view.stage,
        resumable=[code for code, _ in resumable(found, view)],
        password=asks,
    )
    _ensure_may(plan, view, form)
    if asks and not form.on_paper:
        confirm_password(current_actor(), form.password, now=clock.now())
    with unit_of_work():
        _act(plan_id, key, view, form, asks)
    return see_other(url_for(".signing", plan_id=plan_id))


def _ensure_may(plan: Plan, view: StageView, form: StepForm) -> None:
    """Raise unless the person may take the step, or enter what was signed on paper."""
    ensure_open(view.row.state, view.row.done_by_name or "")
    if form.on_paper:
        plan_to_change(plan.id)
        return
    if view.is_excluded:
        ensure_others({0}, {0})
    if not view.may_take:
        raise NotAllowed(N_("This step is for somebody else."))


def _act(plan_id: int, key: str, view: StageView, form: StepForm, asked: bool) -> None:
    plan = get_plan(plan_id, current_scope())
    table = acts.table_of(plan)
    actor, today, now = current_actor(), clock.today(), clock.now()
    signed_in = Manner.PASSWORD if asked else Manner.ACCOUNT
    manner = Manner.PAPER if form.on_paper else signed_in
    decision = Decision(form.remark, form.answers, manner)
    if form.returns:
        acts.return_plan(
            plan, table, key, decision, resume=form.resume, actor=actor, today=today, now=now
        )
        flash(translate(N_("The draft went back with your reasons.")), "success")
        return
    if view.stage.kind is StageKind.PROOFREAD and plan.draft is not None:
        _ensure_same_pdf(plan.draft, form.frozen_id)
    if view.stage.kind is StageKind.ISSUE:
        _issue(plan, table, key, actor=actor, today=today)
        return
    acts.take_step(plan, table, key, decision, actor=actor, today=today, now=now)
    flash(translate(N_("Noted: %(step)s."), step=view.title), "success")


def _ensure_same_pdf(draft: PlanVersion, frozen_id: int | None) -> None:
    if draft.frozen_file_id is not None and draft.frozen_file_id != frozen_id:
        raise DomainError(N_("The PDF is another one now. Read it before you confirm it."))


def _issue(plan: Plan, table: Any, key: str, *, actor: Any, today: date) -> None:
    issued_on, review_on, remark = read_issue(request.form)
    version = acts.issue_signed(
        plan,
        table,
        key,
        issued_on=issued_on,
        review_on=review_on,
        remark=remark,
        actor=actor,
        today=today,
        now=clock.now(),
    )
    flash(translate(N_("Issued as %(number)s."), number=version.document_number), "success")
