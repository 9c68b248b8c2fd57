"""What people typed about a programme, as checked values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.drills.facts import Outline, Rhythm
from drillreg.drills.forms import read_outline
from drillreg.drills.models import DrillProgramme
from drillreg.i18n import N_, translate
from drillreg.workdays.recurrence import SCHOOL_MONTHS, TERM_MONTHS, Freq, Recurrence, Shift

# The rhythms offered for drills; nobody drills daily.
RHYTHMS = (
    (Freq.WEEKLY, N_("Every week")),
    (Freq.MONTHLY, N_("Every month")),
    (Freq.QUARTERLY, N_("Every quarter")),
    (Freq.HALF_YEARLY, N_("Every half year")),
    (Freq.YEARLY, N_("Every year")),
    (Freq.TIMES_PER_TERM, N_("Several times a school term")),
)
SHIFTS = (
    (Shift.NEXT_WORKING_DAY, N_("Move to the next working day")),
    (Shift.PREVIOUS_WORKING_DAY, N_("Move to the working day before")),
    (Shift.SKIP, N_("Leave it out")),
    (Shift.NONE, N_("Hold it on the day off")),
)
ORDINALS = (
    (1, N_("first")),
    (2, N_("second")),
    (3, N_("third")),
    (4, N_("fourth")),
    (-1, N_("last")),
)
# Which day: a weekday of the month, a day of the month, or as the start date says.
DAY_WAYS = ("nth", "day", "start")
MONTH_WAYS = ("all", "school", "chosen")
LONGEST_INTERVAL = 60


@dataclass(frozen=True)
class ProgrammeForm:
    """A programme as typed: where, what about, how often."""

    org_id: int
    outline: Outline
    rhythm: Rhythm


def read_programme(fields: Mapping[str, str]) -> ProgrammeForm:
    """Read the form of a programme; raise FormErrors with everything that is wrong."""
    form = FormReader(fields)
    org_id = form.integer("org", translate(N_("Organisation")), required=True, minimum=1)
    outline = read_outline(form)
    rhythm = _rhythm(form)
    form.finish()
    if org_id is None or rhythm is None:
        raise DomainError(N_("Some entries need correcting."))
    return ProgrammeForm(org_id, outline, rhythm)


def read_rhythm(fields: Mapping[str, str]) -> Rhythm:
    """Read only how often, for the preview; raise FormErrors with everything that is wrong."""
    form = FormReader(fields)
    rhythm = _rhythm(form)
    form.finish()
    if rhythm is None:
        raise DomainError(N_("Some entries need correcting."))
    return rhythm


def _rhythm(form: FormReader) -> Rhythm | None:
    starts_on = form.date("starts_on", translate(N_("From")), required=True)
    ended_on = form.date("ended_on", translate(N_("Until")))
    freq = form.choice("freq", translate(N_("How often")), [freq for freq, _ in RHYTHMS])
    shift = form.choice("shift", translate(N_("On a day off")), list(Shift))
    recurrence = _recurrence(form, freq, shift) if freq and shift else None
    if starts_on is None or recurrence is None:
        return None
    return Rhythm(recurrence, starts_on, ended_on)


def _recurrence(form: FormReader, freq: str, shift: str) -> Recurrence | None:
    parts = _day_of_week(form) if freq == Freq.WEEKLY else _day_of_month(form)
    if freq in {Freq.WEEKLY, Freq.MONTHLY, Freq.YEARLY}:
        interval = translate(N_("Interval"))
        parts["interval"] = (
            form.integer("interval", interval, minimum=1, maximum=LONGEST_INTERVAL) or 1
        )
    if freq == Freq.TIMES_PER_TERM:
        times = form.choice("times", translate(N_("Times a term")), [str(n) for n in TERM_MONTHS])
        parts["times"] = int(times) if times else None
    else:
        parts["months"] = _months(form, freq)
    if form.errors:
        return None
    try:
        return Recurrence(freq=Freq(freq), shift=Shift(shift), **parts)
    except DomainError as error:
        form.fail("freq", error.message, **error.params)
        return None


def _day_of_week(form: FormReader) -> dict[str, Any]:
    weekday = form.choice("weekday", translate(N_("Weekday")), [str(n) for n in range(7)])
    return {"weekdays": (int(weekday),) if weekday else ()}


def _day_of_month(form: FormReader) -> dict[str, Any]:
    way = form.choice("day_way", translate(N_("Which day")), DAY_WAYS)
    if way == "day":
        label = translate(N_("Day of the month"))
        return {"day": form.integer("day", label, required=True, minimum=1, maximum=31)}
    if way != "nth":
        return {}
    label = translate(N_("Weekday of the month"))
    nth = form.choice("nth", label, [str(n) for n, _ in ORDINALS])
    weekday = form.choice("nth_weekday", label, [str(n) for n in range(7)])
    if not nth or not weekday:
        return {}
    return {"nth": int(nth), "weekdays": (int(weekday),)}


def _months(form: FormReader, freq: str) -> tuple[int, ...]:
    way = form.choice("months_way", translate(N_("In which months")), MONTH_WAYS, required=False)
    if way == "school":
        return SCHOOL_MONTHS
    if way != "chosen":
        return ()
    found = tuple(month for month in range(1, 13) if form.flag(f"month_{month}"))
    if not found:
        form.fail("months_way", N_("Tick at least one month."))
    return found


def rhythm_fields(programme: DrillProgramme) -> dict[str, Any]:
    """Return the form fields of how often a programme comes back."""
    rhythm = programme.recurrence
    months = "all" if not rhythm.months else "chosen"
    if rhythm.months == SCHOOL_MONTHS:
        months = "school"
    way = "nth" if rhythm.nth is not None else "day" if rhythm.day is not None else "start"
    weekday = rhythm.weekdays[0] if rhythm.weekdays else programme.starts_on.weekday()
    return {
        "freq": rhythm.freq.value,
        "interval": rhythm.interval,
        "times": rhythm.times or "",
        "day_way": way,
        "nth": rhythm.nth or -1,
        "nth_weekday": weekday,
        "weekday": weekday,
        "day": rhythm.day or "",
        "months_way": months,
        **{f"month_{month}": "1" for month in rhythm.months},
        "shift": rhythm.shift.value,
        "starts_on": programme.starts_on.isoformat(),
        "ended_on": programme.ended_on.isoformat() if programme.ended_on else "",
    }
