"""Moving tasks on: to a colleague, back to the giver, to a successor; none is ever lost."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.accounts.models import Account
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.steps.models import Step
from drillreg.tasks.facts import Receiver
from drillreg.tasks.models import Task
from drillreg.tasks.operations.trail import (
    ensure_still_open,
    log_act,
    tell,
    tell_holders,
    whom_it_reaches,
)
from drillreg.tasks.rules import (
    STAFF,
    Bearing,
    TaskState,
    ensure_holds,
    ensure_may_pass,
    ensure_reason,
)


def pass_on(
    task: Task,
    to: Receiver,
    bearing: Bearing,
    *,
    remark: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Give the task to somebody else, who finds it in their list."""
    ensure_still_open(task)
    ensure_may_pass(bearing)
    if (task.org_id, task.account_id) == (to.org.id, to.account.id if to.account else None):
        raise DomainError(N_("The task already lies there."))
    _move(task, to, "task-passed", remark=remark, actor=actor, today=today, now=now)


def give_back(
    task: Task, bearing: Bearing, *, reason: str, actor: Actor, today: date, now: datetime
) -> None:
    """Give the task back to who passed it on last, with the reason."""
    ensure_still_open(task)
    ensure_holds(bearing)
    ensure_reason(reason)
    giver = _last_giver(task, actor)
    if giver is None:
        raise DomainError(
            N_("The system gave this task: there is nobody to give it back to. Say why not.")
        )
    _move(task, giver, "task-returned", remark=reason, actor=actor, today=today, now=now)


def hand_over(
    from_account: Account,
    to_account: Account | None,
    *,
    remark: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> int:
    """Move all open tasks of a person in one act, to a successor or to those who answer there."""
    found = db.session.scalars(
        select(Task)
        .where(Task.account_id == from_account.id, Task.state == TaskState.OPEN)
        .options(joinedload(Task.org))
        .order_by(Task.id)
        .with_for_update(of=Task)
    ).all()
    for task in found:
        to = Receiver(task.org, to_account, task.desk if to_account else STAFF)
        _move(task, to, "task-handed-over", remark=remark, actor=actor, today=today, now=now)
    return len(found)


def carry_tasks(
    old: Org,
    new: Org,
    *,
    actor: Actor | None,
    today: date,
    now: datetime,
    only: Collection[int] | None = None,
    remark: str = "",
) -> int:
    """Move open tasks of an organisation to its successor, all or those chosen by id.

    Persons stay named: they keep what was given to them.
    """
    statement = select(Task).where(Task.org_id == old.id, Task.state == TaskState.OPEN)
    if only is not None:
        statement = statement.where(Task.id.in_(sorted(only)))
    found = db.session.scalars(
        statement.options(joinedload(Task.account)).order_by(Task.id).with_for_update(of=Task)
    ).all()
    for task in found:
        to = Receiver(new, task.account, task.desk)
        _move(task, to, "task-carried", remark=remark, actor=actor, today=today, now=now)
    return len(found)


def _move(
    task: Task,
    to: Receiver,
    code: str,
    *,
    remark: str,
    actor: Actor | None,
    today: date,
    now: datetime,
) -> None:
    people = whom_it_reaches(to, today)
    task.org_id, task.desk = to.org.id, to.desk
    task.account_id = to.account.id if to.account else None
    task.accepted_at = None
    step = log_act(code, task, actor, now, remark=remark, to=to)
    if code == "task-returned":
        message = N_("%(name)s gave the task back: %(title)s")
        tell(people, task, step, kind="task-returned", message=message, now=now)
    else:
        tell_holders(task, step, people, actor, now)


def _last_giver(task: Task, actor: Actor) -> Receiver | None:
    """Return who gave the task to where it lies now; not the one who gives it back."""
    rows = db.session.scalars(
        select(Step)
        .where(
            Step.subject_kind == "task",
            Step.subject_id == task.id,
            Step.code.in_(("task-assigned", "task-passed")),
            Step.account_id.is_not(None),
            Step.account_id.not_in(sorted(actor.account_ids)),
        )
        .order_by(Step.id.desc())
        .limit(1)
    ).all()
    if not rows:
        return None
    account = db.session.get(Account, rows[0].for_account_id or rows[0].account_id)
    org = db.session.get(Org, _office_of(task, rows[0]))
    return Receiver(org, account) if org is not None and account is not None else None


def _office_of(task: Task, step: Step) -> int:
    """Return the organisation a giver stood at: that of the task before it was passed on."""
    if step.code == "task-assigned":
        return task.assigned_by_org_id or task.org_id
    before = db.session.scalar(
        select(Step.to_org_id)
        .where(
            Step.subject_kind == "task",
            Step.subject_id == task.id,
            Step.to_org_id.is_not(None),
            Step.id < step.id,
        )
        .order_by(Step.id.desc())
        .limit(1)
    )
    return before or task.org_id
