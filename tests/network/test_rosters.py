"""Duty rosters: the table, publishing, exchanging, handing over, who is on duty now."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from drillreg.core.db import db
from drillreg.network.models import Duty, DutyChange, HandOver, RosterMonth
from drillreg.workdays.models import CalendarDay
from drillreg.workdays.rules import DayKind
from tests.conftest import NOW


def cell(day, position="officer"):
    return f"d-2026-05-{day:02}-{position}"


@pytest.fixture
def town(as_role, county):
    return as_role("town_staff", county.town)


@pytest.fixture
def save(town, county):
    """Save cells of May 2026; the version is the one on file unless said."""

    def post(cells, version=0, **more):
        data = {"m": "2026-05", "row_version": str(version), **cells, **more}
        return town.post(f"/roster/{county.town.id}/edit", data=data)

    return post


def names(reading, day=12, position="officer"):
    statement = select(Duty.name).where(Duty.day == date(2026, 5, day), Duty.position == position)
    return list(reading.scalars(statement.order_by(Duty.place)))


def test_a_month_is_typed_in_one_go(town, county, save, reading):
    save({cell(12): "张三 13800001234、李四", cell(13): "王五", cell(16, "lead"): "赵六"})
    assert names(reading) == ["张三", "李四"]
    page = town.page(f"/roster/{county.town.id}?m=2026-05")
    row = page.find(id="d-2026-05-12")
    assert "张三、李四" in row.text
    saved = town.page(f"/roster/{county.town.id}/edit?m=2026-05")
    assert saved.find(id=f"f-{cell(12)}")["value"] == "张三、李四"


def test_every_bad_cell_is_named_and_nothing_is_saved(save, reading):
    answer = save({cell(12): "13800001234", cell(13): "王五"})
    assert answer.status_code == 422
    assert f'href="#f-{cell(12)}"' in answer.text
    assert reading.scalars(select(Duty)).all() == []


def test_two_people_at_one_table_notice_each_other(save):
    save({cell(12): "张三"})
    answer = save({cell(12): "李四"}, version=0)
    assert answer.status_code == 409
    assert "李四" in answer.text


def test_days_off_need_a_leader_and_make_up_days_do_not(town, county, save, keep):
    keep(
        CalendarDay(
            day=date(2026, 5, 16), kind=DayKind.WORK, name_zh="调休", source="", entered_at=NOW
        )
    )
    save({cell(day): f"员{day}" for day in range(1, 32)})
    page = town.page(f"/roster/{county.town.id}?m=2026-05")
    assert "缺" not in page.find(id="d-2026-05-16").text  # a Saturday that is worked
    assert "缺" in page.find(id="d-2026-05-17").text
    assert "班" in page.find(id="d-2026-05-16").text
    assert "劳动节" in page.find(id="d-2026-05-01").text


def test_filling_shows_a_table_and_saves_nothing(town, county, save, reading):
    save({cell(4): "张三"})
    filled = town.page(f"/roster/{county.town.id}/edit?m=2026-05&fill=week")
    assert filled.find(id=f"f-{cell(11)}")["value"] == "张三"
    turned = town.page(
        f"/roster/{county.town.id}/edit?m=2026-05&fill=rotate&position=lead&people=甲、乙&days=off"
    )
    values = [turned.find(id=f"f-{cell(day, 'lead')}")["value"] for day in (1, 2, 3, 6)]
    assert values == ["甲", "乙", "甲", ""]
    assert "尚未保存" in turned.text
    assert names(reading, 11) == []


def test_a_published_roster_changes_with_a_reason_and_keeps_who_stood_there(
    town, county, save, reading
):
    save({cell(12): "张三"})
    town.post(f"/roster/{county.town.id}/publish", data={"m": "2026-05"})
    version = reading.scalar(select(RosterMonth.row_version))
    refused = save({cell(12): "李四"}, version=version)
    assert refused.status_code == 422
    assert "请填写变更理由和批准人" in refused.text
    filled = save({cell(12): "张三", cell(20): "王五"}, version=version)
    assert filled.status_code == 303  # an empty cell may be filled without a reason
    changed = save({cell(12): "李四"}, version=version, reason="出差", approved_by="肖建中")
    assert changed.status_code == 303
    change = reading.scalar(select(DutyChange).where(DutyChange.day == date(2026, 5, 12)))
    assert (change.old_name, change.new_name, change.approved_by) == ("张三", "李四", "肖建中")


def test_publishing_needs_a_roster_and_happens_once(town, county, save):
    address = f"/roster/{county.town.id}/publish"
    assert town.post(address, data={"m": "2026-05"}).status_code == 422
    save({cell(12): "张三"})
    assert town.post(address, data={"m": "2026-05"}).status_code == 303
    assert town.post(address, data={"m": "2026-05"}).status_code == 422


def test_two_days_are_exchanged_in_one_act(town, county, save, reading):
    save({cell(12): "张三 13800001234", cell(14): "李四"})
    answer = town.post(
        f"/roster/{county.town.id}/days/2026-05-12/exchange",
        data={
            "position": "officer",
            "with_day": "2026-05-14",
            "reason": "家中有事",
            "approved_by": "肖建中",
        },
    )
    assert answer.status_code == 303
    assert (names(reading, 12), names(reading, 14)) == (["李四"], ["张三"])
    phone = reading.scalar(select(Duty.phone).where(Duty.day == date(2026, 5, 14)))
    assert phone == "13800001234"
    assert len(reading.scalars(select(DutyChange)).all()) == 2


@pytest.mark.parametrize(
    "data",
    [
        {"new": "", "reason": "事", "approved_by": "某"},
        {"new": "王五", "reason": "", "approved_by": "某"},
        {"new": "张三", "reason": "事", "approved_by": "某"},
        {"with_day": "2026-05-15", "reason": "事", "approved_by": "某"},
    ],
)
def test_an_exchange_that_says_too_little_is_refused(town, county, save, reading, data):
    save({cell(12): "张三"})
    address = f"/roster/{county.town.id}/days/2026-05-12/exchange"
    answer = town.post(address, data={"position": "officer", **data})
    assert answer.status_code == 422
    assert names(reading) == ["张三"]


def test_the_next_shift_takes_over_and_the_writer_cannot(app, town, county, as_role):
    address = f"/roster/{county.town.id}/days/2026-05-12"
    town.post(f"{address}/note", data={"happened": "接预警电话", "open_matters": "报水位"})
    own = town.post(f"{address}/seen")
    assert own.status_code == 422
    assert "交班人不能代替接班人签收" in own.text
    clerk = as_role("county_staff")
    following = clerk.page(f"/roster/{county.town.id}/days/2026-05-13")
    assert "报水位" in following.text
    clerk.post(f"{address}/seen")
    with app.app_context():
        note = db.session.scalar(select(HandOver))
        assert (note.seen_by_name, note.seen_at) == ("周敏", NOW)
        version = note.row_version
    late = town.post(f"{address}/note", data={"happened": "改", "row_version": version})
    assert late.status_code == 422
    assert "接班人已签收" in late.text


def test_no_note_is_written_for_a_day_to_come(town, county):
    address = f"/roster/{county.town.id}/days/2026-05-13/note"
    assert town.post(address, data={"happened": "x"}).status_code == 422
    assert town.get(f"/roster/{county.town.id}/days/yesterday").status_code == 404


def test_the_county_sees_who_is_on_duty_tonight_and_who_is_not(
    as_role, county, save, frozen, call_duty_phone
):
    save({cell(11): "昨夜", cell(12): "张三 13800001234"})
    call_duty_phone(county.town)
    clerk = as_role("county_staff")
    page = clerk.page("/roster/")
    rows = {row.a.text: row for row in page.find("tbody").find_all("tr")}
    assert "张三" in rows["白岩镇"].text
    assert "昨夜" not in rows["白岩镇"].text
    assert rows["白岩镇"].find("a", href="tel:13800001234")
    assert "无人值班" in rows["竹源镇"].text
    home = clerk.page("/").find(id="on-duty")
    assert "张三" in home.text
    assert "不全" in home.text


def test_before_the_change_of_shift_it_is_still_last_evening(
    county, save, frozen, sign_in, make_account
):
    save({cell(12): "张三", cell(13): "李四"})
    frozen.now = NOW.replace(hour=20)  # four in the morning of the 13th
    early = sign_in(make_account("county_staff", county.county))
    assert "张三" in early.page("/roster/").find("tbody").text


def test_tonight_takes_the_same_queries_however_many_there_are(
    as_role, county, make_org, count_queries
):
    clerk = as_role("county_staff")
    with count_queries() as few:
        clerk.page("/roster/")
    for number in range(9):
        make_org(f"第{number}镇", "town", county.county)
    with count_queries() as many:
        clerk.page("/roster/")
    assert len(few) == len(many) <= 11


def test_a_table_goes_out_and_comes_back(town, county, save, tmp_path):
    save({cell(12): "张三", cell(12, "lead"): "李四"})
    answer = town.get(f"/roster/{county.town.id}/export.xlsx?m=2026-05")
    book = load_workbook(BytesIO(answer.data))
    assert book.active["D13"].value == "张三"
    book.active["D13"] = "王五、赵六"
    stream = BytesIO()
    book.save(stream)
    page = town.post(
        f"/roster/{county.town.id}/read",
        data={"m": "2026-05", "file": (BytesIO(stream.getvalue()), "表.xlsx")},
    )
    assert page.status_code == 200
    assert "王五、赵六" in page.text
    assert "尚未保存" in page.text


def test_a_table_with_merged_titles_and_days_as_words_is_read(town, county):
    book = Workbook()
    book.active.append(["白岩镇2026年5月值班表", None, None])
    book.active.append(["日期", "带班领导", "值班员"])
    book.active.append(["5月12日（星期二）", "李四", "张三"])
    book.active.merge_cells("A1:C1")
    stream = BytesIO()
    book.save(stream)
    page = town.post(
        f"/roster/{county.town.id}/read",
        data={"m": "2026-05", "file": (BytesIO(stream.getvalue()), "表.xlsx")},
    )
    assert f'name="{cell(12)}"' in page.text
    assert 'value="张三"' in page.text
    nothing = town.post(
        f"/roster/{county.town.id}/read",
        data={"m": "2026-06", "file": (BytesIO(stream.getvalue()), "表.xlsx")},
    )
    assert nothing.status_code == 422
    assert "表中没有本月的日期" in nothing.text


def test_what_the_last_shift_left_is_a_to_do_of_the_next(
    town, county, as_role, make_account, sign_in
):
    address = f"/roster/{county.town.id}/days/2026-05-11"
    town.post(f"{address}/note", data={"happened": "接预警电话"})
    assert town.page("/").find("a", href=address) is None
    other = sign_in(make_account("town_staff", county.town, name="曾雨晴", username="zeng"))
    assert other.page("/").find("a", href=address)
    other.post(f"{address}/seen")
    assert other.page("/").find("a", href=address) is None


def test_the_roster_is_printed_with_its_days_and_people(town, county, save):
    save({cell(12): "张三", cell(12, "lead"): "李四"})
    answer = town.get(f"/roster/{county.town.id}/print.pdf?m=2026-05")
    assert answer.mimetype == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    for words in ("白岩镇2026年5月值班表", "5月12日", "张三", "李四", "劳动节"):
        assert words in text.replace("\n", ""), words
