import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.errors import DomainError
from drillreg.workdays.ics import parse_ics
from drillreg.workdays.rules import DayKind, NamedDay, WorkCalendar, parse_holiday_cn

CALENDAR = WorkCalendar()
DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday made up for the National Day week
        (date(2026, 10, 11), False),
        (date(2026, 2, 17), False),
        (date(2026, 2, 14), True),
        (date(2026, 5, 12), True),
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day, works):
    assert CALENDAR.is_working_day(day) is works


def test_an_override_wins_over_the_notice():
    calendar = WorkCalendar({date(2026, 10, 10): DayKind.OFF, date(2026, 10, 1): DayKind.WORK})
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert calendar.is_working_day(date(2026, 10, 1))


def test_a_year_without_a_notice_is_not_known_until_one_is_imported():
    assert CALENDAR.is_known_year(2026)
    assert not CALENDAR.is_known_year(2027)
    assert WorkCalendar(announced=frozenset({2027})).is_known_year(2027)


def test_a_day_off_moves_past_the_whole_holiday():
    assert CALENDAR.next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert CALENDAR.previous_working_day(date(2026, 10, 7)) == date(2026, 9, 30)


def test_twenty_working_days_after_the_day_of_issue():
    assert CALENDAR.add_working_days(date(2026, 5, 12), 20) == date(2026, 6, 9)
    assert CALENDAR.add_working_days(date(2026, 5, 12), 0) == date(2026, 5, 12)
    assert CALENDAR.add_working_days(date(2026, 5, 12), -1) == date(2026, 5, 11)


@given(DAYS, st.integers(-60, 60))
def test_adding_and_counting_agree(day, count):
    assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, count)) == count


def test_a_calendar_that_never_works_is_refused_instead_of_searched_for_ever():
    start = date(2026, 1, 1)
    idle = WorkCalendar({start + timedelta(days=n): DayKind.OFF for n in range(500)})
    with pytest.raises(DomainError, match="no working day"):
        idle.next_working_day(start)


def test_holiday_cn_is_read_in_order():
    text = (
        '{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-03", "isOffDay": false},'
        ' {"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}'
    )
    assert parse_holiday_cn(text) == [
        NamedDay(date(2027, 1, 1), DayKind.OFF, "元旦"),
        NamedDay(date(2027, 1, 3), DayKind.WORK, "元旦"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 5000,
        "[]",
        "{}",
        '{"days": []}',
        '{"days": [1]}',
        '{"days": [{"name": "元旦", "date": "2027-02-30", "isOffDay": true}]}',
        '{"days": [{"name": "元旦", "date": "2027-01-01"}]}',
        '{"days": [{"name": "", "date": "2027-01-01", "isOffDay": true}]}',
        '{"days": [{"name": "元旦", "date": "0001-01-01", "isOffDay": true}]}',
        (
            '{"days": [{"name": "a", "date": "2027-01-01", "isOffDay": true},'
            ' {"name": "a", "date": "2027-01-01", "isOffDay": false}]}'
        ),
    ],
)
def test_a_bad_holiday_file_is_refused_with_a_sentence(text):
    with pytest.raises(DomainError, match="holiday file"):
        parse_holiday_cn(text)


@given(st.text(max_size=300))
def test_no_text_makes_the_holiday_readers_raise_anything_else(text):
    for read in (parse_holiday_cn, parse_ics):
        with contextlib.suppress(DomainError):
            read(text)


def event(name, start, end=None):
    until = f"DTEND;VALUE=DATE:{end}\r\n" if end else ""
    return (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART;VALUE=DATE:{start}\r\n{until}SUMMARY:{name}\r\nEND:VEVENT\r\n"
    )


def calendar_file(*events):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def test_an_ics_file_gives_days_off_and_make_up_days():
    text = calendar_file(
        event("元旦（休）", "20270101", "20270103"),
        event("元旦（班）", "20270109"),
        event("立春", "20270204"),
    )
    assert [(named.day.day, named.kind) for named in parse_ics(text)] == [
        (1, DayKind.OFF),
        (2, DayKind.OFF),
        (9, DayKind.WORK),
    ]


def test_an_ics_file_without_marked_days_is_refused():
    with pytest.raises(DomainError, match="marked"):
        parse_ics(calendar_file(event("立春", "20270204")))
