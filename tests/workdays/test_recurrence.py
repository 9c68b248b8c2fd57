from calendar import monthrange
from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.errors import DomainError
from drillreg.workdays.recurrence import (
    MONTHS_APART,
    Freq,
    Occurrence,
    Recurrence,
    Shift,
    can_occur,
    ensure_occurs,
    from_rrule_text,
    occurrences,
    to_rrule_text,
)
from drillreg.workdays.rules import DayKind, WorkCalendar

CALENDAR = WorkCalendar()
STARTS = st.dates(date(2023, 1, 1), date(2027, 12, 31))
MONTHS = st.lists(st.integers(1, 12), max_size=6).map(tuple)


@st.composite
def recurrences(draw, with_count=True):
    freq = draw(st.sampled_from(Freq))
    fixed = freq in {Freq.QUARTERLY, Freq.HALF_YEARLY, Freq.TIMES_PER_TERM}
    parts = {
        "interval": 1 if fixed else draw(st.integers(1, 14)),
        "shift": draw(st.sampled_from(Shift)),
        "count": draw(st.none() | st.integers(1, 30)) if with_count else None,
    }
    if freq is Freq.TIMES_PER_TERM:
        parts["times"] = draw(st.integers(1, 4))
    else:
        parts["months"] = draw(MONTHS)
    match draw(st.sampled_from(["day", "nth", "start"])):
        case _ if freq is Freq.DAILY:
            pass
        case _ if freq is Freq.WEEKLY:
            parts["weekdays"] = tuple(draw(st.lists(st.integers(0, 6), max_size=3)))
        case "day":
            parts["day"] = draw(st.integers(1, 31))
        case "nth":
            parts["nth"] = draw(st.sampled_from([1, 2, 3, 4, -1]))
            parts["weekdays"] = (draw(st.integers(0, 6)),)
    if freq is Freq.YEARLY and ("day" in parts or "nth" in parts) and not parts["months"]:
        parts["months"] = (draw(st.integers(1, 12)),)
    return Recurrence(freq, **parts)


def dates(recurrence, starts_on, until, after=None, calendar=CALENDAR):
    return occurrences(recurrence, starts_on=starts_on, after=after, until=until, calendar=calendar)


def originals(recurrence, starts_on, until):
    return [o.original_on for o in dates(recurrence, starts_on, until)]


def matches_month_day(recurrence, starts_on, day):
    if recurrence.nth is None:
        wanted = recurrence.day or starts_on.day
        return day.day == min(wanted, monthrange(day.year, day.month)[1])
    if day.weekday() != recurrence.weekdays[0]:
        return False
    if recurrence.nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == recurrence.nth


def matches(recurrence, starts_on, day):
    """The closed form: is this day one of the rhythm, looked at by itself."""
    months = recurrence.months_in_year
    if recurrence.freq is Freq.DAILY:
        fits = (day - starts_on).days % recurrence.interval == 0
    elif recurrence.freq is Freq.WEEKLY:
        monday = starts_on - timedelta(days=starts_on.weekday())
        weekdays = recurrence.weekdays or (starts_on.weekday(),)
        fits = (day - monday).days // 7 % recurrence.interval == 0 and day.weekday() in weekdays
    elif recurrence.freq in MONTHS_APART:
        passed = (day.year - starts_on.year) * 12 + day.month - starts_on.month
        step = MONTHS_APART[recurrence.freq] * recurrence.interval
        fits = passed % step == 0 and matches_month_day(recurrence, starts_on, day)
    else:
        months = months or (starts_on.month,)
        fits = (day.year - starts_on.year) % recurrence.interval == 0 and matches_month_day(
            recurrence, starts_on, day
        )
    return fits and (not months or day.month in months)


@given(recurrences(), STARTS)
def test_the_dates_are_those_of_the_closed_form(recurrence, starts_on):
    plain = Recurrence(**{**vars(recurrence), "shift": Shift.NONE})
    until = starts_on + timedelta(days=1500)
    every = [starts_on + timedelta(days=n) for n in range(1501)]
    expected = [day for day in every if matches(plain, starts_on, day)]
    assert originals(plain, starts_on, until) == expected[: plain.count]


@given(recurrences(), STARTS)
def test_the_text_means_the_same_to_any_reader_of_rfc_5545(recurrence, starts_on):
    plain = Recurrence(**{**vars(recurrence), "shift": Shift.NONE})
    start_decides = plain.day is None and plain.nth is None and plain.freq is not Freq.WEEKLY
    february = plain.day in (29, 30) and len(plain.months_in_year) > 1 and plain.interval > 1
    if (start_decides and starts_on.day > 28) or february or not can_occur(plain, starts_on):
        return
    until = starts_on + timedelta(days=1500)
    rule = rrulestr(to_rrule_text(plain), dtstart=datetime.combine(starts_on, time()))
    read = rule.between(
        datetime.combine(starts_on, time()), datetime.combine(until, time()), inc=True
    )
    assert originals(plain, starts_on, until) == [moment.date() for moment in read]


@given(recurrences(), STARTS)
def test_text_read_back_gives_the_same_dates(recurrence, starts_on):
    until = starts_on + timedelta(days=900)
    again = from_rrule_text(to_rrule_text(recurrence), recurrence.shift)
    assert to_rrule_text(again) == to_rrule_text(recurrence)
    assert dates(again, starts_on, until) == dates(recurrence, starts_on, until)


@given(recurrences(), STARTS, st.integers(0, 800), st.integers(0, 400))
def test_a_later_window_gives_a_part_of_the_whole(recurrence, starts_on, gap, length):
    after = starts_on + timedelta(days=gap)
    until = after + timedelta(days=length)
    whole = dates(recurrence, starts_on, until)
    part = dates(recurrence, starts_on, until, after=after)
    assert part == [found for found in whole if found.original_on > after]


@given(recurrences(), STARTS)
def test_dates_are_unique_in_order_worked_and_never_before_the_start(recurrence, starts_on):
    found = dates(recurrence, starts_on, starts_on + timedelta(days=900))
    first_days = [o.original_on for o in found]
    assert first_days == sorted(set(first_days))
    assert len({o.due_on for o in found}) == len(found)
    assert all(min(o.original_on, o.due_on) >= starts_on for o in found)
    if recurrence.shift is not Shift.NONE:
        assert all(CALENDAR.is_working_day(o.due_on) for o in found)


@given(st.text(alphabet="FREQ=DAILYWKMONTH;,-+0123456789BYSPUINERVC:", max_size=60))
def test_any_text_is_read_or_refused_but_never_breaks(text):
    for attempt in (text, "FREQ=" + text, "FREQ=MONTHLY;" + text, "FREQ=YEARLY;BYMONTH=2;" + text):
        try:
            recurrence = from_rrule_text(attempt)
        except DomainError:
            continue
        dates(recurrence, date(2026, 1, 31), date(2028, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYSETPOS=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=367",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYDAY=2MO",
        "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1",
        "FREQ=YEARLY;UNTIL=20260101",
        "DTSTART:x",
        "FREQ=DAILY;INTERVAL=１",
        "FREQ=DAILY;WKST=SU",
        "X" * 5000,
    ],
)
def test_rules_outside_the_subset_are_refused(text):
    with pytest.raises(DomainError):
        from_rrule_text(text)


@pytest.mark.parametrize(
    ("text", "recurrence"),
    [
        ("RRULE:FREQ=MONTHLY;BYDAY=-1WE", Recurrence(Freq.MONTHLY, nth=-1, weekdays=(2,))),
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=-1", Recurrence(Freq.MONTHLY, nth=-1, weekdays=(2,))),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31", Recurrence(Freq.QUARTERLY, day=31)),
        ("FREQ=YEARLY;BYMONTH=3,5,9,11", Recurrence(Freq.TIMES_PER_TERM, times=2)),
        (
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
            Recurrence(Freq.MONTHLY, day=30),
        ),
    ],
)
def test_common_texts_become_the_choice_a_person_would_make(text, recurrence):
    assert from_rrule_text(text) == recurrence


def test_the_thirty_first_is_clamped_and_not_skipped():
    monthly = Recurrence(Freq.MONTHLY, day=31, shift=Shift.NONE)
    assert originals(monthly, date(2026, 1, 31), date(2026, 4, 30)) == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]


def test_a_date_in_a_holiday_moves_past_it_but_not_onto_a_make_up_saturday_too_early():
    yearly = Recurrence(Freq.YEARLY, months=(10,), day=3)
    assert dates(yearly, date(2026, 1, 1), date(2026, 12, 31)) == [
        Occurrence(date(2026, 10, 3), date(2026, 10, 8))
    ]
    weekly = Recurrence(Freq.WEEKLY, weekdays=(5,))
    found = dates(weekly, date(2026, 10, 10), date(2026, 10, 17))
    assert [o.due_on for o in found] == [date(2026, 10, 10), date(2026, 10, 19)]


def test_two_dates_that_move_to_one_day_give_one_drill():
    weekend = Recurrence(Freq.WEEKLY, weekdays=(5, 6, 0))
    found = dates(weekend, date(2026, 5, 16), date(2026, 5, 18))
    assert found == [Occurrence(date(2026, 5, 16), date(2026, 5, 18))]
    assert dates(weekend, date(2026, 5, 16), date(2026, 5, 18), after=date(2026, 5, 16)) == []


def test_an_earlier_day_is_taken_only_after_the_start():
    monthly = Recurrence(Freq.MONTHLY, day=17, shift=Shift.PREVIOUS_WORKING_DAY)
    found = dates(monthly, date(2026, 5, 17), date(2026, 10, 17))
    assert found[0] == Occurrence(date(2026, 5, 17), date(2026, 5, 18))
    assert found[-1] == Occurrence(date(2026, 10, 17), date(2026, 10, 16))


def test_an_office_calendar_decides_what_is_off():
    closed = WorkCalendar({date(2026, 5, 13): DayKind.OFF})
    weekly = Recurrence(Freq.WEEKLY, weekdays=(2,), shift=Shift.SKIP)
    found = dates(weekly, date(2026, 5, 6), date(2026, 5, 20), calendar=closed)
    assert [o.due_on.day for o in found] == [6, 20]


def test_a_rhythm_that_never_meets_its_months_is_refused():
    quarterly = Recurrence(Freq.QUARTERLY, day=1, months=(2, 3))
    ensure_occurs(quarterly, date(2026, 2, 1))
    assert dates(quarterly, date(2026, 1, 1), date(2090, 1, 1)) == []
    with pytest.raises(DomainError, match="never meets"):
        ensure_occurs(quarterly, date(2026, 1, 1))


@pytest.mark.parametrize(
    "parts",
    [
        {"freq": Freq.MONTHLY, "interval": 0},
        {"freq": Freq.QUARTERLY, "interval": 2},
        {"freq": Freq.MONTHLY, "day": 32},
        {"freq": Freq.MONTHLY, "day": 1, "nth": 1, "weekdays": (0,)},
        {"freq": Freq.MONTHLY, "nth": 1},
        {"freq": Freq.MONTHLY, "nth": 5, "weekdays": (0,)},
        {"freq": Freq.MONTHLY, "weekdays": (0,)},
        {"freq": Freq.MONTHLY, "months": (0,)},
        {"freq": Freq.WEEKLY, "day": 1},
        {"freq": Freq.WEEKLY, "weekdays": (7,)},
        {"freq": Freq.DAILY, "weekdays": (0,)},
        {"freq": Freq.YEARLY, "day": 1},
        {"freq": Freq.TIMES_PER_TERM},
        {"freq": Freq.TIMES_PER_TERM, "times": 5},
        {"freq": Freq.TIMES_PER_TERM, "times": 1, "months": (3,)},
        {"freq": Freq.MONTHLY, "times": 1},
        {"freq": Freq.DAILY, "count": 1001},
    ],
)
def test_choices_that_do_not_fit_together_are_refused(parts):
    with pytest.raises(DomainError):
        Recurrence(**parts)


def test_a_window_of_more_than_a_century_is_refused():
    with pytest.raises(DomainError, match="hundred years"):
        dates(Recurrence(Freq.DAILY), date(2026, 1, 1), date(9999, 1, 1))
