"""Rules of notices: what is told at once, what waits for the one notice of the day."""

from datetime import date
from enum import StrEnum

from drillreg.core.codes import code_list

DAILY = "daily-notice"
# The setting that says when the merged notice goes out, by the clock on the wall.
DAILY_HOUR = "machine.daily-notice-hour"


class Way(StrEnum):
    """How a person is told of a kind of thing."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    SILENT = "silent"


def usual_way(kind: str) -> Way:
    """Return how a kind is told unless the person chose otherwise; an unknown one at once."""
    item = code_list("notice_kind").get(kind)
    return Way(item.attributes["way"]) if item else Way.AT_ONCE


def is_fixed(kind: str) -> bool:
    """Say whether nobody can turn a kind off or put it off."""
    item = code_list("notice_kind").get(kind)
    return item is None or bool(item.attributes.get("fixed"))


def way_for(kind: str, chosen: str | None) -> Way:
    """Return how a person is told of a kind, from what they chose."""
    return usual_way(kind) if chosen is None or is_fixed(kind) else Way(chosen)


def occasion_of_day(day: date) -> str:
    """Return the occasion of the merged notice of a day: there is one a person at most."""
    return f"day:{day.isoformat()}"
