"""What revisions give to the to-do list."""

from collections.abc import Sequence
from datetime import date

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.plans.models import Plan
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.rules import PARENTS
from drillreg.tasks.todos import MOST, TodoItem


def reasons_to_answer(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the recorded reasons of one's own plans that wait for an answer.

    A changed plan above has its task and is not listed twice.
    """
    if not actor.may(Permission.EDIT_PLANS):
        return []
    found = db.session.scalars(
        select(PlanTrigger)
        .join(PlanTrigger.plan)
        .options(contains_eager(PlanTrigger.plan).raiseload(Plan.versions))
        .where(
            Plan.org_id == actor.org_id,
            Plan.voided_at.is_(None),
            PlanTrigger.answered_at.is_(None),
            PlanTrigger.origin.not_in(PARENTS),
        )
        .order_by(PlanTrigger.happened_on, PlanTrigger.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="revise",
            text=name_of(trigger.plan),
            url=url_for("revisions.trigger", trigger_id=trigger.id),
            detail=code_label(trigger.reason, "trigger"),
            since=trigger.happened_on,
        )
        for trigger in found
    ]
