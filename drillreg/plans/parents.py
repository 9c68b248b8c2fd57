"""The line of plans above a plan: it never comes back to where it began."""

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.errors import FieldError, FormErrors
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan


def ensure_no_cycle(plan: Plan, parent_id: int | None) -> None:
    """Raise FormErrors when a plan would rest on itself, directly or through others.

    Two who change parents in one county at once wait for each other.
    """
    if parent_id is None:
        return
    root_id = int(plan.org.path.split("/")[0])
    db.session.execute(select(Org.id).where(Org.id == root_id).with_for_update())
    line = (
        select(Plan.id, Plan.parent_plan_id).where(Plan.id == parent_id).cte("line", recursive=True)
    )
    line = line.union(select(Plan.id, Plan.parent_plan_id).where(Plan.id == line.c.parent_plan_id))
    if db.session.scalar(select(line.c.id).where(line.c.id == plan.id)) is None:
        return
    message = N_("The plan above rests on this one itself. Choose another, or none.")
    raise FormErrors([FieldError("parent", message)])
