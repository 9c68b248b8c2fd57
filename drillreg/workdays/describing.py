"""A rhythm as a sentence: “每月最后一个星期三，遇休息日顺延”."""

from typing import Any

from drillreg.i18n import N_, translate
from drillreg.workdays.recurrence import Freq, Recurrence, Shift

# A sentence and its parameters, which may be phrases themselves or lists of them.
Phrase = tuple[str, dict[str, Any]]

WEEKDAY_NAMES = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
MONTH_NAMES = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
RHYTHMS = {
    Freq.DAILY: N_("every day"),
    Freq.WEEKLY: N_("every week"),
    Freq.MONTHLY: N_("every month"),
    Freq.QUARTERLY: N_("every quarter"),
    Freq.HALF_YEARLY: N_("every half year"),
    Freq.YEARLY: N_("every year"),
}
LONGER_RHYTHMS = {
    Freq.DAILY: N_("every %(interval)d days"),
    Freq.WEEKLY: N_("every %(interval)d weeks"),
    Freq.MONTHLY: N_("every %(interval)d months"),
    Freq.YEARLY: N_("every %(interval)d years"),
}
NTH = {
    1: N_(" on the first %(weekday)s"),
    2: N_(" on the second %(weekday)s"),
    3: N_(" on the third %(weekday)s"),
    4: N_(" on the fourth %(weekday)s"),
    -1: N_(" on the last %(weekday)s"),
}
SHIFTS = {
    Shift.NONE: "",
    Shift.NEXT_WORKING_DAY: N_(", moved to the next working day if it is a day off"),
    Shift.PREVIOUS_WORKING_DAY: N_(", moved to the working day before if it is a day off"),
    Shift.SKIP: N_(", left out if it is a day off"),
}
NOTHING: Phrase = ("", {})


def describe(recurrence: Recurrence) -> Phrase:
    """Return the sentence of a rhythm and its parameters; `spoken` puts them into words."""
    return (
        N_("%(rhythm)s%(months)s%(day)s%(count)s%(shift)s"),
        {
            "rhythm": _rhythm(recurrence),
            "months": _months(recurrence),
            "day": _day(recurrence),
            "count": _count(recurrence),
            "shift": (SHIFTS[recurrence.shift], {}),
        },
    )


def spoken(phrase: Phrase) -> str:
    """Return a phrase in the language of the request."""
    message, params = phrase
    if not message:
        return ""
    return translate(message, **{name: _word(value) for name, value in params.items()})


def _word(value: Any) -> Any:
    if isinstance(value, tuple):
        return spoken(value)
    if isinstance(value, list):
        words = [_word(part) for part in value]
        while len(words) > 1:
            joined = translate(N_("%(first)s, %(next)s"), first=words[0], next=words[1])
            words = [joined, *words[2:]]
        return words[0]
    return value


def _rhythm(given: Recurrence) -> Phrase:
    if given.freq is Freq.TIMES_PER_TERM:
        return N_("%(times)d times a term"), {"times": given.times}
    if given.interval > 1:
        return LONGER_RHYTHMS[given.freq], {"interval": given.interval}
    return RHYTHMS[given.freq], {}


def _months(given: Recurrence) -> Phrase:
    if not given.months_in_year:
        return NOTHING
    names = [_span(first, last) for first, last in _spans(given.months_in_year)]
    if given.freq is Freq.YEARLY:
        return N_(" in %(months)s"), {"months": names}
    if given.freq is Freq.TIMES_PER_TERM:
        return N_(" (in %(months)s)"), {"months": names}
    return N_(" (only in %(months)s)"), {"months": names}


def _spans(months: tuple[int, ...]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for month in months:
        if spans and spans[-1][1] == month - 1:
            spans[-1] = (spans[-1][0], month)
        else:
            spans.append((month, month))
    return spans


def _span(first: int, last: int) -> Phrase:
    if first == last:
        return MONTH_NAMES[first - 1], {}
    return (
        N_("%(first)s to %(last)s"),
        {"first": (MONTH_NAMES[first - 1], {}), "last": (MONTH_NAMES[last - 1], {})},
    )


def _day(given: Recurrence) -> Phrase:
    names: list[Phrase] = [(WEEKDAY_NAMES[weekday], {}) for weekday in given.weekdays]
    if given.nth is not None:
        return NTH[given.nth], {"weekday": names}
    if names:
        return N_(" on %(weekdays)s"), {"weekdays": names}
    if given.day == 31:
        return N_(" on the last day of the month"), {}
    if given.day is not None:
        return N_(" on day %(day)d of the month"), {"day": given.day}
    return NOTHING if given.freq is Freq.DAILY else (N_(" on the day of the start date"), {})


def _count(given: Recurrence) -> Phrase:
    if given.count is None:
        return NOTHING
    return N_(", %(count)d times in all"), {"count": given.count}
