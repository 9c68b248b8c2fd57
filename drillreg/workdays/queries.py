"""Reading calendars; they hold nothing private, so there is no scope to pass."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, select

from drillreg.core.db import db
from drillreg.workdays.models import CalendarDay, CalendarSeason
from drillreg.workdays.rules import DayKind, WorkCalendar
from drillreg.workdays.seasons import Season

ENTERED_BY_HAND = ""


def calendar_for(*owners: int | None) -> WorkCalendar:
    """Return the calendar of a place: the installation's days, and over them those of its owners.

    Owners come nearest first. A year counts as announced when an imported notice names a make-up
    working day in it, or the installation has one.
    """
    ids = [owner for owner in owners if owner is not None]
    rows = db.session.execute(
        select(CalendarDay.owner_org_id, CalendarDay.day, CalendarDay.kind, CalendarDay.source)
        .where(
            CalendarDay.owner_org_id.is_(None) | CalendarDay.owner_org_id.in_(ids),
            CalendarDay.voided_at.is_(None),
        )
        .order_by(_rank(ids), CalendarDay.day)
    ).all()
    overrides: dict[date, DayKind] = {row.day: row.kind for row in rows}
    announced = {
        row.day.year
        for row in rows
        if row.kind is DayKind.WORK and (row.owner_org_id is None or row.source != ENTERED_BY_HAND)
    }
    return WorkCalendar(overrides, frozenset(announced))


def _rank(ids: Sequence[int]) -> Any:
    """Return the order in which owners are laid over each other, the nearest last."""
    if not ids:
        return CalendarDay.id
    places = {owner: -at for at, owner in enumerate(ids)}
    return case(places, value=CalendarDay.owner_org_id, else_=-len(ids))


def _own(owner_org_id: int | None) -> Any:
    if owner_org_id is None:
        return CalendarDay.owner_org_id.is_(None)
    return CalendarDay.owner_org_id == owner_org_id


def calendar_days(owner_org_id: int | None, year: int) -> Sequence[CalendarDay]:
    """Return the days that one owner has entered for a year, in order."""
    return db.session.scalars(
        select(CalendarDay)
        .where(
            _own(owner_org_id),
            CalendarDay.voided_at.is_(None),
            CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(CalendarDay.day, CalendarDay.id)
    ).all()


def day_row(owner_org_id: int | None, day: date) -> CalendarDay | None:
    """Return the row of one day of an owner, also one that was taken out."""
    return db.session.scalar(select(CalendarDay).where(_own(owner_org_id), CalendarDay.day == day))


def season_rows(owners: Collection[int]) -> Sequence[CalendarSeason]:
    """Return the seasons that some owners have entered, by first day."""
    return db.session.scalars(
        select(CalendarSeason)
        .where(CalendarSeason.owner_org_id.in_(owners), CalendarSeason.voided_at.is_(None))
        .order_by(CalendarSeason.first_on, CalendarSeason.id)
    ).all()


def seasons_of(owners: Collection[int]) -> list[Season]:
    """Return the seasons of some owners as plain facts."""
    return [
        Season(
            row.id,
            row.owner_org_id,
            row.kind,
            row.name_zh,
            row.first_on,
            row.last_on,
            row.yearly,
        )
        for row in season_rows(owners)
    ]


def season_or_none(season_id: int) -> CalendarSeason | None:
    """Return a season that still stands; the caller looks whose it is."""
    return db.session.scalar(
        select(CalendarSeason).where(
            CalendarSeason.id == season_id,
            CalendarSeason.voided_at.is_(None),
        )
    )
