"""Asked and decided beside the rounds: more time, another authority, law enforcement."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.accounts.reach.operations import give_grant
from drillreg.accounts.reach.rules import GrantText
from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.dangers.models import Danger, DangerExtension, DangerRound, DangerTransfer
from drillreg.dangers.operations.trail import log_act, next_number, tell
from drillreg.dangers.rules import (
    OPEN_STAGES,
    Stage,
    TransferState,
    ensure_before_expiry,
    ensure_later,
    ensure_stage,
    raise_date,
)
from drillreg.dangers.scope import DANGER
from drillreg.i18n import N_
from drillreg.office.queries import setting
from drillreg.orgs.models import Grant, Org
from drillreg.orgs.records import describe_record
from drillreg.orgs.rules import covers


def open_extension(turn: DangerRound) -> DangerExtension | None:
    """Return the request for more time that waits for an answer, or None."""
    return next((each for each in turn.extensions if each.granted is None), None)


def ask_extension(
    danger: Danger, *, wanted_on: date, reason: str, actor: Actor, now: datetime, today: date
) -> None:
    """Ask for more time before the deadline; afterwards it is refused."""
    ensure_stage(danger.stage, {Stage.ASSIGNED})
    turn = danger.rounds[-1]
    ensure_before_expiry(turn.due_on, today)
    if turn.due_on is None or open_extension(turn) is not None:
        raise DomainError(N_("More time was asked for already; it waits for an answer."))
    ensure_later(wanted_on, turn.due_on, "wanted_on")
    db.session.add(
        DangerExtension(
            round_id=turn.id,
            old_due_on=turn.due_on,
            wanted_on=wanted_on,
            reason=reason,
            asked_at=now,
            asked_by_name=actor.name,
        )
    )
    step = log_act("danger-extension-asked", danger, actor, now, remark=reason, until=wanted_on)
    tell(
        [turn.issuer],
        Permission.ASSIGN_DANGERS,
        danger,
        step,
        kind="danger-asked",
        message=N_("More time is asked for: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )


def decide_extension(
    danger: Danger,
    *,
    granted: bool,
    new_due_on: date | None,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Grant or refuse more time; the old deadline stays readable."""
    ensure_stage(danger.stage, {Stage.ASSIGNED})
    turn = danger.rounds[-1]
    asked = open_extension(turn)
    if asked is None:
        raise DomainError(N_("No request for more time waits for an answer."))
    asked.granted, asked.decision = granted, reason or None
    asked.decided_at, asked.decided_by_name = now, actor.name
    if granted:
        until = new_due_on or asked.wanted_on
        ensure_later(until, turn.due_on, "new_due_on")
        asked.new_due_on = turn.due_on = danger.due_on = until
        days = setting("dangers.raise-days", danger.org)
        turn.raise_on, turn.raised, turn.raised_org_id = raise_date(until, days, 0), 0, None
    code = "danger-extension-granted" if granted else "danger-extension-refused"
    step = log_act(code, danger, actor, now, remark=reason, until=asked.new_due_on)
    tell(
        [danger.org],
        Permission.REPORT_DANGERS,
        danger,
        step,
        kind="danger-decided",
        message=N_("Your request for more time was answered: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )


# Another authority


def waiting_transfer(danger: Danger) -> DangerTransfer | None:
    """Return the transfer of a danger that waits for an answer, or None."""
    return db.session.scalar(
        select(DangerTransfer)
        .options(joinedload(DangerTransfer.sender))
        .where(DangerTransfer.danger_id == danger.id, DangerTransfer.state == TransferState.SENT)
    )


def transfer(
    danger: Danger,
    *,
    sender: Org,
    to: Org,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> DangerTransfer:
    """Pass a danger to another authority (协调转办): it sees it and acts on it by a grant.

    Raises NotAllowed where the actor may not open records to others.
    """
    ensure_stage(danger.stage, OPEN_STAGES)
    if waiting_transfer(danger) is not None:
        raise DomainError(N_("A transfer of this danger waits for an answer already."))
    if covers(to.path, danger.org.path):
        raise FormErrors([FieldError("to", N_("It lies in its territory: it may act anyway."))])
    found = DangerTransfer(
        danger_id=danger.id,
        from_org_id=sender.id,
        to_org_id=to.id,
        reason=reason,
        state=TransferState.SENT,
        sent_on=today,
        sent_at=now,
        sent_by_name=actor.name,
        grant_ids=[_open_to(danger, to, reason, actor, now, today)],
    )
    db.session.add(found)
    db.session.flush()
    found.paper_number = next_number(
        "danger-transfer",
        "隐转",
        issuer=sender,
        subject=("danger-transfer", found.id),
        title=danger.what,
        actor=actor,
        now=now,
        today=today,
    )
    step = log_act("danger-transferred", danger, actor, now, remark=reason, to=to)
    tell(
        [to],
        Permission.ASSIGN_DANGERS,
        danger,
        step,
        kind="danger-asked",
        message=N_("A danger is passed to you: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )
    return found


def _open_to(danger: Danger, to: Org, reason: str, actor: Actor, now: datetime, today: date) -> int:
    text = GrantText(
        permission=Permission.ASSIGN_DANGERS,
        reason_kind="transfer",
        reason=reason[:200],
        from_on=today,
        until_on=None,
        open_reason=reason[:200],
    )
    record = describe_record(DANGER.code, danger.id)
    return give_grant(DANGER.code, record, to, text, actor=actor, today=today, now=now).id


def answer_transfer(
    danger: Danger,
    found: DangerTransfer,
    *,
    accepted: bool,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Accept a danger that was passed on, or give it back, which closes it to who gives it back."""
    if found.state is not TransferState.SENT:
        raise DomainError(N_("This transfer was answered already."))
    found.state = TransferState.ACCEPTED if accepted else TransferState.RETURNED
    found.answer, found.answered_at, found.answered_by_name = reason or None, now, actor.name
    code = "danger-transfer-accepted" if accepted else "danger-transfer-returned"
    step = log_act(code, danger, actor, now, remark=reason)
    tell(
        [found.sender],
        Permission.ASSIGN_DANGERS,
        danger,
        step,
        kind="danger-decided",
        message=N_("A transfer was answered: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )
    if not accepted:
        _close_to(found, reason, actor, now)


def _close_to(found: DangerTransfer, reason: str, actor: Actor, now: datetime) -> None:
    """End what a transfer had opened: whoever gives back needs no right to grant for that."""
    for grant in db.session.scalars(
        select(Grant).where(Grant.id.in_(found.grant_ids)).order_by(Grant.id)
    ):
        grant.revoked_at, grant.revoke_reason = now, reason
        grant.revoked_by_id, grant.revoked_by_name = actor.account_id, actor.name
        record(
            "access-revoked",
            subject_kind="grant",
            subject_id=grant.id,
            org_id=grant.owner_id,
            actor=actor,
            now=now,
            record_kind=grant.record_kind,
            record_id=grant.record_id,
            reason=reason,
        )


def hand_over(
    danger: Danger, *, to: str, number: str, on: date, actor: Actor, now: datetime
) -> None:
    """Note that law enforcement took a danger up, and the number of its own paper."""
    ensure_stage(danger.stage, OPEN_STAGES)
    danger.handed_to, danger.handed_number, danger.handed_on = to, number, on
    log_act("danger-handed-over", danger, actor, now, remark=f"{to}　{number}")
