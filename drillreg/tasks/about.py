"""Tasks about records of other features."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.tasks.models import Task
from drillreg.tasks.rules import TaskState


def open_about(subject_kind: str, subject_ids: Collection[int]) -> dict[int, Task]:
    """Return the open task about each of some records that has one, with its organisation.

    The caller has read the records in scope.
    """
    found = db.session.scalars(
        select(Task)
        .join(Org, Org.id == Task.org_id)
        .options(contains_eager(Task.org))
        .where(
            Task.subject_kind == subject_kind,
            Task.subject_id.in_(sorted(subject_ids)),
            Task.state == TaskState.OPEN,
        )
        .order_by(Task.id)
    )
    return {task.subject_id: task for task in found if task.subject_id is not None}
