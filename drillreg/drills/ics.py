"""A calendar feed: one all-day event for each drill, as RFC 5545 text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

ALARM_BEFORE = timedelta(hours=15)  # before midnight: nine in the morning of the day before
REFRESH = "PT4H"


@dataclass(frozen=True)
class FeedEntry:
    """A drill as a calendar shows it; `sequence` grows with every change."""

    uid: str
    sequence: int
    changed_at: datetime
    on: date
    title: str
    description: str
    place: str | None
    url: str
    is_cancelled: bool
    has_alarm: bool


def feed_bytes(name: str, entries: Iterable[FeedEntry]) -> bytes:
    """Return the feed; the same entries always give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//drillreg//drills//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", REFRESH)
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: FeedEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.title)
    event.add("description", entry.description)
    if entry.place:
        event.add("location", entry.place)
    event.add("url", entry.url)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.has_alarm:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", -ALARM_BEFORE)
        event.add_component(alarm)
    return event
