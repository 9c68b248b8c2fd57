"""Moving a sign-off on: beginning, deciding, leaving out, returning, sending anew, withdrawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org
from drillreg.signoffs.complete import ensure_checked
from drillreg.signoffs.models import SignOff, SignOffStage
from drillreg.signoffs.operations.table import Table, ensure_may_take
from drillreg.signoffs.operations.trail import log_act, tell
from drillreg.signoffs.queries import (
    people_at,
    seat_of,
)
from drillreg.signoffs.rules import (
    AlreadyTaken,
    Manner,
    Route,
    SignOffState,
    Stage,
    StageState,
    days_of,
    ensure_reason,
    ensure_returns_to,
    may_skip,
    next_round,
    open_next,
)
from drillreg.steps.operations import Addressee


@dataclass(frozen=True)
class Subject:
    """The record that is signed: kind and key, whose it is, its title, where it is shown."""

    kind: str
    id: int
    org: Org
    title: str
    url: str


@dataclass(frozen=True)
class Decision:
    """What somebody says at a stage, and how it is known that it was they."""

    remark: str = ""
    answers: Mapping[str, str] | None = None
    manner: Manner = Manner.ACCOUNT
    word: str = ""


def begin(
    route: Route,
    subject: Subject,
    *,
    urgent_reason: str,
    actor: Actor,
    today: date,
    now: datetime,
    named: Mapping[str, int] | None = None,
) -> SignOff:
    """Send a record on its route; raise where it is on its way already.

    `named` are the accounts that steps, by key, are meant for.
    """
    sign_off = SignOff(
        subject_kind=subject.kind,
        subject_id=subject.id,
        title=subject.title,
        url=subject.url,
        org_id=subject.org.id,
        org=subject.org,
        route=route.code,
        stages=[stage.plain() for stage in route.stages],
        urgent_reason=urgent_reason or None,
        started_at=now,
        started_by_id=actor.account_id,
        started_by_name=actor.name,
        started_for_id=actor.acting_for_account_id,
    )
    db.session.add(sign_off)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise AlreadyTaken(N_("Somebody else has just submitted it. Look at it again.")) from error
    fresh = {stage.key: StageState.WAITING for stage in route.stages}
    _add_round(sign_off, list(route.stages), fresh, named or {})
    log_act("sign-submitted", sign_off, actor, now, remark=urgent_reason, route=route.code)
    _open(Table(sign_off.id), today=today, now=now)
    return sign_off


def _add_round(
    sign_off: SignOff,
    stages: Sequence[Stage],
    states: Mapping[str, StageState],
    named: Mapping[str, int],
) -> None:
    owner = db.session.get_one(Org, sign_off.org_id)
    db.session.add_all(
        SignOffStage(
            sign_off_id=sign_off.id,
            round=sign_off.round,
            key=stage.key,
            state=states[stage.key],
            org_id=seat_of(stage, owner).id,
            permission=stage.permission,
            assigned_id=named.get(stage.key),
        )
        for stage in stages
    )
    db.session.flush()


def _open(table: Table, *, today: date, now: datetime) -> None:
    """Open what comes next and tell whom it waits for; without anything left it is done."""
    sign_off = table.sign_off
    keys = open_next(table.states(), table.stages)
    settled = all(row.state is not StageState.OPEN for row in table.rows.values())
    if not keys and settled:
        sign_off.state, sign_off.ended_at = SignOffState.DONE, now
    for key in keys:
        stage, row = table.stage(key), table.rows[key]
        days = days_of(stage, urgent=sign_off.urgent_reason is not None)
        row.state, row.opened_on = StageState.OPEN, today
        row.due_on = calendar_of(row.org).add_working_days(today, days)
        row.asked_org_id, people = people_at(
            Permission(stage.permission),
            row.org,
            besides=table.others_than(stage),
            on=today,
            own=stage.own,
        )
        tell(
            [row.assigned_id] if row.assigned_id in people else people,
            sign_off,
            kind="sign-waiting",
            occasion=key,
            message=N_("%(step)s of %(title)s waits for you"),
            now=now,
            due_on=row.due_on,
            step=stage.zh,
        )
    db.session.flush()


def _settle(
    row: SignOffStage,
    state: StageState,
    decision: Decision,
    word: str,
    actor: Actor,
    now: datetime,
) -> None:
    row.state, row.done_at, row.manner = state, now, decision.manner
    row.done_by_id, row.for_account_id = actor.account_id, actor.acting_for_account_id
    row.done_by_name = actor.name
    row.decision, row.remark = word, decision.remark or None
    row.answers = dict(decision.answers) if decision.answers is not None else None
    db.session.flush()  # of two who read the same version, the second is told here


def _row_for(table: Table, key: str, decision: Decision, actor: Actor, today: date) -> SignOffStage:
    if decision.manner is not Manner.PAPER:
        return ensure_may_take(table, key, actor, today)
    row = table.open_row(key)
    if row.scan_id is None:
        raise DomainError(N_("The signed sheet has not come back yet."))
    return row


def take(
    table: Table, key: str, decision: Decision, *, actor: Actor, today: date, now: datetime
) -> SignOffStage:
    """Take a step with a yes; what comes next opens. The caller has checked what it needs."""
    row, stage = _row_for(table, key, decision, actor, today), table.stage(key)
    if stage.checks:
        ensure_checked(decision.answers or {}, _points(stage))
    _settle(row, StageState.DONE, decision, decision.word or "done", actor, now)
    _note_paper(table, row, decision, actor, now)
    log_act(
        f"sign-{stage.kind}",
        table.sign_off,
        actor,
        now,
        remark=decision.remark,
        decision=row.decision or "",
        stage=key,
        manner=decision.manner,
    )
    _open(table, today=today, now=now)
    return row


def _points(stage: Stage) -> list[str]:
    return list(code_list(stage.checks).codes())


def _note_paper(
    table: Table, row: SignOffStage, decision: Decision, actor: Actor, now: datetime
) -> None:
    """Write into the log whose signature on paper is entered here."""
    if decision.manner is Manner.PAPER:
        signer = Addressee(row.signed_by or "")
        log_act("sign-on-paper", table.sign_off, actor, now, to=signer, stage=row.key)


def skip(table: Table, key: str, reason: str, *, actor: Actor, today: date, now: datetime) -> None:
    """Leave a stage out for a reason: one that is optional, or that the urgent path lets go."""
    ensure_reason(reason)
    row, stage = table.open_row(key), table.stage(key)
    if not may_skip(stage, urgent=table.sign_off.urgent_reason is not None):
        raise DomainError(N_("This step cannot be left out."))
    _settle(row, StageState.SKIPPED, Decision(remark=reason), "skipped", actor, now)
    log_act("sign-skipped", table.sign_off, actor, now, remark=reason, decision=key, stage=key)
    _open(table, today=today, now=now)


def give_back(
    table: Table,
    key: str,
    decision: Decision,
    *,
    resume: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Return the record with reasons; the next round begins at the stage `resume`."""
    ensure_reason(decision.remark)
    row, stage = _row_for(table, key, decision, actor, today), table.stage(key)
    ensure_returns_to(resume, stage, table.stages)
    _settle(row, StageState.RETURNED, decision, "returned", actor, now)
    _note_paper(table, row, decision, actor, now)
    _close_open(table)
    sign_off = table.sign_off
    sign_off.state, sign_off.resume_key = SignOffState.RETURNED, resume
    step = log_act(
        "sign-returned",
        sign_off,
        actor,
        now,
        remark=decision.remark,
        decision=key,
        stage=key,
        resume=resume,
    )
    tell(
        sign_off.starters,
        sign_off,
        kind="sign-returned",
        occasion=f"returned:{step.id}",
        message=N_("%(name)s returned %(title)s: %(remark)s"),
        now=now,
        name=step.name,
        remark=decision.remark,
    )


def _close_open(table: Table) -> None:
    for row in table.rows.values():
        if row.state is StageState.OPEN:
            row.state = StageState.CLOSED


def send_anew(
    table: Table,
    remark: str,
    *,
    actor: Actor,
    today: date,
    now: datetime,
    named: Mapping[str, int] | None = None,
) -> None:
    """Send a returned record on its way again: a new round from the stage that was told."""
    sign_off = table.sign_off
    if sign_off.state is not SignOffState.RETURNED or sign_off.resume_key is None:
        raise AlreadyTaken(N_("Somebody else has just submitted it. Look at it again."))
    states = next_round(table.states(), table.stages, sign_off.resume_key)
    sign_off.state, sign_off.resume_key = SignOffState.OPEN, None
    sign_off.round += 1
    _add_round(sign_off, table.stages, states, named or {})
    log_act("sign-resubmitted", sign_off, actor, now, remark=remark)
    _open(Table(sign_off.id), today=today, now=now)


def withdraw(table: Table, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a record back from those who sign."""
    ensure_reason(reason)
    sign_off = table.sign_off
    if sign_off.state not in {SignOffState.OPEN, SignOffState.RETURNED}:
        raise AlreadyTaken(N_("This sign-off is over. Look at it again."))
    _close_open(table)
    sign_off.state, sign_off.ended_at = SignOffState.WITHDRAWN, now
    log_act("sign-withdrawn", sign_off, actor, now, remark=reason)


def tell_done(sign_off: SignOff, message: str, *, number: str, now: datetime) -> None:
    """Tell those who sent it that it has come through."""
    tell(
        sorted(sign_off.starters),
        sign_off,
        kind="sign-done",
        occasion="done",
        message=message,
        now=now,
        number=number,
    )
