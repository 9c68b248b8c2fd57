from datetime import date

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.drills.facts import Held
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.operations.drills import cancel_drill
from drillreg.drills.operations.records import record_drill
from drillreg.workdays.models import CalendarDay
from drillreg.workdays.rules import DayKind

FORM = {
    "title": "每月应急疏散演练",
    "event_type": "school-safety",
    "mode": "full",
    "freq": "monthly",
    "interval": "1",
    "day_way": "nth",
    "nth": "-1",
    "nth_weekday": "2",
    "months_way": "all",
    "shift": "next_working_day",
    "starts_on": "2026-05-01",
}


@pytest.fixture
def clerk(as_role, county):
    return as_role("town_staff", county.town)


def planned(reading, **more):
    reading.rollback()
    reading.expire_all()
    return reading.scalars(
        select(Drill).where(Drill.voided_at.is_(None)).order_by(Drill.due_on)
    ).all()


def test_a_programme_is_started_from_the_form(clerk, county, reading):
    response = clerk.post("/drills/programmes/new", data={**FORM, "org": county.school.id})
    assert response.status_code == 303
    assert len(planned(reading)) == 13
    page = clerk.page(response.location)
    assert "每月最后一个星期三" in page.text
    assert "每月应急疏散演练" in clerk.page("/drills/programmes/").text


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"freq": "weekly", "weekday": "4"}, date(2026, 5, 15)),
        ({"freq": "monthly", "day_way": "day", "day": "31"}, date(2026, 6, 1)),
        ({"freq": "quarterly", "day_way": "day", "day": "20"}, date(2026, 5, 20)),
        ({"freq": "half_yearly", "starts_on": "2026-06-01"}, date(2026, 6, 24)),
        (
            {
                "freq": "yearly",
                "months_way": "chosen",
                "month_5": "1",
                "day_way": "day",
                "day": "12",
            },
            date(2026, 5, 12),
        ),
        ({"freq": "times_per_term", "times": "2", "day_way": "day", "day": "9"}, date(2026, 9, 9)),
        ({"freq": "monthly", "months_way": "school"}, date(2026, 5, 27)),
    ],
)
def test_every_choice_of_rhythm_can_be_made_and_read_back(clerk, county, reading, fields, first):
    data = {**FORM, **fields, "org": county.school.id}
    response = clerk.post("/drills/programmes/new", data=data)
    assert response.status_code == 303
    assert planned(reading)[0].due_on == first
    edit = clerk.page(f"{response.location}/edit")
    assert edit.select_one("#f-freq option[selected]")["value"] == fields["freq"]
    assert edit.select_one("#preview time")


def test_a_form_with_mistakes_keeps_what_was_typed(clerk, county):
    data = {**FORM, "org": county.school.id, "title": "", "day_way": "day", "day": "40"}
    response = clerk.post("/drills/programmes/new", data=data)
    assert response.status_code == 422
    assert 'value="40"' in response.text
    assert response.text.count('href="#f-') == 2


def test_the_preview_explains_shifted_days_without_script(clerk, county, reading):
    data = {
        **FORM,
        "org": county.school.id,
        "day_way": "day",
        "day": "1",
        "starts_on": "2026-09-01",
        "preview": "1",
    }
    response = clerk.post("/drills/programmes/new", data=data)
    assert response.status_code == 200
    assert "2026年10月1日放假（国庆节），改到2026年10月8日" in response.text
    assert "2027 年放假通知尚未录入" in response.text
    assert planned(reading) == []


def test_the_preview_fragment_follows_the_form(clerk, county):
    shown = clerk.get("/drills/programmes/preview", query_string={**FORM, "org": county.school.id})
    assert "<html" not in shown.text
    assert "2026年5月27日" in shown.text
    assert clerk.get("/drills/programmes/preview").status_code == 200


def test_changing_the_rhythm_moves_only_what_is_ahead(
    clerk, county, make_programme, reading, app, actor, frozen
):
    programme_id = make_programme(county.school, starts_on=date(2026, 5, 1))
    first, second, third = planned(reading)[:3]
    with app.app_context(), unit_of_work():
        record_drill(
            db.session.get(Drill, first.id),
            held=Held(held_on=date(2026, 5, 11), participants=400),
            actor=actor,
            today=date(2026, 5, 12),
            now=frozen.now,
        )
        cancel_drill(db.session.get(Drill, second.id), reason="中考", actor=actor, now=frozen.now)
    page = clerk.page(f"/drills/programmes/{programme_id}/edit")
    version = page.select_one("[name=row_version]")["value"]
    data = {**FORM, "day_way": "day", "day": "10", "row_version": version}
    response = clerk.post(f"/drills/programmes/{programme_id}/edit", data=data)
    assert response.status_code == 303
    found = planned(reading)
    assert {first.id, second.id} <= {drill.id for drill in found}
    assert {drill.due_on for drill in found if drill.status == "planned"} >= {date(2026, 6, 10)}
    struck = reading.get(Drill, third.id)
    assert (struck.void_reason, struck.status) == ("programme changed", "planned")
    # Changing back brings the very same drills back.
    page = clerk.page(f"/drills/programmes/{programme_id}/edit")
    data = {**FORM, "row_version": page.select_one("[name=row_version]")["value"]}
    assert clerk.post(f"/drills/programmes/{programme_id}/edit", data=data).status_code == 303
    assert third.id in {drill.id for drill in planned(reading)}


def test_two_editors_are_told(clerk, county, make_programme, reading):
    programme_id = make_programme(county.school)
    address = f"/drills/programmes/{programme_id}/edit"
    version = clerk.page(address).select_one("[name=row_version]")["value"]
    assert clerk.post(address, data={**FORM, "row_version": version}).status_code == 303
    stale = clerk.post(address, data={**FORM, "title": "别的", "row_version": version})
    assert stale.status_code == 409
    assert "别的" in stale.text
    assert "每月应急疏散演练" in stale.text


def test_a_new_title_reaches_the_drills_ahead(clerk, county, make_programme, reading):
    programme_id = make_programme(county.school)
    address = f"/drills/programmes/{programme_id}/edit"
    version = clerk.page(address).select_one("[name=row_version]")["value"]
    clerk.post(address, data={**FORM, "title": "新名称", "row_version": version})
    assert {drill.title for drill in planned(reading)} == {"新名称"}


def test_ending_a_programme_strikes_out_what_comes_after(clerk, county, make_programme, reading):
    programme_id = make_programme(county.school)
    response = clerk.post(f"/drills/programmes/{programme_id}/end", data={"last_on": "2026-06-30"})
    assert response.status_code == 303
    assert [drill.due_on for drill in planned(reading)] == [date(2026, 5, 27), date(2026, 6, 24)]
    assert reading.get(DrillProgramme, programme_id).ended_on == date(2026, 6, 30)


def test_a_county_day_off_counts_for_its_programmes(clerk, county, keep, reading, frozen):
    keep(
        CalendarDay(
            owner_org_id=county.county.id,
            day=date(2026, 5, 27),
            kind=DayKind.OFF,
            name_zh="县庆",
            source="县政府",
            entered_at=frozen.now,
        )
    )
    clerk.post("/drills/programmes/new", data={**FORM, "org": county.school.id})
    assert planned(reading)[0].due_on == date(2026, 5, 28)


def test_who_may_not_plan_is_refused_and_outsiders_find_nothing(
    as_role, county, make_programme, clerk
):
    programme_id = make_programme(county.school)
    liaison = as_role("unit_liaison", county.school)
    assert liaison.get(f"/drills/programmes/{programme_id}").status_code == 200
    assert liaison.get(f"/drills/programmes/{programme_id}/edit").status_code == 403
    other = as_role("town_staff", county.other_town)
    for path in ("", "/edit", "/end"):
        assert other.get(f"/drills/programmes/{programme_id}{path}").status_code == 404
    data = {**FORM, "org": county.school.id}
    assert other.post("/drills/programmes/new", data=data).status_code == 404


def test_a_department_plans_for_the_units_it_oversees(as_role, county, reading):
    bureau = as_role("dept_staff", county.bureau)
    data = {**FORM, "org": county.school.id}
    assert bureau.post("/drills/programmes/new", data=data).status_code == 303
    data = {**FORM, "org": county.village.id}
    assert bureau.post("/drills/programmes/new", data=data).status_code == 404
