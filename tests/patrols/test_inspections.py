"""Inspections: drawn up, hidden while unannounced, carried out, closed, printed."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.rules import CheckResult, RiskLevel
from drillreg.notices.models import Notice
from drillreg.patrols.models import Inspection, InspectionItem, InspectionMember

HEAD = {
    "title": "汛期地质灾害点暗访",
    "way": "unannounced",
    "focus": "监测记录、撤离路线",
    "from_on": "2026-05-12",
    "to_on": "2026-05-20",
}
DRAW = {"sampling": "focus", "seed": "20260512", "share_red": "100", "share_yellow": "50"}


@pytest.fixture
def sites(county, make_site):
    return [
        make_site(county.town, "T-1", name="老虎坳滑坡", level=RiskLevel.RED),
        make_site(county.town, "T-2", name="后山危岩"),
        make_site(county.town, "T-3", name="河口塌岸"),
        make_site(county.other_town, "O-1", name="竹源滑坡"),
    ]


@pytest.fixture
def clerk(county, make_account, sign_in):
    found = make_account("county_staff", county.county, name="周敏")
    browser = sign_in(found)
    browser.account_id = found
    return browser


@pytest.fixture
def drawn(county, clerk, sites):
    """An unannounced inspection of the first town with its clerk as leader; its address."""
    made = clerk.post("/patrols/inspections/new", data=HEAD)
    address = made.location
    clerk.post(f"{address}/members", data={"account": str(clerk.account_id), "leader": "1"})
    answer = clerk.post(f"{address}/draw", data={**DRAW, "within": county.town.id})
    assert answer.status_code == 303, answer.text
    return address


def test_a_sample_is_drawn_by_its_rule_and_can_be_drawn_again(clerk, drawn, reading):
    page = clerk.page(drawn)
    names = [a.text for a in page.select("td.two a")]
    # The red one, and one of the two yellow ones.
    assert len(names) == 2
    assert "老虎坳滑坡" in names
    assert "结果相同，共2处" in clerk.page(f"{drawn}/drawn").text
    kept = reading.scalars(select(Inspection.drawn)).one()
    assert len(kept["frame"]) == 3
    reading.rollback()
    with clerk.application.app_context(), unit_of_work():
        found = db.session.scalars(select(Inspection)).one()
        found.drawn = {**found.drawn, "shares": {"red": 100}}
    assert "结果不同" in clerk.page(f"{drawn}/drawn").text


def test_who_is_inspected_knows_nothing_of_a_hidden_one_before_it_is_closed(
    county, clerk, drawn, sites, as_role, check, reading, make_account, sign_in
):
    inspected = make_account("town_staff", county.town)
    town = sign_in(inspected)
    begun = clerk.post(f"{drawn}/begin")
    assert begun.status_code == 303, begun.text

    def knows():
        listed = "暗访" in "".join(
            a.text for a in town.page("/patrols/inspections").select("td.two a")
        )
        return listed, town.get(drawn).status_code

    assert knows() == (False, 404)
    assert inspected not in reading.scalars(select(Notice.account_id)).all()
    reading.rollback()
    check(
        sites[0],
        date(2026, 5, 12),
        result=CheckResult.ABNORMAL,
        actor=Actor(clerk.account_id, None, "周敏"),
    )
    page = clerk.page(drawn).text
    assert "发现异常" in page or "异常" in page
    assert knows() == (False, 404)
    refused = clerk.post(f"{drawn}/close", data={"summary": "总体较好"})
    assert refused.status_code == 422
    assert "还有1处" in refused.text
    (left,) = reading.scalars(
        select(InspectionItem.id).where(InspectionItem.seen_on.is_(None))
    ).all()
    reading.rollback()
    nothing = clerk.post(f"/patrols/inspections/items/{left}", data={"result": "not-done"})
    assert nothing.status_code == 422
    clerk.post(
        f"/patrols/inspections/items/{left}", data={"result": "not-done", "note": "道路塌方"}
    )
    closed = clerk.post(f"{drawn}/close", data={"summary": "总体较好"})
    assert closed.status_code == 303, closed.text
    assert knows() == (True, 200)
    seen = town.page(drawn).text
    assert "总体较好" in seen
    assert "检查组" not in [h.text for h in town.page(drawn).select("h2")]
    stranger = as_role("town_staff", county.other_town)
    reading.rollback()
    assert stranger.get(drawn).status_code == 404


def test_an_announced_one_is_told_and_shows_each_only_its_own_places(
    county, clerk, sites, make_account, sign_in, reading
):
    made = clerk.post(
        "/patrols/inspections/new", data={**HEAD, "title": "联合检查", "way": "joint"}
    ).location
    empty = clerk.post(f"{made}/begin")
    assert empty.status_code == 422
    clerk.post(f"{made}/members", data={"name": "李工", "body": "省地质队"})
    census = {"sampling": "census", "within": county.county.id}
    assert clerk.post(f"{made}/draw", data=census).status_code == 303
    clerk.post(f"{made}/name", data={"units": str(county.school.id), "numbers": "T-1"})
    assert len(clerk.page(made).select("tbody tr")) == 5
    inspected = make_account("town_staff", county.other_town)
    town = sign_in(inspected)
    reading.rollback()
    assert town.get(made).status_code == 404
    clerk.post(f"{made}/begin")
    assert inspected in reading.scalars(select(Notice.account_id)).all()
    reading.rollback()
    assert [a.text for a in town.page(made).select("td.two a")] == ["竹源滑坡"]
    assert town.post(f"{made}/close", data={"summary": "x"}).status_code == 403
    later = clerk.post(f"{made}/name", data={"numbers": "T-2"})
    assert later.status_code == 422


def test_places_are_given_to_members_and_stand_on_their_list(county, clerk, drawn, reading, sites):
    items = reading.scalars(select(InspectionItem.id).order_by(InspectionItem.id)).all()
    member = reading.scalars(select(InspectionMember.id)).one()
    reading.rollback()
    outside = {"item": items, "member": member, "planned_on": "2026-06-01"}
    assert clerk.post(f"{drawn}/assign", data=outside).status_code == 422
    given = {**outside, "planned_on": "2026-05-14"}
    assert clerk.post(f"{drawn}/assign", data=given).status_code == 303
    assert clerk.post(f"{drawn}/assign", data={"member": member}).status_code == 422
    clerk.post(f"{drawn}/begin")
    page = clerk.page("/patrols/today")
    assert "分派给您的检查" in page.text
    assert "监测记录、撤离路线" in page.text
    clerk.post(f"{drawn}/members/{member}/leave")
    assert "分派给您的检查" not in clerk.page("/patrols/today").text


def test_sheet_and_summary_are_printed_and_the_list_is_handed_out(clerk, drawn, county, sites):
    for what in ("sheet", "summary"):
        paper = clerk.get(f"{drawn}/print/{what}")
        assert paper.status_code == 200
        assert paper.data.startswith(b"%PDF")
    assert clerk.get(f"{drawn}/list.xlsx").status_code == 200


def test_a_stale_head_is_answered_and_steps_are_kept(clerk, drawn):
    stale = clerk.post(f"{drawn}/edit", data={**HEAD, "row_version": "77"})
    assert stale.status_code == 409
    page = clerk.page(f"{drawn}/edit")
    version = page.select_one("[name=row_version]")["value"]
    wrong = clerk.post(
        f"{drawn}/edit", data={**HEAD, "row_version": version, "to_on": "2026-05-01"}
    )
    assert wrong.status_code == 422
    clerk.post(f"{drawn}/edit", data={**HEAD, "row_version": version, "basis": "县安委会通知"})
    shown = clerk.page(drawn).text
    assert "县安委会通知" in shown
    assert re.search("拟定检查.*调整检查对象", shown, re.DOTALL)
