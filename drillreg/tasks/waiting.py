"""What tasks give to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import Select, select

from drillreg.accounts.models import Account, Person
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.page import name_of
from drillreg.orgs.models import Org
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.models import Task
from drillreg.tasks.queries import open_tasks
from drillreg.tasks.rules import TaskState
from drillreg.tasks.todos import MOST, TodoItem


def tasks_to_do(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the tasks that lie with a person."""
    return [_item(task) for task in open_tasks(actor, on=today, at_most=MOST)]


def _item(task: Task) -> TodoItem:
    giver = task.assigned_by_name or ""
    return TodoItem(
        kind="task",
        text=task.title,
        url=url_for("tasks.show", task_id=task.id),
        detail="　".join(part for part in (giver, name_of(task.org)) if part),
        due_on=task.due_on,
        since=clock.local_date(task.assigned_at),
    )


def _late_tasks(today: date) -> Select[Any]:
    columns = chase_columns(
        "task-late",
        "task",
        Task.id,
        org_id=Task.org_id,
        what=Task.title,
        person=Person.name,
        since=Task.due_on,
    )
    return (
        select(*columns)
        .join(Org, Org.id == Task.org_id)
        .outerjoin(Account, Account.id == Task.account_id)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Task.state == TaskState.OPEN, Task.due_on < today)
    )


LATE_TASKS = ChaseSource("task-late", _late_tasks)
