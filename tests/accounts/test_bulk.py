"""Many accounts at once, for the import of a whole county."""

from datetime import date

import pytest

from drillreg.accounts import passwords
from drillreg.accounts.operations import NewAccount, create_accounts
from drillreg.core.db import unit_of_work
from drillreg.core.errors import FormErrors
from tests.conftest import NOW


def wanted(org, count, start=0):
    return [
        NewAccount(f"人员{n}", f"person{n}", "unit_liaison", org.id, f"0000-000 {n:04}")
        for n in range(start, start + count)
    ]


def make(app, rows):
    with app.app_context(), unit_of_work():
        made = create_accounts(rows, from_on=date(2026, 5, 12), actor=None, now=NOW)
        return [(account.username, password) for account, password in made]


def test_a_thousand_accounts_take_no_slow_hash_and_few_statements(
    app, county, monkeypatch, count_queries
):
    def slow(*_):
        raise AssertionError("a slow hash")

    monkeypatch.setattr(passwords.PasswordHasher, "hash", slow)
    with count_queries() as seen:
        made = make(app, wanted(county.school, 1000))
    assert len({password for _, password in made}) == 1000
    assert len(seen) < 1_020  # one each for the trail, and a few for all


def test_each_signs_in_with_its_own_password_once(app, county, enter):
    made = make(app, wanted(county.school, 3))
    assert enter(*made[0])[1].status_code == 303
    assert enter(made[0][0], made[1][1])[1].status_code == 422


@pytest.mark.parametrize("twice", ["person1", "PERSON1 "])
def test_a_name_that_is_taken_or_comes_twice_stops_all(app, county, account_of, twice):
    rows = [*wanted(county.school, 3), NewAccount("另一人", twice, "monitor", county.school.id)]
    with pytest.raises(FormErrors):
        make(app, rows)
    assert account_of("person0") is None
    make(app, wanted(county.school, 1))
    with pytest.raises(FormErrors):
        make(app, wanted(county.school, 2))
