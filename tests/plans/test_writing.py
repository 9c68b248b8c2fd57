import threading

import pytest
from sqlalchemy import select, update

from drillreg.audit.models import AuditRow
from drillreg.core.changes import listen
from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.plans.models import Plan, PlanMember, PlanSection, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.plans.sections import texts_of

ENTRY = {
    "kind": "village",
    "event_type": "general",
    "title": "",
    "title_en": "",
    "parent": "",
    "secrecy": "public",
}


@pytest.fixture
def village_plan(as_role, county, make_plan):
    """A village's plan with a draft begun from the template, and who writes it."""
    plan = make_plan(county.village, "general", kind="village", issued_on=None, papers=0)
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/write").status_code == 303
    return plan, town


def section_of(reading, plan, key="risks"):
    found = reading.scalar(
        select(PlanSection)
        .join(PlanVersion, PlanVersion.id == PlanSection.version_id)
        .where(PlanVersion.plan_id == plan.id, PlanSection.key == key)
        .order_by(PlanSection.id.desc())
        .execution_options(populate_existing=True)
    )
    if found is not None:
        reading.expunge(found)
    reading.rollback()
    return found


def save(browser, plan, section, body, base="", **more):
    fields = {"base": base, "body": body, **more}
    return browser.post(f"/plans/{plan.id}/write/{section.id}", data=fields)


def autosave(browser, plan, section, body, base="", **more):
    return browser.post(
        f"/plans/{plan.id}/write/{section.id}/autosave",
        data={"base": base, "body": body, **more},
        headers={"Accept": "application/json"},
    )


def write_all(browser, plan, reading):
    for row in reading.scalars(select(PlanSection).order_by(PlanSection.position)).all():
        reading.rollback()
        assert save(browser, plan, row, f"{row.heading}的内容。").status_code == 303


def test_registering_can_begin_from_the_template(as_role, county, reading):
    town = as_role("town_staff", county.town)
    address = f"/plans/new?org={county.village.id}"
    page = town.page(address)
    offered = [radio["value"] for radio in page.find_all("input", {"name": "text"})]
    assert offered == ["attach", "write"]
    answer = town.post(address, data={**ENTRY, "text": "write"})
    assert answer.location.endswith("/write")
    page = town.page(answer.location)
    assert "一、风险点位" in page.select_one(".pw-outline").text
    assert "列表" in page.select_one(".pw-guide").text
    headings = reading.scalars(select(PlanSection.heading).order_by(PlanSection.position)).all()
    assert headings[:2] == ["风险点位", "应急响应责任人"]


def test_a_draft_without_sections_offers_template_and_papers(as_role, county, make_plan):
    plan = make_plan(county.town, issued_on=None, papers=0)
    town = as_role("town_staff", county.town)
    page = town.page(f"/plans/{plan.id}/write")
    assert "监测和巡查" in page.select_one(".pw-contents").text
    assert page.find("a", href=f"/plans/{plan.id}/papers")
    twice = [town.post(f"/plans/{plan.id}/write").status_code for _ in range(2)]
    assert twice == [303, 422]


def test_a_section_is_saved_and_read(village_plan, reading):
    plan, town = village_plan
    section = section_of(reading, plan)
    body = "村后山滑坡，威胁 11 户。\r\n\r\n| 点位 | 户数 |\r\n| --- | ---: |\r\n| 后山 | 11 |\r\n"
    assert save(town, plan, section, body).status_code == 303
    page = town.page(f"/plans/{plan.id}/write/{section.id}")
    assert page.select_one("#f-body").text.strip().startswith("村后山滑坡")
    assert page.select_one("[data-preview] td.text-end").text == "11"
    assert "周敏" in page.select_one("[data-said]").text
    text = town.page(f"/plans/{plan.id}/versions/1/text")
    assert text.select_one("h2.pw-h1").text == "一、风险点位"
    assert text.select_one("td.text-end").text == "11"
    assert text.select_one(".pw-outline a")["href"] == f"#s-{section.id}"
    assert "正文（在线阅读）" in town.page(f"/plans/{plan.id}").text


def test_the_script_is_told_when_a_text_was_saved(village_plan, reading):
    plan, town = village_plan
    section = section_of(reading, plan)
    answer = autosave(town, plan, section, "第一段")
    assert answer.json["said"] == "已保存 09:30"
    assert answer.json["preview"] == "<p>第一段</p>\n"
    assert answer.json["merged"] == ""
    again = autosave(town, plan, section, "第一段\n第二段", base="第一段")
    assert again.json["body"] == "第一段\n第二段"
    written = reading.scalars(select(AuditRow.id).where(AuditRow.action == "plan-text-written"))
    assert len(written.all()) == 1


def test_a_save_whose_answer_was_lost_is_no_conflict_with_oneself(village_plan, reading):
    plan, town = village_plan
    section = section_of(reading, plan)
    autosave(town, plan, section, "第一")
    assert autosave(town, plan, section, "第一段写完", base="").status_code == 409
    assert autosave(town, plan, section, "第一段写完", base="", sent="第一").status_code == 200
    assert section_of(reading, plan).body == "第一段写完"


def test_what_two_wrote_in_different_lines_is_merged(village_plan, as_role, reading):
    plan, town = village_plan
    section = section_of(reading, plan)
    base = "甲\n乙\n丙"
    save(town, plan, section, base)
    clerk = as_role("county_staff", name="陈文")
    save(clerk, plan, section, "甲改\n乙\n丙", base=base)
    late = save(town, plan, section, "甲\n乙\n丙\n丁", base=base)
    assert late.status_code == 303
    assert section_of(reading, plan).body == "甲改\n乙\n丙\n丁"
    assert "双方的修改都已保存" in town.page(late.location).text


def test_two_texts_of_the_same_lines_are_shown_and_chosen(village_plan, as_role, reading):
    plan, town = village_plan
    section = section_of(reading, plan)
    base = "一\n二\n三"
    save(town, plan, section, base)
    clerk = as_role("county_staff", name="陈文")
    save(clerk, plan, section, "一\n二（陈）\n三", base=base)
    late = save(town, plan, section, "一\n二（周）\n三\n四", base=base)
    assert late.status_code == 409
    assert "二（陈）" in late.text
    assert "二（周）" in late.text
    assert section_of(reading, plan).body == "一\n二（陈）\n三"
    fields = {"base": base, "theirs": "一\n二（陈）\n三", "body": "一\n二（周）\n三\n四"}
    address = f"/plans/{plan.id}/write/{section.id}/choose"
    assert town.post(address, data=fields).status_code == 303
    assert section_of(reading, plan).body == "一\n二（陈）\n二（周）\n三\n四"


def test_a_choice_that_came_too_late_is_asked_again(village_plan, reading):
    plan, town = village_plan
    section = section_of(reading, plan)
    save(town, plan, section, "第三人写的")
    fields = {"base": "", "theirs": "甲", "body": "乙", "choice-0": "mine"}
    address = f"/plans/{plan.id}/write/{section.id}/choose"
    answer = town.post(address, data=fields)
    assert answer.status_code == 409
    assert "第三人写的" in answer.text
    assert section_of(reading, plan).body == "第三人写的"


def test_two_who_save_one_section_at_the_same_moment_lose_nothing(
    village_plan, as_role, app, reading
):
    plan, town = village_plan
    section = section_of(reading, plan)
    base = "甲\n乙\n丙"
    save(town, plan, section, base)
    people = {"甲改\n乙\n丙": town, "甲\n乙\n丙改": as_role("county_staff", name="陈文")}
    start, answers = threading.Barrier(2), []

    def write(body, browser):
        start.wait()
        answers.append(autosave(browser, plan, section, body, base=base).status_code)

    threads = [threading.Thread(target=write, args=each) for each in people.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200, 200]
    assert section_of(reading, plan).body == "甲改\n乙\n丙改"


@pytest.mark.parametrize("body", ["机密★长期 布防", "长" * 50_001])
def test_a_refused_text_stays_in_the_box(village_plan, reading, body):
    plan, town = village_plan
    section = section_of(reading, plan)
    answer = save(town, plan, section, body)
    assert answer.status_code == 422
    assert body in answer.text
    assert autosave(town, plan, section, body).status_code == 422
    assert section_of(reading, plan).body == ""


def test_a_draft_with_those_who_sign_is_read_and_not_written(village_plan, app, reading, frozen):
    plan, town = village_plan
    section = section_of(reading, plan)
    with unit_of_work():
        reading.execute(update(PlanVersion).values(locked_at=frozen.now))
    page = town.page(f"/plans/{plan.id}/write/{section.id}")
    assert page.select_one("#f-body") is None
    assert "正在审签" in page.text
    kept = save(town, plan, section, "写到一半的文字")
    assert kept.status_code == 409
    assert "写到一半的文字" in kept.text
    moved = town.post(f"/plans/{plan.id}/write/{section.id}/move", data={"way": "up"})
    assert moved.status_code == 409
    assert section_of(reading, plan).body == ""


def headings(reading, plan):
    found = reading.scalars(select(PlanSection).order_by(PlanSection.position)).all()
    rows = [(each.heading, each.level) for each in found]
    reading.rollback()
    return rows


def test_the_outline_is_arranged(village_plan, reading):
    plan, town = village_plan
    section = section_of(reading, plan, "people")
    address = f"/plans/{plan.id}/write/{section.id}"
    town.post(f"{address}/move", data={"way": "up"})
    assert [h for h, _ in headings(reading, plan)][:2] == ["应急响应责任人", "风险点位"]
    town.post(f"{address}/move", data={"way": "down"})
    town.post(f"{address}/move", data={"way": "in"})
    assert headings(reading, plan)[:2] == [("风险点位", 1), ("应急响应责任人", 2)]
    added = town.post(f"{address}/add", data={"heading": "包户干部"})
    assert headings(reading, plan)[2] == ("包户干部", 2)
    assert town.page(added.location).select_one("#here").text == "（二）包户干部"
    town.post(f"{address}/name", data={"was": "应急响应责任人", "heading": "责任人"})
    assert headings(reading, plan)[1] == ("责任人", 2)
    late = town.post(f"{address}/name", data={"was": "应急响应责任人", "heading": "别的"})
    assert late.status_code == 409
    assert headings(reading, plan)[1] == ("责任人", 2)
    assert town.post(f"{address}/add", data={"heading": ""}).status_code == 422


def test_a_needed_section_stays_and_another_goes_with_a_reason(village_plan, reading):
    plan, town = village_plan
    needed, other = section_of(reading, plan, "risks"), section_of(reading, plan, "keeping")
    page = town.page(f"/plans/{plan.id}/write/{needed.id}")
    assert page.find("a", href=f"/plans/{plan.id}/write/{needed.id}/drop") is None
    drop = f"/plans/{plan.id}/write/{needed.id}/drop"
    assert town.post(drop, data={"reason": "不需要"}).status_code == 422
    save(town, plan, other, "每年演练一次。")
    drop = f"/plans/{plan.id}/write/{other.id}/drop"
    assert town.post(drop, data={"reason": ""}).status_code == 422
    assert town.post(drop, data={"reason": "并入镇预案"}).status_code == 303
    assert section_of(reading, plan, "keeping") is None
    kept = reading.scalar(select(AuditRow).where(AuditRow.action == "plan-section-removed"))
    assert (kept.detail["text"], kept.detail["reason"]) == ("每年演练一次。", "并入镇预案")


def issue(browser, plan, **more):
    fields = {"number": "岭下村〔2026〕1号", "issued_on": "2026-05-12"}
    return browser.post(f"/plans/{plan.id}/issue", data={**fields, "row_version": 1, **more})


def checked(browser, plan):
    page = browser.page(
        f"/plans/{plan.id}/issue/check?number=岭下村〔2026〕1号&issued_on=2026-05-12"
    )
    return {i["name"]: i["value"] for i in page.select("main form input[type=hidden]")}


def test_empty_needed_sections_stand_against_an_issue(village_plan, as_role, county, reading):
    plan, town = village_plan
    assert issue(town, plan).status_code == 422
    save(town, plan, section_of(reading, plan), "后山滑坡。")
    refused = issue(town, plan)
    assert refused.status_code in (409, 422)
    check = town.get(f"/plans/{plan.id}/issue/check?number=1&issued_on=2026-05-12")
    assert check.status_code == 422
    assert "二、应急响应责任人" in check.text
    assert "一、风险点位" not in check.text.split("必填")[1]


def test_a_changed_section_is_no_copy_any_more(village_plan, reading, app):
    plan, town = village_plan
    section = section_of(reading, plan)
    with app.app_context(), unit_of_work():
        db.session.get(PlanSection, section.id).copied_from_id = section.id
    assert save(town, plan, section, "本村的风险点。").status_code < 400
    reading.rollback()
    assert section_of(reading, plan).copied_from_id is None


def test_a_needed_section_is_not_empty_where_its_part_is_filled(
    village_plan, county, reading, keep, app
):
    plan, town = village_plan
    save(town, plan, section_of(reading, plan), "后山滑坡。")
    with app.app_context():
        draft = db.session.get(Plan, plan.id).draft
        missing = texts_of(draft.plan, draft).empty
    assert "二、应急响应责任人" in missing
    keep(
        PlanMember(
            version_id=draft.id, position=1, role="commander", org_name="岭下村", name="钟福生"
        )
    )
    with app.app_context():
        draft = db.session.get(Plan, plan.id).draft
        assert set(missing) - set(texts_of(draft.plan, draft).empty) == {"二、应急响应责任人"}


def test_a_written_plan_is_issued_as_it_was_checked(village_plan, reading):
    plan, town = village_plan
    write_all(town, plan, reading)
    fields = checked(town, plan)
    section = section_of(reading, plan)
    save(town, plan, section, "改过了", base=section.body)
    assert town.post(f"/plans/{plan.id}/issue", data=fields).status_code == 409
    fields = checked(town, plan)
    assert town.post(f"/plans/{plan.id}/issue", data=fields).status_code == 303
    assert reading.get(Plan, plan.id).current.number == 1
    reading.rollback()
    assert save(town, plan, section, "再改", base="改过了").status_code == 409
    assert section_of(reading, plan).body == "改过了"


def test_a_revision_begins_with_the_text_in_force(village_plan, reading):
    plan, town = village_plan
    write_all(town, plan, reading)
    town.post(f"/plans/{plan.id}/issue", data=checked(town, plan))
    answer = town.post(f"/plans/{plan.id}/revise", data={"reason": "演练发现"})
    assert answer.location.endswith("/write")
    section = section_of(reading, plan)
    assert section.body == "风险点位的内容。"
    save(town, plan, section, "新的风险点位。", base=section.body)
    assert "新的风险点位" not in town.page(f"/plans/{plan.id}/versions/1/text").text
    assert "新的风险点位" in town.page(f"/plans/{plan.id}/versions/2/text").text
    assert town.get(f"/plans/{plan.id}/versions/3/text").status_code == 404


def test_a_template_without_a_word_does_not_stand_against_papers(
    as_role, county, make_plan, reading
):
    plan = make_plan(county.village, "general", kind="village", issued_on=None)
    town = as_role("town_staff", county.town)
    town.post(f"/plans/{plan.id}/write")
    assert town.post(f"/plans/{plan.id}/issue", data=checked(town, plan)).status_code == 303
    assert reading.get(Plan, plan.id).current is not None


def test_pages_of_writing_ask_the_database_a_fixed_number_of_times(
    village_plan, reading, count_queries
):
    plan, town = village_plan
    section = section_of(reading, plan)
    town.page(f"/plans/{plan.id}/write/{section.id}")
    with count_queries() as few:
        town.page(f"/plans/{plan.id}/write/{section.id}")
    for _ in range(5):
        town.post(f"/plans/{plan.id}/write/{section.id}/add", data={"heading": "再加一节"})
    with count_queries() as many:
        town.page(f"/plans/{plan.id}/write/{section.id}")
    assert len(many) == len(few)


def test_what_changes_in_a_plan_is_announced(app, as_role, county, make_plan, monkeypatch):
    heard = []
    known = dict(app.extensions.get("drillreg.listeners", {}))
    monkeypatch.setitem(app.extensions, "drillreg.listeners", known)
    listen(app, "plan", heard.append)
    above = make_plan(county.county, title="县地灾预案")
    plan = make_plan(county.town, issued_on=None, papers=0)
    town = as_role("town_staff", county.town)
    entry = {**ENTRY, "kind": "special", "event_type": "geological", "parent": above.id}
    town.post(f"/plans/{plan.id}/edit", data={**entry, "row_version": plan.row_version})
    county_staff = as_role("county_staff")
    county_staff.post(f"/plans/{above.id}/abolish", data={"reason": "合并"})
    assert [(each["what"], each["plan_id"]) for each in heard] == [
        ("corrected", plan.id),
        ("abolished", above.id),
    ]
    assert heard[0]["org_id"] == county.town.id


def test_a_draft_rests_on_the_version_of_the_plan_above(as_role, county, make_plan, reading):
    above = make_plan(county.county, title="县地灾预案")
    plan = make_plan(county.town, parent=above)
    town = as_role("town_staff", county.town)
    town.post(f"/plans/{plan.id}/revise", data={"reason": "上位预案变化"})
    draft = reading.get(Plan, plan.id).draft
    assert draft.parent_version_id == above.versions[0].id
    assert reading.get(PlanVersion, draft.parent_version_id).state is VersionState.CURRENT


@pytest.mark.parametrize(("kind", "count"), [("special", 1), ("handbook", 0), ("event", 0)])
def test_what_only_goes_with_a_plan_proves_none(as_role, county, make_plan, reading, kind, count):
    plan = make_plan(county.town, "flood", kind=kind, issued_on=None)
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/issue", data=checked(town, plan)).status_code == 303
    assert len(reading.scalars(select(Evidence.id)).all()) == count
