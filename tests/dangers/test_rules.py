"""How dangers stand, who may verify, what a major one needs, when one rises."""

from datetime import date

import pytest

from drillreg.core.errors import DomainError, FormErrors, NotAllowed
from drillreg.dangers.periods import ReturnKind, period_of
from drillreg.dangers.rules import (
    DangerLevel,
    RoundKind,
    Stage,
    Standing,
    Verifier,
    ensure_before_expiry,
    ensure_major_ready,
    ensure_spot,
    ensure_verifier,
    raise_date,
    standing_of,
)

TODAY = date(2026, 5, 12)
DONE_BY = 7


@pytest.mark.parametrize(
    ("stage", "due_on", "turn", "wanted"),
    [
        (Stage.ASSIGNED, TODAY, 1, Standing.ASSIGNED),
        (Stage.ASSIGNED, date(2026, 5, 11), 1, Standing.LATE),
        (Stage.ASSIGNED, date(2026, 5, 11), 2, Standing.LATE),
        (Stage.ASSIGNED, TODAY, 2, Standing.SECOND),
        (Stage.ASSIGNED, None, 1, Standing.ASSIGNED),
        (Stage.REPORTED, date(2026, 5, 1), 1, Standing.REPORTED),
        (Stage.CLOSED, date(2026, 5, 1), 1, Standing.CLOSED),
    ],
)
def test_lateness_is_read_from_the_date(stage, due_on, turn, wanted):
    assert standing_of(stage, due_on, turn, TODAY) is wanted


def check(kind=RoundKind.OWN, level=DangerLevel.GENERAL, **who):
    facts = {"may_assign": False, "may_report": False, **who}
    accounts = facts.pop("accounts", {1})
    return ensure_verifier(Verifier(accounts, **facts), done_by=DONE_BY, kind=kind, level=level)


def test_the_doer_never_verifies_even_from_above_or_for_somebody():
    for accounts in ({DONE_BY}, {1, DONE_BY}):
        with pytest.raises(NotAllowed):
            check(accounts=accounts, may_assign=True, may_report=True)


def test_another_person_of_the_unit_verifies_what_the_unit_set_itself():
    assert check(may_report=True) is False
    with pytest.raises(NotAllowed):
        check(RoundKind.ORDER, may_report=True)
    with pytest.raises(NotAllowed):
        check(level=DangerLevel.MAJOR, may_report=True)
    assert check(RoundKind.ORDER, may_assign=True) is False


def test_a_signed_sheet_lets_the_doer_enter_what_it_says():
    assert check(accounts={DONE_BY}, may_report=True, has_sheet=True) is True
    with pytest.raises(NotAllowed):
        check(RoundKind.NOTICE, accounts={DONE_BY}, may_report=True, has_sheet=True)


def test_on_the_spot_needs_both_photos_and_no_major_danger():
    ensure_spot(DangerLevel.GENERAL, 1, 1)
    with pytest.raises(FormErrors) as refused:
        ensure_spot(DangerLevel.GENERAL, 1, 0)
    assert [each.field for each in refused.value.errors] == ["after"]
    with pytest.raises(FormErrors):
        ensure_spot(DangerLevel.MAJOR, 1, 1)


def test_a_major_danger_needs_all_five():
    five = ("duty", "measures", "funds", "time", "plan")
    ensure_major_ready(DangerLevel.GENERAL, (), five)
    ensure_major_ready(DangerLevel.MAJOR, five, five)
    with pytest.raises(DomainError):
        ensure_major_ready(DangerLevel.MAJOR, five[1:], five)


def test_more_time_is_asked_for_up_to_the_last_day():
    ensure_before_expiry(TODAY, TODAY)
    for due_on in (date(2026, 5, 11), None):
        with pytest.raises(DomainError):
            ensure_before_expiry(due_on, TODAY)


def test_each_level_takes_the_same_days():
    assert raise_date(TODAY, 3, 0) == date(2026, 5, 15)
    assert raise_date(TODAY, 3, 2) == date(2026, 5, 21)
    assert raise_date(None, 3, 0) is None


@pytest.mark.parametrize(
    ("kind", "day", "wanted"),
    [
        (ReturnKind.QUARTER, TODAY, (date(2026, 1, 1), date(2026, 3, 31))),
        (ReturnKind.QUARTER, date(2026, 1, 1), (date(2025, 10, 1), date(2025, 12, 31))),
        (ReturnKind.YEAR, TODAY, (date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
def test_a_return_is_about_the_last_period_that_is_over(kind, day, wanted):
    assert period_of(kind, day) == wanted
