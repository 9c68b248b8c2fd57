from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from drillreg.core.db import unit_of_work
from drillreg.notices.models import Notice
from drillreg.notices.operations import notify
from drillreg.notices.sweeps import send_daily_notices

MORNING = datetime(2026, 5, 13, 0, 5, tzinfo=UTC)  # 08:05 in Shanghai


def tell(app, frozen, *accounts, occasion="drill:1", kind="report-waiting"):
    with app.app_context(), unit_of_work():
        return notify(
            accounts,
            occasion=occasion,
            kind=kind,
            message="Please sign in.",
            params={},
            url="/inbox/",
            now=frozen.now,
        )


def sweep(app, moment):
    with app.app_context():
        return send_daily_notices(moment)


def test_each_thing_is_told_once(app, frozen, county, make_account):
    one, two = make_account("county_staff", county.county), make_account("leader", county.county)
    assert tell(app, frozen, one, two, one) == 2
    assert tell(app, frozen, one, two) == 0
    assert tell(app, frozen, one, kind="before-7") == 1


def test_the_inbox_counts_opens_and_forgets(app, frozen, as_role, county):
    clerk, other = as_role("county_staff"), as_role("town_staff", county.town)
    tell(app, frozen, 1)
    page = clerk.page("/inbox/")
    assert page.select_one("main .dr-list").text.count("请先登录。") == 1
    assert "1" in page.select_one("header .dr-dotnum").text
    assert other.page("/inbox/").select_one("header .dr-dotnum") is None
    form = page.select_one("main .dr-list form")["action"]
    assert other.post(form).status_code == 404
    assert clerk.post(form).location == "/inbox/"
    assert clerk.page("/inbox/").select_one("header .dr-dotnum") is None


def test_what_is_not_urgent_comes_as_one_notice_the_next_morning(
    app, frozen, county, make_account, sign_in
):
    account = make_account("county_staff", county.county)
    clerk = sign_in(account)
    for number in range(4):
        tell(app, frozen, 1, occasion=f"drill:{number}", kind="overdue")
    page = clerk.page("/inbox/")
    assert page.select_one("header .dr-dotnum") is None
    assert "另有4条不急的消息" in page.text
    assert len(clerk.page("/inbox/?show=waiting").select("main .dr-list > li")) == 4

    assert sweep(app, MORNING - timedelta(hours=1)) == 0
    assert sweep(app, MORNING) == 1
    frozen.now = MORNING
    clerk = sign_in(account)
    page = clerk.page("/inbox/")
    assert page.select_one("header .dr-dotnum").text == "1"
    rows = page.select("main .dr-list > li")
    assert len(rows) == 1
    assert "今天有4件事" in rows[0].text
    assert "另有1条" in rows[0].text

    opened = clerk.post(rows[0].form["action"]).location
    assert len(clerk.page(opened).select("main .dr-list > li")) == 4
    assert clerk.page("/inbox/").select_one("header .dr-dotnum") is None


def test_a_person_has_at_most_one_merged_notice_a_day(app, frozen, as_role, reading):
    as_role("county_staff")
    tell(app, frozen, 1, kind="overdue")
    assert sweep(app, MORNING) == 1
    tell(app, frozen, 1, occasion="drill:2", kind="overdue")
    assert sweep(app, MORNING + timedelta(hours=5)) == 0
    assert sweep(app, MORNING + timedelta(days=1)) == 1
    merged = reading.scalars(select(Notice.occasion).where(Notice.kind == "daily-notice"))
    assert sorted(merged) == ["day:2026-05-13", "day:2026-05-14"]


def test_everybody_chooses_how_to_be_told(app, frozen, as_role):
    clerk = as_role("county_staff")
    page = clerk.page("/inbox/settings")
    ways = {
        select["name"]: select.select_one("option[selected]")["value"]
        for select in page.select("main select")
    }
    assert ways["overdue"] == "daily"
    assert "hazard-abnormal" not in ways  # nobody turns off what is dangerous
    ways |= {"overdue": "at-once", "report-waiting": "silent", "hazard-abnormal": "silent"}
    assert clerk.post("/inbox/settings", data=ways).status_code == 303
    tell(app, frozen, 1, kind="overdue")
    tell(app, frozen, 1, kind="report-waiting")
    tell(app, frozen, 1, kind="hazard-abnormal")
    page = clerk.page("/inbox/")
    assert page.select_one("header .dr-dotnum").text == "2"
    assert len(page.select("main .dr-list > li")) == 3
    assert len(clerk.page("/inbox/?kind=overdue").select("main .dr-list > li")) == 1


def test_a_way_that_does_not_exist_is_refused(as_role):
    answer = as_role("county_staff").post("/inbox/settings", data={"overdue": "shouted"})
    assert answer.status_code == 422
