"""Which drills a person reaches: a drill belongs to the day it was held, else is due."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.drills.models import Drill
from drillreg.orgs.records import Described, RecordKind


def shown_day(drill: Any = Drill) -> Any:
    """Return, as SQL, the day a drill is shown on: when it was held, else when it is due."""
    return func.coalesce(drill.held_on, drill.due_on)


def day_of(drill: Drill) -> date:
    """Return the day a drill is shown on."""
    return drill.held_on or drill.due_on


PAGE = ("drills.show", "drill_id")


def _describe(keys: Collection[int]) -> Iterator[Described]:
    drills = db.session.scalars(
        select(Drill)
        .join(Drill.org)
        .options(contains_eager(Drill.org))
        .where(Drill.id.in_(keys))
        .order_by(Drill.id)
    )
    for drill in drills:
        sign = f"{code_label(drill.event_type, 'event_type')} {day_of(drill).isoformat()}"
        yield Described(drill.id, drill.org, name_of(drill), sign, PAGE, day_of(drill))


DRILL = RecordKind("drill", Drill, shown_day, day_of, _describe)
