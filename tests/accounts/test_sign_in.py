from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from drillreg.accounts import passwords
from drillreg.accounts.models import Account, SignInSession
from drillreg.accounts.passwords import hash_one_time
from drillreg.accounts.rules import NO_PASSWORD, ensure_compatible, roles
from drillreg.core.errors import DomainError
from tests.conftest import NOW

PASSWORD = "a good pass-phrase"


@pytest.fixture
def clerk(county, make_account, app):
    make_account("county_staff", county.county, username="zhoumin", password=PASSWORD)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def enter(browser, password=PASSWORD, **fields):
    return browser.post("/sign-in", data={"username": "ZhouMin ", "password": password, **fields})


def test_nobody_gets_in_without_signing_in(app, county):
    response = app.test_client().get("/inbox/?after=x")
    assert response.status_code == 303
    assert response.location == "/sign-in?next=/inbox/?after%3Dx"


def test_signing_in_leads_on_to_where_one_was_going(clerk):
    assert enter(clerk, next="/inbox/").location == "/inbox/"
    assert "周敏" in clerk.page("/inbox/").header.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https:evil.example", "/\\evil", "javascript:1"]
)
def test_signing_in_never_leads_off_the_site(clerk, target):
    assert enter(clerk, next=target).location == "/"


def test_a_wrong_password_says_the_same_as_a_wrong_name(clerk):
    wrong_password = enter(clerk, password="not this one")
    wrong_name = enter(clerk, username="nobody")
    assert wrong_password.status_code == wrong_name.status_code == 422
    said = [
        BeautifulSoup(answer.text, "html.parser").select_one(".dr-errsum").text
        for answer in (wrong_password, wrong_name)
    ]
    assert said[0] == said[1]


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(clerk, frozen):
    for _ in range(5):
        enter(clerk, password="not this one")
    assert enter(clerk).status_code == 422
    frozen.now = frozen.now.replace(hour=frozen.now.hour + 1)
    assert enter(clerk).status_code == 303


def test_a_copied_cookie_is_worth_nothing_after_signing_out(clerk, app):
    enter(clerk)
    copied = clerk.get_cookie("drillreg").value
    clerk.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("drillreg", copied)
    assert thief.get("/").status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"locked_until": NOW + timedelta(hours=1)},
        {"disabled_at": NOW},
        {"password_ends_at": NOW},
        {"one_time": "abcd-efgh-jkmn"},
        {"password_hash": NO_PASSWORD},
        None,
    ],
)
def test_every_refusal_takes_one_slow_hash_and_one_sentence(
    clerk, keep, app, monkeypatch, change, account_of
):
    """No time and no word tells of a name whether it is known, locked or never used."""
    if change is not None:
        account = account_of("zhoumin")
        for name, value in change.items():
            if name == "one_time":
                with app.app_context():
                    name, value = "password_hash", hash_one_time(value)
            setattr(account, name, value)
        keep(account)
    hashed = []
    verify = passwords.PasswordHasher.verify

    def count(self, *args):
        hashed.append(args)
        return verify(self, *args)

    monkeypatch.setattr(passwords.PasswordHasher, "verify", count)
    answer = enter(clerk, "not this one", username="nobody" if change is None else "zhoumin")
    assert answer.status_code == 422
    assert len(hashed) == 1
    said = BeautifulSoup(answer.text, "html.parser").select_one(".dr-errsum").text
    assert "用户名或密码不正确" in said
    assert "初始密码已过期" in said


def test_half_an_hour_without_a_request_ends_the_session(clerk, frozen, reading):
    enter(clerk)
    frozen.now = frozen.now.replace(hour=3)
    assert clerk.get("/").status_code == 303


def test_a_session_keeps_only_the_hash_of_its_token(clerk, reading):
    enter(clerk)
    with clerk.session_transaction() as session:
        token = session["_user_id"]
    assert token not in str(reading.scalars(select(SignInSession.token_hash)).all())


def test_the_first_sign_in_asks_for_a_password_of_ones_own(clerk, reading, keep, app):
    account = reading.scalar(select(Account))
    reading.rollback()
    reading.expunge_all()
    account.must_change_password = True
    keep(account)
    enter(clerk)
    assert clerk.get("/inbox/").location == "/account/first"
    assert clerk.post("/inbox/read").status_code in {403, 404}
    changed = clerk.post(
        "/account/first",
        data={
            "new": "another phrase 7",
            "again": "another phrase 7",
            "name": "周敏",
            "phone": "0000-000 1101",
            "locale": "zh_Hans_CN",
            "text_size": "large",
        },
    )
    assert changed.location == "/"
    assert clerk.get("/inbox/").status_code == 200


@pytest.mark.parametrize("new", ["short", "1234567890", "zhoumin-zhoumin", "aaaaaaaaaaaaa"])
def test_a_weak_password_is_refused(clerk, new):
    enter(clerk)
    response = clerk.post("/account/password", data={"old": PASSWORD, "new": new, "again": new})
    assert response.status_code == 422


def test_a_form_without_its_token_is_refused(clerk, app):
    enter(clerk)
    app.config["WTF_CSRF_ENABLED"] = True
    response = clerk.post("/sign-out")
    assert response.status_code == 400
    assert clerk.get("/").status_code == 200


def test_administrators_exclude_each_other_and_every_business_role():
    three = {"sysadmin", "secadmin", "auditor"}
    for code in roles():
        for other in three - {code}:
            with pytest.raises(DomainError, match="exclude each other"):
                ensure_compatible({code, other})


def test_the_language_is_remembered_with_the_account(clerk, app):
    enter(clerk)
    clerk.post("/language", data={"locale": "en", "next": "/"})
    assert clerk.page("/").html["lang"] == "en"
    clerk.post("/sign-out")
    second = app.test_client()
    enter(second)
    assert second.page("/").html["lang"] == "en"
