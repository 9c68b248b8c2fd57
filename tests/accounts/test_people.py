"""Accounts as the security administrator looks after them."""

import io
from datetime import timedelta

import openpyxl
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from drillreg.accounts.models import RoleAssignment, SignInSession
from drillreg.accounts.rules import roles
from drillreg.core.access import Permission
from drillreg.core.codes import code_list


def shown(answer):
    """Return the one-time passwords that a page shows."""
    return [each.text for each in BeautifulSoup(answer.text, "html.parser").select("b.dr-num")]


@pytest.fixture
def secadmin(as_role):
    return as_role("secadmin", name="彭霞")


@pytest.fixture
def clerk(county, make_account, account_of):
    make_account("town_staff", county.town, name="刘美云", username="liumeiyun")
    return account_of("liumeiyun")


def path_of(account, act=""):
    return f"/system/people/{account.public_id}{act}"


def test_an_account_is_made_with_a_role_and_its_password_shown_once(
    secadmin, county, enter, account_of, trail
):
    made = secadmin.post(
        "/system/people/new",
        data={
            "name": "梁秀英",
            "phone": "0000-000 3416",
            "username": "LiangXiuying",
            "role": "unit_liaison",
            "org": "白岩镇中心小学",
        },
    )
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    password = shown(made)[0]
    account = account_of("liangxiuying")
    assert password not in secadmin.get(path_of(account)).text
    assert enter("liangxiuying", password)[1].status_code == 303
    # As people type it: large letters, blanks instead of hyphens.
    assert enter("liangxiuying", password.replace("-", " ").upper())[1].status_code == 303
    assert "account-made" in trail()[0]
    assert password not in trail()[1]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("org", "没有的单位", "范围内没有这个名称的单位"),
        ("org", "云川县", "范围内没有这个名称的单位"),
        ("username", "刘", "用户名由2至40个小写字母"),
        ("username", "liumeiyun", "已被使用"),
        ("phone", "电话", "电话号码只能包含"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(secadmin, clerk, field, value, sentence):
    data = {"name": "某人", "username": "mouren", "role": "monitor", "org": "岭下村"}
    refused = secadmin.post("/system/people/new", data={**data, field: value})
    assert refused.status_code == 422
    assert sentence in refused.text


def test_of_two_with_one_name_the_organisation_above_tells(
    secadmin, county, make_org, account_of, reading
):
    other = make_org("岭下村", "village", county.other_town)
    data = {"name": "某人", "username": "mouren", "role": "monitor", "org": "岭下村"}
    assert "有多个同名单位" in secadmin.post("/system/people/new", data=data).text
    secadmin.post("/system/people/new", data={**data, "org": "岭下村（竹源镇）"})
    held = reading.scalar(
        select(RoleAssignment).where(RoleAssignment.account_id == account_of("mouren").id)
    )
    assert held.org_id == other.id


def test_roles_that_exclude_each_other_are_refused_with_both_names(secadmin, clerk):
    refused = secadmin.post(
        path_of(clerk, "/roles"), data={"role": "auditor", "org": "青岭县", "from_on": ""}
    )
    assert refused.status_code == 422
    assert "安全审计员" in refused.text
    assert "镇应急办工作人员" in refused.text
    assert "不能由同一人担任" in refused.text


def test_roles_exclude_each_other_also_where_only_their_times_overlap(secadmin, clerk, frozen):
    later = {"role": "auditor", "org": "青岭县", "from_on": "2027-01-01"}
    assert secadmin.post(path_of(clerk, "/roles"), data=later).status_code == 422


def test_a_role_ends_today_and_its_reach_with_it(secadmin, clerk, sign_in, reading, county, frozen):
    browser = sign_in(clerk.id)
    assert browser.get(f"/orgs/{county.school.id}").status_code == 200
    held = reading.scalar(select(RoleAssignment.id).where(RoleAssignment.account_id == clerk.id))
    assert secadmin.post(path_of(clerk, f"/roles/{held}/end")).status_code == 303
    assert browser.get(f"/orgs/{county.school.id}").status_code in {403, 404}
    again = {"role": "town_staff", "org": "白岩镇"}
    assert secadmin.post(path_of(clerk, "/roles"), data=again).status_code == 303
    assert browser.get(f"/orgs/{county.school.id}").status_code == 200


def test_a_role_with_a_last_day_ends_by_itself(secadmin, clerk, sign_in, frozen, county):
    given = {"role": "monitor", "org": "竹源镇", "last_on": "2026-05-14"}
    assert secadmin.post(path_of(clerk, "/roles"), data=given).status_code == 303
    assert sign_in(clerk.id).get(f"/orgs/{county.other_town.id}").status_code == 200
    frozen.now += timedelta(days=3)
    assert sign_in(clerk.id).get(f"/orgs/{county.other_town.id}").status_code == 404


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("/roles", {"role": "county_staff", "org": "青岭县"}),
        ("/lock", {}),
        ("/unlock", {}),
        ("/disable", {"reason": "x"}),
        ("/reset", {}),
        ("/require-password", {}),
        ("/remove-second-step", {}),
        ("/acting", {"deputy": "x", "last_on": "2026-06-01"}),
    ],
)
def test_no_administrator_works_on_their_own_account(
    secadmin, county, account_of, act, data, trail
):
    own = account_of(f"secadmin-{county.county.id}")
    before = trail()[0]
    assert secadmin.post(path_of(own, act), data=data).status_code == 403
    assert trail()[0] == before
    assert "不能在这里修改自己的账号" in secadmin.get(path_of(own)).text


def test_locking_signs_out_and_keeps_out_until_unlocked(secadmin, clerk, enter, frozen, trail):
    browser, _ = enter("liumeiyun")
    secadmin.post(path_of(clerk, "/lock"))
    assert browser.get("/").location.startswith("/sign-in")
    frozen.now += timedelta(minutes=20)
    assert enter("liumeiyun")[1].status_code == 422
    secadmin.post(path_of(clerk, "/unlock"))
    assert enter("liumeiyun")[1].status_code == 303
    assert {"account-locked", "account-unlocked"} <= set(trail()[0])


def test_taking_out_of_use_needs_a_reason_and_shuts_every_door(secadmin, clerk, enter, trail):
    browser, _ = enter("liumeiyun")
    assert secadmin.post(path_of(clerk, "/disable"), data={"reason": ""}).status_code == 422
    secadmin.post(path_of(clerk, "/disable"), data={"reason": "调离"})
    assert browser.get("/").status_code == 303
    assert enter("liumeiyun")[1].status_code == 422
    assert "调离" in secadmin.get(path_of(clerk)).text
    secadmin.post(path_of(clerk, "/enable"))
    assert enter("liumeiyun")[1].status_code == 303


def test_a_reset_ends_every_session_and_the_old_password(secadmin, clerk, enter, trail):
    browser, _ = enter("liumeiyun")
    password = shown(secadmin.post(path_of(clerk, "/reset")))[0]
    assert browser.get("/").location.startswith("/sign-in")
    assert enter("liumeiyun")[1].status_code == 422
    anew, answer = enter("liumeiyun", password)
    assert answer.status_code == 303
    assert anew.get("/orgs/").location == "/account/first"
    assert password not in trail()[1]


def test_a_one_time_password_is_good_for_two_weeks(secadmin, clerk, enter, frozen):
    password = shown(secadmin.post(path_of(clerk, "/reset")))[0]
    frozen.now += timedelta(days=15)
    refused = enter("liumeiyun", password)[1]
    assert refused.status_code == 422
    assert "初始密码已过期" in refused.text


def test_a_new_password_can_be_required_without_giving_one_out(secadmin, clerk, enter):
    browser, _ = enter("liumeiyun")
    secadmin.post(path_of(clerk, "/require-password"))
    assert browser.get("/orgs/").location == "/account/first"


def test_an_account_is_signed_out_everywhere(secadmin, clerk, enter, trail):
    browser, _ = enter("liumeiyun")
    assert "127.0.0.1" in secadmin.get(path_of(clerk)).text
    secadmin.post(path_of(clerk, "/end-sessions"))
    assert browser.get("/").status_code == 303
    assert "sessions-ended" in trail()[0]


def test_no_county_shuts_the_door_of_another_one(secadmin, clerk, county, app, keep):
    abroad = {
        "account_id": clerk.id,
        "role": "town_staff",
        "org_id": county.other_county.id,
        "from_on": clerk.created_at.date(),
    }
    keep(RoleAssignment(**abroad))
    assert secadmin.get(path_of(clerk)).status_code == 200
    for act in ("/lock", "/reset", "/disable"):
        assert secadmin.post(path_of(clerk, act), data={"reason": "x"}).status_code == 403


def test_the_list_is_filtered_paged_and_handed_out(secadmin, county, make_account, account_of):
    for number in range(40):
        make_account("monitor", county.village, name=f"监测{number}", username=f"m{number:02}")
    make_account("town_staff", county.other_county, name="外县人", username="abroad")
    page = secadmin.page("/system/people/?role=monitor&q=监测")
    assert "共 40 条" in page.text.replace("\n", " ")
    assert len(page.select("tbody tr")) == 30
    rest = secadmin.page(page.select_one("a[rel=next]")["href"])
    assert len(rest.select("tbody tr")) == 10
    assert "外县人" not in secadmin.get("/system/people/").text
    book = openpyxl.load_workbook(
        io.BytesIO(secadmin.get("/system/people/export.xlsx?role=monitor").data)
    )
    assert book.active.max_row == 41


@pytest.mark.parametrize(
    ("state", "username"),
    [("never", "fresh"), ("locked", "locked"), ("disabled", "gone"), ("idle", "idle")],
)
def test_the_list_is_filtered_by_state(
    secadmin, county, make_account, keep, frozen, state, username, app, account_of
):
    for name in ("fresh", "locked", "gone", "idle"):
        make_account("monitor", county.village, username=name)
    seen = frozen.now - timedelta(days=1)
    changes = {
        "locked": {"locked_until": frozen.now + timedelta(minutes=5), "last_signed_in_at": seen},
        "gone": {"disabled_at": seen, "last_signed_in_at": seen},
        "idle": {"last_signed_in_at": frozen.now - timedelta(days=91)},
    }
    for name, values in changes.items():
        account = account_of(name)
        for key, value in values.items():
            setattr(account, key, value)
        keep(account)
    page = secadmin.page(f"/system/people/?role=monitor&state={state}")
    assert [small.text for small in page.select("td.two small")] == [username]


def test_the_list_asks_the_same_number_of_times_however_long_it_is(
    secadmin, county, make_account, count_queries
):
    def asked():
        secadmin.get("/system/people/")
        with count_queries() as seen:
            secadmin.get("/system/people/")
        return len(seen)

    make_account("monitor", county.village, username="one")
    few = asked()
    for number in range(12):
        make_account("monitor", county.village, username=f"more{number}")
    assert asked() == few


def test_every_permission_has_its_words_and_the_table_shows_them(secadmin, as_role, county):
    assert set(code_list("permission").codes()) == set(Permission)
    page = secadmin.page("/system/roles")
    assert len(page.select(".dr-roles thead th")) == 1 + len(roles())
    assert len(page.select(".dr-roles tbody tr")) == len(Permission) + 1
    english = as_role("auditor", locale="en", username="auditor-en").page("/system/roles")
    assert "Read the audit trail" in english.text


def test_a_session_says_what_browser_it_is(secadmin, clerk, app, enter, reading):
    browser = app.test_client()
    agent = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 Chrome/86.0.4240.198 Safari/537.36"
    browser.post(
        "/sign-in",
        data={"username": "liumeiyun", "password": "a good pass-phrase"},
        headers={"User-Agent": agent},
    )
    assert "Chrome 86, Windows" in secadmin.get(path_of(clerk)).text
    assert reading.scalar(select(SignInSession.agent).where(SignInSession.agent == agent))
