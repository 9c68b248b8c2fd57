from datetime import date

import pytest

from drillreg.core.errors import DomainError
from drillreg.drills.rules import (
    DrillStatus,
    Standing,
    days_late,
    ensure_correctable,
    ensure_later,
    ensure_recordable,
    occasion_of,
    planned_until,
    reconcile,
    reminder_due,
    total_of_groups,
)
from drillreg.workdays.recurrence import Occurrence

TODAY = date(2026, 5, 12)


def day(month, number):
    return date(2026, month, number)


def as_planned(*days):
    return {d: Standing(d, is_open=True, is_void=False) for d in days}


def wanted(*days):
    return [Occurrence(d, d) for d in days]


@pytest.mark.parametrize(
    ("due_on", "rung"),
    [
        (day(5, 27), None),
        (day(5, 26), "before-14"),
        (day(5, 20), "before-14"),
        (day(5, 19), "before-7"),
        (day(5, 14), "before-7"),
        (day(5, 13), "before-1"),
        (day(5, 12), "before-1"),
        (day(5, 11), "overdue"),
    ],
)
def test_the_nearest_rung_that_was_passed_counts(due_on, rung):
    assert reminder_due(due_on, TODAY) == rung


def test_a_postponed_drill_is_reminded_of_afresh():
    assert occasion_of(7, TODAY, is_postponed=False) == "drill:7"
    assert occasion_of(7, TODAY, is_postponed=True) == "drill:7:2026-05-12"


def test_a_drill_cannot_be_recorded_ahead_or_twice():
    with pytest.raises(DomainError, match="before it is held"):
        ensure_recordable(DrillStatus.PLANNED, day(5, 13), TODAY)
    with pytest.raises(DomainError, match="already closed"):
        ensure_recordable(DrillStatus.HELD, TODAY, TODAY)


def test_a_record_stands_once_its_report_was_handed_in():
    ensure_correctable(DrillStatus.HELD, is_closed=False)
    with pytest.raises(DomainError, match="its record stands"):
        ensure_correctable(DrillStatus.HELD, is_closed=True)


def test_a_drill_is_not_moved_into_the_past_or_to_the_same_day():
    ensure_later(day(5, 13), TODAY, TODAY)
    for bad in (day(5, 11), TODAY):
        with pytest.raises(DomainError):
            ensure_later(bad, TODAY, TODAY)


def test_groups_and_total_agree_or_are_refused():
    assert total_of_groups(None, [400, 28]) == 428
    assert total_of_groups(428, []) == 428
    assert total_of_groups(None, []) is None
    with pytest.raises(DomainError, match="add up to"):
        total_of_groups(430, [400, 28])


def test_being_early_is_not_being_late():
    assert days_late(TODAY, day(5, 10)) == 0
    assert days_late(TODAY, day(5, 15)) == 3


def test_the_horizon_is_400_days_or_an_earlier_end():
    assert planned_until(TODAY, None) == date(2027, 6, 16)
    assert planned_until(TODAY, day(6, 1), None) == day(6, 1)


def test_what_is_missing_is_made_and_repeating_makes_nothing():
    first = reconcile(wanted(day(5, 27), day(6, 24)), {}, today=TODAY)
    assert [found.original_on for found in first.to_make] == [day(5, 27), day(6, 24)]
    again = reconcile(
        wanted(day(5, 27), day(6, 24)), as_planned(day(5, 27), day(6, 24)), today=TODAY
    )
    assert (again.to_make, again.to_move, again.to_void, again.to_revive) == ([], {}, [], {})


def test_a_new_rhythm_strikes_out_what_it_no_longer_holds():
    changes = reconcile(
        wanted(day(6, 1)), as_planned(day(5, 1), day(5, 27), day(6, 1)), today=TODAY
    )
    assert changes.to_void == [day(5, 27)]
    assert changes.to_make == []


def test_what_is_held_cancelled_or_postponed_is_left_alone():
    standing = {day(5, 27): Standing(day(5, 29), is_open=False, is_void=False)}
    assert reconcile(wanted(), standing, today=TODAY).to_void == []
    assert reconcile(wanted(day(5, 27)), standing, today=TODAY).to_move == {}


def test_a_struck_out_drill_comes_back_with_its_date():
    standing = {day(5, 27): Standing(day(5, 27), is_open=False, is_void=True)}
    changes = reconcile([Occurrence(day(5, 27), day(5, 28))], standing, today=TODAY)
    assert changes.to_revive == {day(5, 27): day(5, 28)}
    assert changes.to_make == []


def test_a_holiday_announced_later_moves_a_drill_still_ahead():
    changes = reconcile([Occurrence(day(10, 1), day(10, 8))], as_planned(day(10, 1)), today=TODAY)
    assert changes.to_move == {day(10, 1): day(10, 8)}
