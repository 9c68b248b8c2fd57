"""What drills give to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Select, select

from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

AHEAD = timedelta(days=14)


def drills_to_hold(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the drills of one's own organisation that are overdue or due within two weeks."""
    if not actor.may(Permission.RECORD_DRILLS):
        return []
    found = db.session.scalars(
        select(Drill)
        .join(Drill.org)
        .where(
            Drill.org_id == actor.org_id,
            DRILL.within(scope_of(actor, Permission.RECORD_DRILLS, today)),
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on <= today + AHEAD,
        )
        .order_by(Drill.due_on, Drill.id)
        .limit(MOST)
    )
    return [_item(drill, today) for drill in found]


def _item(drill: Drill, today: date) -> TodoItem:
    record = url_for("drills.record", drill_id=drill.id)
    return TodoItem(
        kind="drill",
        text=name_of(drill),
        url=url_for("drills.show", drill_id=drill.id),
        detail=code_label(drill.event_type, "event_type"),
        due_on=drill.due_on,
        act=(N_("Record"), record) if drill.due_on <= today else None,
    )


def _overdue(today: date) -> Select[Any]:
    columns = chase_columns(
        "drill-overdue",
        "drill",
        Drill.id,
        org_id=Drill.org_id,
        what=Drill.title,
        what_en=Drill.title_en,
        since=Drill.due_on,
    )
    return (
        select(*columns)
        .join(Org, Org.id == Drill.org_id)
        .where(
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on < today,
        )
    )


OVERDUE_DRILLS = ChaseSource("drill-overdue", _overdue)
