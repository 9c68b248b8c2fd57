"""Calendar months: the one asked for, its neighbours, its days; names of holidays."""

import re
from datetime import date, timedelta

from drillreg.workdays.rules import ONE_DAY, national_year


def month_after(first: date) -> date:
    """Return the first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def month_before(first: date) -> date:
    """Return the first day of the month before."""
    return (first - ONE_DAY).replace(day=1)


def days_of_month(first: date) -> list[date]:
    """Return every day of a month, in order."""
    return [first + n * ONE_DAY for n in range((month_after(first) - first).days)]


def first_of(text: str, today: date) -> date:
    """Return the first day of a month such as 2026-05; of this month for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 1901 <= found.year <= 2099 else today.replace(day=1)


def holiday_name(day: date) -> str:
    """Return the Chinese name of the holiday on a day, or an empty text.

    Notes are left out: "国庆节（补假）" is 国庆节, "休息日（由…调休）" has no name.
    """
    name = re.split("[（(]", national_year(day.year).off.get(day, ""))[0].strip()
    return "" if name == "休息日" else name
