"""What stops the clocks of a version, and what starts those that are missing."""

from datetime import date

from sqlalchemy import delete

from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.filings.models import PlanClock
from drillreg.filings.sweeps import start_missing_clocks
from drillreg.plans.models import PlanFile, PlanVersion
from tests.plans.conftest import paper

ISSUE = {"number": "白府发[2026]18号", "issued_on": "2026-05-11", "review_on": "2029-05-11"}


def issue(browser, plan_id):
    page = browser.page(f"/plans/{plan_id}/issue/check", query_string=ISSUE)
    sent = {}
    for field in page.main.select_one("form[method=post]").select("input[type=hidden]"):
        sent.setdefault(field["name"], []).append(field["value"])
    return browser.post(f"/plans/{plan_id}/issue", data=sent)


def test_a_new_version_closes_what_was_never_done(as_role, county, office, issued, keep, frozen):
    plan_id = issued(county.town)
    keep(
        PlanVersion(
            plan_id=plan_id,
            number=2,
            created_at=frozen.now,
            files=[PlanFile(file=paper(2))],
        )
    )
    town = as_role("town_staff", county.town)
    assert issue(town, plan_id).status_code == 303
    panel = town.page(f"/plans/{plan_id}").select_one("#filing").text
    assert panel.count("未办理即被新版本替代") == 2
    assert panel.count("还剩19个工作日") == 2
    assert "滑坡预案" not in as_role("county_staff").page("/filings/?state=late").text


def test_an_abolished_plan_asks_for_nothing(as_role, county, office, issued, clocks):
    plan_id = issued(county.town)
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan_id}/abolish", data={"reason": "撤销"}).status_code == 303
    found = clocks(plan_id)
    assert {each.closing.value for each in found.values()} == {"abolished"}
    assert "滑坡预案" not in town.page("/filings/").text
    assert town.get(f"/filings/plans/{plan_id}/file").status_code == 422


def test_a_changed_calendar_moves_the_last_day(as_role, county, office, issued, clocks):
    plan_id = issued(county.town)
    answer = as_role("sysadmin").post(
        "/system/calendar/days/new", data={"day": "2026-05-20", "kind": "off", "name_zh": "县庆"}
    )
    assert answer.status_code == 303
    assert clocks(plan_id)["file"].due_on == date(2026, 5, 27)


def test_versions_from_before_get_their_clocks_and_what_proves_them_done(
    app, county, office, issued, keep, kept, clocks, frozen
):
    plan_id = issued(county.town, issued_on=date(2026, 3, 2))
    with app.app_context(), unit_of_work():
        db.session.execute(delete(PlanClock))
    keep(
        Evidence(
            kind="plan-filed",
            org_id=county.town.id,
            subject_kind="plan",
            subject_id=plan_id,
            on_date=date(2026, 3, 20),
            entered_at=frozen.now,
            attributes={"plan_id": plan_id},
            grade="self-reported",
        )
    )
    with app.app_context():
        assert start_missing_clocks(frozen.now) == 1
        assert start_missing_clocks(frozen.now) == 0
    found = clocks(plan_id)
    assert found["file"].done_on == date(2026, 3, 20)
    assert found["publish"].done_on is None


def test_a_page_of_the_list_takes_the_same_queries_however_long_it_is(
    as_role, county, office, issued, count_queries
):
    town = as_role("town_staff", county.town)
    issued(county.town, title="一号预案")
    town.page("/filings/")
    with count_queries() as few:
        town.page("/filings/")
    for number in range(12):
        issued(county.town, title=f"预案{number}")
    with count_queries() as many:
        assert "下一页" in town.page("/filings/").text
    assert len(many) == len(few)
