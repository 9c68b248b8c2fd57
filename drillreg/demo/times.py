"""Days and instants of the demo, all counted from the day it is loaded on."""

from datetime import date, datetime, time, timedelta

from drillreg.core import clock


def ago(today: date, days: int) -> date:
    """Return the day some days before today; a negative number lies ahead."""
    return today - timedelta(days=days)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the instant of a wall-clock time of a day, where the plans are kept."""
    return clock.from_local(datetime.combine(day, time(hour, minute)))


def months_before(day: date, months: int) -> date:
    """Return the same day some months before, at the latest the 28th."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, 28))
