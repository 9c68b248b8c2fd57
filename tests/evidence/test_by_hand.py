"""Evidence by hand: entered with a file or without, once, answered, taken back."""

import uuid
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.evidence.models import Evidence, Grade

DAY = "2026-05-11"


@pytest.fixture
def drill(keep, county, frozen, today):
    """A drill that the school held."""
    return keep(
        Drill(
            org_id=county.school.id,
            title="学校疏散演练",
            event_type="fire",
            due_on=today,
            held_on=today,
            status="held",
            participants=300,
            changed_at=frozen.now,
        )
    )


@pytest.fixture
def liaison(as_role, county):
    return as_role("unit_liaison", county.school, name="梁秀英")


def sent(org, kind, **more):
    values = {"client_id": str(uuid.uuid4()), "org": org.id, "kind": kind, "on_date": DAY}
    return {**values, **more}


def fire_check(org, **more):
    return sent(org, "fire-checked", **{"result": "normal", **more})


def picture():
    stream = BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 80)).save(stream, "JPEG")
    return BytesIO(stream.getvalue()), "签到.jpg"


@pytest.fixture
def kept(app):
    """Return all evidence there is, detached."""

    def read():
        with app.app_context():
            found = db.session.scalars(select(Evidence).order_by(Evidence.id)).all()
            db.session.expunge_all()
            return found

    return read


def test_evidence_is_entered_from_the_button_of_a_duty_and_leads_back(liaison, county, drill, kept):
    back = "/drills/"
    page = liaison.page(
        f"/evidence/new?kind=drill-reported&org={county.school.id}&drill_id={drill.id}&next={back}"
    )
    assert page.select_one("h1").text == "报送演练情况"
    chosen = page.select_one("select[name=drill_id] option[selected]")
    assert chosen["value"] == str(drill.id)
    assert "学校疏散演练" in chosen.text
    form = {each["name"]: each.get("value", "") for each in page.select("main form input[name]")}
    form |= {"drill_id": drill.id, "note": "送镇政府", "file": picture()}
    done = liaison.post("/evidence/new", data=form, content_type="multipart/form-data")
    assert done.status_code == 303
    said = liaison.page(done.location)
    assert "佐证已录入" in said.text
    assert said.select_one(f"main a[href='{back}']") is not None
    (found,) = kept()
    assert (found.kind, found.org_id, found.grade) == (
        "drill-reported",
        county.school.id,
        Grade.EVIDENCED,
    )
    assert (found.subject_kind, found.subject_id) == ("drill", drill.id)
    assert found.attributes == {"drill_id": drill.id}
    on_drill = liaison.page(f"/drills/{drill.id}").select_one("#evidence")
    assert "报送演练情况" in on_drill.text
    assert "签到.jpg" in on_drill.text
    with liaison.get(f"/evidence/{found.id}/file") as answer:
        assert answer.mimetype == "image/jpeg"


def test_without_a_file_it_is_self_reported_and_the_organisation_shows_it(liaison, county, kept):
    liaison.post("/evidence/new", data=fire_check(county.school))
    (found,) = kept()
    assert (found.grade, found.subject_kind, found.subject_id) == (
        Grade.SELF_REPORTED,
        "evidence",
        found.id,
    )
    assert found.attributes == {"result": "normal"}
    panel = liaison.page(f"/orgs/{county.school.id}").select_one("#evidence")
    assert "防火检查" in panel.text
    assert "自报" in panel.text
    shown = liaison.page(panel.select_one("li a")["href"])
    assert "正常" in shown.text
    assert "梁秀英" in shown.text


def test_a_device_gets_201_then_200_then_409(liaison, county, kept):
    first = fire_check(county.school)
    answer = liaison.post("/evidence/new", json=first)
    assert answer.status_code == 201
    again = liaison.post("/evidence/new", json=first)
    assert (again.status_code, again.json) == (200, answer.json)
    other = liaison.post("/evidence/new", json={**first, "result": "abnormal"})
    assert other.status_code == 409
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"on_date": "2026-05-13"}, "不能晚于今天"),
        ({"result": ""}, "结果"),
        ({"result": "cooking"}, "结果"),
        ({"kind": "round-made", "sites": "x"}, "检查处数"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(liaison, county, kept, fault, sentence):
    form = {**fire_check(county.school, note="在礼堂"), **fault}
    answer = liaison.post("/evidence/new", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "在礼堂" in answer.text
    assert kept() == []


def test_a_file_of_another_kind_is_refused_beside_its_field(liaison, county, kept):
    form = fire_check(county.school, file=(BytesIO(b"MZ program"), "a.exe"))
    answer = liaison.post("/evidence/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "a.exe" in answer.text
    assert kept() == []


def test_what_begins_a_thing_is_answered_from_the_list_of_those_still_open(liaison, county, kept):
    school = county.school
    for level in ("major", "general"):
        liaison.post("/evidence/new", data=sent(school, "danger-found", level=level))
    major, general = kept()
    assert (major.attributes, major.subject_id) == (
        {"level": "major", "danger_id": major.id},
        major.id,
    )

    numbers = {str(major.id), str(general.id)}
    offered = liaison.page(f"/evidence/new?kind=danger-reported&danger_id={major.id}")
    assert offered.select_one("option[selected]")["value"] == str(major.id)
    told = sent(school, "danger-reported", danger_id=major.id)
    assert liaison.post("/evidence/new", json=told).status_code == 201
    assert liaison.post("/evidence/new", json=told).status_code == 200
    again = sent(school, "danger-reported", danger_id=major.id)
    assert liaison.post("/evidence/new", data=again).status_code == 422
    left = liaison.page("/evidence/new?kind=danger-reported").select("option[value]")
    assert {each["value"] for each in left} - {""} == numbers - {str(major.id)}
    assert "报告重大事故隐患" in liaison.page(f"/evidence/{major.id}").text


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        ("unit_liaison", "school", 303),
        ("town_staff", "town", 303),
        ("county_staff", "county", 303),
        ("dept_staff", "bureau", 403),  # sees the school, does not record for it
        ("leader", "county", 403),
        ("town_staff", "other_town", 404),
    ],
)
def test_the_unit_or_who_stands_above_it_enters_evidence(
    as_role, county, kept, role, place, status
):
    browser = as_role(role, getattr(county, place))
    assert browser.post("/evidence/new", data=fire_check(county.school)).status_code == status
    assert len(kept()) == (status == 303)


def test_who_entered_it_takes_it_back_the_same_day_only(liaison, county, kept, as_role, app):
    liaison.post("/evidence/new", data=fire_check(county.school))
    (found,) = kept()
    address = f"/evidence/{found.id}"
    other = as_role("unit_liaison", county.school, name="别人", username="other")
    answer = other.post(f"{address}/take-back", data={"note": "不对"})
    assert answer.status_code == 403, answer.location
    assert liaison.post(f"{address}/take-back", data={"note": ""}).status_code == 422
    assert liaison.page(address).select_one(f"a[href='{address}/take-back']") is not None
    assert liaison.post(f"{address}/take-back", data={"note": "填错"}).status_code == 303
    assert kept()[0].void_reason == "填错"
    assert "作废：填错" in liaison.page(address).text
    liaison.post("/evidence/new", data=fire_check(county.school))
    with app.app_context(), unit_of_work():
        later = db.session.scalars(select(Evidence).order_by(Evidence.id.desc())).first()
        later.entered_at = later.entered_at.replace(day=11)
        later_id = later.id
    late = liaison.post(f"/evidence/{later_id}/take-back", data={"note": "填错"})
    assert late.status_code == 403


def test_every_kind_by_hand_has_its_form(as_role, county):
    clerk = as_role("county_staff")
    links = clerk.page("/evidence/new").select("main .dr-list a")
    assert len(links) >= 15
    for link in links:
        page = clerk.page(link["href"])
        assert page.select_one("h1").text == link.text
