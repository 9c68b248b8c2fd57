"""Pages of paper books: an office enters checks for people without a phone."""

import uuid
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.evidence.models import Evidence, Grade
from drillreg.hazards.models import CheckSheet, HazardCheck, HazardSite
from drillreg.hazards.signal_models import CheckSignal

ADDRESS = "/hazards/book?span=week&day=2026-05-12"


@pytest.fixture
def sites(county, make_site):
    return [make_site(county.village, f"CZ-{at}", name=f"崩塌{at}") for at in range(3)]


@pytest.fixture
def town(county, as_role):
    return as_role("town_staff", county.town)


@pytest.fixture
def enter(photo):
    def post(browser, ticked, address=ADDRESS, **sent):
        data = {
            "client_id": str(uuid.uuid4()),
            "entered_for": "赖老根",
            "cells": [f"{site.id}:{day}" for site, day in ticked],
            "photo": (BytesIO(photo), "book.jpg"),
        }
        return browser.post(address, data=data | sent)

    return post


def test_a_page_becomes_checks_marked_as_entered_for_somebody(sites, town, enter, reading):
    first, second, third = sites
    page = town.page(ADDRESS)
    boxes = {box["value"] for box in page.select("[name=cells]")}
    assert f"{first.id}:2026-05-12" in boxes
    assert f"{first.id}:2026-05-13" not in boxes
    cells = [(first, "2026-05-11"), (first, "2026-05-12"), (second, "2026-05-11")]
    done = enter(town, cells)
    assert done.status_code == 303, done.text
    checks = reading.scalars(select(HazardCheck).order_by(HazardCheck.id)).all()
    assert {(check.site_id, check.checked_on.isoformat()) for check in checks} == {
        (site.id, day) for site, day in cells
    }
    assert {check.entered_for for check in checks} == {"赖老根"}
    kept = {site.id: site for site in reading.scalars(select(HazardSite))}
    assert kept[first.id].last_check_on == date(2026, 5, 12)
    assert kept[first.id].last_check_result == "normal"
    assert kept[first.id].row_version == 1
    assert kept[third.id].last_check_on is None
    proofs = reading.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert [each.kind for each in proofs] == ["hazard-checked"] * 3
    assert {each.grade for each in proofs} == {Grade.EVIDENCED}
    assert proofs[0].attributes["entered_for"] == "赖老根"
    assert {each.subject_id for each in proofs} == {check.id for check in checks}
    assert reading.scalars(select(AuditRow.action)).all()[-1] == "hazard-sheet-entered"
    # Many at once by one person is what a page is: no signal.
    assert reading.scalars(select(CheckSignal)).all() == []
    sheet = town.page(done.location)
    assert "赖老根" in sheet.text
    with town.get(sheet.select_one(".hz-sheet img")["src"]) as picture:
        assert picture.mimetype == "image/jpeg"
    record = town.page(f"/hazards/{first.id}").text
    assert "赖老根" in record
    assert "代录" in record
    again = town.page(ADDRESS)
    assert len(again.select(".hz-tick")) == 3


def test_a_page_is_taken_once(sites, town, enter, reading):
    sent = {"client_id": str(uuid.uuid4())}
    cells = [(sites[0], "2026-05-11")]
    answers = [enter(town, cells, **sent) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    other = enter(town, [(sites[1], "2026-05-11")], **sent)
    assert other.status_code == 409
    assert reading.scalar(select(func.count()).select_from(HazardCheck)) == 1


def test_bad_cells_are_named_and_nothing_is_entered(sites, county, make_site, town, enter, reading):
    foreign = make_site(county.other_town, name="别镇的")
    good, bad = (sites[0], "2026-05-11"), (sites[1], "2026-05-13")
    answer = enter(town, [good, bad, (sites[2], "2026-01-01"), (foreign, "2026-05-11")])
    assert answer.status_code == 422
    assert "崩塌1，2026-05-13：" in answer.text
    assert "崩塌2，2026-01-01：" in answer.text
    assert "2026-05-11：这个风险点已不在本地台账中。" in answer.text
    assert "别镇的" not in answer.text
    # What was ticked and typed is still there.
    assert f'value="{sites[0].id}:2026-05-11" checked' in answer.text
    assert "赖老根" in answer.text
    assert reading.scalars(select(HazardCheck)).all() == []
    assert reading.scalars(select(CheckSheet)).all() == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"entered_for": ""}, "实际检查人"),
        ({"photo": ""}, "照片"),
        ({"cells": []}, "至少勾选一天"),
        ({"cells": ["x"]}, "已过期"),
        ({"client_id": "x"}, "已过期"),
    ],
)
def test_what_is_missing_is_said(sites, town, enter, reading, fault, words):
    answer = enter(town, [(sites[0], "2026-05-11")], **fault)
    assert answer.status_code == 422
    assert words in answer.text
    assert reading.scalars(select(CheckSheet)).all() == []


def test_days_with_a_check_are_left_as_they_are(sites, town, enter, reading):
    assert enter(town, [(sites[0], "2026-05-11")]).status_code == 303
    both = [(sites[0], "2026-05-11"), (sites[0], "2026-05-10")]
    assert enter(town, both).status_code == 303
    assert enter(town, both).status_code == 422
    assert reading.scalar(select(func.count()).select_from(HazardCheck)) == 2


def test_a_month_goes_back_as_far_as_the_office_says(sites, town, enter, reading):
    month = "/hazards/book?span=month&day=2026-04-20"
    assert len(town.page(month).select("thead th")) == 31
    assert enter(town, [(sites[0], "2026-04-20")], address=month).status_code == 303


def test_the_book_of_another_town_is_not_there(county, town):
    assert town.get(f"/hazards/book?within={county.other_town.id}").status_code == 404
    assert town.get(f"/hazards/book?within={county.village.id}").status_code == 200


def test_a_page_reads_the_same_however_many_sites_it_has(county, make_site, town, count_queries):
    make_site(county.village)
    town.page(ADDRESS)
    with count_queries() as few:
        town.page(ADDRESS)
    for _ in range(8):
        make_site(county.village)
    with count_queries() as many:
        town.page(ADDRESS)
    assert len(many) == len(few)
