"""What people typed about a drill or programme, as checked values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.drills.facts import Outline
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.rules import DrillMode
from drillreg.i18n import N_, translate

LONGEST_MINUTES = 600


@dataclass(frozen=True)
class DrillForm:
    """A single drill as typed: where, what about, when."""

    org_id: int
    outline: Outline
    due_on: date


def read_drill(fields: Mapping[str, str]) -> DrillForm:
    """Read the form of a single drill; raise FormErrors with everything that is wrong."""
    form = FormReader(fields)
    org_id = form.integer("org", translate(N_("Organisation")), required=True, minimum=1)
    outline = read_outline(form)
    due_on = form.date("due_on", translate(N_("Date")), required=True)
    form.finish()
    if org_id is None or due_on is None:
        raise DomainError(N_("Some entries need correcting."))
    return DrillForm(org_id, outline, due_on)


def read_outline(form: FormReader) -> Outline:
    """Read what a programme or drill is about."""
    return Outline(
        title=form.text("title", translate(N_("Title")), required=True, max_length=80),
        title_en=form.text("title_en", translate(N_("English title")), max_length=120) or None,
        event_type=form.choice(
            "event_type", translate(N_("Kind of event")), code_list("event_type").codes()
        ),
        mode=DrillMode(
            form.choice("mode", translate(N_("How it is held")), list(DrillMode), required=False)
            or DrillMode.FULL
        ),
        place=form.text("place", translate(N_("Place")), max_length=120) or None,
        plan_id=form.integer("plan", translate(N_("Plan")), minimum=1),
        site_id=form.integer("site", translate(N_("Hazard site")), minimum=1),
        expected_participants=form.integer(
            "expected", translate(N_("People expected")), minimum=1, maximum=1_000_000
        ),
        target_seconds=read_seconds(form, "target", translate(N_("Target time"))),
    )


def read_seconds(form: FormReader, name: str, label: str) -> int | None:
    """Read minutes and seconds of two fields as seconds; None when both are empty."""
    minutes = form.integer(f"{name}_minutes", label, maximum=LONGEST_MINUTES)
    seconds = form.integer(f"{name}_seconds", label, maximum=59)
    if minutes is None and seconds is None:
        return None
    return (minutes or 0) * 60 + (seconds or 0)


def outline_fields(record: DrillProgramme | Drill) -> dict[str, Any]:
    """Return the form fields of what a programme or drill is about."""
    return {
        "org": record.org_id,
        "title": record.title,
        "title_en": record.title_en or "",
        "event_type": record.event_type,
        "mode": record.mode.value,
        "place": record.place or "",
        "plan": record.plan_id or "",
        "site": record.site_id or "",
        "expected": record.expected_participants or "",
        **seconds_fields("target", record.target_seconds),
    }


def seconds_fields(name: str, seconds: int | None) -> dict[str, Any]:
    """Return the two form fields of a number of seconds."""
    if seconds is None:
        return {f"{name}_minutes": "", f"{name}_seconds": ""}
    return {f"{name}_minutes": seconds // 60, f"{name}_seconds": seconds % 60}
