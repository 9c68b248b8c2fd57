"""The first page of an empty installation: for whoever sees the terminal, and once."""

import re

import pytest
from sqlalchemy import select

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.setup import FIRST_ROLES, setup_code, tell_setup_code
from drillreg.orgs.models import Division, Org
from tests.accounts.test_people import shown

PEOPLE = {
    f"{field}_{role}": value
    for role, username in zip(FIRST_ROLES, ("shen", "peng", "jiang", "zhou"), strict=True)
    for field, value in (("name", f"人员{username}"), ("username", username))
}
COUNTY = {"county": "青岭县", "division_code": "369900", "word": "青应急"}


@pytest.fixture
def code(app):
    """The code of an installation that waits, as the terminal shows it."""
    with app.app_context():
        yield setup_code(make=True)
        (app.extensions["drillreg.settings"].data_dir / "setup_code").unlink(missing_ok=True)


def test_without_a_code_of_the_terminal_there_is_no_page(app):
    browser = app.test_client()
    assert browser.get("/setup").status_code == 404
    assert browser.post("/setup", data={**COUNTY, **PEOPLE, "code": ""}).status_code == 404
    assert browser.get("/").location.startswith("/sign-in")


def test_every_page_of_an_empty_installation_leads_there(app, code):
    browser = app.test_client()
    for address in ("/", "/sign-in", "/orgs/", "/system/people/"):
        assert browser.get(address).location == "/setup", address
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/setup").status_code == 200


def test_it_makes_the_county_and_four_people_and_is_gone(app, code, enter, reading, trail):
    browser = app.test_client()
    done = browser.post("/setup", data={**COUNTY, **PEOPLE, "code": code})
    passwords = shown(done)
    assert len(passwords) == 4
    county = reading.scalar(select(Org))
    assert (county.name, county.kind, county.attributes) == (
        "青岭县",
        "county",
        {"document_word": "青应急"},
    )
    assert reading.scalar(select(Division.code)) == "369900000000"
    assert reading.scalars(select(RoleAssignment.role).order_by(RoleAssignment.id)).all() == list(
        FIRST_ROLES
    )
    assert browser.get("/setup").status_code == 404
    again = browser.post("/setup", data={**COUNTY, **PEOPLE, "code": code})
    assert again.status_code == 404
    assert enter("zhou", passwords[3])[0].get("/").location == "/account/first"
    assert "installation-set-up" in trail()[0]
    assert not any(password in trail()[1] for password in passwords)


@pytest.mark.parametrize("wrong", ["", "aaaa-bbbb-cccc"])
def test_a_wrong_code_makes_nobody(app, code, reading, wrong):
    refused = app.test_client().post("/setup", data={**COUNTY, **PEOPLE, "code": wrong})
    assert refused.status_code == 422
    assert reading.scalar(select(Account.id)) is None


def test_wrong_codes_lock_the_address(app, code, reading, frozen):
    browser = app.test_client()
    for _ in range(20):
        browser.post("/setup", data={**COUNTY, **PEOPLE, "code": "wrong"})
    right = {**COUNTY, **PEOPLE, "code": code}
    assert browser.post("/setup", data=right).status_code == 422
    assert reading.scalar(select(Account.id)) is None
    frozen.now = frozen.now.replace(hour=frozen.now.hour + 1)
    assert browser.post("/setup", data=right).status_code == 200


def test_two_of_the_four_cannot_have_one_name(app, code):
    refused = app.test_client().post(
        "/setup", data={**COUNTY, **PEOPLE, "username_auditor": "shen", "code": code}
    )
    assert "四个账号的用户名不能相同" in refused.text


def test_a_county_that_was_imported_is_kept(app, code, make_org, reading):
    make_org("石门县")
    page = app.test_client().page("/setup")
    assert "石门县" in page.text
    assert not page.select("[name=county]")
    app.test_client().post("/setup", data={"word": "石应急", **PEOPLE, "code": code})
    assert reading.scalars(select(Org.name)).all() == ["石门县"]
    assert reading.scalar(select(Org)).attributes["document_word"] == "石应急"


def test_the_terminal_says_the_code_until_there_are_accounts(
    app, capsys, code, county, make_account, reading
):
    tell_setup_code()
    said = capsys.readouterr().out
    assert "/setup" in said
    assert re.search(f"set-up code: {code}$", said.strip())
    make_account("county_staff", county.county)
    reading.rollback()
    tell_setup_code()
    assert capsys.readouterr().out == ""
    assert app.test_client().get("/setup").status_code == 404
