from datetime import date
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import select

from drillreg.audit.models import AuditRow, AuditValue
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill, DrillPhoto, Observation
from drillreg.drills.operations.drills import close_record, reopen_record
from drillreg.drills.queries import drill_record
from drillreg.evidence.models import Evidence
from drillreg.orgs.scope import whole_installation

SHORT = {
    "held_on": "2026-05-12",
    "participants": "424",
    "evacuation_minutes": "1",
    "evacuation_seconds": "48",
}
WHOLE = {
    **SHORT,
    "mode": "full",
    "started_at": "09:10",
    "group_1": "学生",
    "people_1": "400",
    "group_2": "教职工",
    "people_2": "24",
    "strengths": "广播清楚\n班主任清点快",
    "improvements": "东侧楼梯拥挤",
    "at_1_minutes": "1",
    "at_1_seconds": "48",
    "who_1": "值班校长",
    "what_1": "全部清点完毕",
    "at_2_minutes": "0",
    "at_2_seconds": "5",
    "who_2": "广播室",
    "what_2": "警报响起",
    "rating": "good",
    "summary": "整体有序。",
    "rows": "6",
}


def photo():
    stream = BytesIO()
    Image.new("RGB", (64, 48), "green").save(stream, "JPEG")
    return BytesIO(stream.getvalue()), "操场.jpg"


@pytest.fixture
def liaison(as_role, county):
    return as_role("unit_liaison", county.school)


def fresh(reading, drill):
    reading.rollback()
    reading.expire_all()
    return reading.get(Drill, drill.id)


def test_a_school_records_its_drill_with_three_answers_and_a_photo(
    liaison, county, make_drill, reading
):
    drill = make_drill(county.school, due_on=date(2026, 5, 11))
    form = liaison.page(f"/drills/{drill.id}/record")
    assert form.select_one("details.dr-more-fields:not([open])")
    response = liaison.post(
        f"/drills/{drill.id}/record",
        data={**SHORT, "photos": [photo()]},
        content_type="multipart/form-data",
    )
    assert response.status_code == 303
    done = liaison.page(response.location)
    assert "晚于应办日期 1 天" in done.text
    assert "1分48秒" in done.text
    found = fresh(reading, drill)
    assert (found.status, found.participants, found.evacuation_seconds) == ("held", 424, 108)
    evidence = reading.scalar(select(Evidence))
    assert (evidence.kind, evidence.grade, evidence.org_id) == (
        "drill-held",
        "evidenced",
        county.school.id,
    )
    assert evidence.attributes["mode"] == "full"
    assert evidence.attributes["participants"] == 424
    assert evidence.attributes["seconds"] == 108
    kept = reading.scalar(select(DrillPhoto))
    for address in (f"/drills/photos/{kept.id}", f"/drills/photos/{kept.id}/small"):
        with liaison.get(address) as picture:
            assert picture.mimetype == "image/jpeg"


def test_everything_told_is_kept_and_read_in_a_fixed_number_of_queries(
    liaison, county, make_drill, app, count_queries
):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    assert liaison.post(f"/drills/{drill.id}/record", data=WHOLE).status_code == 303
    with app.app_context(), count_queries() as seen:
        found = drill_record(drill.id, whole_installation(date(2026, 5, 12)))
    assert len(seen) == 5
    assert [(group.name, group.people) for group in found.groups] == [("学生", 400), ("教职工", 24)]
    assert [(m.seconds, m.who) for m in found.moments] == [(5, "广播室"), (108, "值班校长")]
    assert [seen.text for seen in found.strengths] == ["广播清楚", "班主任清点快"]
    assert [seen.text for seen in found.improvements] == ["东侧楼梯拥挤"]
    page = liaison.page(f"/drills/{drill.id}")
    for text in ("东侧楼梯拥挤", "警报响起", "良", "整体有序。", "09:10"):
        assert text in page.text


def test_without_a_photo_the_evidence_is_self_reported(liaison, county, make_drill, reading):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    liaison.post(f"/drills/{drill.id}/record", data=SHORT)
    assert reading.scalar(select(Evidence.grade)) == "self-reported"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"held_on": "2026-05-13"}, "held_on"),
        ({"participants": ""}, "participants"),
        ({"participants": "0"}, "participants"),
        ({"evacuation_seconds": "75"}, "evacuation_seconds"),
        ({"group_1": "学生", "people_1": "400"}, "participants"),
        ({"group_1": "学生"}, "people_1"),
        ({"people_1": "3"}, "group_1"),
        ({"started_at": "25:10"}, "started_at"),
        ({"what_1": "警报"}, "at_1_minutes"),
        ({"at_1_seconds": "7"}, "what_1"),
        ({"rating": "best"}, "rating"),
    ],
)
def test_a_refused_record_keeps_what_was_typed(liaison, county, make_drill, reading, fields, field):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    data = {**SHORT, "strengths": "广播清楚", **fields}
    response = liaison.post(f"/drills/{drill.id}/record", data=data)
    assert response.status_code == 422
    page = BeautifulSoup(response.text, "html.parser")
    assert f"#f-{field}" in [link["href"] for link in page.select(".dr-errsum a")]
    assert "广播清楚" in page.select_one("#f-strengths").text
    assert page.select_one("details[open] #f-strengths")
    assert fresh(reading, drill).status == "planned"
    assert reading.scalar(select(Evidence)) is None


def test_what_is_not_a_photo_is_refused(liaison, county, make_drill, reading):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    response = liaison.post(
        f"/drills/{drill.id}/record",
        data={**SHORT, "photos": [(BytesIO(b"MZ not a photo"), "a.jpg")]},
        content_type="multipart/form-data",
    )
    assert response.status_code == 422
    assert 'href="#f-photos"' in response.text
    assert fresh(reading, drill).status == "planned"


def test_more_rows_come_without_script_and_nothing_is_lost(liaison, county, make_drill):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    response = liaison.post(f"/drills/{drill.id}/record", data={**WHOLE, "more": "1"})
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "html.parser")
    assert page.select_one("#f-what_12")
    assert page.select_one("#f-what_1")["value"] == "全部清点完毕"


def test_a_drill_is_recorded_once(liaison, county, make_drill, reading):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    assert liaison.post(f"/drills/{drill.id}/record", data=SHORT).status_code == 303
    again = liaison.post(f"/drills/{drill.id}/record", data=SHORT)
    assert again.status_code == 409
    assert len(reading.scalars(select(Evidence)).all()) == 1


def test_correcting_keeps_old_values_and_the_rows_that_stay(
    liaison, county, make_drill, reading, app
):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    liaison.post(f"/drills/{drill.id}/record", data=WHOLE)
    kept = reading.scalar(select(Observation.id).where(Observation.text == "广播清楚"))
    page = liaison.page(f"/drills/{drill.id}/record")
    assert page.select_one("#f-participants")["value"] == "424"
    assert page.select_one("#f-what_2")["value"] == "全部清点完毕"
    data = {
        **WHOLE,
        "row_version": page.select_one("[name=row_version]")["value"],
        "people_1": "401",
        "participants": "425",
        "strengths": "广播清楚\n集合点明确",
    }
    assert liaison.post(f"/drills/{drill.id}/record", data=data).status_code == 303
    with app.app_context():
        found = drill_record(drill.id, whole_installation(date(2026, 5, 12)))
    assert [seen.text for seen in found.strengths] == ["广播清楚", "集合点明确"]
    assert found.strengths[0].id == kept
    assert [group.people for group in found.groups] == [24, 401]
    reading.rollback()
    row = reading.scalar(select(AuditRow).where(AuditRow.action == "drill-corrected"))
    changes = reading.scalar(select(AuditValue.changes).where(AuditValue.row_id == row.id))
    assert changes["participants"] == [424, 425]
    assert "班主任清点快" in changes["strengths"][0]
    standing = reading.scalars(select(Evidence).where(Evidence.voided_at.is_(None))).all()
    assert [each.attributes["participants"] for each in standing] == [425]


def test_a_stale_correction_shows_both_texts(liaison, county, make_drill):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    liaison.post(f"/drills/{drill.id}/record", data=SHORT)
    page = liaison.page(f"/drills/{drill.id}/record")
    data = {**SHORT, "row_version": page.select_one("[name=row_version]")["value"]}
    first = liaison.post(f"/drills/{drill.id}/record", data={**data, "participants": "425"})
    second = liaison.post(f"/drills/{drill.id}/record", data={**data, "participants": "999"})
    assert (first.status_code, second.status_code) == (303, 409)
    assert "425" in second.text
    assert "999" in second.text


def test_after_the_report_the_record_stands(liaison, county, make_drill, app, frozen):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    liaison.post(f"/drills/{drill.id}/record", data=SHORT)
    with app.app_context(), unit_of_work():
        close_record(db.session.get(Drill, drill.id), now=frozen.now)
    refused = liaison.get(f"/drills/{drill.id}/record")
    assert refused.status_code == 422
    assert "记录不能再改" in refused.text
    with app.app_context(), unit_of_work():
        reopen_record(db.session.get(Drill, drill.id))
    assert liaison.get(f"/drills/{drill.id}/record").status_code == 200


def test_a_drill_nobody_planned_is_entered_late(liaison, county, reading):
    assert liaison.get("/drills/record").status_code == 200
    data = {**SHORT, "held_on": "2026-05-02", "org": county.school.id, "event_type": "fire"}
    response = liaison.post("/drills/record", data=data)
    assert response.status_code == 303
    assert "补录，晚 10 天" in liaison.page(response.location).text
    drill = reading.scalar(select(Drill))
    assert (drill.title, drill.status, drill.due_on) == ("火灾演练", "held", date(2026, 5, 2))
    wrong = liaison.post("/drills/record", data={**data, "org": county.town.id})
    assert wrong.status_code == 404


def test_who_may_record(as_role, county, make_drill):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    other = as_role("unit_liaison", county.village)
    assert other.get(f"/drills/{drill.id}/record").status_code == 404
    assert other.post(f"/drills/{drill.id}/record", data=SHORT).status_code == 404
    bureau = as_role("dept_staff", county.bureau)
    assert bureau.get(f"/drills/{drill.id}").status_code == 200
    assert bureau.get(f"/drills/{drill.id}/record").status_code == 403
    leader = as_role("leader", county.town)
    assert leader.post(f"/drills/{drill.id}/record", data=SHORT).status_code == 403
    town = as_role("town_staff", county.town)
    assert town.get(f"/drills/{drill.id}/record").status_code == 200


def test_photos_of_others_are_not_there(liaison, as_role, county, make_drill, reading):
    drill = make_drill(county.school, due_on=date(2026, 5, 12))
    liaison.post(
        f"/drills/{drill.id}/record",
        data={**SHORT, "photos": [photo()]},
        content_type="multipart/form-data",
    )
    photo_id = reading.scalar(select(DrillPhoto.id))
    reading.rollback()
    other = as_role("town_staff", county.other_town)
    assert other.get(f"/drills/photos/{photo_id}").status_code == 404
    page = liaison.page(f"/drills/{drill.id}/record")
    data = {
        **SHORT,
        "row_version": page.select_one("[name=row_version]")["value"],
        f"drop_{photo_id}": "1",
    }
    assert liaison.post(f"/drills/{drill.id}/record", data=data).status_code == 303
    assert liaison.get(f"/drills/photos/{photo_id}").status_code == 404
