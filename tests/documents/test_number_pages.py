"""The register of document numbers: reserve, use, void, take over, gaps, next year, export."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.documents.operations.numbers import (
    issue_number,
    reserve_number,
    take_over_number,
)
from drillreg.documents.rules import gap_text, gaps

PATTERN = "白府发〔{year}〕{number}号"


@pytest.fixture
def clerk(as_role, county):
    return as_role("town_staff", county.town, name="周敏")


@pytest.fixture
def series(clerk, county):
    """A series of the town for 2026, begun on the page; returns its address."""
    fields = {
        "issuer": county.town.id,
        "kind": "notice",
        "year": "2026",
        "template": PATTERN,
        "first_number": "1",
    }
    response = clerk.post("/numbers/new", data=fields)
    assert response.status_code == 303, response.text
    return response.location


def reserve(clerk, series, title="关于演练的通知"):
    response = clerk.post(f"{series}/reserve", data={"title": title})
    assert response.status_code == 303
    return response.location


def take_over(clerk, series, number, day="2026-03-01"):
    fields = {"number": str(number), "paper_title": "手工编号的文件", "dated_on": day}
    return clerk.post(f"{series}/take-over", data=fields)


def test_a_number_is_reserved_used_and_shown(clerk, series):
    number = reserve(clerk, series)
    page = clerk.page(number)
    assert "白府发〔2026〕1号" in page.h1.text
    assert "预留" in page.text
    fields = {"paper_title": "关于汛期演练的通知", "dated_on": "2026-05-12"}
    assert clerk.post(f"{number}/use", data=fields).status_code == 303
    page = clerk.page(series)
    assert "关于汛期演练的通知" in page.text
    assert clerk.post(f"{number}/use", data=fields).status_code == 422


def test_a_void_number_keeps_its_reason_and_is_never_given_again(clerk, series):
    number = reserve(clerk, series)
    assert clerk.post(f"{number}/void", data={"reason": ""}).status_code == 422
    assert clerk.post(f"{number}/void", data={"reason": "文件未印发"}).status_code == 303
    assert "文件未印发" in clerk.page(series).text
    assert "2号" in clerk.page(reserve(clerk, series)).h1.text
    assert "已经作废" in clerk.post(f"{number}/void", data={"reason": "x"}).text


def test_numbers_of_the_paper_register_are_taken_over_and_gaps_show(clerk, series):
    assert take_over(clerk, series, 3).status_code == 303
    assert take_over(clerk, series, 5).status_code == 303
    refused = take_over(clerk, series, 3)
    assert refused.status_code == 422
    assert "已经登记过" in refused.text
    page = clerk.page(series)
    assert "1–2, 4" in page.text
    assert "6号" in clerk.page(reserve(clerk, series)).h1.text
    assert take_over(clerk, series, 4).status_code == 303
    assert "1–2" in clerk.page("/numbers/").text
    assert "应在2026年" in take_over(clerk, series, 2, "2025-12-31").text


def test_a_pattern_changes_for_later_numbers_and_the_next_year(app, clerk, series, county, frozen):
    reserve(clerk, series)
    version = clerk.page(series).select_one("[name=version]")["value"]
    fields = {"template": "白政发〔{year}〕{number}号", "first_number": "1", "version": version}
    assert clerk.post(series, data=fields).status_code == 303
    assert clerk.post(series, data=fields).status_code == 409
    texts = [clerk.page(reserve(clerk, series)).h1.text, clerk.page(series).text]
    assert "白政发〔2026〕2号" in texts[0]
    assert "白府发〔2026〕1号" in texts[1]
    with app.app_context(), unit_of_work():
        text = issue_number(
            issuer_org_id=county.town.id,
            document_kind="notice",
            year=2027,
            now=frozen.now,
            subject_kind="x",
            subject_id=1,
            template=PATTERN,
        )
    assert text == "白政发〔2027〕1号"


def test_a_series_may_begin_later_than_one_but_not_be_moved_under_its_numbers(clerk, county):
    fields = {
        "issuer": county.town.id,
        "kind": "report-up",
        "year": "2026",
        "template": PATTERN,
        "first_number": "41",
    }
    series = clerk.post("/numbers/new", data=fields).location
    assert "41号" in clerk.page(reserve(clerk, series)).h1.text
    assert "已有文号系列" in clerk.post("/numbers/new", data=fields).text
    moved = {"template": PATTERN, "first_number": "1", "version": "1"}
    assert clerk.post(series, data=moved).status_code in {409, 422}
    assert take_over(clerk, series, 7).status_code == 422


@pytest.mark.parametrize("pattern", ["没有编号", "{number}{number}", "〔{year}{year}〕{number}"])
def test_a_pattern_without_one_place_for_the_number_is_refused(clerk, county, pattern):
    fields = {
        "issuer": county.town.id,
        "kind": "notice",
        "year": "2026",
        "template": pattern,
        "first_number": "1",
    }
    assert clerk.post("/numbers/new", data=fields).status_code == 422


def test_a_neighbour_sees_nothing_and_a_unit_has_no_right(clerk, series, as_role, county):
    number = reserve(clerk, series)
    neighbour = as_role("town_staff", county.other_town)
    for address in (series, number):
        assert neighbour.get(address).status_code == 404
    assert "白府发" not in neighbour.page("/numbers/").text
    assert as_role("unit_liaison", county.school).get("/numbers/").status_code == 403
    fields = {
        "issuer": county.town.id,
        "kind": "letter",
        "year": "2026",
        "template": PATTERN,
        "first_number": "1",
    }
    assert neighbour.post("/numbers/new", data=fields).status_code == 404


def test_the_export_holds_series_and_numbers(clerk, series):
    reserve(clerk, series)
    take_over(clerk, series, 4)
    data = clerk.get("/numbers/export.xlsx?kind=notice").data
    first, second = openpyxl.load_workbook(io.BytesIO(data)).worksheets
    assert [cell.value for cell in first[2]][3:] == [PATTERN, 4, 1, 1, 0, "2–3"]
    assert [row[2].value for row in second.iter_rows(min_row=2)] == [
        "白府发〔2026〕1号",
        "白府发〔2026〕4号",
    ]


def test_the_list_asks_the_same_number_of_questions_for_many(
    clerk, county, count_queries, keep, frozen
):
    def questions():
        with count_queries() as seen:
            clerk.page("/numbers/")
        return len(seen)

    def add(year):
        series = keep(
            NumberSeries(
                issuer_org_id=county.town.id, document_kind="notice", year=year, template=PATTERN
            )
        )
        keep(
            IssuedNumber(
                series_id=series.id, number=1, text="x", state="used", issued_at=frozen.now
            )
        )

    add(2001)
    clerk.page("/numbers/")
    few = questions()
    for year in range(2002, 2018):
        add(year)
    assert questions() == few


def test_reserving_and_entering_at_once_never_meets(app, county, keep, frozen):
    """Half ask for the next number, half enter numbers of the paper register."""
    series = keep(
        NumberSeries(
            issuer_org_id=county.town.id, document_kind="notice", year=2026, template=PATTERN
        )
    )
    actor = Actor(account_id=1, person_id=None, name="周敏")
    together = threading.Barrier(6)

    def work(worker):
        together.wait()
        done = []
        for turn in range(4):
            try:
                with app.app_context(), unit_of_work():
                    found = db.session.get_one(NumberSeries, series.id)
                    if worker % 2:
                        given = reserve_number(found, title="x", actor=actor, now=frozen.now)
                    else:
                        given = take_over_number(
                            found,
                            number=worker + 3 * turn + 1,
                            title="y",
                            dated_on=frozen.now.date(),
                            actor=actor,
                            now=frozen.now,
                        )
                    done.append(given.number)
            except DomainError:
                pass
        return done

    with ThreadPoolExecutor(6) as pool:
        given = [number for done in pool.map(work, range(6)) for number in done]
    assert len(given) == len(set(given))
    with app.app_context():
        kept = list(db.session.scalars(select(IssuedNumber.number)))
        last = db.session.scalar(select(NumberSeries.last_number))
    assert sorted(given) == sorted(kept)
    assert last == max(kept)


def test_every_act_leaves_its_row(app, clerk, series):
    number = reserve(clerk, series)
    take_over(clerk, series, 9)
    clerk.post(f"{number}/void", data={"reason": "x"})
    with app.app_context():
        acts = set(db.session.scalars(select(AuditRow.action)))
    assert {
        "number-series-opened",
        "number-reserved",
        "number-taken-over",
        "number-voided",
    } <= acts


@pytest.mark.parametrize(
    ("first", "last", "taken", "text"),
    [
        (1, 0, [], ""),
        (1, 3, [1, 2, 3], ""),
        (1, 9, [2, 3, 7], "1, 4–6, 8–9"),
        (5, 6, [1, 6], "5"),
    ],
)
def test_gaps(first, last, taken, text):
    assert gap_text(gaps(first, last, taken)) == text
