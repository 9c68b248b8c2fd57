"""What every act on a task leaves behind: the step log, the trail, the notice."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.steps.models import Step
from drillreg.steps.operations import Addressee, add_step
from drillreg.tasks.desks import holders
from drillreg.tasks.facts import Receiver
from drillreg.tasks.models import Task
from drillreg.tasks.rules import ensure_open


def ensure_still_open(task: Task) -> None:
    """Raise when somebody settled the task meanwhile."""
    ensure_open(task.state, settled_by=task.settled_by_name or "")


def whom_it_reaches(to: Receiver, today: date) -> list[int]:
    """Return the accounts a task would lie with there; raise when nobody answers at all."""
    people = holders(to.org, to.desk, to.account.id if to.account else None, today)
    if not people:
        raise DomainError(
            N_("Nobody answers for %(org)s or above it. It needs an account first."),
            org=to.org.name,
        )
    return people


def log_act(
    code: str,
    task: Task,
    actor: Actor | None,
    now: datetime,
    *,
    remark: str = "",
    to: Receiver | None = None,
) -> Step:
    """Write an act into the step log and the trail; a stale reading is noticed here."""
    db.session.flush()
    addressee = None
    if to is not None:
        name = f"{to.org.name} {to.account.person.name}" if to.account else to.org.name
        addressee = Addressee(name, to.account.id if to.account else None, to.org.id)
    detail: dict[str, Any] = {"to": addressee.name} if addressee else {}
    record(
        code,
        subject_kind="task",
        subject_id=task.id,
        org_id=task.org_id,
        actor=actor,
        now=now,
        **detail,
    )
    return add_step(
        code,
        subject_kind="task",
        subject_id=task.id,
        org_id=task.org_id,
        actor=actor,
        now=now,
        remark=remark,
        to=addressee,
    )


def tell_holders(
    task: Task, step: Step, people: Sequence[int], actor: Actor | None, now: datetime
) -> None:
    """Tell the people a task has come to, but not the one who gave it."""
    others = [each for each in people if actor is None or each not in actor.account_ids]
    message = N_("%(name)s gives you a task: %(title)s") if actor else N_("A task: %(title)s")
    tell(others, task, step, kind="task-assigned", message=message, now=now)


def tell(
    people: Sequence[int], task: Task, step: Step, *, kind: str, message: str, now: datetime
) -> None:
    """Tell people about an act on a task, each act once."""
    notify(
        people,
        occasion=f"task:{task.id}:{step.id}",
        kind=kind,
        message=message,
        params={"name": step.name, "title": task.title},
        url=f"/tasks/{task.id}",
        due_on=task.due_on,
        now=now,
    )
