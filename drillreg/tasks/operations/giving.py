"""Giving tasks, to one or to many."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.tasks.facts import Order, Receiver, Subject
from drillreg.tasks.models import Task
from drillreg.tasks.operations.trail import log_act, tell_holders, whom_it_reaches
from drillreg.tasks.rules import ensure_units


def assign(
    order: Order,
    to: Receiver,
    *,
    actor: Actor | None,
    today: date,
    now: datetime,
    subject: Subject | None = None,
    batch: str | None = None,
) -> Task:
    """Give a task and tell whom it lies with; raise when nobody answers for the organisation.

    Without an actor the system gives it.
    """
    people = whom_it_reaches(to, today)
    task = Task(
        kind=order.kind,
        title=order.title,
        detail=order.detail or None,
        subject_kind=subject.kind if subject else None,
        subject_id=subject.id if subject else None,
        subject_url=subject.url if subject else None,
        org_id=to.org.id,
        account_id=to.account.id if to.account else None,
        desk=to.desk,
        batch=batch,
        # What a deputy gives is given by the one they act for; the log has both.
        assigned_by_id=(actor.acting_for_account_id or actor.account_id) if actor else None,
        assigned_by_name=actor.name if actor else None,
        assigned_by_org_id=actor.org_id if actor else None,
        assigned_at=now,
        due_on=order.due_on,
        working_days=order.working_days,
    )
    db.session.add(task)
    db.session.flush()
    step = log_act("task-assigned", task, actor, now, to=to)
    tell_holders(task, step, people, actor, now)
    return task


@dataclass(frozen=True)
class Piece:
    """One of several tasks that are given together: what, to whom, about which record."""

    order: Order
    to: Receiver
    subject: Subject | None = None


def assign_many(
    order: Order, orgs: Sequence[Org], *, desk: str, actor: Actor, today: date, now: datetime
) -> list[Task]:
    """Give the same task to several organisations; each settles its own."""
    pieces = [Piece(order, Receiver(org, desk=desk)) for org in orgs]
    return assign_each(pieces, actor=actor, today=today, now=now)


def assign_each(pieces: Sequence[Piece], *, actor: Actor, today: date, now: datetime) -> list[Task]:
    """Give several tasks together, each about its own record where it has one."""
    ensure_units(len(pieces))
    batch = secrets.token_urlsafe(9) if len(pieces) > 1 else None
    return [
        assign(
            piece.order,
            piece.to,
            actor=actor,
            today=today,
            now=now,
            subject=piece.subject,
            batch=batch,
        )
        for piece in pieces
    ]
