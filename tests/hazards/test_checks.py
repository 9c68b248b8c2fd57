import threading
import uuid
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.evidence.models import Evidence, Grade
from drillreg.hazards.models import CheckPhoto, HazardCheck, HazardSite
from drillreg.hazards.rules import CheckResult
from drillreg.notices.models import Notice

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def site(county, make_site):
    return make_site(county.school, "XX-1", name="后山滑坡")


@pytest.fixture
def liaison(county, as_role):
    return as_role("unit_liaison", county.school)


def count(reading, model):
    return reading.scalar(select(func.count()).select_from(model))


def test_one_tap_records_a_check_without_position_or_note(site, liaison, reading, today):
    page = liaison.page(f"/h/{site.public_id}")
    client_id = page.select_one("[name=client_id]")["value"]
    done = liaison.post(f"/h/{site.public_id}", data={"client_id": client_id, "result": "normal"})
    assert done.status_code == 303
    check = reading.scalars(select(HazardCheck)).one()
    assert (check.result, check.checked_on, check.lon) == (CheckResult.NORMAL, today, None)
    answer = liaison.page(done.location)
    assert "检查已记录" in answer.text
    assert f"第 {check.id} 号" in answer.text
    kept = reading.scalars(select(HazardSite)).one()
    assert (kept.last_check_on, kept.last_check_result, kept.row_version) == (today, "normal", 1)
    evidence = reading.scalars(select(Evidence)).one()
    assert (evidence.kind, evidence.grade) == ("hazard-checked", Grade.SELF_REPORTED)
    assert evidence.org_id == site.org_id
    assert reading.scalars(select(AuditRow.action)).all()[-1] == "hazard-checked"


def test_a_double_tap_records_once(site, liaison, reading):
    data = {"client_id": ID, "result": "normal"}
    answers = [liaison.post(f"/h/{site.public_id}", data=data) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert count(reading, HazardCheck) == 1


def test_a_device_gets_201_then_200_then_409(site, liaison, reading):
    address = f"/h/{site.public_id}"
    sent = {
        "client_id": ID,
        "result": "abnormal",
        "note": "坡顶新裂缝",
        "lon": 115.05,
        "lat": 24.05,
    }
    first = liaison.post(address, json=sent)
    assert first.status_code == 201
    # The same again, its position read anew: still the same check.
    again = liaison.post(address, json={**sent, "lon": 115.0501})
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    other = liaison.post(address, json={**sent, "note": "没有裂缝"})
    assert other.status_code == 409
    assert "内容不同" in other.json["error"]
    assert count(reading, HazardCheck) == 1
    assert reading.scalars(select(HazardCheck.lon)).one() == 115.05


@pytest.mark.parametrize(
    "fault",
    [
        {"client_id": "nonsense"},
        {"result": "maybe"},
        {"result": "abnormal"},
        {"checked_on": "2026-05-13"},
        {"checked_on": "2026-05-04"},
        {"note": "x" * 600},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(site, liaison, reading, fault):
    sent = {"client_id": ID, "result": "normal", **fault}
    assert liaison.post(f"/h/{site.public_id}", json=sent).status_code == 422
    answer = liaison.post(f"/h/{site.public_id}", data=sent)
    assert answer.status_code == 422
    assert "dr-errsum" in answer.text
    assert count(reading, HazardCheck) == 0
    assert liaison.post(f"/h/{site.public_id}", json=[1]).status_code == 422


def test_an_earlier_day_may_be_entered_and_does_not_hide_a_newer_check(site, liaison, reading):
    for client_id, day in ((str(uuid.uuid4()), "2026-05-11"), (str(uuid.uuid4()), "2026-05-08")):
        sent = {"client_id": client_id, "result": "normal", "checked_on": day}
        assert liaison.post(f"/h/{site.public_id}", json=sent).status_code == 201
    assert reading.scalars(select(HazardSite.last_check_on)).one() == date(2026, 5, 11)
    assert reading.scalar(select(func.min(Evidence.on_date))) == date(2026, 5, 8)


def test_a_photo_makes_it_evidence_and_stays_in_reach_only(
    site, county, liaison, as_role, reading, photo
):
    data = {
        "client_id": ID,
        "result": "abnormal",
        "note": "裂缝",
        "lon": "not a number",
        "photo": [(BytesIO(photo), "a.jpg"), (BytesIO(photo), "b.jpg")],
    }
    done = liaison.post(f"/h/{site.public_id}", data=data, content_type="multipart/form-data")
    assert done.status_code == 303, done.text
    assert count(reading, CheckPhoto) == 2
    assert reading.scalars(select(Evidence.grade)).one() is Grade.EVIDENCED
    page = liaison.page(f"/hazards/{site.id}")
    small = page.select_one(".hz-thumbs img")["src"]
    with liaison.get(small) as picture:
        assert picture.mimetype == "image/jpeg"
    reading.rollback()
    assert as_role("town_staff", county.other_town).get(small).status_code == 404


def test_a_file_that_is_no_photo_is_refused(site, liaison, reading):
    data = {"client_id": ID, "result": "normal", "photo": (BytesIO(b"%PDF-1.7"), "a.jpg")}
    answer = liaison.post(f"/h/{site.public_id}", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert count(reading, HazardCheck) == 0


def test_something_abnormal_is_told_to_those_in_charge(
    site, county, liaison, make_account, reading
):
    town = make_account("town_staff", county.town)
    make_account("town_staff", county.other_town, username="others")
    sent = {"client_id": ID, "result": "abnormal", "note": "墙裂"}
    assert liaison.post(f"/h/{site.public_id}", json=sent).status_code == 201
    assert reading.scalars(select(Notice.account_id)).all() == [town]


def test_who_may_not_log_there_is_refused(site, county, as_role):
    sent = {"client_id": ID, "result": "normal"}
    bureau = as_role("dept_staff", county.bureau)
    assert bureau.post(f"/h/{site.public_id}", json=sent).status_code == 403
    stranger = as_role("unit_liaison", county.other_town)
    assert stranger.post(f"/h/{site.public_id}", json=sent).status_code == 404


def test_my_sites_stand_in_the_order_of_waiting(county, make_site, as_role, today):
    make_site(county.school, name="刚查过", last_check_on=today, last_check_result="normal")
    make_site(county.school, name="早查过", last_check_on=date(2026, 1, 1))
    make_site(county.school, name="没查过")
    make_site(county.town, name="镇里的")
    page = as_role("monitor", county.school).page("/hazards/mine")
    assert [h.text for h in page.select("h2")] == ["没查过", "早查过", "刚查过"]


def test_resends_that_arrive_together_are_one_check(
    app, site, county, make_account, sign_in, reading
):
    account = make_account("unit_liaison", county.school)
    browsers = [sign_in(account) for _ in range(6)]
    together = threading.Barrier(len(browsers))
    answers: list[int] = []

    def send(browser, note):
        together.wait()
        sent = {"client_id": ID, "result": "abnormal", "note": note}
        answers.append(browser.post(f"/h/{site.public_id}", json=sent).status_code)

    threads = [threading.Thread(target=send, args=(b, "裂缝")) for b in browsers[:5]]
    threads.append(threading.Thread(target=send, args=(browsers[5], "别的")))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert count(reading, HazardCheck) == 1
    assert count(reading, Evidence) == 1
    assert answers.count(201) == 1
    assert sorted(set(answers)) in ([200, 201, 409], [201, 409])
