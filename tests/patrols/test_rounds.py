"""Which rounds a plan asks for: every shape, over year ends, make-up days and leap years."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.errors import DomainError
from drillreg.patrols.rounds import rounds
from drillreg.patrols.rules import Part, Rhythm, Round, Shape, ensure_sensible, is_to_remind
from drillreg.workdays.recurrence import Shift
from drillreg.workdays.rules import WorkCalendar
from drillreg.workdays.seasons import Span

pytestmark = pytest.mark.one_database

CALENDAR = WorkCalendar()
FLOOD = [Span(date(year, 4, 1), date(year, 9, 30)) for year in range(2019, 2031)]
DAY = timedelta(days=1)


def asked(rhythm, first, last, from_on=None, to_on=None):
    return rounds(
        rhythm,
        from_on=from_on or first,
        to_on=to_on,
        since=first,
        until=last,
        calendar=CALENDAR,
        seasons=FLOOD,
    )


RHYTHMS = st.one_of(
    st.builds(
        Rhythm,
        st.just(Shape.WEEKLY),
        weekdays=st.sets(st.integers(0, 6), min_size=1).map(tuple),
        shift=st.sampled_from(Shift),
        grace_days=st.integers(0, 3),
    ),
    st.builds(
        Rhythm,
        st.just(Shape.NIGHT),
        weekdays=st.sets(st.integers(0, 6), min_size=1).map(tuple),
    ),
    st.builds(
        Rhythm,
        st.just(Shape.HOLIDAY),
        each_day=st.booleans(),
        least_days=st.integers(2, 8),
    ),
    st.builds(
        Rhythm,
        st.just(Shape.LEVEL),
        every=st.dictionaries(
            st.sampled_from(["red", "orange", "yellow", "blue"]), st.integers(1, 120), min_size=1
        ),
    ),
    st.builds(Rhythm, st.just(Shape.MONTHS), months=st.sampled_from([1, 3, 6, 12])),
    st.just(Rhythm(Shape.DAILY)),
    st.builds(
        Rhythm, st.just(Shape.SEASON), part=st.sampled_from(Part), span_days=st.integers(1, 60)
    ),
)
DAYS = st.dates(date(2020, 1, 1), date(2026, 6, 30))


@given(RHYTHMS, DAYS, st.integers(0, 200), st.integers(0, 400))
def test_asked_in_pieces_the_same_rounds_come_out(rhythm, from_on, cut, length):
    last = from_on + timedelta(days=length)
    middle = min(from_on + timedelta(days=cut), last)
    whole = asked(rhythm, from_on, last)
    pieces = asked(rhythm, from_on, middle) + asked(rhythm, middle + DAY, last, from_on)
    assert pieces == whole


@given(RHYTHMS, DAYS, st.integers(0, 300), st.integers(0, 300))
def test_rounds_lie_within_the_plan_and_never_overlap_by_level(rhythm, from_on, ends, length):
    to_on = from_on + timedelta(days=ends)
    found = asked(rhythm, from_on, from_on + timedelta(days=length), to_on=to_on)
    assert all(from_on <= each.first <= to_on and each.first <= each.last for each in found)
    by_level = {}
    for each in found:
        by_level.setdefault(each.level, []).append(each)
    for theirs in by_level.values():
        for one, following in itertools.pairwise(theirs):
            # A night ends in the morning on which the next one may begin.
            assert one.last < following.first or (one.night and one.last == following.first)


@given(DAYS, st.integers(1, 120))
def test_by_level_every_day_lies_in_exactly_one_round(from_on, every):
    rhythm = Rhythm(Shape.LEVEL, every={"red": every})
    found = asked(rhythm, from_on, from_on + timedelta(days=365))
    day = from_on
    for each in found:
        assert each.first == day
        day = each.last + DAY


def test_a_weekly_day_that_is_a_holiday_moves_to_the_next_working_day():
    rhythm = Rhythm(Shape.WEEKLY, weekdays=(3,), shift=Shift.NEXT_WORKING_DAY, grace_days=2)
    # Thursday 1 October 2026 begins the National Day holiday, which lasts to the 7th.
    found = asked(rhythm, date(2026, 9, 24), date(2026, 10, 15))
    days = [each.first for each in found]
    assert days[0] == date(2026, 9, 24)
    assert date(2026, 10, 1) not in days
    assert days[-1] == date(2026, 10, 15)
    assert all(CALENDAR.is_working_day(day) for day in days)


def test_a_make_up_saturday_is_no_part_of_a_break():
    # Spring Festival 2026: off from 15 to 23 February, Saturdays 14 and 28 are worked.
    rhythm = Rhythm(Shape.HOLIDAY, least_days=5)
    found = asked(rhythm, date(2026, 2, 1), date(2026, 3, 1))
    assert [found[0].first, found[-1].first] == [date(2026, 2, 15), date(2026, 2, 23)]
    (once,) = asked(
        Rhythm(Shape.HOLIDAY, least_days=5, each_day=False), date(2026, 2, 1), date(2026, 3, 1)
    )
    assert once == Round(date(2026, 2, 15), date(2026, 2, 23))


def test_surveys_stand_before_in_and_after_the_season():
    year = (date(2024, 1, 1), date(2024, 12, 31))
    (before,) = asked(Rhythm(Shape.SEASON, part=Part.BEFORE, span_days=60), *year)
    # 2024 is a leap year: sixty days before 1 April.
    assert (before.first, before.last) == (date(2024, 2, 1), date(2024, 3, 31))
    during = asked(Rhythm(Shape.SEASON, part=Part.DURING), *year)
    assert [each.first.month for each in during] == [4, 5, 6, 7, 8, 9]
    assert during[2] == Round(date(2024, 6, 1), date(2024, 6, 30))
    (after,) = asked(Rhythm(Shape.SEASON, part=Part.AFTER, span_days=60), *year)
    assert (after.first, after.last) == (date(2024, 10, 1), date(2024, 11, 29))


def test_a_plan_begun_in_the_middle_of_a_season_asks_for_what_is_left():
    (left,) = asked(
        Rhythm(Shape.SEASON, part=Part.BEFORE, span_days=60), date(2025, 3, 10), date(2025, 12, 31)
    )
    assert left == Round(date(2025, 3, 10), date(2025, 3, 31))


def test_a_plan_says_all_it_needs():
    with pytest.raises(DomainError):
        ensure_sensible(Rhythm(Shape.NIGHT), date(2026, 1, 1), None)
    with pytest.raises(DomainError):
        ensure_sensible(Rhythm(Shape.LEVEL), date(2026, 1, 1), None)
    with pytest.raises(DomainError):
        ensure_sensible(Rhythm(Shape.DAILY), date(2026, 1, 2), date(2026, 1, 1))


def test_of_a_long_round_one_hears_at_both_ends():
    first, last = date(2026, 2, 1), date(2026, 3, 31)
    told = [day for n in range(59) if is_to_remind(first, last, day := first + timedelta(days=n))]
    assert told == [first, date(2026, 3, 24), date(2026, 3, 28), last]
    assert not is_to_remind(date(2026, 5, 15), date(2026, 5, 17), date(2026, 5, 16))
