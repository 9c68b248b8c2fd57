"""What people typed about a drill that was held, as checked values."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from drillreg.core import clock
from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.drills.facts import Group, Held, Moment
from drillreg.drills.forms import read_seconds, seconds_fields
from drillreg.drills.models import Drill
from drillreg.drills.queries import DrillRecord
from drillreg.drills.rules import DrillMode, Rating, total_of_groups
from drillreg.i18n import N_, translate

GROUP_ROWS = 4
MOMENT_ROWS = 6
MOST_ROWS = 60
MOST_LINES = 30
LONGEST_LINE = 300
CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])")


def read_held(fields: Mapping[str, str], *, mode: DrillMode, today: date) -> Held:
    """Read the record of a drill; raise FormErrors with everything that is wrong.

    `mode` is how the drill was planned; it stands where the form does not say otherwise.
    """
    form = FormReader(fields)
    held_on = form.date("held_on", translate(N_("Date held")), required=True)
    if held_on is not None and held_on > today:
        form.fail("held_on", N_("The date cannot be later than today (%(day)s)."), day=today)
    chosen = form.choice("mode", translate(N_("How it was held")), list(DrillMode), required=False)
    groups = _groups(form)
    participants = _participants(form, groups)
    rating = form.choice("rating", translate(N_("Rating")), list(Rating), required=False)
    held = Held(
        held_on=held_on or today,
        participants=participants,
        mode=DrillMode(chosen or mode),
        started_at=_started_at(form, held_on),
        evacuation_seconds=read_seconds(form, "evacuation", translate(N_("Evacuation time"))),
        groups=groups,
        moments=_moments(form),
        strengths=_lines(form, "strengths", translate(N_("What went well"))),
        improvements=_lines(form, "improvements", translate(N_("What to improve"))),
        rating=Rating(rating) if rating else None,
        summary=form.text("summary", translate(N_("Note")), max_length=2_000) or None,
    )
    form.finish()
    return held


def rows_shown(fields: Mapping[str, Any], filled: int = 0) -> int:
    """Return how many rows for moments the form has: six, or more as asked for or filled."""
    asked = str(fields.get("rows") or "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    return min(max(MOMENT_ROWS, wanted, filled + 2 if filled else 0), MOST_ROWS)


def dropped_photos(fields: Mapping[str, str]) -> list[int]:
    """Return the ids of the photos that were ticked to be taken out."""
    return [
        int(name.removeprefix("drop_"))
        for name in fields
        if name.startswith("drop_") and name.removeprefix("drop_").isdecimal()
    ]


def _participants(form: FormReader, groups: list[Group]) -> int:
    label = translate(N_("People who took part"))
    total = form.integer("participants", label, minimum=1, maximum=1_000_000)
    try:
        found = total_of_groups(total, (group.people for group in groups))
    except DomainError as error:
        form.fail("participants", error.message, **error.params)
        return 0
    if found is None and not any(error.field == "participants" for error in form.errors):
        form.fail("participants", N_("Say how many people took part."))
    return found or 0


def _groups(form: FormReader) -> list[Group]:
    found = []
    for row in range(1, GROUP_ROWS + 1):
        name = form.text(f"group_{row}", translate(N_("Group")), max_length=60)
        people = form.integer(
            f"people_{row}", translate(N_("People in the group")), maximum=1_000_000
        )
        if name and people is None:
            form.fail(f"people_{row}", N_("Say how many people were in “%(group)s”."), group=name)
        elif people is not None and not name:
            form.fail(f"group_{row}", N_("Name the group of %(count)d people."), count=people)
        elif name and people is not None:
            found.append(Group(name, people))
    return found


def _started_at(form: FormReader, held_on: date | None) -> datetime | None:
    text = form.raw("started_at")
    if not text:
        return None
    found = CLOCK_TIME.fullmatch(text)
    if found is None:
        form.fail("started_at", N_("The start time must look like 09:30."))
        return None
    moment = time(int(found[1]), int(found[2]))
    return clock.from_local(datetime.combine(held_on, moment)) if held_on else None


def _moments(form: FormReader) -> list[Moment]:
    found = []
    for row in range(1, rows_shown(form.fields) + 1):
        who = form.text(f"who_{row}", translate(N_("By whom")), max_length=60)
        what = form.text(f"what_{row}", translate(N_("What happened")), max_length=LONGEST_LINE)
        seconds = read_seconds(form, f"at_{row}", translate(N_("Time after the start")))
        if not (who or what) and seconds is None:
            continue
        if seconds is None:
            form.fail(f"at_{row}_minutes", N_("Say when: minutes and seconds after the start."))
        if not what:
            form.fail(f"what_{row}", N_("Say what happened."))
        if seconds is not None and what:
            found.append(Moment(seconds, who, what))
    return sorted(found, key=lambda moment: moment.seconds)


def _lines(form: FormReader, name: str, label: str) -> list[str]:
    text = form.text(name, label, max_length=MOST_LINES * LONGEST_LINE)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        form.fail(name, N_("%(label)s: at most %(most)d lines."), label=label, most=MOST_LINES)
    return lines


def fields_to_record(drill: Drill, today: date) -> dict[str, Any]:
    """Return what the empty record form starts with: most record on the day itself."""
    return {"held_on": today.isoformat(), "mode": drill.mode.value}


def fields_of_record(found: DrillRecord) -> dict[str, Any]:
    """Return the form fields of a record that is to be corrected."""
    drill = found.drill
    fields: dict[str, Any] = {
        "held_on": drill.held_on.isoformat() if drill.held_on else "",
        "started_at": f"{clock.local(drill.started_at):%H:%M}" if drill.started_at else "",
        "participants": drill.participants or "",
        "mode": drill.mode.value,
        "rating": drill.rating.value if drill.rating else "",
        "summary": drill.summary or "",
        "strengths": "\n".join(seen.text for seen in found.strengths),
        "improvements": "\n".join(seen.text for seen in found.improvements),
        "row_version": drill.row_version,
        "rows": rows_shown({}, len(found.moments)),
        **seconds_fields("evacuation", drill.evacuation_seconds),
    }
    for row, group in enumerate(found.groups, 1):
        fields |= {f"group_{row}": group.name, f"people_{row}": group.people}
    for row, moment in enumerate(found.moments, 1):
        fields |= {
            f"who_{row}": moment.who,
            f"what_{row}": moment.what,
            **seconds_fields(f"at_{row}", moment.seconds),
        }
    return fields
