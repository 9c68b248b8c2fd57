"""How often a drill comes back: the choices people make, over RFC 5545.

A recurrence is stored as RFC 5545 text beside its shift. Month ends are clamped, never skipped: a
drill on the 31st is held on 28 or 29 February, 30 April and so on. The text says so in a way
that any calendar program repeats (`BYMONTHDAY=28,29,30;BYSETPOS=-1`). Text from outside is taken
apart here and never reaches the parser of dateutil, which hangs on some rules and raises
IndexError on others.
"""

import heapq
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from dateutil import rrule

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.workdays.rules import WorkCalendar

MOST_OCCURRENCES = 1_000
LONGEST_INTERVAL = 366
LONGEST_WINDOW = timedelta(days=36_600)
LONGEST_TEXT = 300
# A shift can move a date this far at most, so that far back another date may have taken the day.
LOOK_BACK = timedelta(days=400)

# Further back than the longest public holiday lies another term: then the next day counts.
LONGEST_STEP_BACK = timedelta(days=20)

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ORDINALS = frozenset({1, 2, 3, 4, -1})

# Months of Chinese school terms; evenly spread months for one to four drills in a term.
SCHOOL_MONTHS = (2, 3, 4, 5, 6, 9, 10, 11, 12)
TERM_MONTHS = {
    1: (3, 9),
    2: (3, 5, 9, 11),
    3: (3, 4, 6, 9, 10, 12),
    4: (3, 4, 5, 6, 9, 10, 11, 12),
}


class Freq(StrEnum):
    """The rhythms offered in forms."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    TIMES_PER_TERM = "times_per_term"


class Shift(StrEnum):
    """What happens to a date that is a day off."""

    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"
    PREVIOUS_WORKING_DAY = "previous_working_day"
    SKIP = "skip"


MONTHS_APART = {Freq.MONTHLY: 1, Freq.QUARTERLY: 3, Freq.HALF_YEARLY: 6}
RHYTHM_OF_MONTHS = {3: Freq.QUARTERLY, 6: Freq.HALF_YEARLY}
YEAR_LIKE = frozenset({Freq.YEARLY, Freq.TIMES_PER_TERM})
FIXED_INTERVAL = frozenset({Freq.QUARTERLY, Freq.HALF_YEARLY, Freq.TIMES_PER_TERM})


@dataclass(frozen=True)
class Recurrence:
    """A rhythm; raises DomainError when its parts do not fit together.

    `months` restricts to months 1 … 12 (for yearly: names them); `day` is a day of the month
    (31 means the last); `nth` (1 … 4, -1 the last) with one weekday (0 = Monday) is the other
    way to name a day. Without both the day of the start date counts. `times` is for terms.
    """

    freq: Freq
    interval: int = 1
    months: tuple[int, ...] = ()
    day: int | None = None
    nth: int | None = None
    weekdays: tuple[int, ...] = ()
    times: int | None = None
    count: int | None = None
    shift: Shift = Shift.NEXT_WORKING_DAY

    def __post_init__(self) -> None:
        """Check the parts and put lists in order."""
        object.__setattr__(self, "months", tuple(sorted(set(self.months))))
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        _ensure_numbers(self)
        _ensure_days_fit(self)

    @property
    def months_in_year(self) -> tuple[int, ...]:
        """Return the months named for a year, by hand or by the number of drills in a term."""
        return TERM_MONTHS[self.times] if self.times else self.months


def _ensure_numbers(given: Recurrence) -> None:
    if not 1 <= given.interval <= LONGEST_INTERVAL:
        raise DomainError(N_("Repeat every 1 to %(limit)d periods."), limit=LONGEST_INTERVAL)
    if given.freq in FIXED_INTERVAL and given.interval != 1:
        raise DomainError(N_("This rhythm has no interval of its own."))
    if given.count is not None and not 1 <= given.count <= MOST_OCCURRENCES:
        raise DomainError(N_("Repeat at most %(limit)d times."), limit=MOST_OCCURRENCES)
    if not all(1 <= month <= 12 for month in given.months):
        raise DomainError(N_("A month is a number from 1 to 12."))
    if (given.freq is Freq.TIMES_PER_TERM) != (given.times in TERM_MONTHS):
        raise DomainError(N_("Choose one to four drills for each term."))
    if given.times is not None and given.months:
        raise DomainError(N_("The months of a term follow from the number of drills."))


def _ensure_days_fit(given: Recurrence) -> None:
    if not all(0 <= weekday <= 6 for weekday in given.weekdays):
        raise DomainError(N_("There is no such weekday."))
    if given.freq in {Freq.DAILY, Freq.WEEKLY}:
        if given.day is not None or given.nth is not None:
            raise DomainError(N_("A day of the month does not go with a daily or weekly rhythm."))
        if given.freq is Freq.DAILY and given.weekdays:
            raise DomainError(N_("Choose a weekly rhythm for certain weekdays."))
        return
    _ensure_day_of_month(given)


def _ensure_day_of_month(given: Recurrence) -> None:
    if given.day is not None and not 1 <= given.day <= 31:
        raise DomainError(N_("A day of the month is a number from 1 to 31."))
    if given.day is not None and given.nth is not None:
        raise DomainError(N_("Choose either a day of the month or a weekday of the month."))
    if (given.nth is None) != (not given.weekdays) or len(given.weekdays) > 1:
        raise DomainError(N_("Choose which weekday of the month: for example the last Wednesday."))
    if given.nth is not None and given.nth not in ORDINALS:
        raise DomainError(N_("Choose the first, second, third, fourth or last weekday."))
    named = given.day is not None or given.nth is not None
    if given.freq is Freq.YEARLY and named and not given.months:
        raise DomainError(N_("Choose the month as well."))


@dataclass(frozen=True)
class Occurrence:
    """One date of a rhythm: as the rhythm gives it, and as it is due after the shift."""

    original_on: date
    due_on: date


def occurrences(
    recurrence: Recurrence,
    *,
    starts_on: date,
    after: date | None,
    until: date,
    calendar: WorkCalendar,
) -> list[Occurrence]:
    """Return the occurrences with `after` < original date ≤ `until`, in order.

    None is before `starts_on`; no original and no due date comes twice, whatever the window: where
    a shift puts two on one day, the earlier original keeps it. Raises DomainError for a window
    of more than a hundred years.
    """
    earliest = starts_on if after is None else max(starts_on, after + timedelta(days=1))
    if until - earliest > LONGEST_WINDOW:
        raise DomainError(N_("Plan at most a hundred years ahead."))
    if until < earliest:
        return []
    taken: set[date] = set()
    found: list[Occurrence] = []
    for original in _originals(recurrence, starts_on, _back(earliest, starts_on), until):
        due = _due(original, recurrence.shift, starts_on, calendar)
        if due is None or due in taken:
            continue
        taken.add(due)
        if original >= earliest:
            found.append(Occurrence(original, due))
    return found


def _back(earliest: date, starts_on: date) -> date:
    return max(starts_on, earliest - min(LOOK_BACK, earliest - date.min))


def _due(original: date, shift: Shift, starts_on: date, calendar: WorkCalendar) -> date | None:
    if shift is Shift.NONE or calendar.suits(original):
        return original
    if shift is Shift.SKIP:
        return None
    if shift is Shift.PREVIOUS_WORKING_DAY:
        earlier = calendar.previous_suitable_day(original)
        if earlier >= starts_on and original - earlier <= LONGEST_STEP_BACK:
            return earlier
    return calendar.next_suitable_day(original)


def ensure_occurs(recurrence: Recurrence, starts_on: date) -> None:
    """Raise DomainError when the months chosen are never met from this start date on."""
    if not can_occur(recurrence, starts_on):
        raise DomainError(
            N_("Started in this month, the rhythm never meets the months chosen. Change either.")
        )


def can_occur(recurrence: Recurrence, starts_on: date) -> bool:
    """Say whether the rhythm ever meets the months it is restricted to."""
    apart = MONTHS_APART.get(recurrence.freq)
    if apart is None or not recurrence.months:
        return True
    reached = {(starts_on.month - 1 + n * apart * recurrence.interval) % 12 + 1 for n in range(12)}
    return bool(reached & set(recurrence.months))


def _originals(recurrence: Recurrence, starts_on: date, first: date, until: date) -> Iterator[date]:
    """Yield the unshifted dates from `first` to `until`; a count is counted from the start."""
    if not can_occur(recurrence, starts_on):
        return
    near = starts_on if recurrence.count else first
    rules = _rules(recurrence, starts_on, near, until)
    merged = (moment.date() for moment in heapq.merge(*rules))
    for day in islice(merged, recurrence.count):
        if day >= first:
            yield day


def _rules(recurrence: Recurrence, starts_on: date, near: date, until: date) -> list[rrule.rrule]:
    match recurrence.freq:
        case Freq.DAILY:
            return [_daily(recurrence, starts_on, near, until)]
        case Freq.WEEKLY:
            return [_weekly(recurrence, starts_on, near, until)]
        case Freq.YEARLY | Freq.TIMES_PER_TERM:
            months = recurrence.months_in_year or (starts_on.month,)
            return [_yearly(recurrence, starts_on, near, until, month) for month in months]
        case _:
            return [_monthly(recurrence, starts_on, near, until)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _daily(given: Recurrence, starts_on: date, near: date, until: date) -> rrule.rrule:
    skipped = (near - starts_on).days // given.interval * given.interval
    return rrule.rrule(
        rrule.DAILY,
        dtstart=_midnight(starts_on + timedelta(days=skipped)),
        interval=given.interval,
        bymonth=given.months or None,
        until=_midnight(until),
    )


def _weekly(given: Recurrence, starts_on: date, near: date, until: date) -> rrule.rrule:
    # One round too early, because a week begins on Monday and the start may be later in it.
    rounds = max((near - starts_on).days // 7 // given.interval - 1, 0)
    return rrule.rrule(
        rrule.WEEKLY,
        dtstart=_midnight(starts_on + timedelta(weeks=rounds * given.interval)),
        interval=given.interval,
        wkst=rrule.MO,
        bymonth=given.months or None,
        byweekday=given.weekdays or (starts_on.weekday(),),
        until=_midnight(until),
    )


def _monthly(given: Recurrence, starts_on: date, near: date, until: date) -> rrule.rrule:
    step = MONTHS_APART[given.freq] * given.interval
    passed = (near.year - starts_on.year) * 12 + near.month - starts_on.month
    skipped = passed // step * step
    year, month0 = divmod(starts_on.year * 12 + starts_on.month - 1 + skipped, 12)
    day = given.day or starts_on.day
    if given.nth is not None:
        named = {"byweekday": rrule.weekday(given.weekdays[0], given.nth)}
    elif day <= 28:
        named = {"bymonthday": day}
    else:
        named = {"bymonthday": range(28, day + 1), "bysetpos": -1}
    return rrule.rrule(
        rrule.MONTHLY,
        dtstart=_midnight(date(year, month0 + 1, 1) if skipped else starts_on),
        interval=step,
        bymonth=given.months or None,
        until=_midnight(until),
        **named,
    )


def _yearly(given: Recurrence, starts_on: date, near: date, until: date, month: int) -> rrule.rrule:
    skipped = (near.year - starts_on.year) // given.interval * given.interval
    day = given.day or starts_on.day
    if given.nth is not None:
        named = {"byweekday": rrule.weekday(given.weekdays[0], given.nth)}
    else:
        named = {"bymonthday": day if day <= shortest(month) else -1}
    return rrule.rrule(
        rrule.YEARLY,
        dtstart=_midnight(date(starts_on.year + skipped, 1, 1) if skipped else starts_on),
        interval=given.interval,
        bymonth=month,
        until=_midnight(until),
        **named,
    )


def shortest(month: int) -> int:
    """Return the number of days a month surely has: February 28."""
    return monthrange(2001, month)[1]


def to_rrule_text(recurrence: Recurrence) -> str:
    """Return the rhythm as RFC 5545 text; the shift is kept beside it, RFC 5545 has none.

    Without a named day the text leaves it to the start date, as RFC 5545 does.
    """
    parts = [*_freq_parts(recurrence), *_day_parts(recurrence)]
    if recurrence.count:
        parts.append(f"COUNT={recurrence.count}")
    return ";".join(parts)


def _freq_parts(given: Recurrence) -> list[str]:
    yearly = given.freq in YEAR_LIKE and not _needs_month_rhythm(given)
    word = "YEARLY" if yearly else given.freq.name
    interval = given.interval
    if given.freq in MONTHS_APART or (given.freq in YEAR_LIKE and not yearly):
        word = "MONTHLY"
        interval *= MONTHS_APART.get(given.freq, 1)
    parts = [f"FREQ={word}"]
    if interval > 1:
        parts.append(f"INTERVAL={interval}")
    if given.months_in_year:
        parts.append("BYMONTH=" + ",".join(map(str, given.months_in_year)))
    return parts


def _needs_month_rhythm(given: Recurrence) -> bool:
    """The 29th or 30th in February and other months: RFC 5545 can only say it month by month."""
    return (
        given.day in (29, 30)
        and given.interval == 1
        and len(given.months_in_year) > 1
        and 2 in given.months_in_year
    )


def _day_parts(given: Recurrence) -> list[str]:
    if given.freq is Freq.WEEKLY:
        return ["BYDAY=" + ",".join(WEEKDAYS[w] for w in given.weekdays)] if given.weekdays else []
    if given.nth is not None:
        return [f"BYDAY={given.nth}{WEEKDAYS[given.weekdays[0]]}"]
    if given.day is None:
        return []
    if given.day == 31:
        return ["BYMONTHDAY=-1"]
    if given.day <= 28 or (given.freq in YEAR_LIKE and not _needs_month_rhythm(given)):
        only_february = given.day > 28 and given.months_in_year == (2,)
        return ["BYMONTHDAY=-1" if only_february else f"BYMONTHDAY={given.day}"]
    days = ",".join(str(day) for day in range(28, given.day + 1))
    return [f"BYMONTHDAY={days}", "BYSETPOS=-1"]


NUMBER = re.compile(r"-?[0-9]{1,4}")
NTH_WEEKDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
KNOWN_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"}
)
CLAMPED = {(28, 29): 29, (28, 29, 30): 30, (28, 29, 30, 31): 31}
UNKNOWN_RULE = N_("The recurrence rule %(text)s is not one of those offered here.")


def from_rrule_text(text: str, shift: Shift = Shift.NEXT_WORKING_DAY) -> Recurrence:
    """Return the rhythm of RFC 5545 text; raise DomainError for all but the safe subset.

    Taken are DAILY, WEEKLY, MONTHLY and YEARLY with INTERVAL to 366, COUNT to 1,000, months, one
    day of the month or one nth weekday. Days 29 to 31 are clamped to the month's end.
    """
    parts = _parts(text)
    try:
        return _recurrence_of(parts, shift)
    except (KeyError, ValueError, IndexError) as error:
        raise DomainError(UNKNOWN_RULE, text=text[:LONGEST_TEXT]) from error


def _parts(text: str) -> dict[str, str]:
    if len(text) > LONGEST_TEXT:
        raise DomainError(N_("The recurrence rule is too long."))
    pairs = [
        part.partition("=")
        for part in text.strip().upper().removeprefix("RRULE:").strip(";").split(";")
    ]
    parts = {name: value for name, _, value in pairs}
    if len(parts) != len(pairs) or not parts.keys() <= KNOWN_PARTS or "" in parts.values():
        raise DomainError(UNKNOWN_RULE, text=text)
    return parts


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    values = parts[name].split(",") if name in parts else []
    if not all(NUMBER.fullmatch(value) for value in values):
        raise ValueError(name)
    return tuple(int(value) for value in values)


def _number(parts: dict[str, str], name: str) -> int | None:
    values = _numbers(parts, name)
    if len(values) > 1:
        raise ValueError(name)
    return values[0] if values else None


def _recurrence_of(parts: dict[str, str], shift: Shift) -> Recurrence:
    if parts.get("WKST", "MO") != "MO":
        raise ValueError("weeks begin on Monday here")
    interval = _number(parts, "INTERVAL")
    interval = 1 if interval is None else interval
    months, count = _numbers(parts, "BYMONTH"), _number(parts, "COUNT")
    match parts["FREQ"]:
        case "DAILY" | "WEEKLY" as word:
            _ensure_absent(parts, "BYMONTHDAY", "BYSETPOS")
            freq = Freq[word]
            weekdays = (
                tuple(WEEKDAYS.index(w) for w in parts["BYDAY"].split(","))
                if ("BYDAY" in parts)
                else ()
            )
            return Recurrence(freq, interval, months, None, None, weekdays, None, count, shift)
        case "MONTHLY":
            freq = RHYTHM_OF_MONTHS.get(interval, Freq.MONTHLY)
            interval = interval if freq is Freq.MONTHLY else 1
            return _by_month(parts, Recurrence(freq, interval, months, count=count, shift=shift))
        case "YEARLY":
            return _by_month(
                parts, Recurrence(Freq.YEARLY, interval, months, count=count, shift=shift)
            )
    raise ValueError("FREQ")


def _ensure_absent(parts: dict[str, str], *names: str) -> None:
    for name in names:
        if name in parts:
            raise ValueError(name)


def _by_month(parts: dict[str, str], plain: Recurrence) -> Recurrence:
    days, position = _numbers(parts, "BYMONTHDAY"), _number(parts, "BYSETPOS")
    day = nth = None
    weekdays: tuple[int, ...] = ()
    if days and "BYDAY" in parts:
        raise ValueError("BYDAY")
    if days:
        day = _day_of(days, position, plain.freq)
    elif "BYDAY" in parts:
        nth, weekday = _nth_weekday(parts["BYDAY"], position)
        weekdays = (weekday,)
    elif position is not None:
        raise ValueError("BYSETPOS")
    times = _times_in_term(plain)
    return Recurrence(
        Freq.TIMES_PER_TERM if times else plain.freq,
        plain.interval,
        () if times else plain.months,
        day,
        nth,
        weekdays,
        times,
        plain.count,
        plain.shift,
    )


def _day_of(days: tuple[int, ...], position: int | None, freq: Freq) -> int:
    if position is None and len(days) == 1:
        return 31 if days[0] == -1 else days[0]
    if position == -1 and freq in MONTHS_APART:
        return CLAMPED[days]
    raise ValueError("BYMONTHDAY")


def _nth_weekday(text: str, position: int | None) -> tuple[int, int]:
    found = NTH_WEEKDAY.fullmatch(text)
    if found is None or (found[1] is None) == (position is None):
        raise ValueError("BYDAY")
    return int(found[1] or position or 0), WEEKDAYS.index(found[2])


def _times_in_term(plain: Recurrence) -> int | None:
    if plain.freq is not Freq.YEARLY or plain.interval != 1:
        return None
    return next((times for times, months in TERM_MONTHS.items() if months == plain.months), None)
