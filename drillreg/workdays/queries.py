"""Reading calendars; they hold nothing private, so there is no scope to pass."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.workdays.models import CalendarDay
from drillreg.workdays.rules import DayKind, WorkCalendar


def calendar_for(owner_org_id: int | None = None) -> WorkCalendar:
    """Return the calendar of an organisation: its own days before those of the installation.

    A year counts as announced when the installation's rows name a make-up working day in it.
    """
    rows = db.session.execute(
        select(CalendarDay.owner_org_id, CalendarDay.day, CalendarDay.kind)
        .where(CalendarDay.owner_org_id.is_(None) | (CalendarDay.owner_org_id == owner_org_id))
        .order_by(CalendarDay.owner_org_id.is_not(None), CalendarDay.day)
    ).all()
    overrides: dict[date, DayKind] = {row.day: row.kind for row in rows}
    announced = {
        row.day.year for row in rows if row.owner_org_id is None and row.kind is DayKind.WORK
    }
    return WorkCalendar(overrides, frozenset(announced))


def calendar_days(owner_org_id: int | None, year: int) -> Sequence[CalendarDay]:
    """Return the days that one owner has entered for a year, in order."""
    own = (
        CalendarDay.owner_org_id.is_(None)
        if owner_org_id is None
        else CalendarDay.owner_org_id == owner_org_id
    )
    return db.session.scalars(
        select(CalendarDay)
        .where(own, CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day, CalendarDay.id)
    ).all()
