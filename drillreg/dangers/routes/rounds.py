"""The rounds of a danger by page: order, own deadline, answer, verification, signed sheet."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.db import db, unit_of_work
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes, writes_itself
from drillreg.dangers.forms import AnswerForm, OrderForm, coming, read_review
from drillreg.dangers.models import Danger
from drillreg.dangers.operations import rounds
from drillreg.dangers.papers import review_sheet
from drillreg.dangers.queries import authorities_near, get_danger, plan_of
from drillreg.dangers.routes.blueprint import (
    ASSIGN,
    OFFICES,
    REPORT,
    ask,
    bp,
    danger_to,
    may,
    org_choices,
    own_office,
)
from drillreg.dangers.rules import (
    DangerLevel,
    RoundKind,
    Stage,
    Verifier,
    ensure_stage,
    ensure_verifier,
)
from drillreg.dangers.sheets import KIND
from drillreg.dangers.uploads import cleaned, sent_photos
from drillreg.documents.operations.sheets import new_code, record_sheet
from drillreg.documents.pdf import print_paper
from drillreg.documents.queries.layouts import layout_for
from drillreg.i18n import N_, translate
from drillreg.office.queries import setting
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope


def _addressees(danger: Danger) -> dict[int, Org]:
    """Return whom an order can be addressed to: the unit, and the authorities of the county."""
    return {org.id: org for org in (danger.org, *authorities_near(danger.org))}


@bp.get("/<int:danger_id>/order")
@requires(ASSIGN)
def order(danger_id: int) -> str:
    """Ask for an order: which paper, to whom, what, by when."""
    danger, today = danger_to(ASSIGN, danger_id), clock.today()
    ensure_stage(danger.stage, {Stage.REGISTERED})
    return render_template(
        "dangers/order.html",
        danger=danger,
        issuer=own_office(),
        kinds=[
            (RoundKind.ORDER.value, translate(N_("Order to put it right"))),
            (RoundKind.NOTICE.value, translate(N_("Notice of supervision"))),
        ],
        orgs=org_choices(_addressees(danger).values()),
        form=form_view(
            kind=RoundKind.ORDER.value,
            to=danger.org_id,
            requirement="",
            days=setting("dangers.fix-days", danger.org),
            counted="calendar",
        ),
        today=today,
    )


@bp.post("/<int:danger_id>/order")
@requires(ASSIGN)
@form_of(order)
@writes
def order_now(danger_id: int) -> ResponseReturnValue:
    """Give an order: it gets the next number of the office, and the deadline begins to run."""
    danger = danger_to(ASSIGN, danger_id, lock=True)
    orgs = _addressees(danger)
    form = OrderForm.read(request.form, orgs=list(orgs))
    given = rounds.Order(form.kind, orgs[form.to_id], form.requirement, form.days, form.is_working)
    turn = rounds.give_order(
        danger,
        given,
        issuer=own_office(),
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    number = turn.paper_number
    flash(translate(N_("Given as %(number)s. Print it from this page."), number=number), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/deadline")
@requires(REPORT)
def deadline(danger_id: int) -> str:
    """Ask by when a unit will put a danger right that nobody has ordered yet."""
    danger = danger_to(REPORT, danger_id)
    ensure_stage(danger.stage, {Stage.REGISTERED})
    least = {"required": True, "min": clock.today().isoformat(), "width": "8c"}
    return ask(
        danger,
        N_("Set our own deadline"),
        ".deadline_set",
        N_("Set the deadline"),
        [("date_field", "due_on", N_("Deadline"), least)],
        form_view(due_on=""),
    )


@bp.post("/<int:danger_id>/deadline")
@requires(REPORT)
@form_of(deadline)
@writes
def deadline_set(danger_id: int) -> ResponseReturnValue:
    """Begin a round by a deadline of one's own."""
    danger = danger_to(REPORT, danger_id, lock=True)
    reader, today = FormReader(request.form), clock.today()
    due_on = coming(reader, "due_on", translate(N_("Deadline")), today, required=True)
    reader.finish()
    own = rounds.Order(RoundKind.OWN, danger.org, "", due_on=due_on)
    rounds.give_order(
        danger, own, issuer=danger.org, actor=current_actor(), now=clock.now(), today=today
    )
    flash(translate(N_("The deadline is set.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/answer")
@requires(REPORT)
def answer(danger_id: int) -> str:
    """Ask what was done, with photos; made for the phone."""
    danger, today = danger_to(REPORT, danger_id), clock.today()
    ensure_stage(danger.stage, {Stage.REGISTERED, Stage.ASSIGNED})
    return render_template(
        "dangers/answer.html",
        danger=danger,
        turn=rounds.running(danger),
        form=form_view(fixed_on=today.isoformat()),
        today=today,
    )


@bp.post("/<int:danger_id>/answer")
@requires(REPORT)
@form_of(answer)
@writes_itself
def answer_now(danger_id: int) -> ResponseReturnValue:
    """Report that a danger was put right."""
    danger, today = danger_to(REPORT, danger_id), clock.today()
    sent = sent_photos("after")
    form = AnswerForm.read(request.form, found_on=danger.found_on, today=today)
    photos = cleaned("after", sent)
    with unit_of_work():
        rounds.answer(
            danger_to(REPORT, danger_id, lock=True),
            text=form.text,
            fixed_on=form.fixed_on,
            photos=photos,
            cost_yuan=form.cost_yuan,
            actor=current_actor(),
            now=clock.now(),
            today=today,
        )
    flash(translate(N_("Reported. Somebody else verifies it now.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))


def _verifier(danger: Danger) -> Verifier:
    turn = rounds.running(danger)
    return Verifier(
        current_actor().account_ids,
        may_assign=may(ASSIGN, danger),
        may_report=may(REPORT, danger),
        has_sheet=turn is not None and turn.scan_id is not None,
    )


def _to_review(danger_id: int, *, lock: bool = False) -> Danger:
    danger = get_danger(danger_id, current_scope(), lock=lock)
    turn = rounds.running(danger)
    kind = turn.kind if turn else RoundKind.OWN
    ensure_verifier(_verifier(danger), done_by=danger.fixed_by_id, kind=kind, level=danger.level)
    return danger


@bp.get("/<int:danger_id>/review")
@requires(Permission.VIEW)
def review(danger_id: int) -> str:
    """Show what was reported, and ask what the verification found."""
    danger, today = _to_review(danger_id), clock.today()
    turn = rounds.running(danger)
    return render_template(
        "dangers/review.html",
        danger=danger,
        turn=turn,
        plan=plan_of(danger),
        is_major=danger.level is DangerLevel.MAJOR,
        form=form_view(
            outcome="passed",
            reviewed_on=today.isoformat(),
            days=setting("dangers.fix-days", danger.org),
            counted="calendar",
        ),
        today=today,
    )


@bp.post("/<int:danger_id>/review")
@requires(Permission.VIEW)
@form_of(review)
@writes_itself
def review_now(danger_id: int) -> ResponseReturnValue:
    """Strike a danger off with a number, or return it into a second round."""
    danger, today = _to_review(danger_id), clock.today()
    is_major = danger.level is DangerLevel.MAJOR
    sent = sent_photos("photos")
    found = read_review(request.form, is_major=is_major, fixed_on=danger.fixed_on, today=today)
    photos = cleaned("photos", sent)
    with unit_of_work():
        danger = _to_review(danger_id, lock=True)
        rounds.review(
            danger,
            plan_of(danger),
            found,
            who=_verifier(danger),
            issuer=_issuer(danger),
            photos=photos,
            actor=current_actor(),
            now=clock.now(),
            today=today,
        )
        number, is_closed = danger.close_number, danger.stage is Stage.CLOSED
    if is_closed:
        flash(translate(N_("Verified and struck off as %(number)s."), number=number), "success")
    else:
        flash(translate(N_("Returned: the second round has its own deadline.")), "success")
    return see_other(url_for(".show", danger_id=danger_id))


def _issuer(danger: Danger) -> Org | None:
    """Return the office that sends the notice of a second round, None for the unit itself."""
    org = db.session.get(Org, current_actor().org_id or 0)
    return org if org is not None and org.kind in OFFICES else None


@bp.post("/<int:danger_id>/sheet")
@requires(REPORT)
@writes_itself
def sheet(danger_id: int) -> ResponseReturnValue:
    """Print the sheet of a verification to be signed; its code takes the signed one back."""
    danger = danger_to(REPORT, danger_id)
    ensure_stage(danger.stage, {Stage.REPORTED})
    code = new_code()
    paper = review_sheet(danger, danger.rounds[-1], code.on_paper(settings().public_url))
    layout = layout_for(paper.layout, danger.org)
    db.session.rollback()  # nothing is held open while the child prints
    printed = print_paper(paper, layout=layout)
    with unit_of_work():
        danger = danger_to(REPORT, danger_id)
        facts: dict[str, Any] = {"subject_kind": "danger", "subject_id": danger.id}
        record_sheet(
            code,
            kind=KIND,
            paper=paper,
            pdf=printed.pdf,
            org=danger.org,
            actor=current_actor(),
            now=clock.now(),
            **facts,
        )
    flash(
        translate(N_("The sheet is ready to print. When it is back, enter the result.")), "success"
    )
    return see_other(url_for("documents.sheet", public_id=code.public_id))
