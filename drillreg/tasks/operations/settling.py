"""Accepting, asking for, finishing, refusing and withdrawing tasks."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.steps.models import Step
from drillreg.tasks.desks import holders
from drillreg.tasks.models import Task
from drillreg.tasks.operations.trail import ensure_still_open, log_act, tell
from drillreg.tasks.rules import (
    Bearing,
    TaskState,
    ensure_holds,
    ensure_may_remind,
    ensure_may_withdraw,
    ensure_reason,
)


def accept(task: Task, bearing: Bearing, *, actor: Actor, now: datetime) -> None:
    """Note that the task has arrived and is taken on."""
    ensure_still_open(task)
    ensure_holds(bearing)
    if task.accepted_at is not None:
        raise DomainError(N_("This task was accepted already."))
    task.accepted_at = now
    log_act("task-accepted", task, actor, now)


def remind(
    task: Task, bearing: Bearing, *, remark: str, actor: Actor, today: date, now: datetime
) -> None:
    """Ask for the task; whom it lies with is told at once."""
    ensure_still_open(task)
    ensure_may_remind(bearing)
    step = log_act("task-reminded", task, actor, now, remark=remark)
    tell(
        holders(task.org, task.desk, task.account_id, today),
        task,
        step,
        kind="task-reminded",
        message=N_("%(name)s asks for the task: %(title)s"),
        now=now,
    )


def finish(task: Task, bearing: Bearing, *, note: str, actor: Actor, now: datetime) -> None:
    """Note what was done; the task is over and who gave it is told."""
    ensure_reason(note)
    ensure_still_open(task)
    ensure_holds(bearing)
    _settle(task, TaskState.DONE, "task-finished", note, actor, now)


def refuse(task: Task, bearing: Bearing, *, reason: str, actor: Actor, now: datetime) -> None:
    """Note why the task cannot be done; it is over and who gave it is told."""
    ensure_still_open(task)
    ensure_holds(bearing)
    ensure_reason(reason)
    _settle(task, TaskState.NOT_DONE, "task-not-done", reason, actor, now)


def withdraw(
    task: Task, bearing: Bearing, *, reason: str, actor: Actor, today: date, now: datetime
) -> None:
    """Take the task back: whom it lay with is told that nothing is to be done."""
    ensure_still_open(task)
    ensure_may_withdraw(bearing)
    ensure_reason(reason)
    people = holders(task.org, task.desk, task.account_id, today)
    step = _settle(task, TaskState.WITHDRAWN, "task-withdrawn", reason, actor, now)
    tell(
        [each for each in people if each not in actor.account_ids],
        task,
        step,
        kind="task-withdrawn",
        message=N_("%(name)s withdrew the task: %(title)s"),
        now=now,
    )


def finish_of(
    subject_kind: str, subject_id: int, *, note: str, actor: Actor | None, now: datetime
) -> int:
    """Finish the open tasks about a record, when its own page says that it is done."""
    found = _open_about(subject_kind, subject_id)
    for task in found:
        _settle(task, TaskState.DONE, "task-finished", note, actor, now)
    return len(found)


def postpone_of(
    subject_kind: str,
    subject_id: int,
    due_on: date,
    *,
    note: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Give the open tasks about a record another date; whom they lie with is told."""
    for task in _open_about(subject_kind, subject_id):
        task.due_on = due_on
        step = log_act("task-moved", task, actor, now, remark=note)
        tell(
            holders(task.org, task.desk, task.account_id, today),
            task,
            step,
            kind="task-reminded",
            message=N_("%(name)s changed the date of the task: %(title)s"),
            now=now,
        )


def _open_about(subject_kind: str, subject_id: int) -> Sequence[Task]:
    return db.session.scalars(
        select(Task)
        .where(
            Task.subject_kind == subject_kind,
            Task.subject_id == subject_id,
            Task.state == TaskState.OPEN,
        )
        .order_by(Task.id)
        .with_for_update(of=Task)
    ).all()


def _settle(
    task: Task, state: TaskState, code: str, text: str, actor: Actor | None, now: datetime
) -> Step:
    task.state, task.outcome, task.settled_at = state, text, now
    task.settled_by_id = actor.account_id if actor else None
    task.settled_by_name = actor.name if actor else None
    step = log_act(code, task, actor, now, remark=text)
    giver = task.assigned_by_id
    told = state in {TaskState.DONE, TaskState.NOT_DONE}
    if told and giver is not None and (actor is None or giver not in actor.account_ids):
        done = N_("%(name)s finished the task: %(title)s")
        cannot = N_("%(name)s cannot do the task: %(title)s")
        message = done if state is TaskState.DONE else cannot
        tell([giver], task, step, kind="task-settled", message=message, now=now)
    return step
