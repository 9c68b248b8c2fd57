"""Comparing versions on the page, copying a plan for another unit, plans of sibling units."""

from datetime import date

import pytest

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.plans.changed import what_changed
from drillreg.plans.copying import marked
from drillreg.plans.models import Plan, PlanLevel, PlanSection
from drillreg.plans.rules import Secrecy
from tests.conftest import NOW

TODAY = date(2026, 5, 12)
ACTOR = Actor(account_id=0, person_id=None, name="周敏")
BODY = (
    "白岩镇应急办接到预警后，五分钟内通知各村监测员和包保责任人，十五分钟内完成危险区群众转移，"
    "逐户清点人数并报县应急管理局，夜间由村干部上门叫醒，停电时用手摇警报器和铜锣。"
)


@pytest.fixture
def write(keep):
    """Give a version of a plan sections: (key, heading, body)."""

    def sections(version, *given):
        keep(
            *(
                PlanSection(
                    version_id=version.id,
                    key=key,
                    position=at,
                    heading=heading,
                    body=body,
                    edited_at=NOW,
                )
                for at, (key, heading, body) in enumerate(given)
            )
        )

    return sections


@pytest.fixture
def two_versions(make_plan, write, county):
    plan = make_plan(county.town, draft=True)
    old, new = sorted(plan.versions, key=lambda version: version.number)
    write(old, ("a", "预警", "镇应急办通过村广播预警。\n\n逐户回执。"), ("b", "附则", "略。"))
    write(
        new,
        ("a", "预警", "镇应急办通过鸣锣预警。\n\n逐户回执。"),
        ("c", "演练", "每半年演练一次。"),
    )
    return plan, old, new


def test_two_versions_are_compared_by_section(as_role, county, two_versions, keep):
    plan, _, new = two_versions
    keep(PlanLevel(version_id=new.id, level="1", trigger="x", decider="", actions=""))
    shown = as_role("town_staff", county.town).page(f"/plans/{plan.id}/compare?from=1&to=2")
    assert next(each.get_text() for each in shown.select("del")) == "村广播"
    assert next(each.get_text() for each in shown.select("ins")) == "鸣锣"
    lines = [each.get_text() for each in shown.select("section ul li")]
    assert "修改章节：预警（增2字，删3字）。" in lines
    assert "新增章节：演练。" in lines
    assert "删去章节：附则。" in lines
    assert "新增Ⅰ级响应。" in lines
    assert "1段没有变动" in shown.get_text()


def test_what_stayed_is_shown_when_asked_for(as_role, county, two_versions):
    plan = two_versions[0]
    browser = as_role("town_staff", county.town)
    assert "逐户回执" not in browser.page(f"/plans/{plan.id}/compare?from=1&to=2").get_text()
    assert "逐户回执" in browser.page(f"/plans/{plan.id}/compare?from=1&to=2&all=1").get_text()
    assert "没有不同" in browser.page(f"/plans/{plan.id}/compare?from=1&to=1").get_text()
    assert browser.get(f"/plans/{plan.id}/compare?from=1&to=9").status_code == 404


def test_signers_get_a_short_list(app, two_versions):
    with app.test_request_context():
        plan = db.session.get(Plan, two_versions[0].id)
        assert what_changed(plan.current, plan.draft, TODAY) == [
            "修改章节：预警（增2字，删3字）。",
            "新增章节：演练。",
            "删去章节：附则。",
        ]
        assert what_changed(None, plan.draft) == []


@pytest.fixture
def source(make_plan, write, county, keep):
    plan = make_plan(county.town, "geological", title="白岩镇地质灾害应急预案")
    write(plan.versions[0], ("warning", "预警", BODY), ("end", "附则", "本预案由白岩镇解释。"))
    keep(
        PlanLevel(
            version_id=plan.versions[0].id,
            level="3",
            trigger="黄色预警",
            decider="镇长",
            actions="",
        )
    )
    return plan


def copy_form(source, **more):
    return {
        "kind": "special",
        "event_type": "geological",
        "title": "竹源镇地质灾害应急预案",
        "secrecy": "public",
        **more,
    }


def sections(app, plan_id):
    with app.app_context():
        draft = db.session.get(Plan, plan_id).draft
        found = db.session.query(PlanSection).filter_by(version_id=draft.id)
        return [(s.heading, s.body, s.copied_from_id) for s in found.order_by(PlanSection.position)]


def copied_plan(browser, source, org, **more):
    answer = browser.post(
        f"/plans/copy/new?source={source.id}&org={org.id}", data=copy_form(source, **more)
    )
    assert answer.status_code == 303, answer.text
    return int(answer.location.split("/")[-2])


def test_a_plan_is_copied_for_another_town_and_marked(app, as_role, county, source):
    browser = as_role("town_staff", county.other_town)
    listed = browser.page("/plans/copy").get_text()
    assert "白岩镇地质灾害应急预案" in listed
    form = browser.page(f"/plans/copy/new?source={source.id}&org={county.other_town.id}")
    assert form.select_one("[name=title]")["value"] == "竹源镇地质灾害应急预案"
    plan_id = copied_plan(browser, source, county.other_town)
    found = sections(app, plan_id)
    assert [body for _, body, _ in found] == [BODY, "本预案由白岩镇解释。"]
    assert all(mark is not None for _, _, mark in found)
    page = browser.page(f"/plans/{plan_id}/copied")
    assert {each.get_text() for each in page.select("mark")} == {"白岩镇"}
    assert "黄色预警" in browser.page(f"/plans/{plan_id}/parts").get_text()
    assert "2个章节套用后没有改动" in browser.page(f"/plans/{plan_id}").get_text()


def test_the_name_is_replaced_and_the_mark_stays(app, as_role, county, source):
    browser = as_role("town_staff", county.other_town)
    plan_id = copied_plan(browser, source, county.other_town)
    sent = {"old": "白岩镇", "new": "竹源镇"}
    assert browser.post(f"/plans/{plan_id}/copied", data=sent).status_code == 303
    found = sections(app, plan_id)
    assert all("白岩镇" not in body and mark for _, body, mark in found)
    again = browser.post(f"/plans/{plan_id}/copied", data=sent)
    assert again.status_code == 422
    assert "套用的章节里没有" in again.text


def test_the_name_can_be_replaced_while_copying(app, as_role, county, source):
    browser = as_role("town_staff", county.other_town)
    plan_id = copied_plan(browser, source, county.other_town, rename="1")
    assert sections(app, plan_id)[1][1] == "本预案由竹源镇解释。"


def test_internal_plans_out_of_reach_are_not_offered(app, as_role, county, source, keep):
    with app.app_context(), unit_of_work():
        db.session.get(Plan, source.id).secrecy = Secrecy.INTERNAL
    browser = as_role("town_staff", county.other_town)
    assert "白岩镇地质" not in browser.page("/plans/copy").get_text()
    at = f"/plans/copy/new?source={source.id}&org={county.other_town.id}"
    assert browser.get(at).status_code == 404
    assert browser.post(at, data=copy_form(source)).status_code == 404


def test_names_are_marked_the_longest_first():
    runs = marked("青岭县白岩镇政府在白岩镇", ["青岭县白岩镇", "白岩镇"])
    assert [(run.text, run.is_name) for run in runs] == [
        ("青岭县白岩镇", True),
        ("政府在", False),
        ("白岩镇", True),
    ]


def test_like_plans_of_sibling_units_are_shown_side_by_side(
    as_role, county, source, make_plan, write
):
    other = make_plan(county.other_town, "geological", title="竹源镇地质灾害应急预案")
    text = BODY.replace("白岩镇", "竹源镇")
    write(other.versions[0], ("warning", "预警", text + "另有规定。"))
    browser = as_role("county_staff")
    shown = browser.page(f"/plans/{other.id}/alike")
    line = shown.select_one("tbody tr").get_text(" ", strip=True)
    assert "白岩镇地质灾害应急预案" in line
    assert int(shown.select_one(".pp-share").get_text().rstrip("%")) >= 90
    assert any("十五分钟内完成" in mark.get_text() for mark in shown.select("mark"))
    assert "的文字也见于" in browser.page(f"/plans/{other.id}").get_text()


def test_siblings_out_of_reach_are_not_compared(as_role, county, source, make_plan, write):
    other = make_plan(county.other_town, "geological", title="竹源镇地质灾害应急预案")
    write(other.versions[0], ("warning", "预警", BODY))
    shown = as_role("town_staff", county.other_town).page(f"/plans/{other.id}/alike")
    assert "没有可对照的预案" in shown.get_text()
