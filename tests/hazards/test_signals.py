"""Signals: what a supervisor is shown of odd checks, and nobody else."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.core.db import db
from drillreg.hazards.check_rules import SignalKind
from drillreg.hazards.signal_models import CheckSignal, PhotoBand


@pytest.fixture
def village(county, make_account, sign_in):
    return sign_in(make_account("monitor", county.village, username="monitor"))


@pytest.fixture
def town(county, as_role):
    return as_role("town_staff", county.town)


@pytest.fixture
def send(frozen):
    def post(browser, site, **sent):
        data = {"client_id": str(uuid.uuid4()), "result": "normal", **sent}
        answer = browser.post(f"/h/{site.public_id}", data=data)
        assert answer.status_code == 303, answer.text
        return answer

    return post


def picture(seed: int, quality: int = 90) -> BytesIO:
    """Return a JPEG of blocks that tells pictures apart."""
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for at in range(12):
        x, y = (at * 67 * seed) % 300, (at * 41 * (seed + 3)) % 220
        draw.rectangle((x, y, x + 60, y + 50), fill=((at * 37) % 255, (at * 91 * seed) % 255, 60))
    stream = BytesIO()
    image.save(stream, "JPEG", quality=quality)
    stream.seek(0)
    return stream


@pytest.fixture
def look(app):
    """Read scalars in a context of their own: several people act in these tests."""

    def read(statement):
        with app.app_context():
            return db.session.scalars(statement).all()

    return read


@pytest.fixture
def kinds(look):
    """The kinds of all signals, the oldest first."""
    return lambda: look(select(CheckSignal.kind).order_by(CheckSignal.id))


def test_the_same_photo_again_is_shown_even_when_saved_anew(
    county, make_site, village, town, send, kinds, as_role
):
    one, other = make_site(county.village, name="甲"), make_site(county.village, name="乙")
    send(village, one, photo=(picture(1), "a.jpg"))
    send(village, other, photo=(picture(2), "b.jpg"))
    assert kinds() == []
    send(village, other, photo=(picture(1, quality=40), "c.jpg"))
    assert kinds() == [SignalKind.SAME_PHOTO]
    page = town.page("/hazards/signals")
    assert "甲，2026-05-12" in page.text
    single = town.page(page.select_one("tbody a")["href"])
    assert len(single.select(".hz-sheet img")) == 2
    # The other check lies out of reach: only that it is there is said.
    stranger = make_site(county.other_town, name="丙")
    send(as_role("unit_liaison", county.other_town), stranger, photo=(picture(2), "d.jpg"))
    neighbour = as_role("town_staff", county.other_town).page("/hazards/signals").text
    assert "本辖区以外的风险点" in neighbour
    assert "乙" not in neighbour


def test_photos_without_edges_are_like_any_other(
    county, make_site, village, send, look, kinds, photo
):
    site = make_site(county.village)
    for _ in range(2):
        send(village, site, photo=(BytesIO(photo), "a.jpg"))
    assert kinds() == []
    assert look(select(PhotoBand)) == []


def test_another_county_does_not_count(county, make_site, village, as_role, send, kinds):
    send(village, make_site(county.village), photo=(picture(1), "a.jpg"))
    far = make_site(county.other_county)
    send(as_role("unit_liaison", county.other_county), far, photo=(picture(1), "a.jpg"))
    assert kinds() == []


def test_impossible_ways_and_places(county, make_site, village, send, kinds, frozen):
    near = make_site(county.village, lon=115.05, lat=24.05)
    far = make_site(county.village, lon=115.25, lat=24.05)
    at_near = {"lon": "115.0501", "lat": "24.0501", "accuracy": "30"}
    at_far = {"lon": "115.2501", "lat": "24.0501", "accuracy": "30"}
    send(village, near, **at_near)
    frozen.now += timedelta(minutes=30)
    send(village, far, **at_far)
    assert kinds() == []
    frozen.now += timedelta(minutes=3)
    # 20 km in three minutes; and then a check of the far site from where the near one is.
    send(village, near, **at_near)
    assert kinds() == [SignalKind.SPEED]
    frozen.now += timedelta(minutes=25)
    send(village, far, **at_near)
    assert kinds() == [SignalKind.SPEED, SignalKind.PLACE]
    # As far away as its accuracy says: nothing.
    frozen.now += timedelta(minutes=25)
    send(village, far, **(at_near | {"accuracy": "20000"}))
    assert len(kinds()) == 2


def test_no_position_and_the_same_result_are_no_signal(
    county, make_site, village, send, kinds, frozen
):
    sites = [make_site(county.village, lon=115.0 + at / 10) for at in range(2)]
    for at in range(8):
        send(village, sites[at % 2])
        frozen.now += timedelta(minutes=1)
    assert kinds() == []


def test_many_within_a_minute_are_one_signal(county, make_site, village, send, kinds, frozen):
    sites = [make_site(county.village) for _ in range(7)]
    for site in sites:
        send(village, site)
        frozen.now += timedelta(seconds=5)
    assert kinds() == [SignalKind.BULK]
    # Entered for an earlier day, or from an upper system: the hour is not known.
    frozen.now += timedelta(minutes=5)
    for site in sites:
        send(village, site, checked_on="2026-05-11")
        send(village, site, upper_number="SJ-1")
    assert kinds() == [SignalKind.BULK]


@pytest.fixture
def signal(county, make_site, village, send, look):
    site = make_site(county.village, name="老虎坳")
    send(village, site, lon="115.9", lat="24.05")
    return look(select(CheckSignal))[0]


def test_only_those_who_judge_see_it_and_never_the_checker(
    signal, county, village, town, as_role, make_site, send, look
):
    address = f"/hazards/signals/{signal.id}"
    for browser in (village, as_role("unit_liaison", county.village)):
        assert browser.get("/hazards/signals").status_code == 403
        assert browser.get(address).status_code == 403
        assert "提示" not in browser.page(f"/hazards/checks/{signal.check_id}").text
    stranger = as_role("town_staff", county.other_town).get(address)
    assert stranger.status_code == 404, stranger.location
    assert as_role("supervisor", county.county).get(address).status_code == 200
    assert "这次检查有一条提示" in town.page(f"/hazards/checks/{signal.check_id}").text
    # The town clerk's own check is shown to the county, not to the clerk.
    send(town, make_site(county.town, name="镇里的"), lon="115.9", lat="24.05")
    own = max(look(select(CheckSignal.id)))
    assert town.get(f"/hazards/signals/{own}").status_code == 404
    assert "镇里的" not in town.page("/hazards/signals").text
    assert "镇里的" in as_role("county_staff", county.county).page("/hazards/signals").text


def test_a_signal_is_looked_at_once_with_a_note(signal, town, look):
    address = f"/hazards/signals/{signal.id}"
    assert town.post(address, data={"note": ""}).status_code == 422
    assert town.post(address, data={"note": "电话核实，在路上补记"}).status_code == 303
    again = town.post(address, data={"note": "又看"})
    assert again.status_code == 422
    assert look(select(CheckSignal.seen_note)) == ["电话核实，在路上补记"]
    assert look(select(AuditRow.action).order_by(AuditRow.id))[-1] == "check-signal-seen"
    assert "老虎坳" in town.page("/hazards/signals?seen=seen").text
    assert "老虎坳" not in town.page("/hazards/signals?seen=open").text
    assert "没有提示" in town.page("/hazards/signals?kind=bulk").text
    sheet = town.get("/hazards/signals.csv")
    assert "电话核实" in sheet.data.decode("utf-8-sig")


def test_the_list_reads_the_same_however_long(
    county, make_site, village, town, send, count_queries, frozen
):
    def odd(count):
        for _ in range(count):
            frozen.now += timedelta(minutes=2)
            send(village, make_site(county.village), lon="115.9", lat="24.05")

    odd(1)
    town.page("/hazards/signals")
    with count_queries() as few:
        town.page("/hazards/signals")
    odd(4)
    town.page("/hazards/signals")
    with count_queries() as many:
        town.page("/hazards/signals")
    assert len(many) == len(few)
