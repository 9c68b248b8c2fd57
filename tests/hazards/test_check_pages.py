"""The check page with its items, how a check was made, the page of one check, the to-do list."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from drillreg.core.changes import listen
from drillreg.evidence.models import Evidence, Grade
from drillreg.hazards.check_rules import Way
from drillreg.hazards.models import HazardCheck
from drillreg.hazards.rules import CheckResult
from drillreg.notices.models import Notice
from drillreg.office.models import LocalCode


@pytest.fixture
def site(county, make_site):
    return make_site(county.school, "XX-1", name="后山滑坡")


@pytest.fixture
def liaison(county, as_role):
    return as_role("unit_liaison", county.school)


@pytest.fixture
def send(site):
    def post(browser, **sent):
        return browser.post(f"/h/{site.public_id}", data={"client_id": str(uuid.uuid4()), **sent})

    return post


@pytest.fixture
def heard(app):
    """What others hear of checks."""
    found = []
    before = list(app.extensions["drillreg.listeners"].get("check", []))
    listen(app, "check", found.append)
    yield found
    app.extensions["drillreg.listeners"]["check"] = before


def test_items_decide_and_what_failed_is_announced_and_told(
    site, county, liaison, make_account, send, reading, heard
):
    make_account("town_staff", county.town)
    page = liaison.page(f"/h/{site.public_id}")
    assert "坡上、坡顶有新裂缝" in page.text
    answers = {"item-cracks": "yes", "item-crack-width": "80", "item-ditch": "yes"}
    done = send(liaison, result="items", **answers)
    assert done.status_code == 303, done.text
    check = reading.scalars(select(HazardCheck)).one()
    assert check.result is CheckResult.ABNORMAL
    assert check.answers["items"] == {"cracks": "yes", "crack-width": 80.0, "ditch": "yes"}
    assert check.answers["failed"] == ["cracks", "crack-width"]
    (told,) = heard
    assert (told["what"], told["check_id"], told["site_id"]) == ("recorded", check.id, site.id)
    assert [each["item"] for each in told["failed"]] == ["cracks", "crack-width"]
    assert told["failed"][1]["words"] == "最宽裂缝宽度：80 毫米"
    assert "坡上、坡顶有新裂缝：有" in reading.scalars(select(Notice.params)).one()["note"]
    shown = liaison.page(f"/hazards/checks/{check.id}")
    assert "80 毫米" in shown.text
    assert "地质灾害点检查表" in shown.text
    assert f"/hazards/checks/{check.id}" in str(liaison.page(f"/hazards/{site.id}"))
    # Numbers stand there again the next time.
    again = liaison.page(f"/h/{site.public_id}")
    assert again.select_one("[name=item-crack-width]")["value"] == "80"


def test_one_tap_measures_nothing_and_typed_numbers_are_kept(liaison, send, reading):
    send(liaison, result="items", **{"item-crack-width": "12"})
    before = {"was-crack-width": "12"}
    send(liaison, result="normal", **before, **{"item-crack-width": "12"})
    send(liaison, result="normal", **before, **{"item-crack-width": "13"})
    send(liaison, result="items", **before, **{"item-crack-width": "12"})
    kept = reading.scalars(select(HazardCheck).order_by(HazardCheck.id)).all()
    numbers = [check.answers and check.answers["items"]["crack-width"] for check in kept]
    assert numbers == [12.0, None, 13.0, 12.0]
    assert {check.result for check in kept} == {CheckResult.NORMAL}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"result": "normal", "item-cracks": "yes"}, "item-cracks"),
        ({"result": "items"}, "result"),
        ({"result": "items", "item-crack-width": "wide"}, "item-crack-width"),
        ({"result": "items", "item-cracks": "maybe"}, "item-cracks"),
        ({"result": "normal", "way": "joint"}, "with_names"),
        ({"result": "normal", "way": "secret"}, "way"),
    ],
)
def test_what_contradicts_itself_is_asked_again_and_kept(liaison, send, reading, sent, field):
    answer = send(liaison, **sent, note="雨后有水")
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert f'id="f-{field}"' in answer.text
    assert "雨后有水" in answer.text
    assert reading.scalars(select(HazardCheck)).all() == []


def test_a_device_sends_answers_as_an_object(site, liaison, reading):
    sent = {"client_id": str(uuid.uuid4()), "result": "items", "items": {"cracks": "no"}}
    assert liaison.post(f"/h/{site.public_id}", json=sent).status_code == 201
    assert liaison.post(f"/h/{site.public_id}", json=sent).status_code == 200
    other = {**sent, "items": {"cracks": "yes"}}
    assert liaison.post(f"/h/{site.public_id}", json=other).status_code == 409
    assert reading.scalars(select(HazardCheck)).one().answers["items"] == {"cracks": "no"}


def test_an_office_adds_a_question_of_its_own(site, county, liaison, send, keep, reading, frozen):
    keep(
        LocalCode(
            list_name="check_question",
            owner_org_id=county.county.id,
            code="x-drum",
            zh="铜锣、手摇报警器完好",
            like_code="geological-cards",
            hidden=False,
            set_by_name="管理员",
            from_at=frozen.now,
        )
    )
    page = liaison.page(f"/h/{site.public_id}")
    assert page.select("[name=item-own-x-drum]")
    send(liaison, result="items", **{"item-own-x-drum": "no"})
    check = reading.scalars(select(HazardCheck)).one()
    assert check.result is CheckResult.ABNORMAL
    assert check.answers["own"]["own-x-drum"]["zh"] == "铜锣、手摇报警器完好"
    assert "铜锣" in liaison.page(f"/hazards/checks/{check.id}").text


def test_an_inspection_from_above_with_a_photo_is_verified_at_once(
    site, county, as_role, liaison, send, reading, photo
):
    clerk = as_role("county_staff", county.county)
    sent = {"result": "normal", "way": "unannounced"}
    assert send(clerk, **sent).status_code == 303
    assert send(clerk, **sent, photo=(BytesIO(photo), "a.jpg")).status_code == 303
    # What one's own house calls an inspection proves no more than a patrol.
    assert send(liaison, **sent, photo=(BytesIO(photo), "a.jpg")).status_code == 303
    found = reading.scalars(select(Evidence).order_by(Evidence.id)).all()
    grades = [each.grade for each in found]
    assert grades == [Grade.SELF_REPORTED, Grade.VERIFIED, Grade.EVIDENCED]
    assert found[0].attributes["way"] == "unannounced"
    newest = reading.scalars(select(HazardCheck.id).order_by(HazardCheck.id)).all()[1]
    assert "暗访" in clerk.page(f"/hazards/checks/{newest}").text


def test_a_check_of_an_upper_system_counts_by_its_number(site, liaison, send, reading):
    sent = {"result": "normal", "upper_number": "赣地灾2026-118", "way": "joint"}
    assert send(liaison, **sent, with_names="水利局 王某").status_code == 303
    check = reading.scalars(select(HazardCheck)).one()
    assert (check.way, check.upper_number) == (Way.JOINT, "赣地灾2026-118")
    assert reading.scalars(select(Evidence.grade)).one() is Grade.EVIDENCED
    page = liaison.page(f"/hazards/{site.id}").text
    assert "上级系统 赣地灾2026-118" in page
    assert "联合检查" in page


def test_the_page_of_a_check_stays_in_reach(site, county, liaison, send, as_role, reading):
    send(liaison, result="normal")
    check = reading.scalars(select(HazardCheck.id)).one()
    reading.rollback()
    assert (
        as_role("town_staff", county.other_town).get(f"/hazards/checks/{check}").status_code == 404
    )


def test_checks_to_make_stand_in_the_to_do_list(county, make_site, as_role, today, frozen):
    fresh = make_site(county.school, name="刚查过", last_check_on=today)
    due = make_site(county.school, name="该查了", last_check_on=today - timedelta(days=24))
    make_site(county.town, name="镇里的")
    liaison = as_role("unit_liaison", county.school)
    page = liaison.page("/todo")
    assert "该查了" in page.text
    assert fresh.name not in page.text
    assert "镇里的" not in page.text
    assert page.find("a", href=f"/h/{due.public_id}")
    # Who looks after others' sites has the chasing list.
    assert "镇里的" not in as_role("town_staff", county.town).page("/todo").text
    mine = liaison.page("/hazards/mine").text
    assert "下次不晚于 2026-05-18" in mine


def test_one_check_takes_few_statements(site, liaison, send, count_queries):
    send(liaison, result="normal")
    with count_queries() as seen:
        assert send(liaison, result="normal").status_code == 303
    # What follows from it for duties is asked after the commit.
    own = next(at for at, text in enumerate(seen) if text.startswith("SELECT duty_touch"))
    # Two of them are those of patrols and inspections, which listen.
    assert own <= 17, "\n\n".join(seen[:own])
