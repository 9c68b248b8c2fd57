"""Which rounds a rhythm asks for: plain dates from a plan, the working days and the seasons."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from drillreg.patrols.rules import Part, Rhythm, Round, Shape
from drillreg.workdays.recurrence import Freq, Recurrence, occurrences
from drillreg.workdays.rules import ONE_DAY, WorkCalendar
from drillreg.workdays.seasons import Span

# The longest break of working days, and the longest way a patrol day is put off.
AROUND = timedelta(days=30)


def rounds(
    rhythm: Rhythm,
    *,
    from_on: date,
    to_on: date | None,
    since: date,
    until: date,
    calendar: WorkCalendar,
    seasons: Sequence[Span] = (),
) -> list[Round]:
    """Return the rounds that begin from `since` to `until`, in order.

    None begins before `from_on` or after `to_on`; asked for in pieces, the same come out.
    """
    last = until if to_on is None else min(until, to_on)
    first = max(since, from_on)
    if last < first:
        return []
    found = {
        each
        for each in _of_shape(rhythm, from_on, first, last, calendar, seasons)
        if first <= each.first <= last
    }
    return sorted(found)


def _of_shape(
    rhythm: Rhythm,
    from_on: date,
    first: date,
    last: date,
    calendar: WorkCalendar,
    seasons: Sequence[Span],
) -> Iterator[Round]:
    match rhythm.shape:
        case Shape.WEEKLY | Shape.DAILY:
            yield from _days(rhythm, from_on, last, calendar)
        case Shape.NIGHT:
            nights = (day for day in _each(first, last) if day.weekday() in rhythm.weekdays)
            yield from (Round(day, day + ONE_DAY, night=True) for day in nights)
        case Shape.HOLIDAY:
            yield from _breaks(rhythm, from_on, first, last, calendar)
        case Shape.LEVEL:
            yield from _by_level(rhythm, from_on, first, last)
        case Shape.MONTHS:
            yield from _months(rhythm, from_on, last)
        case Shape.SEASON:
            yield from _season(rhythm, from_on, seasons)


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _days(rhythm: Rhythm, from_on: date, last: date, calendar: WorkCalendar) -> Iterator[Round]:
    weekly = rhythm.shape is Shape.WEEKLY
    recurrence = Recurrence(
        Freq.WEEKLY if weekly else Freq.DAILY,
        weekdays=rhythm.weekdays if weekly else (),
        shift=rhythm.shift,
    )
    found = occurrences(
        recurrence, starts_on=from_on, after=None, until=last + AROUND, calendar=calendar
    )
    days = sorted(each.due_on for each in found)
    for at, day in enumerate(days):
        end = day + timedelta(days=rhythm.grace_days)
        following = days[at + 1] if at + 1 < len(days) else date.max
        yield Round(day, min(end, following - ONE_DAY))


def _breaks(
    rhythm: Rhythm, from_on: date, first: date, last: date, calendar: WorkCalendar
) -> Iterator[Round]:
    run: list[date] = []
    for day in _each(first - AROUND, last + AROUND):
        if not calendar.is_working_day(day):
            run.append(day)
            continue
        if len(run) >= rhythm.least_days:
            begun = [each for each in run if each >= from_on]
            if rhythm.each_day:
                yield from (Round(each, each) for each in begun)
            elif begun:
                yield Round(begun[0], begun[-1])
        run = []


def _by_level(rhythm: Rhythm, from_on: date, first: date, last: date) -> Iterator[Round]:
    for level, days in rhythm.every.items():
        step = timedelta(days=days)
        begin = from_on + (first - from_on) // step * step
        while begin <= last:
            yield Round(begin, begin + step - ONE_DAY, level)
            begin += step


def _months(rhythm: Rhythm, from_on: date, last: date) -> Iterator[Round]:
    """Yield periods of the calendar; the one a plan begins in is due from its first day on."""
    index = (from_on.year * 12 + from_on.month - 1) // rhythm.months * rhythm.months
    while _month(index) <= last:
        end = _month(index + rhythm.months) - ONE_DAY
        yield Round(max(_month(index), from_on), end)
        index += rhythm.months


def _month(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _season(rhythm: Rhythm, from_on: date, seasons: Sequence[Span]) -> Iterator[Round]:
    length = timedelta(days=rhythm.span_days)
    for season in seasons:
        if rhythm.part is Part.BEFORE:
            yield _begun(season.first - length, season.first - ONE_DAY, from_on)
        elif rhythm.part is Part.AFTER:
            yield _begun(season.last + ONE_DAY, season.last + length, from_on)
        else:
            day = season.first
            while day <= season.last:
                end = _month(day.year * 12 + day.month) - ONE_DAY
                yield _begun(day, min(end, season.last), from_on)
                day = end + ONE_DAY


def _begun(first: date, last: date, from_on: date) -> Round:
    """Return a round that a plan which began in its middle still asks for as a whole."""
    return Round(max(first, from_on) if last >= from_on else first, last)
