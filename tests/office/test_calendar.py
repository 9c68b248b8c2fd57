import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.core.access import Actor
from drillreg.core.db import unit_of_work
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.sweeps import plan_due_drills
from drillreg.office.calendars import is_exam_day, planning_calendar, seasons_on
from drillreg.office.days import SeasonFacts, put_season
from drillreg.workdays.models import CalendarDay

REAL = Path("/").joinpath("work", "shared", "data", "calendar")
ACTOR = Actor(1, 1, "贺建")
MAKE_UP = date(2027, 1, 9)  # a Saturday
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270104
SUMMARY:元旦 休
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20270109
SUMMARY:元旦 班
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def sysadmin(as_role):
    return as_role("sysadmin")


def send(browser, name, text, **address):
    data = {"file": (io.BytesIO(text.encode()), name)}
    return browser.post(
        "/system/calendar/import",
        query_string=address,
        data=data,
        content_type="multipart/form-data",
    )


def test_a_year_without_a_notice_is_told_loudly_until_one_is_imported(sysadmin):
    assert "2027年的调休安排尚未录入" in sysadmin.page("/system/calendar?year=2027").text
    assert "尚未录入" not in sysadmin.page("/system/calendar?year=2026").select(".dr-note")[0].text
    assert send(sysadmin, "2027.ics", ICS).status_code == 303
    page = sysadmin.page("/system/calendar?year=2027")
    assert "调休安排尚未录入" not in page.text
    marked = page.select_one("td.work")
    assert (marked.b.text, marked["title"]) == ("9", "元旦 班")
    assert "2027.ics" in page.text


def test_files_without_days_are_refused_with_a_sentence(sysadmin):
    empty = json.dumps({"year": 2027, "papers": [], "days": []})
    answer = send(sysadmin, "2027.json", empty)
    assert answer.status_code == 422
    assert "该年度的放假通知尚未发布" in answer.text
    assert send(sysadmin, "x.json", "{").status_code == 422
    assert sysadmin.post("/system/calendar/import", data={}).status_code == 422


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not on this machine")
def test_the_real_notices_can_be_imported_and_2027_says_that_it_is_empty(sysadmin):
    for year in (2024, 2025, 2026):
        text = (REAL / f"holiday-cn_{year}.json").read_text("utf-8")
        assert send(sysadmin, f"{year}.json", text).status_code == 303
        assert "尚未录入" not in "".join(
            note.text
            for note in sysadmin.page(f"/system/calendar?year={year}").select(".dr-note.red")
        )
    text = (REAL / "holiday-cn_2027.json").read_text("utf-8")
    assert send(sysadmin, "2027.json", text).status_code == 422


def test_a_single_day_is_set_changed_and_taken_out_again(sysadmin, reading, county):
    at = "/system/calendar/days/new"
    form = {"day": "2026-05-13", "kind": "off", "name_zh": "青岭节"}
    assert sysadmin.post(at, data=form).status_code == 303
    page = sysadmin.page("/system/calendar?year=2026")
    assert page.select_one("td.own")["title"] == "青岭节"
    assert sysadmin.post(at, data={**form, "day": "13.5."}).status_code == 422
    row = reading.scalar(select(CalendarDay))
    assert not planning_calendar(county.school, date(2026, 5, 1)).is_working_day(row.day)
    reading.rollback()
    assert sysadmin.post(f"/system/calendar/days/{row.id}/remove").status_code == 303
    reading.expire_all()
    assert planning_calendar(county.school, date(2026, 5, 1)).is_working_day(date(2026, 5, 13))
    assert sysadmin.post(at, data=form).status_code == 303
    acts = [
        row.action
        for row in reading.scalars(select(AuditRow).order_by(AuditRow.id))
        if row.subject_kind == "calendar"
    ]
    assert acts == ["calendar-day-set", "calendar-day-removed", "calendar-day-set"]


def test_a_towns_day_holds_in_the_town_alone(sysadmin, app, county):
    form = {"day": "2026-05-13", "kind": "off", "name_zh": "圩日"}
    sysadmin.post(f"/system/calendar/days/new?org={county.town.id}", data=form)
    with app.app_context():
        day, today = date(2026, 5, 13), date(2026, 5, 12)
        assert not planning_calendar(county.school, today).is_working_day(day)
        assert planning_calendar(county.other_town, today).is_working_day(day)
    foreign = f"/system/calendar/days/new?org={county.other_county.id}"
    assert sysadmin.post(foreign, data=form).status_code == 404


def test_the_education_bureau_sets_the_exam_days_of_its_schools(sysadmin, app, county):
    at = f"/system/calendar/seasons/new?org={county.bureau.id}"
    form = {
        "kind": "exam",
        "name_zh": "期末考试",
        "first_on": "2026-07-06",
        "last_on": "2026-07-08",
    }
    assert sysadmin.post(at, data=form).status_code == 303
    assert sysadmin.post(at, data={**form, "last_on": "2026-07-01"}).status_code == 422
    with app.app_context():
        day = date(2026, 7, 7)
        assert is_exam_day(day, county.school)
        assert not is_exam_day(day, county.town)
        assert not planning_calendar(county.school, day).suits(day)
        assert planning_calendar(county.village, day).suits(day)
        assert [season.name for season in seasons_on(day, county.school)] == ["期末考试"]
    page = sysadmin.page(f"/system/calendar?org={county.bureau.id}&year=2026")
    assert "期末考试" in page.find("main").text
    assert page.select_one("td.exam")["title"] == "期末考试"


def test_planned_drills_move_out_of_the_holidays_when_these_are_entered(
    app, county, frozen, keep, reading
):
    keep(
        DrillProgramme(
            org_id=county.school.id, title="疏散", event_type="fire", created_at=frozen.now,
            rrule="FREQ=MONTHLY;BYMONTHDAY=15", shift="next_working_day",
            starts_on=date(2026, 5, 15),
        )
    )  # fmt: skip

    def dates():
        plan_due_drills(today=frozen.now.date(), now=frozen.now)
        reading.rollback()
        found = reading.scalars(select(Drill).where(Drill.voided_at.is_(None)))
        return {drill.original_on: drill.due_on for drill in found}

    assert dates()[date(2026, 7, 15)] == date(2026, 7, 15)
    facts = SeasonFacts("vacation", "暑假", date(2026, 7, 11), date(2026, 8, 31), yearly=False)
    with unit_of_work():
        row = put_season(facts, row=None, owner=county.county, actor=ACTOR, now=frozen.now)
        row_id = row.id
    planned = dates()
    assert planned[date(2026, 7, 15)] == date(2026, 9, 1)
    assert planned[date(2026, 6, 15)] == date(2026, 6, 15)
    # In August the drill moved to September still stands, whatever is planned again.
    frozen.now = datetime(2026, 8, 25, 1, 0, tzinfo=UTC)
    with unit_of_work():
        row = reading.get(type(row), row_id)
        longer = SeasonFacts("vacation", "暑假", date(2026, 7, 11), date(2026, 9, 1), yearly=False)
        put_season(longer, row=row, owner=county.county, actor=ACTOR, now=frozen.now)
    assert dates()[date(2026, 7, 15)] == date(2026, 9, 2)
    frozen.now += timedelta(days=1)
    assert dates()[date(2026, 7, 15)] == date(2026, 9, 2)


def test_the_command_says_what_it_entered(app, tmp_path, county):
    path = tmp_path / "2027.ics"
    path.write_text(ICS, encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["calendar", "import", str(path)])
    assert done.output == "4 days added, 0 changed, 0 unchanged\n"
    again = app.test_cli_runner().invoke(
        args=["calendar", "import", str(path), "--owner", str(county.county.id)]
    )
    assert again.output == "4 days added, 0 changed, 0 unchanged\n"
