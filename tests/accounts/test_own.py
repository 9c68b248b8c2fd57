"""One's own account: first sign-in, password, sessions."""

from itertools import pairwise

import pytest
from sqlalchemy import select

from drillreg.accounts.models import SignInSession
from tests.accounts.conftest import PASSWORD

FIRST = {
    "new": "another phrase 7",
    "again": "another phrase 7",
    "name": "周敏",
    "phone": "0000-000 1101",
    "locale": "en",
    "text_size": "large",
}


@pytest.fixture
def fresh(county, make_account, account_of, keep, enter):
    """A browser that has signed in for the first time."""
    make_account("county_staff", county.county, username="zhoumin")
    account = account_of("zhoumin")
    account.must_change_password = True
    keep(account)
    return enter("zhoumin")[0]


def test_nothing_is_reachable_before_the_first_page_is_done(fresh):
    for address in ("/", "/inbox/", "/account/", "/account/password", "/account/acting", "/search"):
        assert fresh.get(address).location == "/account/first", address
    assert fresh.post("/account/password", data={}).status_code == 403
    assert fresh.get("/inbox/", headers={"HX-Request": "true"}).status_code == 403
    assert fresh.get("/account/first").status_code == 200


def test_the_first_page_keeps_all_it_asks(fresh, account_of, enter):
    assert fresh.post("/account/first", data=FIRST).location == "/"
    account = account_of("zhoumin")
    assert (account.locale, account.text_size, account.person.phone) == (
        "en",
        "large",
        "0000-000 1101",
    )
    assert fresh.page("/").html["lang"] == "en"
    assert enter("zhoumin", "another phrase 7")[1].status_code == 303


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"new": "short", "again": "short"}, "密码长度应为"),
        ({"again": "something else"}, "两次输入的新密码不一致"),
        ({"new": PASSWORD, "again": PASSWORD}, "最近五次"),
        ({"new": "", "again": ""}, "新密码"),
        ({"name": ""}, "姓名"),
        ({"locale": "fr"}, "语言"),
    ],
)
def test_the_first_page_says_what_is_wrong_and_opens_nothing(fresh, change, sentence):
    refused = fresh.post("/account/first", data={**FIRST, **change})
    assert refused.status_code == 422
    assert sentence in refused.text
    assert fresh.get("/inbox/").location == "/account/first"


def test_the_last_five_passwords_do_not_come_back(as_role, county):
    browser = as_role("county_staff", password=PASSWORD)
    used = [PASSWORD, *(f"my garden number {n} blooms" for n in range(5))]

    def change(old, new):
        data = {"old": old, "new": new, "again": new}
        return browser.post("/account/password", data=data).status_code

    for old, new in pairwise(used):
        assert change(old, new) == 303
    assert change(used[5], used[1]) == 422
    assert change(used[5], used[5]) == 422
    assert change(used[5], used[0]) == 303


@pytest.mark.parametrize(
    "new",
    [
        "password1234",
        "qwertyuiop1",
        "1234567890ab",
        "周敏周敏周敏周敏周敏",
        "zhoumin12345",
        "aaaaaaaaaaaaaa",
        "abcabcabcabc",
        "x" * 129,
        "Qwer1234!@",
    ],
)
def test_what_is_easy_to_guess_is_refused(as_role, county, new, keep, account_of):
    browser = as_role("county_staff", username="zhoumin", password=PASSWORD)
    data = {"old": PASSWORD, "new": new, "again": new}
    assert browser.post("/account/password", data=data).status_code == 422


def test_sessions_are_listed_and_ended_one_by_one(county, make_account, enter):
    make_account("county_staff", county.county, username="zhoumin")
    mine, _ = enter("zhoumin")
    other, _ = enter("zhoumin")
    page = mine.page("/account/")
    rows = page.select("table")[0].select("tbody tr")
    assert len(rows) == 2
    assert [("当前浏览器" in row.text) for row in rows].count(True) == 1
    (form,) = [
        f for f in page.select("form") if "/end" in f["action"] and "others" not in f["action"]
    ]
    mine.post(form["action"])
    assert other.get("/account/").location.startswith("/sign-in")
    assert mine.get("/account/").status_code == 200


def test_all_other_sessions_end_at_once(county, make_account, enter):
    make_account("county_staff", county.county, username="zhoumin")
    mine, _ = enter("zhoumin")
    others = [enter("zhoumin")[0] for _ in range(2)]
    mine.post("/account/sessions/end-others")
    assert all(each.get("/").status_code == 303 for each in others)
    assert mine.get("/account/").status_code == 200


def test_changing_the_password_ends_the_other_sessions(county, make_account, enter, reading):
    make_account("county_staff", county.county, username="zhoumin")
    mine, _ = enter("zhoumin")
    other, _ = enter("zhoumin")
    data = {"old": PASSWORD, "new": "another phrase 7", "again": "another phrase 7"}
    assert mine.post("/account/password", data=data).location == "/account/"
    assert other.get("/").status_code == 303
    open_ones = reading.scalars(select(SignInSession).where(SignInSession.ended_at.is_(None)))
    assert len(open_ones.all()) == 1


def test_name_and_telephone_are_corrected_with_the_old_values_in_the_trail(as_role, county, trail):
    browser = as_role("county_staff", name="周敏")
    browser.post("/account/person", data={"name": "周 敏", "phone": "123 45"})
    assert "周 敏" in browser.get("/account/").text
    actions, text = trail()
    assert "person-corrected" in actions
    assert "123 45" in text
