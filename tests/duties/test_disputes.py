"""Objections of units to results: raised, given to the level above, answered with reasons."""

import io
import threading

import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.duties.models import DutyDispute
from drillreg.tasks.models import Task

SAYS = {"ground": "not-bound", "says": "我校是教学点，没有寄宿生"}
ANSWER = {"answer": "corrected", "reason": "已更正单位属性"}


@pytest.fixture
def liaison(as_role, county):
    return as_role("unit_liaison", county.school, name="梁秀英")


@pytest.fixture
def address(county):
    return f"/duties/{county.school.id}/D1"


def test_a_unit_objects_and_the_level_above_answers(
    liaison, address, as_role, county, reading, make_account
):
    town = as_role("town_staff", county.town, name="刘美云")
    assert "国务院令第733号" in liaison.page(f"{address}/dispute").text
    refused = liaison.post(f"{address}/dispute", data={**SAYS, "says": ""})
    assert refused.status_code == 422
    paper = (io.BytesIO(b"%PDF-1.7 proof"), "说明.pdf")
    sent = liaison.post(f"{address}/dispute", data={**SAYS, "file": paper})
    assert sent.status_code == 303, sent.text
    again = liaison.post(f"{address}/dispute", data=SAYS)
    assert again.status_code == 409
    row = reading.scalars(select(DutyDispute)).one()
    assert (row.org_id, row.above_id, row.due_on.isoformat()) == (
        county.school.id,
        county.town.id,
        "2026-06-11",
    )
    page = f"/duties/disputes/{row.id}"
    todo = town.page("/todo")
    assert todo.find("a", href=page) is not None or "答复" in todo.text
    shown = town.page(page)
    assert "教学点" in shown.text
    with town.get(shown.find("a", string="说明.pdf")["href"]) as found:
        assert found.data.startswith(b"%PDF")
    assert liaison.page(page).find(id="f-reason") is None
    assert liaison.post(page, data=ANSWER).status_code == 403
    assert town.post(page, data={**ANSWER, "reason": ""}).status_code == 422
    assert town.post(page, data=ANSWER).status_code == 303
    assert town.post(page, data=ANSWER).status_code == 409
    shown = liaison.page(address).select_one("#disputes").text
    for words in ("教学点", "予以更正", "已更正单位属性", "刘美云"):
        assert words in shown
    reading.rollback()
    assert reading.scalars(select(Task)).one().state.value == "done"
    acts = reading.scalars(select(AuditRow.action).where(AuditRow.action.like("duty-dispute%")))
    assert sorted(acts) == ["duty-dispute-answered", "duty-disputed"]
    # Answered, it may be raised anew.
    assert liaison.post(f"{address}/dispute", data=SAYS).status_code == 303


def test_strangers_see_no_objection_and_nobody_objects_for_others(
    liaison, address, as_role, county, reading
):
    liaison.post(f"{address}/dispute", data=SAYS)
    number = reading.scalar(select(DutyDispute.id))
    stranger = as_role("town_staff", county.other_town)
    assert stranger.get(f"/duties/disputes/{number}").status_code == 404
    assert stranger.get(f"{address}/dispute").status_code == 404
    leader = as_role("leader", county.town)
    assert leader.post(f"{address}/dispute", data=SAYS).status_code == 403


def test_nothing_stands_above_the_county(as_role, county):
    clerk = as_role("county_staff")
    refused = clerk.post(f"/duties/{county.county.id}/D1/dispute", data=SAYS)
    assert refused.status_code == 422
    assert "没有上级单位" in refused.text


def test_two_who_object_at_once_object_once(liaison, address, as_role, county, reading):
    town = as_role("town_staff", county.town)
    start, answers = threading.Barrier(2), []

    def go(browser):
        start.wait()
        answers.append(browser.post(f"{address}/dispute", data=SAYS).status_code)

    threads = [threading.Thread(target=go, args=(browser,)) for browser in (liaison, town)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409]
    reading.rollback()
    assert reading.scalar(select(func.count()).select_from(DutyDispute)) == 1
