"""The calendar of a place: working days, terms, exam days, seasons, as its offices entered them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.office.rules import chain_of
from drillreg.orgs.models import Org, Oversight
from drillreg.workdays.queries import calendar_for, seasons_of
from drillreg.workdays.rules import WorkCalendar
from drillreg.workdays.seasons import Season, SeasonCalendar

# Years around a day for which days to avoid are laid out: back for shifts, ahead for previews.
YEARS_BACK, YEARS_AHEAD = 2, 5


def owners_of(org: Org, on: date) -> tuple[int, ...]:
    """Return whose calendar entries count at an organisation, nearest first.

    Itself, then the departments that oversee it (the education bureau sets the terms of schools),
    then what it stands below.
    """
    own, *above = chain_of(org.path)
    overseers = db.session.scalars(
        select(Oversight.overseer_id)
        .where(
            Oversight.org_id == org.id,
            Oversight.from_on <= on,
            or_(Oversight.to_on.is_(None), Oversight.to_on > on),
        )
        .order_by(Oversight.id)
    ).all()
    return tuple(dict.fromkeys((own, *overseers, *above)))


def season_calendar(org: Org, on: date) -> SeasonCalendar:
    """Return the seasons that count at an organisation, to be asked about days and terms."""
    owners = owners_of(org, on)
    roles = {item.code: str(item.attributes["role"]) for item in code_list("period_kind")}
    return SeasonCalendar(owners, seasons_of(owners), roles)


def season_overview(org: Org, departments: Sequence[Org], on: date) -> SeasonCalendar:
    """Return the seasons of an organisation, and of a county's departments where it has none.

    So that the county sees on its page which terms its education bureau has entered.
    """
    found = season_calendar(org, on)
    if org.parent_id is not None:
        return found
    owners = (*found.owners, *(each.id for each in departments if each.parent_id == org.id))
    return SeasonCalendar(owners, seasons_of(owners), found.roles)


def seasons_on(day: date, org: Org) -> list[Season]:
    """Return the seasons a day lies in at an organisation, such as the flood season."""
    return season_calendar(org, day).seasons_on(day)


def is_exam_day(day: date, org: Org) -> bool:
    """Say whether exams are written on a day at an organisation."""
    return season_calendar(org, day).is_exam_day(day)


def planning_calendar(org: Org, today: date) -> WorkCalendar:
    """Return the working days of an organisation without the days it keeps free, such as exams."""
    seasons = season_calendar(org, today)
    closing = [
        item.code for item in code_list("period_kind") if org.kind in item.attributes["closes"]
    ]
    work = calendar_for(*seasons.owners)
    avoided = seasons.spans_of(closing, today.year - YEARS_BACK, today.year + YEARS_AHEAD)
    return WorkCalendar(work.overrides, work.announced, avoided)
