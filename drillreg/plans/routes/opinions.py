"""Opinions and experts: asking bodies, their page, answers from outside, the meeting."""

from collections.abc import Mapping

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import unit_of_work
from drillreg.core.errors import NotFound
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.files.models import StoredFile
from drillreg.files.uploads import Upload, read_uploads
from drillreg.files.web import send_stored
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope, ensure_may
from drillreg.plans import signing as acts
from drillreg.plans.forms import read_reason
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.printing import plan_pdf
from drillreg.plans.queries import get_plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.routes.signing import context, shown_of, step
from drillreg.plans.sections import is_written
from drillreg.plans.signing_forms import read_answer, read_ask, read_outcome, read_panel
from drillreg.signoffs.models import Consultation
from drillreg.signoffs.operations.consulting import answer as give_answer
from drillreg.signoffs.operations.consulting import ask, settle_opinion, withdraw_question
from drillreg.signoffs.operations.experts import enter_panel
from drillreg.signoffs.queries import bodies_to_ask, consultation_at, get_consultation
from drillreg.signoffs.rules import StageState


def _kept(uploads: Mapping[str, Upload], field: str, org_id: int) -> StoredFile | None:
    """Keep a scanned paper, if one was sent; a photo was cleaned of what the camera wrote."""
    sent = uploads.get(field)
    return sent.keep(org_id=org_id, actor=current_actor(), now=clock.now()) if sent else None


def bodies(plan: Plan) -> list[Org]:
    """Return the bodies that can be asked on a plan."""
    return list(bodies_to_ask(plan.org, current_scope(), clock.today()))


@bp.post("/<int:plan_id>/sign/<key>/ask")
@requires(Permission.EDIT_PLANS)
@form_of(step)
@writes
def ask_bodies(plan_id: int, key: str) -> ResponseReturnValue:
    """Ask bodies for their opinion in writing."""
    plan = plan_to_change(plan_id)
    orgs = {org.id: org for org in bodies(plan)}
    form = read_ask(request.form, list(orgs))
    count = ask(
        acts.table_of(plan),
        key,
        orgs=[orgs[org_id] for org_id in form.org_ids],
        outside=form.outside,
        answer_by=form.answer_by,
        url_of=lambda asked_id: url_for(".consultation", consultation_id=asked_id),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("Bodies asked: %(count)d"), count=count), "success")
    return see_other(url_for(".step", plan_id=plan.id, key=key))


@bp.post("/<int:plan_id>/sign/<key>/experts")
@requires(Permission.EDIT_PLANS)
@form_of(step)
@writes_itself
def keep_panel(plan_id: int, key: str) -> ResponseReturnValue:
    """Keep the meeting of experts."""
    plan_to_change(plan_id)
    text = read_panel(request.form)
    uploads = read_uploads(request.files, ["minutes"])
    with unit_of_work():
        plan = plan_to_change(plan_id)
        enter_panel(
            acts.table_of(plan),
            key,
            text,
            file=_kept(uploads, "minutes", plan.org_id),
            actor=current_actor(),
            today=clock.today(),
            now=clock.now(),
        )
    flash(translate(N_("The meeting of experts is kept.")), "success")
    return see_other(url_for(".step", plan_id=plan_id, key=key))


def _question(
    plan: Plan, consultation_id: int, *, to_change: bool = False
) -> tuple[Consultation, PlanVersion]:
    version, found = shown_of(plan)
    if found is None:
        raise NotFound(N_("There is no such request for an opinion."))
    return consultation_at(consultation_id, found.sign_off, to_change=to_change), version


@bp.get("/<int:plan_id>/sign/opinions/<int:consultation_id>")
@requires(Permission.EDIT_PLANS)
def opinion(plan_id: int, consultation_id: int) -> str:
    """Show what a body answered; enter the answer of one outside, and what became of it."""
    plan = plan_to_change(plan_id)
    asked, _ = _question(plan, consultation_id)
    form = form_view(outcome=asked.outcome, note=asked.outcome_note)
    return render_template(
        "plans/signing/opinion.html",
        asked=asked,
        is_open=asked.stage.state is StageState.OPEN and asked.withdrawn_at is None,
        form=form,
        **context(plan),
    )


@bp.post("/<int:plan_id>/sign/opinions/<int:consultation_id>")
@requires(Permission.EDIT_PLANS)
@form_of(opinion)
@writes_itself
def enter_opinion(plan_id: int, consultation_id: int) -> ResponseReturnValue:
    """Enter the answer that a body gave on paper, with its scan."""
    _question(plan_to_change(plan_id), consultation_id)
    form = read_answer(request.form)
    uploads = read_uploads(request.files, ["scan"])
    with unit_of_work():
        plan = plan_to_change(plan_id)
        table = acts.table_of(plan)
        asked, _ = _question(plan, consultation_id, to_change=True)
        give_answer(
            asked,
            asked.stage,
            table.sign_off,
            reply=form.reply,
            opinion=form.opinion,
            file=_kept(uploads, "scan", plan.org_id),
            name=asked.org.name if asked.org else asked.outside_name or "",
            actor=current_actor(),
            now=clock.now(),
        )
    flash(translate(N_("The answer is entered.")), "success")
    return see_other(url_for(".opinion", plan_id=plan_id, consultation_id=consultation_id))


@bp.post("/<int:plan_id>/sign/opinions/<int:consultation_id>/withdraw")
@requires(Permission.EDIT_PLANS)
@form_of(opinion)
@writes
def withdraw_opinion(plan_id: int, consultation_id: int) -> ResponseReturnValue:
    """Take one question back, with the reason."""
    plan = plan_to_change(plan_id)
    table = acts.table_of(plan)
    asked, _ = _question(plan, consultation_id, to_change=True)
    withdraw_question(
        asked,
        asked.stage,
        table.sign_off,
        reason=read_reason(request.form),
        actor=current_actor(),
        today=clock.today(),
        now=clock.now(),
    )
    flash(translate(N_("The question is withdrawn.")), "success")
    return see_other(url_for(".step", plan_id=plan.id, key=asked.stage.key))


@bp.post("/<int:plan_id>/sign/opinions/<int:consultation_id>/outcome")
@requires(Permission.EDIT_PLANS)
@form_of(opinion)
@writes
def settle(plan_id: int, consultation_id: int) -> ResponseReturnValue:
    """Write what became of an opinion."""
    plan = plan_to_change(plan_id)
    table = acts.table_of(plan)
    asked, _ = _question(plan, consultation_id, to_change=True)
    outcome, note = read_outcome(request.form)
    settle_opinion(
        asked, table.sign_off, outcome=outcome, note=note, actor=current_actor(), now=clock.now()
    )
    return see_other(url_for(".step", plan_id=plan.id, key=asked.stage.key))


@bp.get("/<int:plan_id>/sign/opinions/<int:consultation_id>/scan")
@requires(Permission.VIEW)
def opinion_scan(plan_id: int, consultation_id: int) -> ResponseReturnValue:
    """Hand out the scanned answer of a body."""
    asked, _ = _question(get_plan(plan_id, current_scope()), consultation_id)
    if asked.file is None:
        raise NotFound(N_("There is no such paper."))
    return send_stored(asked.file)


# What a body that is asked sees: its question, the text, and nothing else of the plan.


def _asked_of_us(consultation_id: int, *, to_change: bool = False) -> Consultation:
    asked = get_consultation(consultation_id, current_scope(), to_change=to_change)
    if asked.org is not None:
        ensure_may(Permission.EDIT_PLANS, asked.org)
    return asked


def _text_of(asked: Consultation) -> tuple[Plan, PlanVersion]:
    """Return the plan a body is asked about: the question itself opens it, no scope does."""
    if asked.withdrawn_at is not None:
        raise NotFound(N_("This is not asked any more."))
    return acts.plan_of_version(asked.stage.sign_off.subject_id)


@bp.get("/consultations/<int:consultation_id>")
@requires(Permission.EDIT_PLANS)
def consultation(consultation_id: int) -> str:
    """Show a body what it is asked, with the text, and take its answer."""
    asked = _asked_of_us(consultation_id)
    plan, version = acts.plan_of_version(asked.stage.sign_off.subject_id)
    return render_template(
        "plans/signing/consultation.html",
        asked=asked,
        plan=plan,
        version=version,
        written=is_written(version),
        is_open=asked.stage.state is StageState.OPEN and asked.withdrawn_at is None,
        today=clock.today(),
        form=form_view(),
    )


@bp.post("/consultations/<int:consultation_id>")
@requires(Permission.EDIT_PLANS)
@form_of(consultation)
@writes_itself
def answer(consultation_id: int) -> ResponseReturnValue:
    """Take the answer of a body that was asked."""
    _asked_of_us(consultation_id)
    form = read_answer(request.form)
    uploads = read_uploads(request.files, ["scan"])
    with unit_of_work():
        asked = _asked_of_us(consultation_id, to_change=True)
        if asked.org is None:
            raise NotFound(N_("There is no such request for an opinion."))
        give_answer(
            asked,
            asked.stage,
            asked.stage.sign_off,
            reply=form.reply,
            opinion=form.opinion,
            file=_kept(uploads, "scan", asked.org.id),
            name=asked.org.name,
            actor=current_actor(),
            now=clock.now(),
        )
    flash(translate(N_("Thank you. Your answer is with those who asked.")), "success")
    return see_other(url_for(".consultation", consultation_id=consultation_id))


@bp.get("/consultations/<int:consultation_id>/text.pdf")
@requires(Permission.EDIT_PLANS)
def consulted_text(consultation_id: int) -> Response:
    """Print the text a body is asked about, marked as a draft."""
    _, version = _text_of(_asked_of_us(consultation_id))
    if not is_written(version):
        raise NotFound(N_("There is no such paper."))
    response = Response(plan_pdf(version, now=clock.now(), draft=True), mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="draft.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/consultations/<int:consultation_id>/papers/<int:file_id>")
@requires(Permission.EDIT_PLANS)
def consulted_paper(consultation_id: int, file_id: int) -> ResponseReturnValue:
    """Hand out a paper of the draft a body is asked about."""
    _, version = _text_of(_asked_of_us(consultation_id))
    found = next((paper for paper in version.papers if paper.id == file_id), None)
    if found is None:
        raise NotFound(N_("There is no such paper."))
    return send_stored(found.file)
