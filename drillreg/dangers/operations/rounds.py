"""A danger goes round: ordered with a deadline, answered with evidence, verified, struck off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.dangers import proving
from drillreg.dangers.models import Danger, DangerPlan, DangerRound
from drillreg.dangers.operations.registering import keep_photos, strike_off
from drillreg.dangers.operations.trail import log_act, next_number, register_keeper, tell
from drillreg.dangers.rules import (
    DangerLevel,
    Moment,
    Outcome,
    Review,
    RoundKind,
    Stage,
    Verifier,
    ensure_major_ready,
    ensure_stage,
    ensure_verifier,
    raise_date,
)
from drillreg.evidence.models import Grade
from drillreg.evidence.queries import stands_outside
from drillreg.files.photos import CleanPhoto
from drillreg.i18n import N_
from drillreg.office.queries import setting
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org

WORDS = {RoundKind.ORDER: ("danger-order", "隐交"), RoundKind.NOTICE: ("danger-notice", "隐督")}
CODES = {
    RoundKind.OWN: "danger-own-deadline",
    RoundKind.ORDER: "danger-ordered",
    RoundKind.NOTICE: "danger-noticed",
}


@dataclass(frozen=True)
class Order:
    """An order to put a danger right: to whom, within how many days, or until which day."""

    kind: RoundKind
    to: Org
    requirement: str
    days: int | None = None
    is_working: bool = False
    due_on: date | None = None


def deadline(order: Order, org: Org, today: date) -> date | None:
    """Return the last day of an order; working days are those of the place."""
    if order.days is None:
        return order.due_on
    if order.is_working:
        return calendar_of(org).add_working_days(today, order.days)
    return today + timedelta(days=order.days)


def give_order(
    danger: Danger, order: Order, *, issuer: Org, actor: Actor, now: datetime, today: date
) -> DangerRound:
    """Begin a round: the paper gets its number and the deadline begins to run."""
    ensure_stage(danger.stage, {Stage.REGISTERED})
    return _begin(danger, order, issuer, actor, now, today)


def _begin(
    danger: Danger, order: Order, issuer: Org, actor: Actor, now: datetime, today: date
) -> DangerRound:
    due_on = deadline(order, danger.org, today)
    found = DangerRound(
        danger_id=danger.id,
        number=danger.round_number + 1,
        kind=order.kind,
        issuer_org_id=issuer.id,
        to_org_id=order.to.id,
        requirement=order.requirement or None,
        issued_on=today,
        issued_at=now,
        issued_by_id=actor.account_id,
        issued_by_name=actor.name,
        days=order.days,
        is_working=order.is_working,
        due_on=due_on,
        raise_on=raise_date(due_on, setting("dangers.raise-days", danger.org), 0),
    )
    db.session.add(found)
    db.session.flush()
    if order.kind in WORDS:
        kind, word = WORDS[order.kind]
        found.paper_number = next_number(
            kind,
            word,
            issuer=issuer,
            subject=("danger-round", found.id),
            title=danger.what,
            actor=actor,
            now=now,
            today=today,
        )
    danger.stage, danger.due_on, danger.round_number = Stage.ASSIGNED, due_on, found.number
    danger.fixed_on = None
    is_own = order.kind is RoundKind.OWN
    step = log_act(
        CODES[order.kind],
        danger,
        actor,
        now,
        remark=found.paper_number or "",
        to=None if is_own else order.to,
        round=found.number,
        due_on=due_on,
    )
    tell(
        [] if is_own else [order.to, danger.org],
        Permission.REPORT_DANGERS,
        danger,
        step,
        kind="danger-ordered",
        message=N_("A danger is to be put right: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )
    return found


def running(danger: Danger) -> DangerRound | None:
    """Return the round that runs or ran last, None before the first one."""
    return danger.rounds[-1] if danger.rounds else None


def answer(
    danger: Danger,
    *,
    text: str,
    fixed_on: date,
    photos: Sequence[CleanPhoto],
    cost_yuan: int | None,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Report that a danger was put right, with photos; without an order the round is one's own."""
    ensure_stage(danger.stage, {Stage.REGISTERED, Stage.ASSIGNED})
    found = running(danger)
    if danger.stage is Stage.REGISTERED or found is None:
        own = Order(RoundKind.OWN, danger.org, "")
        found = _begin(danger, own, danger.org, actor, now, today)
    found.report, found.reported_on, found.reported_at = text, fixed_on, now
    found.reported_by_id, found.reported_by_name = actor.account_id, actor.name
    found.raise_on = None
    danger.stage, danger.fixed_on = Stage.REPORTED, fixed_on
    danger.fixed_by_id, danger.fixed_by_name = actor.account_id, actor.name
    if cost_yuan is not None:
        danger.cost_yuan = (danger.cost_yuan or 0) + cost_yuan
    keep_photos(danger, photos, Moment.AFTER, found.number, actor, now)
    proving.prove_step(
        proving.REMOVED,
        danger,
        on=fixed_on,
        grade=Grade.EVIDENCED if photos else Grade.SELF_REPORTED,
        now=now,
        level=danger.level.value,
    )
    step = log_act("danger-answered", danger, actor, now, remark=text, round=found.number)
    issuer = db.session.get_one(Org, found.issuer_org_id)
    verifier = issuer if issuer.id != danger.org_id or issuer.parent is None else issuer.parent
    tell(
        [verifier],
        Permission.ASSIGN_DANGERS,
        danger,
        step,
        kind="danger-answered",
        message=N_("A danger was put right and waits for verification: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )


def review(
    danger: Danger,
    plan: DangerPlan | None,
    found: Review,
    *,
    who: Verifier,
    issuer: Org | None,
    photos: Sequence[CleanPhoto],
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Verify what was reported: struck off with a number, or returned into a second round.

    `issuer` sends the notice of a second round. One that was put right on the spot may be
    looked at afterwards, too.
    """
    spot = danger.stage is Stage.CLOSED and danger.on_spot and not danger.rounds
    ensure_stage(danger.stage, {Stage.REPORTED} | ({Stage.CLOSED} if spot else set()))
    turn = _of_spot(danger, actor, now) if spot else danger.rounds[-1]
    on_paper = ensure_verifier(who, done_by=danger.fixed_by_id, kind=turn.kind, level=danger.level)
    name = turn.signed_by if on_paper and turn.signed_by else actor.name
    if found.outcome is Outcome.PASSED:
        wanted = code_list("danger_settled").codes()
        ensure_major_ready(danger.level, plan.settled if plan else (), wanted)
    turn.outcome, turn.reviewed_on, turn.review = found.outcome, found.reviewed_on, found.text
    turn.reviewed_by_id, turn.reviewed_by_name = actor.account_id, name
    turn.team = found.team or None
    keep_photos(danger, photos, Moment.REVIEW, turn.number, actor, now)
    if found.outcome is Outcome.PASSED:
        _pass(danger, found, name, actor, now, today, is_closed=spot)
    else:
        _send_back(danger, found, issuer or danger.org, actor, now, today)


def _of_spot(danger: Danger, actor: Actor, now: datetime) -> DangerRound:
    """Write the round of what was put right on the spot, so that its verification stands there."""
    on = danger.fixed_on or danger.found_on
    found = DangerRound(
        danger_id=danger.id,
        number=1,
        kind=RoundKind.OWN,
        issuer_org_id=danger.org_id,
        to_org_id=danger.org_id,
        issued_on=on,
        issued_at=danger.entered_at,
        issued_by_id=danger.fixed_by_id or actor.account_id,
        issued_by_name=danger.fixed_by_name or actor.name,
        reported_on=on,
        reported_at=danger.entered_at,
        reported_by_id=danger.fixed_by_id,
        reported_by_name=danger.fixed_by_name,
    )
    db.session.add(found)
    db.session.flush()
    danger.round_number = 1
    return found


def _pass(
    danger: Danger,
    found: Review,
    name: str,
    actor: Actor,
    now: datetime,
    today: date,
    *,
    is_closed: bool,
) -> None:
    remark = "　".join(part for part in (found.text, found.team) if part)
    log_act("danger-passed", danger, actor, now, remark=remark)
    outside = stands_outside(actor, danger.org, Permission.ASSIGN_DANGERS, today)
    grade = Grade.VERIFIED if outside else Grade.EVIDENCED
    proving.raise_removed(danger, grade, note=found.text, actor=actor, now=now)
    if danger.level is DangerLevel.MAJOR:
        proving.prove_step(proving.ACCEPTED, danger, on=found.reviewed_on, grade=grade, now=now)
    if not is_closed:
        strike_off(danger, register_keeper(danger.org), actor, now, today, by=name)
        log_act("danger-closed", danger, actor, now, remark=danger.close_number or "")


def _send_back(
    danger: Danger, found: Review, issuer: Org, actor: Actor, now: datetime, today: date
) -> None:
    step = log_act("danger-returned", danger, actor, now, remark=found.text)
    proving.forget(danger, proving.REMOVED, reason=found.text, actor=actor, now=now)
    danger.closed_on = danger.close_number = danger.closed_by_name = None
    order = Order(RoundKind.NOTICE, danger.org, found.text, found.days, found.is_working)
    _begin(danger, order, issuer, actor, now, today)
    tell(
        [danger.org],
        Permission.REPORT_DANGERS,
        danger,
        step,
        kind="danger-returned",
        message=N_("Not passed, to be put right again: %(what)s"),
        actor=actor,
        now=now,
        today=today,
    )
