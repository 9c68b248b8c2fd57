"""Yearly drafting plans: begun, filled, approved, copied upward; their items become tasks."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.naming import tidy_number
from drillreg.plans.rules import ensure_not_classified
from drillreg.revisions.drafting import Proposal, count_items, is_about, lines_of
from drillreg.revisions.models import DraftingCopy, DraftingItem, DraftingPlan
from drillreg.revisions.rules import (
    DraftingState,
    Progress,
    ensure_drafting_open,
    ensure_not_ahead,
)
from drillreg.revisions.wording import kept
from drillreg.signoffs.queries import sign_off_of
from drillreg.signoffs.rules import SignOffState
from drillreg.steps.operations import add_step
from drillreg.tasks.facts import Order, Receiver, Subject
from drillreg.tasks.operations.giving import Piece, assign_each
from drillreg.tasks.operations.settling import finish_of, postpone_of

SUBJECT = "drafting-item"
DRAFTING = "drafting-plan"
MOST_ITEMS = 300


def _record(
    action: str, drafting: DraftingPlan, *, actor: Actor, now: datetime, **detail: Any
) -> None:
    record(
        action,
        subject_kind=DRAFTING,
        subject_id=drafting.id,
        org_id=drafting.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def begin_drafting(org: Org, year: int, *, actor: Actor, now: datetime) -> DraftingPlan:
    """Begin the drafting plan of an office for a year; raise when there is one."""
    known = db.session.scalar(
        select(DraftingPlan.id).where(DraftingPlan.org_id == org.id, DraftingPlan.year == year)
    )
    if known is not None:
        raise DomainError(
            N_("%(org)s already has a drafting plan for %(year)d. Go on with that one."),
            org=org.name,
            year=year,
        )
    title = kept(
        N_("%(org)s: plans to be written and revised in %(year)d"), org=org.name, year=year
    )
    drafting = DraftingPlan(org_id=org.id, year=year, title=title, created_at=now)
    db.session.add(drafting)
    db.session.flush()
    _record("drafting-begun", drafting, actor=actor, now=now, year=year)
    return drafting


def _ensure_room(drafting: DraftingPlan, more: int) -> None:
    if count_items(drafting) + more > MOST_ITEMS:
        raise DomainError(N_("A drafting plan holds at most %(most)d plans."), most=MOST_ITEMS)


def add_proposals(
    drafting: DraftingPlan,
    chosen: Iterable[Proposal],
    *,
    due_on: date,
    actor: Actor,
    now: datetime,
    today: date,
) -> int:
    """Put ticked proposals into a drafting plan; the one who writes leads until it is changed."""
    ensure_drafting_open(drafting.state)
    _ensure_not_with_leader(drafting)
    rows = [
        DraftingItem(
            drafting_id=drafting.id,
            org_id=each.org.id,
            kind=each.kind,
            event_type=each.event_type,
            title=each.title,
            plan_id=each.plan_id,
            is_new=each.plan_id is None,
            lead_org_id=each.org.id,
            due_on=due_on,
            why=each.why,
            entered_on=today,
        )
        for each in chosen
    ]
    _ensure_room(drafting, len(rows))
    db.session.add_all(rows)
    db.session.flush()
    _record("drafting-filled", drafting, actor=actor, now=now, count=len(rows))
    return len(rows)


def save_item(
    drafting: DraftingPlan,
    item: DraftingItem | None,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    today: date,
) -> DraftingItem:
    """Enter an item or change it; one added to an approved plan says why, and is a task at once."""
    ensure_not_classified(str(values.get("title", "")), str(values.get("why") or ""))
    _ensure_not_with_leader(drafting)
    is_added = item is None
    if item is None:
        _ensure_room(drafting, 1)
        item = DraftingItem(drafting_id=drafting.id, entered_on=today)
        db.session.add(item)
    else:
        ensure_drafting_open(drafting.state)
    for name, value in values.items():
        setattr(item, name, value)
    db.session.flush()
    _record("drafting-item-saved", drafting, actor=actor, now=now, title=item.title)
    if is_added and drafting.state is DraftingState.APPROVED:
        _note(drafting, "drafting-added", item, item.why or "", actor=actor, now=now)
        give_tasks(drafting, [item.id], actor=actor, now=now, today=today)
    return item


def strike_item(
    drafting: DraftingPlan, item: DraftingItem, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Strike an item out with a reason; its task ends with it."""
    _ensure_stands(item)
    _ensure_not_with_leader(drafting)
    item.voided_at, item.voided_by_id, item.void_reason = now, actor.account_id, reason
    db.session.flush()
    note = kept(N_("Struck out of the drafting plan: %(reason)s"), reason=reason)
    finish_of(SUBJECT, item.id, note=note, actor=actor, now=now)
    if drafting.state is DraftingState.APPROVED:
        _note(drafting, "drafting-struck", item, reason, actor=actor, now=now)
    _record("drafting-item-struck", drafting, actor=actor, now=now, title=item.title, reason=reason)


def move_item(
    drafting: DraftingPlan,
    item: DraftingItem,
    due_on: date,
    *,
    reason: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Change the date of an item of an approved plan, with the reason; its task follows."""
    if drafting.state is not DraftingState.APPROVED:
        raise DomainError(N_("This drafting plan is not approved yet: change the item itself."))
    _ensure_stands(item)
    if item.due_on == due_on:
        raise DomainError(N_("This is the date it has already."))
    before, item.due_on = item.due_on, due_on
    db.session.flush()
    note = kept(
        N_("%(before)s → %(after)s: %(reason)s"),
        before=before.isoformat(),
        after=due_on.isoformat(),
        reason=reason,
    )
    postpone_of(SUBJECT, item.id, due_on, note=note, actor=actor, today=today, now=now)
    _note(drafting, "drafting-moved", item, note, actor=actor, now=now)
    _record("drafting-item-moved", drafting, actor=actor, now=now, title=item.title, due_on=due_on)


def _ensure_stands(item: DraftingItem) -> None:
    if item.voided_at is not None:
        raise DomainError(N_("This item was struck out already."))


def _ensure_not_with_leader(drafting: DraftingPlan) -> None:
    """Raise while it lies with who approves: what is approved is what was sent."""
    found = sign_off_of(DRAFTING, drafting.id)
    if found is not None and found.state is SignOffState.OPEN:
        raise DomainError(N_("It lies with who approves it. Call it back before you change it."))


def _note(
    drafting: DraftingPlan,
    code: str,
    item: DraftingItem,
    remark: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write an adjustment of an approved plan into its step log."""
    add_step(
        code,
        subject_kind=DRAFTING,
        subject_id=drafting.id,
        org_id=drafting.org_id,
        actor=actor,
        now=now,
        remark=f"{item.title}　{remark}",
    )


def approve_drafting(
    drafting: DraftingPlan,
    *,
    body: str,
    number: str,
    approved_on: date,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Approve a drafting plan: it counts for its duty, each item becomes a task of who leads."""
    db.session.execute(
        select(DraftingPlan.id).where(DraftingPlan.id == drafting.id).with_for_update()
    )
    db.session.refresh(drafting, ["state", "row_version"])
    ensure_drafting_open(drafting.state)
    ensure_not_ahead(approved_on, today)
    open_ids = [line.item.id for line in lines_of(drafting) if line.progress is not Progress.ISSUED]
    if not count_items(drafting):
        raise DomainError(N_("There is nothing in it yet. Put plans into it first."))
    drafting.state, drafting.approved_at = DraftingState.APPROVED, now
    drafting.number, drafting.approved_by_body = tidy_number(number) or None, body
    drafting.approved_on, drafting.approved_by_id = approved_on, actor.account_id
    drafting.approved_by_name = actor.name
    db.session.flush()
    add_evidence(
        "scheme-issued",
        org_id=drafting.org_id,
        subject_kind=DRAFTING,
        subject_id=drafting.id,
        on_date=approved_on,
        grade=Grade.EVIDENCED,
        now=now,
        attributes={"scheme": "plan-programme", "number": drafting.number or ""},
    )
    give_tasks(drafting, open_ids, actor=actor, now=now, today=today)
    _record(
        "drafting-approved",
        drafting,
        actor=actor,
        now=now,
        number=drafting.number,
        body=body,
        approved_on=approved_on,
    )


def give_tasks(
    drafting: DraftingPlan, item_ids: Iterable[int], *, actor: Actor, now: datetime, today: date
) -> None:
    """Give the task of each item to who leads it."""
    items = db.session.scalars(
        select(DraftingItem)
        .options(joinedload(DraftingItem.lead))
        .where(DraftingItem.id.in_(sorted(item_ids)))
        .order_by(DraftingItem.id)
    ).all()
    if not items:
        return
    word = {True: N_("Write the plan: %(title)s"), False: N_("Revise the plan: %(title)s")}
    pieces = [
        Piece(
            Order("plan", kept(word[item.is_new], title=item.title), drafting.title, item.due_on),
            Receiver(item.lead),
            Subject(SUBJECT, item.id, f"/plans/drafting/items/{item.id}"),
        )
        for item in items
    ]
    assign_each(pieces, actor=actor, today=today, now=now)


def finish_items(plan: Plan, version: PlanVersion, *, now: datetime) -> None:
    """End the tasks of approved items that a plan just issued was about."""
    rows = db.session.scalars(
        select(DraftingItem)
        .join(DraftingItem.drafting)
        .where(
            DraftingItem.voided_at.is_(None),
            DraftingPlan.state == DraftingState.APPROVED,
            or_(DraftingItem.plan_id == plan.id, DraftingItem.org_id == plan.org_id),
        )
    ).all()
    note = kept(N_("Issued as %(number)s."), number=version.document_number or "")
    for item in rows:
        if is_about(item, plan):
            finish_of(SUBJECT, item.id, note=note, actor=None, now=now)


def record_copy(
    drafting: DraftingPlan,
    *,
    recipient: str,
    sent_on: date,
    number: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Record to whom an approved drafting plan was copied, when and under which number."""
    if drafting.state is not DraftingState.APPROVED:
        raise DomainError(N_("Copy it upward once it is approved."))
    ensure_not_ahead(sent_on, today)
    db.session.add(
        DraftingCopy(
            drafting_id=drafting.id,
            recipient=recipient,
            sent_on=sent_on,
            number=tidy_number(number) or None,
            recorded_at=now,
            recorded_by_name=actor.name,
        )
    )
    _record("drafting-copied", drafting, actor=actor, now=now, recipient=recipient, sent_on=sent_on)
