"""Tasks when organisations change: what is open is the successor's, whoever it lay with."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select

from drillreg.core.db import db
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org
from drillreg.orgs.successions import Handover, OpenThing, Succession
from drillreg.tasks.models import Task
from drillreg.tasks.operations.moving import carry_tasks
from drillreg.tasks.rules import TaskState


def count_open(these: ColumnElement[bool], day: date) -> int:
    """Return how many tasks are open at organisations."""
    found = (
        select(func.count())
        .select_from(Task)
        .join(Task.org)
        .where(these, Task.state == TaskState.OPEN)
    )
    return int(db.session.scalar(found) or 0)


def open_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the tasks open at an organisation."""
    found = db.session.scalars(
        select(Task)
        .where(Task.org_id == org.id, Task.state == TaskState.OPEN)
        .order_by(Task.due_on, Task.id)
    )
    return [
        OpenThing(each.id, each.title, each.due_on.isoformat() if each.due_on else "")
        for each in found
    ]


def carry_open(handover: Handover) -> int:
    """Pass open tasks; persons keep what was given to them."""
    return carry_tasks(
        handover.old,
        handover.new,
        actor=handover.actor,
        today=handover.today,
        now=handover.now,
        only=handover.only,
        remark=translate(N_("from %(name)s"), name=handover.old.name),
    )


TASKS = Succession("tasks", N_("%(count)d open tasks"), count_open, open_of, carry_open)
