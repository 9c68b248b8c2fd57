"""Asking for opinions, answering, and saying what became of an answer."""

from collections.abc import Callable
from datetime import date, datetime

from drillreg.accounts.queries import accounts_with
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.core.subjects import subject_url
from drillreg.files.models import StoredFile
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.signoffs.complete import ensure_consulted
from drillreg.signoffs.models import Consultation, SignOff, SignOffStage
from drillreg.signoffs.operations.table import Table
from drillreg.signoffs.operations.trail import log_act, tell
from drillreg.signoffs.queries import consultations_of
from drillreg.signoffs.rules import StageKind, StageState, ensure_reason
from drillreg.steps.operations import Addressee

CONSULTATION = "consultation"


def ask(
    table: Table,
    key: str,
    *,
    orgs: list[Org],
    outside: list[str],
    answer_by: date,
    url_of: Callable[[int], str],
    actor: Actor,
    today: date,
    now: datetime,
) -> int:
    """Ask bodies for their opinion in writing; return how many had not been asked before.

    `url_of` gives the address of the page on which a body answers.
    """
    row, stage = table.open_row(key), table.stage(key)
    if stage.kind is not StageKind.CONSULT:
        raise DomainError(N_("Opinions are not asked for at this step."))
    if answer_by < today:
        raise DomainError(N_("Nobody can answer by a day that is past."))
    known = {each.org_id or each.outside_name: each for each in consultations_of([row.id])}
    bodies: list[tuple[int | None, str | None, Org | None]] = [(org.id, None, org) for org in orgs]
    bodies += [(None, name, None) for name in dict.fromkeys(outside)]
    count = 0
    for org_id, name, org in bodies:
        found = known.get(org_id or name)
        if found is None:
            found = Consultation(stage_id=row.id, org_id=org_id, outside_name=name)
            db.session.add(found)
        elif found.withdrawn_at is None:
            continue
        found.asked_at, found.asked_by_name, found.answer_by = now, actor.name, answer_by
        found.withdrawn_at = found.withdrawn_by_name = found.withdrawn_reason = None
        db.session.flush()
        url, count = url_of(found.id), count + 1
        _tell_asked(table.sign_off, found, org, url, actor=actor, today=today, now=now)
    return count


def _tell_asked(
    sign_off: SignOff,
    found: Consultation,
    org: Org | None,
    url: str,
    *,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    name = org.name if org else found.outside_name or ""
    to = Addressee(name, org_id=org.id if org else None)
    log_act("sign-asked", sign_off, actor, now, to=to, body=to.name)
    if org is None:
        return
    people = accounts_with(Permission.EDIT_PLANS, org, on=today)
    tell(
        [account.id for account in people],
        sign_off,
        kind="consult-asked",
        occasion=f"asked:{found.id}:{found.row_version}",
        message=N_("%(name)s asks %(org)s for its opinion on %(title)s by %(day)s"),
        now=now,
        url=url,
        due_on=found.answer_by,
        name=actor.name,
        org=org.name,
        day=found.answer_by.isoformat(),
    )


def _ensure_waiting(found: Consultation) -> None:
    if found.withdrawn_at is not None:
        raise DomainError(N_("This is not asked any more."))
    if found.answered_at is not None:
        raise DomainError(N_("%(name)s has answered already."), name=found.answered_by_name or "")


def withdraw_question(
    found: Consultation,
    stage: SignOffStage,
    sign_off: SignOff,
    *,
    reason: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Take one question back from a body that has not answered; it can be asked anew."""
    ensure_reason(reason)
    if stage.state is not StageState.OPEN:
        raise DomainError(N_("This is not asked any more."))
    _ensure_waiting(found)
    found.withdrawn_at, found.withdrawn_by_name = now, actor.name
    found.withdrawn_reason = reason
    db.session.flush()
    name = found.org.name if found.org else found.outside_name or ""
    log_act("sign-unasked", sign_off, actor, now, remark=reason, to=Addressee(name), body=name)
    if found.org is not None:
        tell(
            [each.id for each in accounts_with(Permission.EDIT_PLANS, found.org, on=today)],
            sign_off,
            kind="consult-withdrawn",
            occasion=f"unasked:{found.id}:{found.row_version}",
            message=N_("%(name)s no longer asks for an opinion on %(title)s: %(reason)s"),
            now=now,
            url=subject_url(CONSULTATION, found.id),
            name=actor.name,
            reason=reason,
        )


def answer(
    found: Consultation,
    stage: SignOffStage,
    sign_off: SignOff,
    *,
    reply: str,
    opinion: str,
    file: StoredFile | None,
    name: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the answer of a body; `name` is the body's. A closed question is answered no more."""
    if stage.state is not StageState.OPEN:
        raise DomainError(N_("This is not asked any more."))
    _ensure_waiting(found)
    if reply != "agreed":
        ensure_reason(opinion)
    found.reply, found.opinion = reply, opinion or None
    found.file_id = file.id if file else None
    found.answered_at, found.answered_by_id = now, actor.account_id
    found.answered_by_name = actor.name
    db.session.flush()
    log_act(
        "sign-answered", sign_off, actor, now, remark=opinion, decision=reply, to=Addressee(name)
    )
    tell(
        sorted(sign_off.starters - actor.account_ids),
        sign_off,
        kind="consult-answered",
        occasion=f"answered:{found.id}",
        message=N_("%(body)s answered on %(title)s"),
        now=now,
        body=name,
    )


def settle_opinion(
    found: Consultation, sign_off: SignOff, *, outcome: str, note: str, actor: Actor, now: datetime
) -> None:
    """Write what became of an opinion; where it is not adopted as it is, why not."""
    if found.answered_at is None:
        raise DomainError(N_("There is no answer yet."))
    if outcome != "adopted":
        ensure_reason(note)
    found.outcome, found.outcome_note = outcome, note or None
    found.settled_by_name = actor.name
    db.session.flush()
    body = found.org.name if found.org else found.outside_name or ""
    log_act("sign-settled", sign_off, actor, now, remark=note, decision=outcome, to=Addressee(body))


def ensure_asked_all(row: SignOffStage, *, required: bool, today: date) -> None:
    """Raise unless the opinions of a stage are complete; who is overdue counts as silent."""
    asked = [each for each in consultations_of([row.id]) if each.withdrawn_at is None]
    ensure_consulted(
        asked=len(asked),
        waiting=sum(each.answered_at is None and each.answer_by >= today for each in asked),
        unsettled=sum(each.reply not in {None, "agreed"} and not each.outcome for each in asked),
        required=required,
    )
