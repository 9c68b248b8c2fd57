"""Objections to results: raised by the unit, a task of the level above, answered with reasons.

Thirty days for the answer, by people who took no part: 政府督查工作条例 (国令第733号) §17.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.duties.models import DutyDispute
from drillreg.duties.terms import DisputeAnswer
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, scope_of
from drillreg.tasks.facts import Order, Receiver, Subject
from drillreg.tasks.operations.giving import assign
from drillreg.tasks.operations.settling import finish_of

SUBJECT = "duty-dispute"
ANSWER_DAYS = 30


class AlreadyDisputed(DomainError):  # noqa: N818 - reads better where it is raised
    """Somebody has just said or answered the same."""

    status = 409


def dispute(
    row: DutyDispute, org: Org, title: str, *, actor: Actor, today: date, now: datetime
) -> DutyDispute:
    """Keep what an organisation says against a result; the level above gets it as a task.

    `title` is that of the duty. Raise where nothing stands above, or the last word is still out.
    """
    if org.parent_id is None:
        raise DomainError(
            N_("Nothing stands above this organisation here. Decide about the rule instead.")
        )
    above = db.session.get_one(Org, org.parent_id)
    row.org_id, row.above_id, row.org = org.id, above.id, org
    row.raised_at, row.raised_by_id, row.raised_by_name = now, actor.account_id, actor.name
    row.due_on = today + timedelta(days=ANSWER_DAYS)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise AlreadyDisputed(
            N_("An objection to this result waits for its answer already.")
        ) from error
    _record("duty-disputed", row, actor, now, says=row.says)
    words = translate(N_("Answer the objection of %(org)s: %(title)s"), org=org.name, title=title)
    assign(
        Order("general", words[:120], row.says, row.due_on),
        Receiver(above),
        actor=actor,
        today=today,
        now=now,
        subject=Subject(SUBJECT, row.id, f"/duties/disputes/{row.id}"),
    )
    return row


def answer_dispute(
    row: DutyDispute, answer: DisputeAnswer, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Keep the answer of the level above with its reasons; its task ends with it."""
    if row.answered_at is not None:
        raise AlreadyDisputed(N_("%(name)s has answered already."), name=row.answered_by_name or "")
    row.answer, row.answer_reason, row.answered_at = answer, reason, now
    row.answered_by_id, row.answered_by_name = actor.account_id, actor.name
    db.session.flush()
    _record("duty-dispute-answered", row, actor, now, answer=answer, reason=reason)
    finish_of(SUBJECT, row.id, note=reason, actor=actor, now=now)


def _record(action: str, row: DutyDispute, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind=SUBJECT,
        subject_id=row.id,
        org_id=row.org_id,
        actor=actor,
        now=now,
        rule=row.rule,
        **detail,
    )


def may_answer(row: DutyDispute, actor: Actor, today: date) -> bool:
    """Say whether a person answers for the level above and took no part in the objection."""
    sits_above = scope_of(actor, Permission.ASSIGN_TASKS, today).includes(row.org)
    return sits_above and actor.org_id != row.org_id and row.raised_by_id not in actor.account_ids


def get_dispute(dispute_id: int, scope: OrgScope, *, lock: bool = False) -> DutyDispute:
    """Return an objection of an organisation in scope, or raise NotFound."""
    statement = (
        select(DutyDispute)
        .join(Org, Org.id == DutyDispute.org_id)
        .options(contains_eager(DutyDispute.org), joinedload(DutyDispute.above))
        .where(DutyDispute.id == dispute_id, scope.allows())
    )
    if lock:
        statement = statement.with_for_update(of=DutyDispute).execution_options(
            populate_existing=True
        )
    found: DutyDispute | None = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such objection."))
    return found


def disputes_of(org: Org, rule: str, key: int, event_type: str) -> Sequence[DutyDispute]:
    """Return the objections to a result of an organisation fetched in scope, newest first."""
    return db.session.scalars(
        select(DutyDispute)
        .where(
            DutyDispute.org_id == org.id,
            DutyDispute.rule == rule,
            DutyDispute.key == key,
            DutyDispute.event_type == event_type,
        )
        .order_by(DutyDispute.id.desc())
    ).all()
