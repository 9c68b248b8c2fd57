"""Ledgers of dangers as offices keep them: each row is in, or is explained."""

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from drillreg.dangers.danger_rows import closes
from drillreg.dangers.models import Danger
from drillreg.dangers.rules import DangerLevel, Stage
from drillreg.evidence.models import Evidence
from tests.imports.danger_book import CLOSED, OPEN, SCHOOL, TEAM, book


@pytest.fixture
def school_has_its_name(county, keep):
    county.school.name = SCHOOL
    keep(county.school)


def dangers(reading):
    reading.rollback()
    found = reading.scalars(select(Danger).order_by(Danger.found_on))
    return {danger.what: danger for danger in found}


def explained(clerk, address, sheet=0):
    with clerk.get(f"{address}/explained.xlsx") as answer:
        data = BytesIO(answer.data)
    return CalamineWorkbook.from_filelike(data).get_sheet_by_index(sheet).to_python()[1:]


@pytest.mark.usefixtures("school_has_its_name")
def test_a_ledger_with_merged_headers_comes_in(county, clerk, send, work_off, reading):
    address = send(book(CLOSED, OPEN, TEAM), kind="dangers", name="台账.xlsx")
    assert "共 3 行：2 行可导入，1 行有说明" in clerk.page(address).text
    assert "施工一队" in explained(clerk, address)[0][-1]
    clerk.post(f"{address}/apply")
    assert work_off() == 1
    found = dangers(reading)
    closed, open_ = found["手拉葫芦损坏"], found["操作平台缺少护栏"]
    assert (closed.stage, closed.closed_on, closed.org_id) == (
        Stage.CLOSED,
        date(2026, 4, 26),
        county.school.id,
    )
    assert closed.attributes == {"责任人": "甲", "隐患类型": "起重伤害"}
    assert (open_.stage, open_.level) == (Stage.ASSIGNED, DangerLevel.MAJOR)
    assert open_.due_on == date(2026, 5, 20)
    assert open_.number
    kinds = reading.scalars(select(Evidence.kind).where(Evidence.subject_kind == "danger")).all()
    assert sorted(kinds) == ["danger-found", "danger-found", "danger-removed"]
    page = clerk.page(f"/dangers/{open_.id}")
    assert "加装护栏" in page.text
    assert "丙" in page.text


@pytest.mark.usefixtures("school_has_its_name")
def test_undo_takes_the_dangers_off_every_page(clerk, bring_in, reading):
    address = bring_in(book(CLOSED, OPEN), kind="dangers", name="台账.xlsx")
    open_ = dangers(reading)["操作平台缺少护栏"]
    assert "操作平台缺少护栏" in clerk.page("/dangers/").text
    assert clerk.post(f"{address}/undo").status_code == 303
    assert "操作平台缺少护栏" not in clerk.page("/dangers/").text
    assert clerk.get(f"/dangers/{open_.id}").status_code == 404
    reading.rollback()
    standing = select(Evidence).where(
        Evidence.subject_kind == "danger", Evidence.voided_at.is_(None)
    )
    assert reading.scalars(standing).all() == []


@pytest.mark.usefixtures("school_has_its_name")
def test_the_same_danger_is_not_taken_twice(clerk, bring_in, send):
    bring_in(book(OPEN), kind="dangers", name="四月.xlsx")
    address = send(book(OPEN, CLOSED), kind="dangers", name="五月.xlsx")
    assert "1 行可导入，1 行有说明" in clerk.page(address).text
    assert "台账中已有" in explained(clerk, address)[0][-1]


def test_a_unit_keeps_the_names_of_its_teams(county, as_role, bring_in, send, clerk, reading):
    address = send(book(TEAM), kind="dangers", name="项目.xlsx", org=county.school)
    clerk.post(f"{address}/apply")
    assert "施工一队" in explained(clerk, address, sheet=1)[0][-1]


def test_rows_that_stand_are_changed_by_number_after_a_preview(
    county, clerk, send, work_off, reading, keep
):
    county.school.name = SCHOOL
    keep(county.school)
    head = "隐患编号,隐患内容,责任单位,排查日期,隐患等级\n"
    first = send(f"{head}Y-1,通道堆物,{SCHOOL},2026-05-01,一般\n", kind="dangers")
    clerk.post(f"{first}/apply")
    work_off()
    again = send(f"{head}Y-1,三楼通道堆物,{SCHOOL},2026-05-01,重大\n", kind="dangers")
    assert "Y-1" in explained(clerk, again)[0][-1]
    clerk.post(f"{again}/rows", data={"existing": "update"})
    assert "三楼通道堆物" in clerk.page(again).text
    clerk.post(f"{again}/apply")
    work_off()
    danger = dangers(reading)["三楼通道堆物"]
    assert danger.level is DangerLevel.MAJOR
    said = reading.scalar(select(Evidence.attributes).where(Evidence.kind == "danger-found"))
    assert said["level"] == "major"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("关闭", True),
        ("未关闭", False),
        ("已整改", True),
        ("整改中", False),
        ("", None),
        ("？", None),
    ],
)
def test_words_of_states(app, text, expected):
    with app.app_context():
        assert closes(text) is expected


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (f"Y-1,,{SCHOOL},2026-05-01,一般", "内容"),
        (f"Y-1,堆物,{SCHOOL},五月一日,一般", "日期"),
        (f"Y-1,堆物,{SCHOOL},2026-06-01,一般", "还没到"),
        ("Y-1,堆物,,2026-05-01,一般", "单位"),
    ],
)
@pytest.mark.usefixtures("school_has_its_name")
def test_a_row_that_cannot_be_used_says_why(clerk, send, row, word):
    head = "隐患编号,隐患内容,责任单位,排查日期,隐患等级\n"
    address = send(f"{head}{row}\n", kind="dangers")
    assert word in explained(clerk, address)[0][-1]


@pytest.mark.usefixtures("school_has_its_name")
def test_the_workbook_has_three_sheets_and_the_return_no_names(clerk, bring_in):
    bring_in(book(CLOSED, OPEN), kind="dangers", name="台账.xlsx")
    with clerk.get("/dangers/ledger.xlsx") as answer:
        made = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert made.sheet_names == ["隐患台账", "超期清单", "重大隐患"]
    assert [len(made.get_sheet_by_name(name).to_python()) for name in made.sheet_names] == [3, 1, 2]
    with clerk.get("/dangers/return.xlsx") as answer:
        sheet = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert len(rows[0]) == 8
    assert SCHOOL not in str(rows)
    assert "甲" not in str(rows[1:])
