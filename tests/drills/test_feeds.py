from datetime import date

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill, FeedToken
from drillreg.drills.rules import DrillStatus


@pytest.fixture
def liaison(as_role, county):
    return as_role("unit_liaison", county.school)


@pytest.fixture
def address(liaison):
    """The path of a fresh feed, as the page shows it once."""
    page = liaison.post("/drills/feed").text
    found = page[page.index("http://127.0.0.1:8000/drills/feed/") :]
    return found[: found.index(".ics") + 4].removeprefix("http://127.0.0.1:8000")


def read(response):
    assert response.status_code == 200
    assert response.mimetype == "text/calendar"
    return {str(event["SUMMARY"]): event for event in Calendar.from_ical(response.data).events}


def test_a_feed_carries_what_its_owner_may_see(address, app, county, make_drill):
    drill = make_drill(county.school, title="疏散", due_on=date(2026, 5, 20), place="操场")
    make_drill(county.town, title="镇里的")
    events = read(app.test_client().get(address))
    assert list(events) == ["白岩镇中心小学 疏散"]
    event = events["白岩镇中心小学 疏散"]
    assert event.decoded("DTSTART") == date(2026, 5, 20)
    assert event.decoded("DTEND") == date(2026, 5, 21)
    assert str(event["UID"]) == f"{drill.public_id}@drillreg"
    assert event.decoded("SEQUENCE") == 0
    assert event["STATUS"] == "CONFIRMED"
    assert event["URL"].endswith(f"/drills/at/{drill.public_id}")
    assert len(event.walk("VALARM")) == 1


def test_cancelled_and_struck_out_drills_are_cancelled_in_the_calendar(
    address, app, county, make_drill, as_role, frozen
):
    drill = make_drill(county.school, title="疏散")
    make_drill(county.school, title="作废的", voided_at=frozen.now)
    town = as_role("town_staff", county.town)
    town.post(f"/drills/{drill.id}/cancel", data={"reason": "停课"})
    events = read(app.test_client().get(address))
    assert {event["STATUS"] for event in events.values()} == {"CANCELLED"}
    assert events["白岩镇中心小学 疏散"].decoded("SEQUENCE") == 1
    assert events["白岩镇中心小学 疏散"].walk("VALARM") == []


def test_an_unchanged_feed_is_not_sent_again(address, app, county, make_drill, as_role):
    drill = make_drill(county.school)
    reader = app.test_client()
    first = reader.get(address)
    tag = first.headers["ETag"]
    again = reader.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert reader.get(address).data == first.data
    town = as_role("town_staff", county.town)
    town.post(f"/drills/{drill.id}/cancel", data={"reason": "停课"})
    assert reader.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_revoked_replaced_or_guessed_address_holds_nothing(address, liaison, app):
    reader = app.test_client()
    assert reader.get(address).status_code == 200
    liaison.post("/drills/feed")
    assert reader.get(address).status_code == 404
    liaison.post("/drills/feed/revoke")
    assert reader.get("/drills/feed/guess.ics").status_code == 404


def test_rights_are_looked_up_at_each_read(address, app, county, make_drill, frozen):
    make_drill(county.school)
    assert len(read(app.test_client().get(address))) == 1
    with app.app_context(), unit_of_work():
        db.session.execute(update(RoleAssignment).values(to_on=date(2026, 5, 12)))
    assert read(app.test_client().get(address)) == {}
    with app.app_context(), unit_of_work():
        db.session.execute(update(Account).values(disabled_at=frozen.now))
    assert app.test_client().get(address).status_code == 404


def test_only_the_hash_of_the_address_is_kept(address, reading):
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert secret not in str(reading.scalars(select(FeedToken.token_hash)).all())


def test_a_held_drill_says_so_on_the_day_it_was_held(address, app, county, make_drill, reading):
    make_drill(county.school, title="疏散", status=DrillStatus.HELD, held_on=date(2026, 5, 11))
    events = read(app.test_client().get(address))
    (name,) = events
    assert "已举行" in name
    assert events[name].decoded("DTSTART") == date(2026, 5, 11)
    assert reading.scalar(select(Drill.id)) is not None
