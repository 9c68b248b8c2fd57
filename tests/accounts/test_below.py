"""The office above helps those strictly below it, and nobody else."""

import re
from datetime import date

import pytest

from drillreg.accounts.models import RoleAssignment
from drillreg.accounts.rules import FOR_GOOD
from drillreg.core.db import db, unit_of_work
from tests.accounts.test_people import shown


@pytest.fixture
def people(county, make_account, account_of):
    """One account at every place, by the name of the place."""
    at = {
        "liaison": ("unit_liaison", county.school),
        "monitor": ("monitor", county.village),
        "town": ("town_staff", county.town),
        "other_town": ("town_staff", county.other_town),
        "bureau": ("dept_staff", county.bureau),
        "clerk": ("county_staff", county.county),
        "sysadmin": ("sysadmin", county.county),
        "abroad": ("town_staff", county.other_county),
    }
    found = {}
    for name, (role, org) in at.items():
        make_account(role, org, name=name, username=name)
        found[name] = account_of(name)
    return found


def seen_by(browser):
    return {small.text for small in browser.page("/people/").select("td.two small")}


def test_the_county_helps_departments_towns_and_units(as_role, county, people):
    browser = as_role("county_staff", username="asking")
    assert seen_by(browser) == {"liaison", "monitor", "town", "other_town", "bureau"}


def test_a_town_helps_its_units_and_not_its_own_level(as_role, county, people):
    browser = as_role("town_staff", county.town, username="asking")
    assert seen_by(browser) == {"liaison", "monitor"}
    for name in ("town", "other_town", "bureau", "clerk", "sysadmin", "abroad"):
        for act in ("", "/reset", "/unlock"):
            address = f"/people/{people[name].public_id}{act}"
            answer = browser.post(address) if act else browser.get(address)
            assert answer.status_code == 404, (name, act)


def test_who_also_sits_higher_or_beside_is_not_below(
    as_role, county, people, app, make_account, account_of
):
    with app.app_context(), unit_of_work():
        db.session.add(
            RoleAssignment(
                account_id=people["liaison"].id,
                role="unit_liaison",
                org_id=county.other_town.id,
                from_on=date(2026, 1, 1),
            )
        )
    assert seen_by(as_role("town_staff", county.town, username="asking")) == {"monitor"}


def test_a_leader_or_liaison_helps_nobody(as_role, county):
    for role in ("leader", "unit_liaison", "dept_staff", "monitor", "secadmin"):
        assert as_role(role, county.county, username=role).get("/people/").status_code == 403


def test_a_reset_opens_the_door_once_and_is_in_the_trail(as_role, county, people, enter, trail):
    browser = as_role("town_staff", county.town, username="asking", name="刘美云")
    answer = browser.post(f"/people/{people['liaison'].public_id}/reset")
    password = shown(answer)[0]
    assert enter("liaison")[1].status_code == 422
    assert enter("liaison", password)[1].status_code == 303
    actions, text = trail()
    assert "password-reset" in actions
    assert "刘美云" in text
    assert password not in text


def test_unlocking_opens_what_failures_locked_but_not_what_a_hand_locked(
    as_role, county, people, enter, keep
):
    browser = as_role("town_staff", county.town, username="asking")
    for _ in range(5):
        enter("liaison", "not this one")
    assert enter("liaison")[1].status_code == 422
    browser.post(f"/people/{people['liaison'].public_id}/unlock")
    assert enter("liaison")[1].status_code == 303
    people["monitor"].locked_until = FOR_GOOD
    keep(people["monitor"])
    page = browser.post(f"/people/{people['monitor'].public_id}/unlock")
    assert page.status_code == 422
    assert "安全管理员" in page.text
    browser.post(f"/people/{people['monitor'].public_id}/reset")
    assert enter("monitor")[1].status_code == 422


def test_the_page_below_shows_no_sessions_and_no_acts(as_role, county, people):
    browser = as_role("town_staff", county.town, username="asking")
    text = browser.get(f"/people/{people['liaison'].public_id}").text
    assert "重置密码" in text
    assert not re.search("授予角色|停用账号|登录的设备", text)


def test_who_may_act_for_somebody_higher_is_not_below(as_role, county, people, sign_in):
    """Whoever resets their password could sign in as them and act with the county's reach."""
    clerk = sign_in(people["clerk"].id)
    sent = {"deputy": "liaison", "roles": ["county_staff"], "last_on": "2026-05-20"}
    assert clerk.post("/account/acting", data=sent).status_code == 303
    town = as_role("town_staff", county.town, username="asking")
    address = f"/people/{people['liaison'].public_id}/reset"
    assert seen_by(town) == {"monitor"}
    assert town.post(address).status_code == 404
    page = clerk.page("/account/acting")
    (revoke,) = [f["action"] for f in page.select("form") if f["action"].endswith("/revoke")]
    assert clerk.post(revoke).status_code == 303
    assert town.post(address).status_code == 200
