"""Beside the rounds by page: more time, another authority, law enforcement."""

from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import current_actor, requires
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader, form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.dangers.forms import coming, past, read_reason
from drillreg.dangers.operations import deciding
from drillreg.dangers.queries import authorities_near
from drillreg.dangers.routes.blueprint import (
    ASSIGN,
    REPORT,
    ask,
    bp,
    danger_to,
    org_choices,
    own_office,
)
from drillreg.dangers.rules import OPEN_STAGES, Stage, ensure_before_expiry, ensure_stage
from drillreg.i18n import N_, translate

REASON = ("textarea", "reason", N_("Reason"), {"required": True, "maxlength": 500})
ANSWERS = (("yes", N_("Agreed")), ("no", N_("Not agreed")))


def _yes_no() -> Any:
    choices = [(value, translate(label)) for value, label in ANSWERS]
    return ("radios", "answer", N_("Answer"), {"options": choices, "required": True})


def _back(danger_id: int, message: str) -> ResponseReturnValue:
    flash(translate(message), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/extension")
@requires(REPORT)
def extension(danger_id: int) -> str:
    """Ask until when more time is needed, and why; refused after the deadline."""
    danger = danger_to(REPORT, danger_id)
    ensure_stage(danger.stage, {Stage.ASSIGNED})
    ensure_before_expiry(danger.due_on, clock.today())
    wanted = ("date_field", "wanted_on", N_("New deadline wanted"), {"required": True})
    return ask(
        danger,
        N_("Ask for more time"),
        ".extension_asked",
        N_("Ask for more time"),
        [wanted, REASON],
        form_view(wanted_on="", reason=""),
    )


@bp.post("/<int:danger_id>/extension")
@requires(REPORT)
@form_of(extension)
@writes
def extension_asked(danger_id: int) -> ResponseReturnValue:
    """Ask for more time."""
    danger, today = danger_to(REPORT, danger_id, lock=True), clock.today()
    reader = FormReader(request.form)
    label = translate(N_("New deadline wanted"))
    wanted = coming(reader, "wanted_on", label, today, required=True)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    deciding.ask_extension(
        danger,
        wanted_on=wanted or today,
        reason=reason,
        actor=current_actor(),
        now=clock.now(),
        today=today,
    )
    return _back(danger_id, N_("Asked for. Who set the deadline decides."))


@bp.get("/<int:danger_id>/extension/answer")
@requires(ASSIGN)
def extension_answer(danger_id: int) -> str:
    """Show the request for more time and ask for the answer."""
    danger = danger_to(ASSIGN, danger_id)
    ensure_stage(danger.stage, {Stage.ASSIGNED})
    asked = deciding.open_extension(danger.rounds[-1])
    if asked is None:
        raise DomainError(N_("No request for more time waits for an answer."))
    until = (
        "date_field",
        "new_due_on",
        N_("New deadline"),
        {"hint": translate(N_("If it is agreed."))},
    )
    reason = ("textarea", "reason", N_("Reason"), {"maxlength": 500, "required": True})
    return ask(
        danger,
        N_("Answer a request for more time"),
        ".extension_decided",
        N_("Answer"),
        [_yes_no(), until, reason],
        form_view(answer="yes", new_due_on=asked.wanted_on.isoformat(), reason=""),
        quote=asked.reason,
    )


@bp.post("/<int:danger_id>/extension/answer")
@requires(ASSIGN)
@form_of(extension_answer)
@writes
def extension_decided(danger_id: int) -> ResponseReturnValue:
    """Grant or refuse more time."""
    danger, today = danger_to(ASSIGN, danger_id, lock=True), clock.today()
    reader = FormReader(request.form)
    answer = reader.choice("answer", translate(N_("Answer")), ("yes", "no"))
    granted = answer == "yes"
    until = coming(reader, "new_due_on", translate(N_("New deadline")), today, required=granted)
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    deciding.decide_extension(
        danger,
        granted=granted,
        new_due_on=until,
        reason=reason,
        actor=current_actor(),
        now=clock.now(),
        today=today,
    )
    return _back(danger_id, N_("The request was answered."))


@bp.get("/<int:danger_id>/transfer")
@requires(ASSIGN)
def transfer(danger_id: int) -> str:
    """Ask to which authority a danger is passed, and why."""
    danger = danger_to(ASSIGN, danger_id)
    ensure_stage(danger.stage, OPEN_STAGES)
    choices = org_choices(authorities_near(danger.org))
    keywords = {"options": choices, "required": True}
    return ask(
        danger,
        N_("Pass to another authority"),
        ".transfer_now",
        N_("Pass it on"),
        [("select", "to", N_("Authority"), keywords), REASON],
        form_view(to="", reason=""),
        warn=N_("It sees this danger and acts on it from now on, until it gives it back."),
    )


@bp.post("/<int:danger_id>/transfer")
@requires(ASSIGN)
@form_of(transfer)
@writes
def transfer_now(danger_id: int) -> ResponseReturnValue:
    """Pass a danger to another authority by a numbered letter."""
    danger = danger_to(ASSIGN, danger_id, lock=True)
    orgs = {org.id: org for org in authorities_near(danger.org)}
    reader = FormReader(request.form)
    to = reader.choice("to", translate(N_("Authority")), [str(key) for key in orgs])
    reason = reader.text("reason", translate(N_("Reason")), required=True, max_length=500)
    reader.finish()
    found = deciding.transfer(
        danger,
        sender=own_office(),
        to=orgs[int(to)],
        reason=reason,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    flash(translate(N_("Passed on as %(number)s."), number=found.paper_number), "success")
    return see_other(url_for(".show", danger_id=danger_id))


@bp.get("/<int:danger_id>/transfer/answer")
@requires(ASSIGN)
def transfer_answer(danger_id: int) -> str:
    """Ask whether a danger that was passed on is accepted."""
    danger = danger_to(ASSIGN, danger_id)
    found = deciding.waiting_transfer(danger)
    if found is None:
        raise DomainError(N_("No transfer waits for an answer."))
    return ask(
        danger,
        N_("Answer a transfer"),
        ".transfer_answered",
        N_("Answer"),
        [_yes_no(), ("textarea", "reason", N_("Reason"), {"maxlength": 500})],
        form_view(answer="yes", reason=""),
        quote=found.reason,
        warn=N_("What is given back is not seen here any more. Give the reason then."),
    )


@bp.post("/<int:danger_id>/transfer/answer")
@requires(ASSIGN)
@form_of(transfer_answer)
@writes
def transfer_answered(danger_id: int) -> ResponseReturnValue:
    """Accept a danger that was passed on, or give it back."""
    danger = danger_to(ASSIGN, danger_id, lock=True)
    found = deciding.waiting_transfer(danger)
    if found is None or found.to_org_id != current_actor().org_id:
        raise DomainError(N_("Only the authority it was passed to answers."))
    reader = FormReader(request.form)
    accepted = reader.choice("answer", translate(N_("Answer")), ("yes", "no")) == "yes"
    reader.finish()
    reason = read_reason(request.form, required=not accepted)
    deciding.answer_transfer(
        danger,
        found,
        accepted=accepted,
        reason=reason,
        actor=current_actor(),
        now=clock.now(),
        today=clock.today(),
    )
    if accepted:
        return _back(danger_id, N_("Accepted."))
    flash(translate(N_("Given back with the reason.")), "success")
    return see_other(url_for(".index"))


@bp.get("/<int:danger_id>/law")
@requires(ASSIGN)
def law(danger_id: int) -> str:
    """Ask who took a danger up by law, and by which number of their own."""
    danger, today = danger_to(ASSIGN, danger_id), clock.today()
    ensure_stage(danger.stage, OPEN_STAGES)
    fields = [
        (
            "field",
            "to",
            N_("Department that enforces the law"),
            {"required": True, "width": "full"},
        ),
        ("field", "number", N_("Number of its paper"), {"required": True, "width": "20c"}),
        ("date_field", "on", N_("Day"), {"required": True, "max": today.isoformat()}),
    ]
    return ask(
        danger,
        N_("Hand to law enforcement"),
        ".law_noted",
        N_("Keep the number"),
        fields,
        form_view(
            to=danger.handed_to or "",
            number=danger.handed_number or "",
            on=(danger.handed_on or today).isoformat(),
        ),
        warn=N_("This system issues no order of law enforcement; it keeps the number of theirs."),
    )


@bp.post("/<int:danger_id>/law")
@requires(ASSIGN)
@form_of(law)
@writes
def law_noted(danger_id: int) -> ResponseReturnValue:
    """Note the number by which law enforcement took a danger up."""
    danger = danger_to(ASSIGN, danger_id, lock=True)
    reader = FormReader(request.form)
    label = translate(N_("Department that enforces the law"))
    to = reader.text("to", label, required=True, max_length=120)
    number = reader.text(
        "number", translate(N_("Number of its paper")), required=True, max_length=80
    )
    on = past(reader, "on", translate(N_("Day")), clock.today())
    reader.finish()
    deciding.hand_over(danger, to=to, number=number, on=on, actor=current_actor(), now=clock.now())
    return _back(danger_id, N_("Noted."))
