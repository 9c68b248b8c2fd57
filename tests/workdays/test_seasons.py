from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.errors import DomainError
from drillreg.workdays.recurrence import Freq, Recurrence, Shift, occurrences
from drillreg.workdays.rules import WorkCalendar
from drillreg.workdays.seasons import Season, SeasonCalendar, Span, ensure_sensible

pytestmark = pytest.mark.one_database

ROLES = {"term": "term", "exam": "exam", "flood-season": "season"}
FLOOD = Season(1, 1, "flood-season", "汛期", date(2025, 4, 1), date(2025, 9, 30), yearly=True)
FIRE = Season(2, 1, "fire-season", "防火期", date(2025, 10, 1), date(2026, 4, 30), yearly=True)
TERM = Season(3, 7, "term", "春季学期", date(2026, 3, 2), date(2026, 7, 10))
EXAM = Season(4, 7, "exam", "期末考试", date(2026, 7, 6), date(2026, 7, 8))
TOWN_FLOOD = Season(5, 12, "flood-season", "本镇汛期", date(2026, 3, 15), date(2026, 10, 15))
HERE = SeasonCalendar((345, 7, 12, 1), (FLOOD, FIRE, TERM, EXAM, TOWN_FLOOD), ROLES)


def names(day):
    return {season.name for season in HERE.seasons_on(day)}


def test_the_nearest_owner_counts_for_its_kind_and_year():
    assert "本镇汛期" in names(date(2026, 3, 20))
    assert names(date(2026, 10, 10)) >= {"本镇汛期", "防火期"}
    assert names(date(2027, 3, 20)) == {"防火期"}
    assert "汛期" in names(date(2027, 4, 1))
    assert "汛期" not in names(date(2024, 4, 1))


def test_terms_and_exam_days():
    season, span = HERE.term_of(date(2026, 7, 10))
    assert (season.name, span) == ("春季学期", Span(date(2026, 3, 2), date(2026, 7, 10)))
    assert HERE.term_of(date(2026, 7, 11)) is None
    assert [HERE.is_exam_day(date(2026, 7, day)) for day in (5, 6, 8, 9)] == [
        False,
        True,
        True,
        False,
    ]


@given(
    first=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    length=st.integers(0, 365),
    offset=st.integers(0, 3000),
)
def test_a_yearly_season_holds_exactly_the_days_of_its_shifted_spans(first, length, offset):
    season = Season(1, 1, "x", "x", first, first + timedelta(days=length), yearly=True)
    day = first + timedelta(days=offset)
    expected = False
    for years in range(offset // 365 + 2):
        ends = []
        for end in (season.first_on, season.last_on):
            try:
                ends.append(end.replace(year=end.year + years))
            except ValueError:
                ends.append(end.replace(year=end.year + years, day=28))
        expected = expected or ends[0] <= day <= ends[1]
    assert season.holds(day) is expected


def test_a_season_ends_after_it_begins_and_within_a_year():
    for last in (date(2026, 4, 30), date(2027, 5, 2)):
        with pytest.raises(DomainError):
            ensure_sensible(date(2026, 5, 1), last)


def drills(shift, avoided, until=date(2026, 12, 31)):
    monthly = Recurrence(Freq.MONTHLY, day=15, shift=shift)
    calendar = WorkCalendar(avoided=avoided)
    found = occurrences(
        monthly, starts_on=date(2026, 5, 15), after=None, until=until, calendar=calendar
    )
    return [(each.original_on, each.due_on) for each in found]


SUMMER = Span(date(2026, 7, 11), date(2026, 8, 31))


def test_drills_leave_school_holidays_and_exams_where_they_may_move():
    exam = Span(date(2026, 6, 15), date(2026, 6, 16))
    assert drills(Shift.NEXT_WORKING_DAY, (exam, SUMMER))[1:4] == [
        (date(2026, 6, 15), date(2026, 6, 17)),
        (date(2026, 7, 15), date(2026, 9, 1)),
        (date(2026, 9, 15), date(2026, 9, 15)),
    ]
    assert (date(2026, 7, 15), date(2026, 7, 10)) in drills(
        Shift.PREVIOUS_WORKING_DAY, (exam, SUMMER)
    )
    # Too far back lies another term: then the next day counts.
    assert (date(2026, 8, 15), date(2026, 9, 1)) in drills(Shift.PREVIOUS_WORKING_DAY, (SUMMER,))
    assert [original for original, _ in drills(Shift.SKIP, (SUMMER,))][:3] == [
        date(2026, 5, 15),
        date(2026, 6, 15),
        date(2026, 9, 15),
    ]
    assert drills(Shift.NONE, (SUMMER,))[2] == (date(2026, 7, 15), date(2026, 7, 15))
