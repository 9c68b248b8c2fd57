"""Changing calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.workdays.models import CalendarDay
from drillreg.workdays.rules import NamedDay


@dataclass(frozen=True)
class Imported:
    """How many days an import added, changed, and found as they already were."""

    added: int
    changed: int
    unchanged: int


def import_days(
    *, days: Sequence[NamedDay], owner_org_id: int | None, source: str, now: datetime
) -> Imported:
    """Enter days into an owner's calendar; a day already there is replaced: safe to repeat."""
    own = (
        CalendarDay.owner_org_id.is_(None)
        if owner_org_id is None
        else CalendarDay.owner_org_id == owner_org_id
    )
    wanted = {named.day: named for named in days}
    on_file = {
        row.day: row
        for row in db.session.scalars(
            select(CalendarDay).where(own, CalendarDay.day.in_(wanted)).order_by(CalendarDay.day)
        )
    }
    added = changed = 0
    for day, named in sorted(wanted.items()):
        row = on_file.get(day)
        if row is None:
            added += 1
            row = CalendarDay(owner_org_id=owner_org_id, day=day)
            db.session.add(row)
        elif (row.kind, row.name_zh) == (named.kind, named.name_zh):
            continue
        else:
            changed += 1
        row.kind, row.name_zh = named.kind, named.name_zh
        row.source, row.entered_at = source[:200], now
    db.session.flush()
    return Imported(added, changed, len(wanted) - added - changed)
