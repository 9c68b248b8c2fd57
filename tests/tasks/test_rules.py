from datetime import date

import pytest

from drillreg.core.access import Permission
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, NotAllowed
from drillreg.tasks.rules import (
    Bearing,
    Settled,
    Standing,
    TaskState,
    due_date,
    ensure_may_remind,
    ensure_may_withdraw,
    ensure_open,
    permission_of_desk,
    standing,
)
from drillreg.workdays.rules import WorkCalendar

pytestmark = pytest.mark.one_database

TODAY = date(2026, 9, 30)  # Wednesday before the national holiday


def due(day=None, working_days=None):
    return due_date(day=day, working_days=working_days, calendar=WorkCalendar(), today=TODAY)


def test_working_days_jump_over_the_holiday():
    assert due(working_days=1) > date(2026, 10, 7)
    assert due(day=date(2026, 10, 2)) == date(2026, 10, 2)
    assert due() is None


@pytest.mark.parametrize("day", [date(2026, 9, 29), date(2030, 1, 1)])
def test_a_date_that_is_past_or_far_is_refused(day):
    with pytest.raises(DomainError):
        due(day=day)


def test_the_due_day_itself_is_in_time():
    assert standing(TaskState.OPEN, TODAY, TODAY) is Standing.OPEN
    assert standing(TaskState.OPEN, date(2026, 9, 29), TODAY) is Standing.LATE
    assert standing(TaskState.DONE, date(2026, 9, 1), TODAY) is Standing.DONE
    assert standing(TaskState.OPEN, None, TODAY) is Standing.OPEN


def test_every_desk_has_a_permission_that_exists():
    for code in code_list("task_desk").codes():
        assert permission_of_desk(code) in set(Permission)


def test_who_was_second_is_told_by_name():
    with pytest.raises(Settled, match="has already settled") as raised:
        ensure_open(TaskState.DONE, settled_by="周敏")
    assert raised.value.status == 409


def test_whom_a_task_lies_with_cannot_withdraw_it_and_asks_nobody():
    with pytest.raises(NotAllowed):
        ensure_may_withdraw(Bearing(holds=True, may_assign=True))
    with pytest.raises(NotAllowed):
        ensure_may_remind(Bearing(holds=True, gave=True))
    ensure_may_withdraw(Bearing(gave=True))
    ensure_may_remind(Bearing(gave=True))
