"""The six reasons of article 35: recorded by hand, arising by themselves, answered."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from drillreg.accounts.models import Person, Post
from drillreg.core.changes import announce
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.geo.morton import encode
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org, OrgVersion
from drillreg.plans.models import PlanVersion
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.rules import year_before
from tests.revisions.conftest import NOW, TODAY


def test_there_are_the_six_reasons_of_the_article():
    articles = [item.attributes["article"] for item in code_list("trigger")]
    assert articles == [f"35({n})" for n in range(1, 7)]
    origins = code_list("trigger_origin")
    codes = set(code_list("trigger").codes())
    assert {o.attributes["reason"] for o in origins if o.code != "hand"} <= codes


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 5, 12)])
def test_twelve_months_before(day):
    assert year_before(day, 12) == (date(2023, 2, 28) if day.day == 29 else date(2025, 5, 12))


@pytest.mark.parametrize("reason", ["law", "bodies", "risk", "resources", "drill", "other"])
def test_each_reason_is_recorded_and_begins_a_revision(reason, county, make_plan, as_role, app):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    town.page(f"/plans/{plan.id}/triggers/new")
    made = town.post(
        f"/plans/{plan.id}/triggers/new",
        data={"reason": reason, "on": "2026-05-01", "what": "有了变化", "link": ""},
    )
    assert made.status_code == 303
    assert "须修订" in town.page("/plans/").text
    assert "有了变化" in town.page("/plans/triggers").text
    with app.app_context():
        found = db.session.scalars(
            select(Evidence).where(Evidence.kind == "revision-triggered")
        ).one()
        assert found.attributes == {"plan_id": plan.id, "reason": reason}
        assert found.on_date == date(2026, 5, 1)
    assert "有了变化" in town.page(made.location).text
    answered = town.post(made.location, data={"answer": "revise", "why": ""})
    assert answered.status_code == 303
    assert "须修订" not in town.page("/plans/").find("table").text
    with app.app_context():
        draft = db.session.scalars(select(PlanVersion).where(PlanVersion.state == "draft")).one()
        assert "有了变化" in draft.summary
    assert town.post(made.location, data={"answer": "keep", "why": "x"}).status_code == 409


def test_no_revision_needs_a_reason_and_withdraws_the_evidence(county, make_plan, as_role, reading):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    made = town.post(
        f"/plans/{plan.id}/triggers/new",
        data={"reason": "risk", "on": "2026-05-01", "what": "新建厂房"},
    )
    assert town.post(made.location, data={"answer": "keep"}).status_code == 422
    town.post(made.location, data={"answer": "keep", "why": "不在危险区"})
    reading.rollback()
    assert reading.scalars(select(Evidence)).one().void_reason == "不在危险区"
    reading.rollback()
    assert "不在危险区" in town.page(f"/plans/{plan.id}/triggers").text


def test_bad_entries_are_named_and_kept(county, make_plan, as_role):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    address = f"/plans/{plan.id}/triggers/new"
    base = {"reason": "risk", "on": "2026-05-01", "what": "情况"}
    for change, sentence in (
        ({"on": "2026-06-01"}, "日期不能晚于今天"),
        ({"what": "秘密★1年"}, "国家秘密"),
        ({"link": "javascript:x"}, "链接应以"),
    ):
        answer = town.post(address, data=base | change)
        assert answer.status_code == 422
        assert sentence in answer.text


def site(org, number, level="red"):
    return HazardSite(
        org_id=org.id,
        number=number,
        name="滑坡",
        kind="landslide",
        level=level,
        lon=113.9,
        lat=26.9,
        morton=encode(113.9, 26.9),
        source_crs="WGS84",
        created_at=NOW,
    )


def test_a_new_site_in_reach_is_seen_until_it_is_answered(county, make_plan, as_role, keep):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    assert "新登记风险点" not in town.page(f"/plans/{plan.id}").text
    keep(site(county.village, "S-1"))
    keep(site(county.village, "S-2", level="blue"))  # of a village's small sites a town hears not
    assert "新登记风险点1处" in town.page(f"/plans/{plan.id}").text
    address = f"/plans/{plan.id}/signs/sites"
    town.page(address)
    town.post(address, data={"answer": "keep", "why": "已在预案风险清单内"})
    assert "新登记风险点" not in town.page(f"/plans/{plan.id}").text
    assert "已在预案风险清单内" in town.page(f"/plans/{plan.id}/triggers").text
    keep(site(county.town, "S-3", level="blue"))
    assert "新登记风险点1处" in town.page(f"/plans/{plan.id}").text


def test_a_renamed_organisation_is_seen(county, make_plan, as_role, keep, app):
    plan = make_plan(county.town)

    def version(name, from_on, to_on):
        return OrgVersion(
            org_id=county.town.id,
            from_on=from_on,
            to_on=to_on,
            name=name,
            kind="town",
            parent_id=county.county.id,
            path=county.town.path,
            attributes={},
            recorded_at=NOW,
        )

    keep(
        version("白岩乡", date(2020, 1, 1), date(2026, 4, 1)),
        version("白岩镇", date(2026, 4, 1), None),
    )
    town = as_role("town_staff", county.town)
    assert "单位发生变更（白岩镇）" in town.page(f"/plans/{plan.id}").text
    town.post(f"/plans/{plan.id}/signs/org", data={"answer": "revise"})
    assert "单位发生变更" not in town.page(f"/plans/{plan.id}").find(id="revisions").text


def test_numbers_not_verified_for_twelve_months_are_seen(county, make_plan, as_role, keep):
    plan = make_plan(county.town)
    person = keep(Person(name="王强"))
    keep(
        Post(
            person_id=person.id,
            org_id=county.town.id,
            title="站长",
            phone="13800000000",
            from_on=date(2020, 1, 1),
            verified_on=TODAY - timedelta(days=366),
        )
    )
    town = as_role("town_staff", county.town)
    assert "有1个联系电话超过12个月未核实" in town.page(f"/plans/{plan.id}").text
    assert "联系电话超过12个月" in town.page("/plans/triggers").text
    town.post(f"/plans/{plan.id}/signs/contacts", data={"answer": "keep", "why": "正在核实"})
    assert "联系电话超过12个月" not in town.page("/plans/triggers").text


def test_a_merged_organisation_is_seen(county, make_plan, as_role, app):
    plan = make_plan(county.town)
    with app.app_context(), unit_of_work():
        gone = db.session.get_one(Org, county.other_town.id)
        gone.merged_into_id, gone.closed_on = county.town.id, date(2026, 4, 1)
    page = as_role("town_staff", county.town).page(f"/plans/{plan.id}").text
    assert "单位发生变更（竹源镇）" in page


def test_findings_of_a_report_arise_once(county, make_plan, app, reading):
    plan = make_plan(county.town)
    for _ in range(2):
        with unit_of_work():
            announce(
                "findings",
                plan_id=plan.id,
                report_id=3,
                number="白总〔2026〕3号",
                texts=["集合点太远"],
                now=NOW,
                today=TODAY,
            )
    found = reading.scalars(select(PlanTrigger)).one()
    assert (found.reason, found.origin) == ("drill", "drill")
    assert "集合点太远" in found.what


def test_others_see_nothing_and_readers_change_nothing(county, make_plan, as_role):
    plan = make_plan(county.town)
    assert (
        as_role("town_staff", county.other_town).get(f"/plans/{plan.id}/triggers").status_code
        == 404
    )
    reader = as_role("supervisor")
    reader.page(f"/plans/{plan.id}/triggers")
    assert reader.get(f"/plans/{plan.id}/triggers/new").status_code == 403


def test_the_list_and_the_marks_take_a_fixed_number_of_queries(
    county, make_plan, as_role, keep, count_queries
):
    clerk = as_role("county_staff")
    make_plan(county.town)
    keep(site(county.town, "S-1"))
    for address in ("/plans/triggers", "/plans/"):
        with count_queries() as few:
            clerk.page(address)
        for number in range(3):
            make_plan(county.town, title=f"预案{number}{address}")
        with count_queries() as many:
            clerk.page(address)
        assert len(many) == len(few)
