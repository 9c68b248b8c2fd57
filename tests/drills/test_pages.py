from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillStatus

PLANNING = {"title": "桌面推演", "event_type": "flood", "mode": "tabletop", "due_on": "2026-06-02"}


@pytest.fixture
def clerk(as_role, county):
    return as_role("town_staff", county.town)


def test_the_list_shows_only_what_is_in_scope(clerk, county, make_drill):
    make_drill(county.school, title="本镇演练")
    make_drill(county.other_town, title="外镇演练")
    page = clerk.page("/drills/")
    assert "本镇演练" in page.text
    assert "外镇演练" not in page.text
    assert "共 1 条" in page.text


def test_filters_narrow_list_and_export_alike(clerk, county, make_drill):
    make_drill(county.school, due_on=date(2026, 5, 1), title="逾期的")
    make_drill(county.village, due_on=date(2026, 5, 20), title="村里的", event_type="flood")
    make_drill(county.town, due_on=date(2026, 7, 1), title="取消的", status=DrillStatus.CANCELLED)
    for query, left in (
        ("state=overdue", {"逾期的"}),
        ("state=planned", {"村里的"}),
        ("state=cancelled", {"取消的"}),
        ("event=flood", {"村里的"}),
        ("kind=school", {"逾期的"}),
        (f"within={county.village.id}", {"村里的"}),
        ("since=2026-05-02&until=2026-06-30", {"村里的"}),
        ("q=村里", {"村里的"}),
        ("since=wrong&state=wrong", {"逾期的", "村里的", "取消的"}),
    ):
        rows = clerk.page(f"/drills/?{query}").select("td.two a")
        assert {row.text for row in rows} == left, query
        sheet = load_workbook(BytesIO(clerk.get(f"/drills/export.xlsx?{query}").data)).active
        assert {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)} == left


def test_an_organisation_out_of_reach_is_no_filter(clerk, county):
    assert clerk.get(f"/drills/?within={county.other_town.id}").status_code == 404
    assert clerk.get("/drills/?within=abc").status_code == 404


def test_the_list_goes_on_page_by_page(clerk, county, make_drill):
    for number in range(23):
        make_drill(county.school, title=f"演练{number:02}", due_on=date(2026, 6, 1 + number))
    first = clerk.page("/drills/")
    second = clerk.page(first.select_one("a[rel=next]")["href"])
    assert len(first.select("tbody tr")) == 20
    assert [row.text for row in second.select("td.two a")] == ["演练20", "演练21", "演练22"]


def test_pages_ask_a_fixed_number_of_queries(clerk, county, make_drill, count_queries):
    make_drill(county.school)
    clerk.page("/drills/")
    counts = {}
    for _ in range(2):
        for path in ("/drills/", "/drills/month?m=2026-05", "/drills/programmes/"):
            with count_queries() as seen:
                clerk.page(path)
            counts.setdefault(path, []).append(len(seen))
        for _drill in range(12):
            make_drill(county.school)
            make_drill(county.village)
    assert all(one == two for one, two in counts.values()), counts
    assert max(one for one, _ in counts.values()) <= 15


def test_the_month_marks_holidays_make_up_days_and_shifted_drills(
    clerk, county, make_programme, on_day_one
):
    make_programme(county.school, on_day_one, starts_on=date(2026, 5, 1))
    page = clerk.page("/drills/month?m=2026-10")
    cells = {cell.select_one(".d b").text: cell for cell in page.select(".dr-cal td:not(.out)")}
    assert "国庆节" in cells["1"].text
    assert "休" in cells["1"].text
    assert "班" in cells["10"].text
    assert cells["1"].select(".dr-ev") == []
    moved = cells["8"].select_one(".dr-ev")
    assert "2026年10月1日放假（国庆节），改到2026年10月8日" in moved["title"]
    assert len(page.select("ul.show-s .dr-ev")) == 1


def test_an_overdue_drill_is_red_with_its_word(clerk, county, make_drill):
    make_drill(county.school, due_on=date(2026, 5, 8))
    page = clerk.page("/drills/month")
    assert "逾期：" in page.select_one(".dr-cal .dr-ev.late").text
    assert "应办 1 场，已办 0，逾期 1" in page.text
    english = clerk.get("/drills/month?m=2026-05&lang=en")
    assert english.status_code == 200


def test_odd_months_fall_back_to_this_one(clerk):
    for text in ("2026-13", "x", "0001-01", "2026-5"):
        assert "2026年5月" in clerk.page(f"/drills/month?m={text}").text


def test_a_year_without_its_notice_is_warned_of(clerk):
    assert "2028 年放假通知尚未录入" in clerk.page("/drills/month?m=2028-03").text
    assert "放假通知尚未录入" not in clerk.page("/drills/month?m=2026-03").text


def test_one_drill_is_planned_moved_and_cancelled(clerk, county, reading):
    response = clerk.post("/drills/new", data={**PLANNING, "org": county.town.id})
    assert response.status_code == 303
    drill_id = reading.scalar(select(Drill.id))
    page = clerk.page(f"/drills/{drill_id}/postpone")
    data = {
        "row_version": page.select_one("[name=row_version]")["value"],
        "new_on": "2026-06-09",
        "reason": "",
    }
    refused = clerk.post(f"/drills/{drill_id}/postpone", data=data)
    assert refused.status_code == 422
    assert 'value="2026-06-09"' in refused.text
    data["reason"] = "防汛值守"
    assert clerk.post(f"/drills/{drill_id}/postpone", data=data).status_code == 303
    assert "原定2026年6月2日" in clerk.page(f"/drills/{drill_id}").text
    assert clerk.post(f"/drills/{drill_id}/postpone", data=data).status_code == 409
    assert clerk.post(f"/drills/{drill_id}/cancel", data={"reason": ""}).status_code == 422
    cancelled = clerk.post(f"/drills/{drill_id}/cancel", data={"reason": "机构撤并"})
    assert cancelled.status_code == 303
    page = clerk.page(f"/drills/{drill_id}")
    assert "机构撤并" in page.text
    assert "不计入职责" in page.text
    again = clerk.post(f"/drills/{drill_id}/cancel", data={"reason": "再来"})
    assert again.status_code == 422


def test_a_drill_of_others_is_not_there(as_role, county, make_drill):
    drill = make_drill(county.school)
    other = as_role("town_staff", county.other_town)
    for path in ("", "/record", "/postpone", "/cancel", "/recorded"):
        assert other.get(f"/drills/{drill.id}{path}").status_code == 404
    assert other.get(f"/drills/at/{drill.public_id}").status_code == 404
    liaison = as_role("unit_liaison", county.school)
    assert liaison.get(f"/drills/at/{drill.public_id}").location == f"/drills/{drill.id}"
    assert liaison.get(f"/drills/{drill.id}/cancel").status_code == 403


def test_a_struck_out_drill_is_not_there(clerk, county, make_drill, frozen):
    drill = make_drill(county.school, voided_at=frozen.now)
    assert clerk.get(f"/drills/{drill.id}").status_code == 404


def test_pages_speak_english(as_role, county, make_drill, make_programme):
    drill = make_drill(county.school, title_en="Evacuation drill")
    programme_id = make_programme(county.school)
    clerk = as_role("town_staff", county.town, "en")
    for path in (
        "",
        "month",
        "programmes/",
        "programmes/new",
        f"programmes/{programme_id}",
        f"programmes/{programme_id}/edit",
        "new",
        "record",
        "feed",
        f"{drill.id}/record",
        f"{drill.id}/postpone",
        f"{drill.id}/cancel",
    ):
        assert clerk.get(f"/drills/{path}").status_code == 200, path
    assert "Evacuation drill" in clerk.page(f"/drills/{drill.id}").h1.text


def test_the_organisation_page_shows_next_and_last_drills(clerk, county, make_drill):
    make_drill(county.school, title="下一次")
    make_drill(
        county.school,
        title="上一次",
        status=DrillStatus.HELD,
        held_on=date(2026, 4, 9),
        due_on=date(2026, 4, 9),
    )
    text = clerk.page(f"/orgs/{county.school.id}").text
    assert "下一次" in text
    assert "上一次" in text
