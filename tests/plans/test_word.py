import io

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.core.db import unit_of_work
from drillreg.files.models import StoredFile
from drillreg.plans.models import Plan, PlanFile, PlanSection
from drillreg.work.models import WorkItem
from drillreg.work.worker import run_next
from tests.documents import words


@pytest.fixture
def plan(county, make_plan):
    return make_plan(county.town, issued_on=None, papers=0)


@pytest.fixture
def town(as_role, county):
    return as_role("town_staff", county.town)


def send(browser, plan, data, name="防汛预案.docx"):
    return browser.post(
        f"/plans/{plan.id}/word",
        data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def fields_of(page, **changed):
    """Return what a browser would send of the preview, with some answers changed."""
    form = page.main.find("form", method="post")
    found = {}
    for each in form.find_all("input"):
        if each["type"] == "hidden" or each.has_attr("checked"):
            found.setdefault(each["name"], []).append(each["value"])
    for each in form.find_all("select"):
        option = each.find("option", selected=True) or each.find("option")
        found[each["name"]] = option["value"]
    return found | changed


def sections(reading):
    reading.rollback()
    found = reading.scalars(select(PlanSection).order_by(PlanSection.position)).all()
    return [(each.level, each.heading) for each in found if each.body or each.level > 1]


def test_a_word_plan_becomes_the_text_of_the_draft(town, plan, reading):
    assert "从Word导入" in town.page(f"/plans/{plan.id}/write").main.text
    answer = send(town, plan, words.plan_file(*words.TOWN_PLAN, table=True))
    assert answer.status_code == 303
    assert reading.scalar(select(PlanSection)) is None
    assert reading.scalar(select(PlanFile)) is None
    page = town.page(answer.location)
    assert "识别出5个标题" in page.main.text
    assert "对应章节“适用范围”" in page.main.text
    done = town.post(answer.location, data=fields_of(page))
    assert done.status_code == 303, done.text
    assert sections(reading) == [
        (1, "总则"),
        (2, "编制目的"),
        (2, "适用范围"),
        (1, "组织体系"),
        (1, "附则"),
    ]
    found = {s.heading: s for s in reading.scalars(select(PlanSection))}
    assert found["总则"].body == "白岩镇防汛应急预案\n\n为做好防汛工作，制定本预案。"
    assert "| 镇长 | 0797\\|5550101 |" in found["附则"].body
    assert found["适用范围"].key == "scope"
    assert [p.file.name for p in reading.scalars(select(PlanFile))] == ["防汛预案.docx"]
    assert "一、总则" in town.page(done.location).main.text
    again = town.post(answer.location, data=fields_of(page))
    assert again.status_code == 422
    assert "已经导入过" in again.text


def test_levels_are_chosen_before_anything_comes_in(town, plan, reading):
    address = send(town, plan, words.plan_file(*words.TOWN_PLAN)).location
    page = town.page(address)
    line = page.find("select", {"aria-label": "层级：（二）适用范围"})
    town.post(f"{address}/levels", data=fields_of(page, **{line["name"]: "1"}))
    assert reading.scalar(select(PlanSection)) is None
    page = town.page(address)
    chosen = page.find("select", {"aria-label": "层级：（二）适用范围"})
    assert chosen.find("option", selected=True)["value"] == "1"
    town.post(address, data=fields_of(page, preamble="out", depth="1"))
    assert [h for _, h in sections(reading)] == ["总则", "适用范围", "组织体系", "附则"]


def test_a_present_text_is_shown_and_replaced_only_when_asked(town, plan, reading):
    with_text = town.post(f"/plans/{plan.id}/write")
    assert with_text.status_code == 303
    reading.rollback()
    section = reading.scalars(select(PlanSection).order_by(PlanSection.position)).first()
    town.post(f"/plans/{plan.id}/write/{section.id}", data={"base": "", "body": "原有的一段正文"})
    address = send(town, plan, words.plan_file(*words.TOWN_PLAN)).location
    page = town.page(address)
    assert "原有的一段正文" in page.main.text
    refused = town.post(address, data=fields_of(page))
    assert refused.status_code == 422
    assert "原有的一段正文" in refused.text
    seen = fields_of(page)["seen"]
    stale = town.post(address, data=fields_of(page, mode="replace", seen="0"))
    assert stale.status_code == 422
    added = town.post(address, data=fields_of(page, mode="add", seen=seen))
    assert added.status_code == 303
    reading.rollback()
    bodies = [s.body for s in reading.scalars(select(PlanSection))]
    assert "原有的一段正文" in bodies
    address = send(town, plan, words.plan_file(*words.TOWN_PLAN, "四、其他", "内容。")).location
    page = town.page(address)
    town.post(address, data=fields_of(page, mode="replace"))
    reading.rollback()
    assert "原有的一段正文" not in [s.body for s in reading.scalars(select(PlanSection))]
    trail = reading.scalars(
        select(AuditRow.detail).where(AuditRow.action == "plan-text-brought")
    ).all()
    assert any("原有的一段正文" in str(detail) for detail in trail)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.doc", words.OLE, "另存为"),
        ("a.docx", words.with_macros(), "宏"),
        ("a.docx", words.plan_file("一、总则")[:900], "已损坏"),
        ("a.docx", words.ENCRYPTED, "密码"),
        ("a.txt", b"x", "不是Word文档"),
        ("a.docx", words.plan_file("机密★10年", *words.TOWN_PLAN), "国家秘密"),
    ],
    ids=["old", "macros", "damaged", "password", "other", "secret"],
)
def test_what_is_refused_leaves_nothing(town, plan, reading, name, data, said):
    answer = send(town, plan, data, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert reading.scalar(select(StoredFile)) is None
    assert reading.scalar(select(WorkItem)) is None


def test_three_hundred_pages_are_read_in_the_background(app, town, plan, reading):
    answer = send(town, plan, words.long_plan())
    assert answer.location.startswith("/work/")
    while run_next(app, "test"):
        pass
    item = reading.scalars(select(WorkItem)).one()
    assert (item.state, item.done, item.total) == ("done", 3, 3)
    page = town.page(item.result["url"])
    assert "识别出330个标题" in page.main.text
    done = town.post(item.result["url"], data=fields_of(page))
    assert done.status_code == 303, done.text[-3000:]
    found = sections(reading)
    assert len([level for level, _ in found if level == 2]) == 300


def test_a_draft_that_is_with_those_who_sign_takes_no_file(town, plan, reading, frozen):
    address = send(town, plan, words.plan_file(*words.TOWN_PLAN)).location
    page = town.page(address)
    kept = reading.get(Plan, plan.id)
    reading.rollback()
    with unit_of_work():
        kept.draft.locked_at = frozen.now
    assert send(town, plan, words.plan_file("一、总则")).status_code == 409
    assert town.post(address, data=fields_of(page)).status_code == 409
    reading.rollback()
    assert reading.scalar(select(PlanSection)) is None
