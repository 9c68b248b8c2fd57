"""The only module that reads the system clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from drillreg.config import settings


def now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date where the plans are kept."""
    return local_date(now())


def local_date(instant: datetime) -> date:
    """Return the calendar date of an aware instant where the plans are kept."""
    return local(instant).date()


def local(instant: datetime) -> datetime:
    """Return an aware instant in the time zone of the installation."""
    return instant.astimezone(ZoneInfo(settings().timezone))


def from_local(naive: datetime) -> datetime:
    """Return the UTC instant of a wall-clock time of the installation."""
    return naive.replace(tzinfo=ZoneInfo(settings().timezone)).astimezone(UTC)


def day_begins(day: date) -> datetime:
    """Return the UTC instant at which a day of the installation begins."""
    return from_local(datetime.combine(day, time()))
