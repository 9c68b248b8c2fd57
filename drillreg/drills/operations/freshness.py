"""Noticing that somebody else saved first."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from drillreg.core.errors import Stale
from drillreg.i18n import N_, translate

LABELS = {
    "title": N_("Title"),
    "title_en": N_("English title"),
    "event_type": N_("Kind of event"),
    "mode": N_("How it is held"),
    "place": N_("Place"),
    "plan_id": N_("Plan"),
    "site_id": N_("Hazard site"),
    "expected_participants": N_("People expected"),
    "target_seconds": N_("Target time in seconds"),
    "rrule": N_("How often"),
    "shift": N_("On a day off"),
    "starts_on": N_("From"),
    "ended_on": N_("Until"),
    "due_on": N_("Date"),
    "held_on": N_("Date held"),
    "started_at": N_("Start time"),
    "evacuation_seconds": N_("Evacuation time in seconds"),
    "participants": N_("People who took part"),
    "rating": N_("Rating"),
    "summary": N_("Note"),
}


def ensure_fresh(
    found: Any, row_version: int, theirs: Mapping[str, Any], yours: Mapping[str, Any]
) -> None:
    """Raise Stale with both texts when a record was saved since `row_version` was read."""
    if found.row_version == row_version:
        return
    differing = [name for name in LABELS if name in yours and theirs.get(name) != yours[name]]
    raise Stale(
        {translate(LABELS[name]): _text(theirs.get(name)) for name in differing},
        {translate(LABELS[name]): _text(yours[name]) for name in differing},
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
