"""Changing calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.sandbox import client
from drillreg.workdays.models import CalendarDay
from drillreg.workdays.rules import DayKind, NamedDay

READ_TASK = "drillreg.workdays.reading:read_days_task"


def read_days(data: bytes) -> list[NamedDay]:
    """Return the days of an uploaded holiday file, read in the closed child.

    Raises SandboxRefused with a sentence for what cannot be read, and the errors of `client.run`.
    """
    found = client.run(READ_TASK, {}, inputs={"calendar": data}).value
    return [NamedDay(date.fromisoformat(day), DayKind(kind), name) for day, kind, name in found]


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
        elif row.voided_at is None and (row.kind, row.name_zh) == (named.kind, named.name_zh):
            continue
        else:
            changed += 1
        row.kind, row.name_zh = named.kind, named.name_zh
        row.source, row.entered_at = source[:200], now
        row.voided_at = row.voided_by_id = row.void_reason = None
    db.session.flush()
    return Imported(added, changed, len(wanted) - added - changed)
