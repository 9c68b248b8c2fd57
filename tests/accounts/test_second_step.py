"""The second step: authenticator, recovery codes, replay, lock-out, who must have it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from drillreg.accounts import totp
from drillreg.accounts.models import Account, RecoveryCode, Totp
from drillreg.accounts.queries import account_or_none
from drillreg.accounts.rules import roles, totp_required
from drillreg.core.db import unit_of_work
from tests.accounts.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clerk(county, make_account, app, frozen):
    """A clerk whose authenticator shares SECRET; returns the recovery codes."""
    make_account("county_staff", county.county, username="zhoumin", password=PASSWORD)
    with app.app_context(), unit_of_work():
        account = account_or_none("zhoumin")
        return totp.enrol(account, secret=SECRET, step=0, actor=None, now=frozen.now)


def half(enter, browser=None):
    browser, answer = enter("zhoumin", browser=browser)
    assert answer.location == "/sign-in/code"
    return browser


def give(browser, code, **fields):
    return browser.post("/sign-in/code", data={"code": code, **fields})


def test_only_the_three_administrators_must_have_it_and_a_county_can_ask_more():
    assert {code for code in roles() if totp_required([code])} == {
        "sysadmin",
        "secadmin",
        "auditor",
    }
    assert totp_required(["monitor"], of_everybody=True)


def test_a_right_password_alone_opens_nothing(clerk, enter):
    browser = half(enter)
    assert browser.get("/").location.startswith("/sign-in")
    assert browser.get("/account/").location.startswith("/sign-in")


def test_password_and_code_open_and_lead_on(clerk, enter, frozen):
    browser, answer = enter("zhoumin", next="/inbox/")
    assert answer.location == "/sign-in/code?next=/inbox/"
    assert browser.page(answer.location).select_one("[name=next]")["value"] == "/inbox/"
    done = give(browser, totp.code_at(SECRET, frozen.now), next="/inbox/")
    assert done.location == "/inbox/"
    assert browser.get("/inbox/").status_code == 200


@pytest.mark.parametrize(("off", "status"), [(-30, 303), (30, 303), (-60, 422), (90, 422)])
def test_a_clock_may_be_half_a_minute_off(clerk, enter, frozen, off, status):
    code = totp.code_at(SECRET, frozen.now + timedelta(seconds=off))
    assert give(half(enter), code).status_code == status


def test_no_code_opens_twice(clerk, enter, frozen):
    code = totp.code_at(SECRET, frozen.now)
    assert give(half(enter), code).status_code == 303
    assert give(half(enter), code).status_code == 422
    # Nor does an older one that was never used.
    older = totp.code_at(SECRET, frozen.now - timedelta(seconds=30))
    assert give(half(enter), older).status_code == 422


def test_a_half_sign_in_is_worth_nothing_after_ten_minutes_or_once_used(clerk, enter, frozen, app):
    browser = half(enter)
    copied = browser.get_cookie("drillreg").value
    assert give(browser, totp.code_at(SECRET, frozen.now)).status_code == 303
    thief = app.test_client()
    thief.set_cookie("drillreg", copied)
    frozen.now += timedelta(minutes=1)
    assert give(thief, totp.code_at(SECRET, frozen.now)).status_code in {303, 422}
    assert thief.get("/account/").location.startswith("/sign-in")
    late = half(enter)
    frozen.now += timedelta(minutes=11)
    give(late, totp.code_at(SECRET, frozen.now))
    assert late.get("/account/").location.startswith("/sign-in")


def test_five_wrong_codes_lock_like_five_wrong_passwords(clerk, enter, frozen, account_of):
    browser = half(enter)
    for _ in range(5):
        assert give(browser, "000000").status_code == 422
    assert give(browser, totp.code_at(SECRET, frozen.now)).status_code == 422
    assert enter("zhoumin")[1].status_code == 422
    frozen.now += timedelta(minutes=16)
    assert give(half(enter), totp.code_at(SECRET, frozen.now)).status_code == 303


def test_a_right_password_forgives_no_wrong_code(clerk, enter, account_of):
    for _ in range(4):
        give(half(enter), "000000")
    assert account_of("zhoumin").failed_tries == 4
    half(enter)
    assert account_of("zhoumin").failed_tries == 4


def test_a_recovery_code_stands_in_once(clerk, enter, trail, reading):
    assert len(clerk) == 8
    assert give(half(enter), clerk[0].upper()).status_code == 303
    assert give(half(enter), clerk[0]).status_code == 422
    assert "recovery-code-used" in trail()[0]
    kept = reading.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(clerk) & set(kept)
    assert not any(code in trail()[1] for code in clerk)


def test_the_secret_lies_encrypted_and_nowhere_in_the_trail(clerk, reading, trail):
    assert SECRET not in reading.scalar(select(Totp.secret))
    assert SECRET not in trail()[1]


def test_setting_it_up_takes_a_right_code_and_shows_recovery_codes(as_role, frozen, county, trail):
    browser = as_role("county_staff")
    page = browser.page("/account/second-step")
    assert page.select_one("img")["src"].startswith("data:image/svg+xml")
    secret = page.select_one("li .dr-num").text.replace(" ", "")
    wrong = browser.post("/account/second-step", data={"code": "000000"})
    assert wrong.status_code == 422
    assert secret[:4] in wrong.text
    done = browser.post("/account/second-step", data={"code": totp.code_at(secret, frozen.now)})
    assert len(re.findall(r"(?:[2-9a-z]{4}-){3}[2-9a-z]{4}", done.text)) == 8
    assert "已启用" in browser.get("/account/second-step").text
    assert "totp-enrolled" in trail()[0]
    assert secret not in trail()[1]


def test_the_code_that_set_it_up_does_not_sign_in(as_role, frozen, county, enter):
    browser = as_role("county_staff", username="zhoumin", password=PASSWORD)
    secret = browser.page("/account/second-step").select_one("li .dr-num").text.replace(" ", "")
    code = totp.code_at(secret, frozen.now)
    browser.post("/account/second-step", data={"code": code})
    assert give(half(enter), code).status_code == 422


def test_an_administrator_without_it_reaches_nothing_else(as_role, county, app, frozen):
    browser = as_role("auditor")
    with app.app_context(), unit_of_work():
        account = account_or_none(f"auditor-{county.county.id}")
        totp.remove(account, actor=None, now=frozen.now)
    assert browser.get("/system/audit/").location == "/account/second-step"
    assert browser.post("/account/person", data={"name": "x"}).status_code == 403
    page = browser.page("/account/second-step")
    secret = page.select_one("li .dr-num").text.replace(" ", "")
    browser.post("/account/second-step", data={"code": totp.code_at(secret, frozen.now)})
    assert browser.get("/system/audit/").status_code == 200


def test_an_administrator_cannot_take_it_away_but_a_clerk_with_the_password_can(
    as_role, county, clerk, sign_in, account_of, enter
):
    auditor = as_role("auditor", password=PASSWORD)
    refused = auditor.post("/account/second-step/remove", data={"password": PASSWORD})
    assert refused.status_code == 422
    browser = sign_in(account_of("zhoumin").id)
    wrong = browser.post("/account/second-step/remove", data={"password": "x"})
    assert wrong.status_code == 422
    browser.post("/account/second-step/remove", data={"password": PASSWORD})
    assert enter("zhoumin")[1].location == "/"


def test_new_recovery_codes_replace_the_old_ones(clerk, sign_in, account_of, enter):
    browser = sign_in(account_of("zhoumin").id)
    browser.post("/account/second-step/codes", data={"password": PASSWORD})
    assert give(half(enter), clerk[0]).status_code == 422


def test_the_security_administrator_takes_a_lost_one_away(as_role, clerk, account_of, enter, trail):
    secadmin = as_role("secadmin")
    account = account_of("zhoumin")
    secadmin.post(f"/system/people/{account.public_id}/remove-second-step")
    assert enter("zhoumin")[1].location == "/"
    assert "totp-removed" in trail()[0]


def test_a_reset_of_the_password_leaves_the_second_step(as_role, clerk, account_of, reading):
    secadmin = as_role("secadmin")
    secadmin.post(f"/system/people/{account_of('zhoumin').public_id}/reset")
    assert reading.scalar(select(Account.totp_since).where(Account.username == "zhoumin"))
