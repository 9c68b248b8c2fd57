"""The periods of a rule at a place: calendar periods, cut to seasons where the rule says so."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from drillreg.duties.facts import Place
from drillreg.duties.rules import Asks
from drillreg.duties.terms import WindowPart
from drillreg.workdays.seasons import Span

ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """Return the same day some months on; the last of the month where it is shorter."""
    moved: date = day + relativedelta(months=months)
    return moved


def grid(day: date, months: int) -> Span:
    """Return the calendar period of so many months that a day lies in; a year begins in January.

    Periods longer than a year are counted from the year 2000.
    """
    index = ((day.year - 2000) * 12 + day.month - 1) // months
    year, month = divmod(index * months, 12)
    first = date(2000 + year, month + 1, 1)
    return Span(first, add_months(first, months) - ONE_DAY)


def _season_parts(asks: Asks, place: Place, years: range) -> list[Span]:
    spans = place.seasons.spans_of((asks.window,), years.start, years.stop - 1)
    length = timedelta(days=asks.span_days)
    if asks.window_part is WindowPart.BEFORE:
        return [Span(each.first - length, each.first - ONE_DAY) for each in spans]
    if asks.window_part is WindowPart.AFTER:
        return [Span(each.last + ONE_DAY, each.last + length) for each in spans]
    return list(spans)


def _cut_to_season(period: Span, parts: Sequence[Span], asks: Asks, place: Place) -> Span | None:
    """Return the part of a period in which the season lasts, None when it hardly does."""
    inside = [
        Span(max(part.first, period.first), min(part.last, period.last))
        for part in parts
        if part.first <= period.last and part.last >= period.first
    ]
    worked = 0
    for part in inside:
        day = part.first
        while day <= part.last and worked < asks.least_window_days:
            worked += place.calendar.is_working_day(day)
            day += ONE_DAY
    if worked < asks.least_window_days:
        return None
    return Span(inside[0].first, inside[-1].last)


def _periods(asks: Asks, place: Place, years: range) -> Iterator[Span]:
    if asks.window and asks.window_part is not WindowPart.DURING:
        yield from _season_parts(asks, place, years)
        return
    parts = _season_parts(asks, place, years) if asks.window else ()
    period = grid(date(years.start, 1, 1), asks.months)
    end = date(years.stop - 1, 12, 31)
    while period.first <= end:
        cut = _cut_to_season(period, parts, asks, place) if asks.window else period
        if cut is not None:
            yield cut
        period = grid(period.last + ONE_DAY, asks.months)


@lru_cache(maxsize=4096)
def periods_of(asks: Asks, place: Place, first_year: int, last_year: int) -> tuple[Span, ...]:
    """Return the periods of a rule at a place over some years, in order; kept, as many share it."""
    return tuple(_periods(asks, place, range(first_year, last_year + 1)))


def around(asks: Asks, place: Place, today: date) -> tuple[Span, ...]:
    """Return the periods that can matter on a day: some years back and ahead."""
    reach = max(2, asks.months // 12 * 2)
    return periods_of(asks, place, today.year - reach, today.year + reach)
