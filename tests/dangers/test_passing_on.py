"""Another authority, law enforcement, the signed sheet, drafts of checks, lists and figures."""

from datetime import date

import pytest
from sqlalchemy import func, select

from drillreg.accounts.queries import account_or_none, actor_of
from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.dangers.models import Danger
from drillreg.dangers.rules import Stage
from drillreg.documents.models import PrintedSheet
from drillreg.documents.operations.sheets import ReceivedScan, receive_scan
from drillreg.documents.registry import received
from drillreg.duties.models import DutyState
from drillreg.duties.queries import reads
from drillreg.duties.states import State
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.steps.models import Step
from tests.dangers.conftest import act, answer, number_of, order, report, review


def test_passed_to_another_authority_it_is_seen_there_until_it_is_given_back(
    people, make_org, county, as_role
):
    transport = make_org("县交通运输局", "department", county.county, field="transport")
    theirs = as_role("dept_staff", transport, name="孙交通", username="sun")
    key = number_of(report(people.unit))
    assert theirs.get(f"/dangers/{key}").status_code == 404
    act(people.county, key, "transfer", to=transport.id, reason="隐患在县道上")
    assert "答复转办" in theirs.page(f"/dangers/{key}").text
    assert theirs.page("/dangers/").select_one(f'a[href="/dangers/{key}"]') is not None
    act(theirs, key, "transfer/answer", answer="no", reason="属村道，不属我局")
    assert theirs.get(f"/dangers/{key}").status_code == 404
    act(people.county, key, "transfer", to=transport.id, reason="请再核实")
    act(theirs, key, "transfer/answer", answer="yes", reason="")
    order(theirs, key, people.works.id)
    assert "县交通运输局隐交〔2026〕1号" in people.unit.page(f"/dangers/{key}").text


def test_law_enforcement_is_noted_with_its_own_number(people):
    key = number_of(report(people.unit))
    act(
        people.office,
        key,
        "law",
        to="县应急局执法大队",
        number="青应急责改〔2026〕8号",
        on="2026-05-12",
    )
    assert "青应急责改〔2026〕8号" in people.town.page(f"/dangers/{key}").text


def test_where_nobody_else_is_there_a_signed_sheet_comes_back(people, app, kept, frozen):
    key = number_of(report(people.unit, due_on="2026-05-20"))
    answer(people.unit, key)
    printed = people.unit.post(f"/dangers/{key}/sheet")
    assert printed.status_code == 303
    with app.app_context(), unit_of_work():
        sheet = db.session.scalar(select(PrintedSheet))
        actor = actor_of(account_or_none("li"), on=date(2026, 5, 12))
        scan = receive_scan(
            sheet,
            ReceivedScan(),
            signed_by="驻村干部陈某",
            signed_on=date(2026, 5, 12),
            note="",
            printed_on=date(2026, 5, 12),
            actor=actor,
            today=date(2026, 5, 12),
            now=frozen.now,
        )
        received(sheet, scan, actor, frozen.now)
    review(people.unit, key)
    danger = kept(key)
    assert (danger.stage, danger.closed_by_name) == (Stage.CLOSED, "驻村干部陈某")


@pytest.fixture
def checked(app, county, frozen):
    """Log a check with failed items at a site of the village, as the page of checks tells it."""

    def log(client_id, *failed):
        with app.app_context(), unit_of_work():
            site = db.session.scalar(select(HazardSite)) or HazardSite(
                org_id=county.village.id,
                number="S-1",
                name="岭下滑坡",
                kind="landslide",
                level="red",
                lon=115.1,
                lat=24.2,
                source_crs="EPSG:4326",
                created_at=frozen.now,
                attributes={},
            )
            db.session.add(site)
            db.session.flush()
            check = HazardCheck(
                client_id=client_id,
                body_hash="",
                site_id=site.id,
                result="abnormal",
                checked_on=date(2026, 5, 12),
                checked_at=frozen.now,
                entered_at=frozen.now,
                account_id=0,
                checker_name="老陈",
            )
            db.session.add(check)
            db.session.flush()
            announce(
                "check",
                what="recorded",
                check_id=check.id,
                site_id=site.id,
                failed=[{"item": item, "words": words} for item, words in failed],
                now=frozen.now,
                today=date(2026, 5, 12),
            )
            return site.id

    return log


def test_a_failed_item_drafts_a_danger_once_to_confirm_discard_or_merge(
    people, checked, reading, county
):
    site_id = checked("one", ("crack", "裂缝加宽"), ("ditch", "截水沟堵塞"))
    checked("two", ("crack", "裂缝加宽"))
    reading.rollback()
    drafts = reading.scalars(select(Danger).order_by(Danger.id)).all()
    assert [(each.what, each.stage) for each in drafts] == [
        ("裂缝加宽", Stage.DRAFT),
        ("截水沟堵塞", Stage.DRAFT),
    ]
    seen = select(func.count()).where(Step.code == "danger-seen")
    assert reading.scalar(seen) == 1
    crack, ditch = (each.id for each in drafts)
    reading.rollback()
    assert "裂缝加宽" in people.town.page(f"/hazards/{site_id}").text
    page = people.town.page(f"/dangers/{crack}/confirm")
    fields = {field["name"]: field.get("value", "") for field in page.select("main form input")}
    confirmed = people.town.post(
        f"/dangers/{crack}/confirm",
        data={
            "client_id": fields["client_id"],
            "row_version": fields["row_version"],
            "what": "裂缝加宽至五厘米",
            "category": "geological",
            "level": "general",
            "source": "own-check",
            "found_on": "2026-05-12",
        },
        content_type="multipart/form-data",
    )
    assert confirmed.status_code == 303, confirmed.text
    act(people.town, ditch, "merge", into=crack)
    assert f"/dangers/{crack}" in people.town.page(f"/dangers/{ditch}").decode()
    reading.rollback()
    stages = reading.scalars(select(Danger.stage).order_by(Danger.id)).all()
    assert stages == [Stage.REGISTERED, Stage.MERGED]


def test_a_draft_is_discarded_with_a_reason_and_stays_readable(people, checked, reading):
    checked("one", ("crack", "裂缝加宽"))
    reading.rollback()
    key = reading.scalar(select(Danger.id))
    reading.rollback()
    assert people.town.post(f"/dangers/{key}/discard", data={"reason": ""}).status_code == 422
    act(people.town, key, "discard", reason="系旧裂缝，已监测")
    assert "系旧裂缝" in people.town.page(f"/dangers/{key}").text
    assert people.town.page("/dangers/").select("tbody tr") == []


def test_a_list_and_its_numbers_agree(people, county):
    for at in range(3):
        report(people.unit, what=f"隐患{at}", category="fire")
    report(people.town, org=county.village.id, what="村里的", category="flood")
    page = people.county.page("/dangers/figures?from=2026-01-01&to=2026-05-12")
    links = [link for link in page.select("tbody a") if link.text.isdigit()]
    assert links
    for link in links:
        rows = people.county.page(link["href"]).select("tbody tr")
        assert len(rows) == int(link.text), link["href"]
    narrow = people.county.page("/dangers/?category=fire&state=open&level=general&q=隐患")
    assert len(narrow.select("tbody tr")) == 3
    sheet = people.county.get("/dangers/export.csv?category=flood")
    assert "村里的" in sheet.text
    assert "隐患1" not in sheet.text
    assert people.county.get("/dangers/figures.xlsx").status_code == 200


def test_a_neighbour_sees_nothing(people, as_role, county):
    key = number_of(report(people.unit))
    other = as_role("town_staff", county.other_town)
    assert other.get(f"/dangers/{key}").status_code == 404
    assert other.page("/dangers/").select("tbody tr") == []


def test_the_list_asks_the_same_number_of_queries_whatever_it_holds(people, count_queries):
    report(people.unit)
    people.county.page("/dangers/")
    with count_queries() as few:
        people.county.page("/dangers/")
    for at in range(6):
        report(people.unit, what=f"隐患{at}")
    with count_queries() as many:
        people.county.page("/dangers/")
    assert len(many) == len(few)


def test_the_quarterly_return_is_signed_sent_and_counts(people, reading, switched_on):
    works = people.works
    switched_on("O18-quarter", "O18-year")
    report(people.unit, found_on="2026-03-02")
    report(people.unit, found_on="2026-04-02")
    page = people.unit.page(f"/dangers/returns?org={works.id}")
    assert page.select_one("tbody tr td").text == "1"
    sent = {"org": works.id, "kind": "quarter", "in": "2026-01-01", "signed_by": "李矿"}
    answered = people.unit.post(
        "/dangers/returns", data={**sent, "sent_to": "县应急管理局", "sent_on": "2026-04-10"}
    )
    assert answered.status_code == 303, answered.text
    assert "李矿签字" in people.unit.page(f"/dangers/returns?org={works.id}").text
    again = people.unit.post(
        "/dangers/returns", data={**sent, "sent_to": "县应急管理局", "sent_on": "2026-05-12"}
    )
    assert again.status_code == 422
    rows = select(DutyState).where(DutyState.org_id == works.id, DutyState.rule == "O18-quarter")
    reading.rollback()
    states = [reads(row, date(2026, 5, 12)) for row in reading.scalars(rows)]
    assert states != []
    assert all(state is not State.BREACHED for state in states)
    early = {**sent, "kind": "year", "sent_to": "县应急管理局", "sent_on": "2025-12-30"}
    assert people.unit.post("/dangers/returns", data=early).status_code == 422


def test_my_dangers_on_a_phone(people):
    report(people.unit)
    page = people.unit.page("/dangers/mine")
    buttons = [link.text for link in page.select(".ph-card a.ph-btn")]
    assert len(buttons) == 1
    assert buttons[0].startswith("上报整改")
