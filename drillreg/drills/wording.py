"""The words of drills: states, modes, ratings, and why a date was moved."""

from datetime import date

from drillreg.core.page import day_cn
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillMode, DrillStatus, Rating
from drillreg.i18n import N_, current_locale, translate
from drillreg.orgs.models import Org
from drillreg.workdays.months import holiday_name

MODES = {
    DrillMode.FULL: N_("Live drill"),
    DrillMode.TABLETOP: N_("Tabletop exercise"),
}
RATINGS = {
    Rating.EXCELLENT: N_("Excellent"),
    Rating.GOOD: N_("Good"),
    Rating.FAIR: N_("Fair"),
    Rating.POOR: N_("Poor"),
}
STATES = {
    "planned": N_("Planned"),
    "overdue": N_("Overdue"),
    "held": N_("Held"),
    "cancelled": N_("Cancelled"),
}
COLOURS = {"planned": "sky", "overdue": "red", "held": "green", "cancelled": ""}
MARKS = {"planned": "", "overdue": "late", "held": "done", "cancelled": "cxl"}


def state_of(drill: Drill, today: date) -> str:
    """Return the state people speak of: planned, overdue, held or cancelled."""
    if drill.status is DrillStatus.PLANNED and drill.due_on < today:
        return "overdue"
    return str(drill.status.value)


def state_options() -> list[tuple[str, str]]:
    """Return the states for a filter."""
    return [(code, translate(word)) for code, word in STATES.items()]


def mode_options() -> list[tuple[str, str]]:
    """Return the ways to hold a drill for a form."""
    return [(mode.value, translate(word)) for mode, word in MODES.items()]


def rating_options() -> list[tuple[str, str]]:
    """Return the ratings for a form."""
    return [(rating.value, translate(word)) for rating, word in RATINGS.items()]


def title_of(drill: Drill) -> str:
    """Return the title of a drill in the language of the request."""
    return drill.title_en if drill.title_en and current_locale() == "en" else drill.title


def short_name(org: Org) -> str:
    """Return what an organisation is called where there is little room."""
    if current_locale() == "en":
        return org.name_en or org.name
    return org.short_name or org.name


def shift_sentence(original_on: date, due_on: date) -> str:
    """Say why a date was moved: 5月1日放假（劳动节），改到5月6日."""
    name = holiday_name(original_on)
    params = {"day": day_cn(original_on), "new": day_cn(due_on), "name": name}
    if name and current_locale() != "en":
        return translate(N_("%(day)s is a holiday (%(name)s), moved to %(new)s"), **params)
    if name:
        return translate(N_("%(day)s is a holiday, moved to %(new)s"), **params)
    return translate(N_("%(day)s is a day off, moved to %(new)s"), **params)


def moved_sentence(drill: Drill) -> str:
    """Say why a drill is not on its first date, or return an empty text."""
    if drill.postponed_from is not None:
        return translate(
            N_("Moved from %(day)s: %(reason)s"),
            day=day_cn(drill.postponed_from),
            reason=drill.postpone_reason or "",
        )
    if drill.original_on is not None and drill.original_on != drill.due_on:
        return shift_sentence(drill.original_on, drill.due_on)
    return ""
