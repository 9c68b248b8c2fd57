"""The periods of the two returns of dangers."""

from datetime import date, timedelta
from enum import StrEnum


class ReturnKind(StrEnum):
    """The two returns of 16号令 §14."""

    QUARTER = "quarter"
    YEAR = "year"


def period_of(kind: ReturnKind, day: date) -> tuple[date, date]:
    """Return the first and last day of the last quarter or year that was over on a day."""
    if kind is ReturnKind.YEAR:
        return date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    last = first - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last
