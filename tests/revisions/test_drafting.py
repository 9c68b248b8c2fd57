"""The yearly drafting plan: from what is missing to tasks and their progress."""

import io
from datetime import date

import PIL.Image
import pytest
from sqlalchemy import select

from drillreg.duties.models import DutyState
from drillreg.evidence.models import Evidence
from drillreg.orgs.scope import whole_installation
from drillreg.revisions.drafting import get_drafting, lines_of
from drillreg.revisions.models import DraftingItem, DraftingPlan
from drillreg.revisions.papers import drafting_paper
from drillreg.revisions.rules import Progress, progress
from drillreg.tasks.models import Task
from tests.revisions.conftest import NOW

PASSWORD = "a good pass-phrase"


@pytest.mark.parametrize(
    ("issued_on", "has_draft", "locked", "how"),
    [
        (None, False, False, Progress.WAITING),
        (None, True, False, Progress.BEGUN),
        (None, True, True, Progress.SIGNING),
        (date(2025, 3, 1), True, False, Progress.BEGUN),
        (date(2026, 3, 1), False, False, Progress.ISSUED),
    ],
)
def test_how_far_an_item_is(issued_on, has_draft, locked, how):
    entered = date(2026, 1, 10)
    found = progress(issued_on=issued_on, entered_on=entered, has_draft=has_draft, locked=locked)
    assert found is how


@pytest.fixture
def gap(keep, county):
    """A plan that the town should have and has not."""
    return keep(
        DutyState(
            org_id=county.town.id,
            rule="P5",
            key=0,
            event_type="flood",
            owed="plan",
            rule_from=date(2024, 11, 1),
            due_on=date(2026, 1, 1),
            have=0,
            need=1,
            proofs=[],
            late_days=0,
            at1=county.county.id,
            at2=county.town.id,
        )
    )


ITEM = {
    "kind": "special",
    "event_type": "fire",
    "title": "镇火灾预案",
    "due_on": "2026-10-31",
}
YES = {"decision": "yes", "body": "县政府", "approved_on": "2026-05-12", "password": PASSWORD}


def begin(clerk, county):
    begun = clerk.post("/plans/drafting", data={"org": str(county.county.id), "year": "2026"})
    assert begun.status_code == 303
    return begun.location.removesuffix("/proposals")


def test_from_what_is_missing_to_task_and_progress(
    gap, county, make_plan, as_role, make_account, reading
):
    late = make_plan(county.county, "food", title="县食品预案", review_on=date(2026, 4, 1))
    make_account("town_staff", county.town, name="镇里的人")
    clerk = as_role("county_staff")
    leader = as_role("leader", county.county, username="chief", name="方明远")
    address = begin(clerk, county)
    offered = clerk.page(f"{address}/proposals").text
    assert "白岩镇防汛抗旱应急预案" in offered
    assert "县食品预案" in offered
    keys = [f"gap-{county.town.id}-flood", f"plan-{late.id}"]
    assert clerk.post(f"{address}/proposals", data={"due_on": "2026-10-31"}).status_code == 422
    clerk.post(f"{address}/proposals", data={"take": keys, "due_on": "2026-10-31"})
    assert "没有建议项目了" in clerk.page(f"{address}/proposals").text
    assert "未开始" in clerk.page(address).text

    form = {
        "body": "县政府常务会议",
        "number": "青府办发[2026]5号",
        "approved_on": "2026-05-12",
        "decision": "yes",
    }
    named = {o.text: o["value"] for o in clerk.page(address).select("#f-named option")}
    assert clerk.post(f"{address}/submit", data={"named": named["方明远"]}).status_code == 303
    assert (
        "计划正在送审"
        in clerk.post(
            f"{address}/items/new", data=ITEM | {"org": county.town.id, "lead": county.town.id}
        ).text
    )
    todo = leader.page("/todo")
    assert todo.find("a", href=f"{address}/approve") is not None
    assert clerk.post(f"{address}/approve", data=form | {"password": PASSWORD}).status_code == 403
    leader.page(f"{address}/approve")
    wrong = leader.post(f"{address}/approve", data=form | {"password": "no"})
    assert wrong.status_code == 422
    assert "密码不正确" in wrong.text
    assert leader.post(f"{address}/approve", data=form | {"password": PASSWORD}).status_code == 303
    assert leader.post(f"{address}/approve", data=form | {"password": PASSWORD}).status_code == 409
    assert "方明远" in clerk.page(address).text
    reading.rollback()
    tasks = reading.scalars(select(Task).order_by(Task.id)).all()
    assert {task.org_id for task in tasks} == {county.town.id, county.county.id}
    assert all(task.due_on == date(2026, 10, 31) for task in tasks)
    evidence = reading.scalars(select(Evidence)).one()
    assert evidence.attributes == {"scheme": "plan-programme", "number": "青府办发〔2026〕5号"}
    item = reading.scalars(select(DraftingItem).where(DraftingItem.org_id == county.town.id)).one()
    item_id = item.id
    reading.rollback()

    town = as_role("town_staff", county.town, username="town")
    assert town.get(address).status_code == 404
    assert "防汛" in town.page(f"/plans/drafting/items/{item_id}").text
    led = town.get(f"/plans/drafting/items/{item_id}/begin")
    assert "/plans/new" in led.location
    make_plan(county.town, "flood", kind="special", title="镇防汛", issued_on=None)
    reading.rollback()
    assert "起草中" in clerk.page(address).text

    copy = {"recipient": "市应急管理局", "sent_on": "2026-05-12", "copy_number": "9号"}
    clerk.post(f"{address}/copies", data=copy)
    assert "市应急管理局" in clerk.page(address).text
    assert clerk.get(f"{address}/export.xlsx").status_code == 200


def test_issuing_ends_the_task_of_the_item(county, make_plan, as_role, reissue, reading):
    plan = make_plan(county.county)
    clerk = as_role("county_staff")
    address = begin(clerk, county)
    data = {
        "org": str(county.county.id),
        "kind": "special",
        "event_type": "geological",
        "title": "县地质灾害预案",
        "lead": str(county.bureau.id),
        "due_on": "2026-10-31",
    }
    clerk.page(f"{address}/items/new")
    assert clerk.post(f"{address}/items/new", data=data).status_code == 303
    clerk.post(f"{address}/submit")
    leader = as_role("leader", county.county, username="chief")
    assert leader.post(f"{address}/approve", data=YES).status_code == 303
    reissue(plan)
    reading.rollback()
    (task,) = reading.scalars(select(Task)).all()
    assert (task.org_id, task.state.value) == (county.bureau.id, "done")
    reading.rollback()
    assert "已印发" in clerk.page(address).text


def test_an_item_is_changed_and_struck_out(county, as_role, reading):
    clerk = as_role("county_staff")
    address = begin(clerk, county)
    again = clerk.post("/plans/drafting", data={"org": str(county.county.id), "year": "2026"})
    assert again.status_code == 422
    data = {
        "org": str(county.town.id),
        "kind": "special",
        "event_type": "fire",
        "title": "镇火灾预案",
        "lead": str(county.town.id),
        "due_on": "2026-10-31",
    }
    missing = clerk.post(f"{address}/items/new", data=data | {"title": ""})
    assert missing.status_code == 422
    clerk.post(f"{address}/items/new", data=data)
    item_id = reading.scalars(select(DraftingItem.id)).one()
    reading.rollback()
    edit = f"/plans/drafting/items/{item_id}/edit"
    clerk.page(edit)
    saved = clerk.post(edit, data=data | {"title": "改过的", "row_version": "1"})
    assert saved.status_code == 303
    assert clerk.post(edit, data=data | {"row_version": "1"}).status_code == 409
    strike = f"/plans/drafting/items/{item_id}/strike"
    clerk.page(strike)
    clerk.post(strike, data={"why": "与县预案合并"})
    assert "与县预案合并" in clerk.page(address).text


def test_it_is_approved_on_paper_after_a_return_and_adjusted_with_reasons(
    county, as_role, make_account, reading
):
    make_account("town_staff", county.town, name="镇里的人")
    clerk = as_role("county_staff")
    leader = as_role("leader", county.county, username="chief", name="方明远")
    address = begin(clerk, county)
    item = ITEM | {"org": str(county.town.id), "lead": str(county.town.id)}
    assert clerk.post(f"{address}/submit").status_code == 422  # nothing is in it
    clerk.post(f"{address}/items/new", data=item)
    clerk.post(f"{address}/submit")
    back = {"decision": "return", "password": PASSWORD}
    assert leader.post(f"{address}/approve", data=back).status_code == 422
    back["remark"] = "先写地质灾害"
    assert leader.post(f"{address}/approve", data=back).status_code == 303
    assert "先写地质灾害" in clerk.page(address).text
    clerk.post(f"{address}/items/new", data=item | {"title": "镇地质灾害预案"})
    clerk.post(f"{address}/submit")
    assert clerk.post(f"{address}/call-back", data={"why": "再核对"}).status_code == 303
    clerk.post(f"{address}/submit")
    sheet = clerk.post(f"{address}/approve/sheet")
    assert sheet.status_code == 303, sheet.text
    signed = {"signed_by": "方明远", "signed_on": "2026-05-12"}
    signed["scan"] = (io.BytesIO(picture()), "签字单.jpg")
    assert clerk.post(sheet.location, data=signed).status_code == 303
    page = clerk.page(f"{address}/approve")
    assert page.find(id="f-password") is None
    paper = YES | {"on_paper": "1", "password": ""}
    assert clerk.post(f"{address}/approve", data=paper).status_code == 303
    assert "纸质签字　方明远" in clerk.page(address).text
    # What was approved is adjusted with reasons, and they stand in the log.
    assert (
        clerk.post(f"{address}/items/new", data=item | {"title": "镇水旱预案"}).status_code == 422
    )
    added = item | {"title": "镇水旱预案", "why": "汛情变化"}
    assert clerk.post(f"{address}/items/new", data=added).status_code == 303
    reading.rollback()
    task = reading.scalars(select(Task).order_by(Task.id)).all()[0]
    task_id, item_id = task.id, task.subject_id
    reading.rollback()
    move = f"/plans/drafting/items/{item_id}/date"
    clerk.page(move)
    assert clerk.post(move, data={"due_on": "2026-12-15", "why": ""}).status_code == 422
    moved = {"due_on": "2026-12-15", "why": "专家评审延后"}
    assert clerk.post(move, data=moved).status_code == 303
    assert clerk.post(move, data=moved).status_code == 422
    reading.rollback()
    assert reading.get(Task, task_id).due_on == date(2026, 12, 15)
    clerk.post(f"/plans/drafting/items/{item_id}/strike", data={"why": "并入县预案"})
    text = clerk.page(address).select_one(".dr-time").text
    for words in ("批准后增列", "汛情变化", "专家评审延后", "2026-12-15", "并入县预案"):
        assert words in text


def picture():
    """Return a photo of a sheet."""
    stream = io.BytesIO()
    PIL.Image.new("RGB", (320, 240), (90, 140, 170)).save(stream, "JPEG")
    return stream.getvalue()


def test_the_plan_prints(app, county, keep):
    drafting = keep(DraftingPlan(org_id=county.county.id, year=2026, title="计划", created_at=NOW))
    with app.app_context():
        found = get_drafting(drafting.id, whole_installation(date(2026, 5, 12)))
        paper = drafting_paper(found, lines_of(found), today=date(2026, 5, 12))
    assert paper.title == "青岭县2026年应急预案制修订工作计划"
    assert paper.draft == "草稿"
