"""Holidays from an iCalendar file, as phones and office software publish them."""

from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.workdays.rules import LONGEST_NAME, DayKind, NamedDay, checked_days

LONGEST_EVENT = 31
LONGEST_TEXT = 1_000_000


def parse_ics(text: str) -> list[NamedDay]:
    """Return the days of all events marked as off (休, 假) or make-up work (班), in order.

    Other events, such as solar terms, are not holidays and are passed over. Raises DomainError
    when the file cannot be read or marks no day at all.
    """
    if len(text) > LONGEST_TEXT:
        raise DomainError(N_("The calendar file is too large."))
    try:
        days = [
            named for event in Calendar.from_ical(text).walk("VEVENT") for named in _days(event)
        ]
    except Exception as error:  # the parser raises many kinds for bad text
        raise DomainError(N_("The calendar file cannot be read.")) from error
    if not days:
        raise DomainError(N_("No event in the calendar file is marked 休 (off) or 班 (working)."))
    return checked_days(days)


def _days(event: Any) -> list[NamedDay]:
    name = str(event.get("SUMMARY", "")).strip()
    kind = _kind_of(name)
    if kind is None:
        return []
    first = _day(event.decoded("DTSTART"))
    end = _day(event.decoded("DTEND")) if "DTEND" in event else first + timedelta(days=1)
    length = min(max((end - first).days, 1), LONGEST_EVENT)
    return [NamedDay(first + timedelta(days=n), kind, name[:LONGEST_NAME]) for n in range(length)]


def _kind_of(name: str) -> DayKind | None:
    if "班" in name:
        return DayKind.WORK
    return DayKind.OFF if "休" in name or "假" in name else None


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
