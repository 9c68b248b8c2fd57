"""What becomes of sites: closed, opened again, merged, split, moved; who answers; photos."""

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from drillreg.core.changes import listen
from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardSite, SiteKeeper, SitePhoto
from drillreg.hazards.registering import note_sites
from drillreg.hazards.rules import SiteEnding
from tests.hazards.test_sites import VALUES


@pytest.fixture
def told(app):
    """What was announced of sites: (what, ids)."""
    seen = []
    listen(app, "site", lambda facts: seen.append((facts["what"], facts["site_ids"])))
    yield seen
    app.extensions["drillreg.listeners"]["site"].pop()


@pytest.fixture
def registered(app, make_site, today, frozen):
    """Make a site with its evidence."""

    def make(org, *args, **columns):
        site = make_site(org, *args, **columns)
        with app.app_context(), unit_of_work():
            note_sites(HazardSite.id == site.id, day=date(2026, 5, 1), now=frozen.now)
        return site

    return make


def kind_of_file(browser, address):
    """Fetch a file and return its media type."""
    with browser.get(address) as answer:
        assert answer.status_code == 200
        return answer.mimetype


def proof(photo):
    return (BytesIO(photo), "after.jpg")


def standing_evidence(reading, site):
    reading.rollback()
    return reading.scalars(
        select(Evidence.org_id).where(
            Evidence.kind == "site-registered",
            Evidence.subject_id == site.id,
            Evidence.until_on.is_(None),
        )
    ).all()


def test_a_closed_site_leaves_the_ledger_and_comes_back(
    county, registered, as_role, reading, photo, told
):
    site = registered(county.town, name="老虎坳滑坡")
    browser = as_role("town_staff", county.town)
    page = f"/hazards/{site.id}"
    assert browser.post(f"{page}/close", data={"reason": "已治理"}).status_code == 422
    text = {"reason": "已治理", "proof": (BytesIO(b"words"), "x.txt")}
    assert browser.post(f"{page}/close", data=text).status_code == 422
    done = browser.post(f"{page}/close", data={"reason": "已治理", "proof": proof(photo)})
    assert done.status_code == 303
    assert "老虎坳滑坡" not in browser.page("/hazards/").text
    assert "老虎坳滑坡" in browser.page("/hazards/?ended=closed").text
    assert standing_evidence(reading, site) == []
    shown = browser.page(page)
    assert "已销号" in shown.text
    assert kind_of_file(browser, f"{page}/closing") == "image/jpeg"
    assert browser.get(f"{page}/edit").status_code == 422
    assert browser.get(f"/h/{site.public_id}").status_code == 303
    assert browser.post(f"{page}/reopen", data={"reason": "又有变形"}).status_code == 303
    assert "老虎坳滑坡" in browser.page("/hazards/").text
    assert standing_evidence(reading, site) == [county.town.id]
    assert browser.post(f"{page}/reopen", data={"reason": "再"}).status_code == 422
    history = browser.page(f"{page}/history").text
    assert "已治理" in history
    assert "恢复风险点" in history
    assert told == [("closed", [site.id]), ("changed", [site.id])]


def test_merged_sites_say_what_they_became(county, registered, as_role, reading, told):
    site, other = registered(county.town, "A-1"), registered(county.village, "A-2")
    far = registered(county.other_town, "Z-9")
    browser = as_role("town_staff", county.town)
    page = f"/hazards/{site.id}/merge"
    offered = browser.page(page).text
    assert "A-2" in offered
    assert "Z-9" not in offered
    assert "退出台账" in browser.page(f"{page}?site={other.id}").text
    assert browser.post(page, data={"site": far.id, "reason": "同一处"}).status_code == 422
    assert browser.post(page, data={"site": site.id, "reason": "同一处"}).status_code == 422
    assert browser.post(page, data={"reason": "同一处"}).status_code == 422
    assert browser.post(page, data={"site": other.id, "reason": "同一处"}).status_code == 303
    reading.rollback()
    found = reading.get(HazardSite, other.id)
    assert (found.ending, found.merged_into_id) == (SiteEnding.MERGED, site.id)
    assert f"/hazards/{site.id}" in str(browser.page(f"/hazards/{other.id}"))
    assert "A-2" in browser.page(f"/hazards/{site.id}").text
    assert standing_evidence(reading, other) == []
    assert told == [("merged", [site.id, other.id])]


def test_a_split_site_lives_on_in_its_parts(places, county, registered, as_role, reading, keep):
    site = registered(county.town, "A-1", details={"scale": "large"})
    keep(SiteKeeper(site_id=site.id, tier="town", name="刘镇长", from_on=date(2026, 1, 1)))
    browser = as_role("town_staff", county.town)
    page = f"/hazards/{site.id}/split"
    form = browser.page(f"{page}?parts=3")
    assert form.select_one("#f-number-3")["value"] == "A-4"
    values = {"parts": "2", "shift": "wgs84", "reason": "相距较远"}
    for at in (1, 2):
        values |= {f"number-{at}": "A-2", f"name-{at}": f"坳{at}"}
        values |= {f"lon-{at}": "115.05", f"lat-{at}": "24.05"}
    twice = browser.post(page, data=values)
    assert twice.status_code == 422
    assert "编号 A-2 重复" in twice.text
    assert 'id="f-lat-2"' in browser.post(page, data={**values, "lat-2": "x"}).text
    done = browser.post(page, data={**values, "number-2": "A-3"})
    assert done.status_code == 303
    reading.rollback()
    parts = reading.scalars(select(HazardSite).where(HazardSite.split_from_id == site.id)).all()
    assert [part.number for part in parts] == ["A-2", "A-3"]
    assert parts[0].details == {"scale": "large"}
    assert parts[0].division_id == places.village.id
    assert len(reading.scalars(select(SiteKeeper)).all()) == 3
    assert standing_evidence(reading, site) == []
    assert standing_evidence(reading, parts[0]) == [county.town.id]
    assert browser.post(f"/hazards/{site.id}/reopen", data={"reason": "x"}).status_code == 422


def test_a_moved_site_counts_for_its_new_owner(county, registered, as_role, reading, told):
    site = registered(county.village, "A-1")
    registered(county.town, "A-1")
    browser = as_role("town_staff", county.town)
    page = f"/hazards/{site.id}/move"
    preview = browser.page(f"{page}?org_id={county.town.id}")
    assert "岭下村" in preview.text
    values = {"org_id": county.town.id, "reason": "镇里直管", "row_version": "1"}
    clash = browser.post(page, data={**values, "number": "A-1"})
    assert clash.status_code == 422
    assert "镇里直管" in clash.text
    assert browser.post(page, data={**values, "number": "A-2"}).status_code == 303
    assert standing_evidence(reading, site) == [county.town.id]
    assert told == [("moved", [site.id])]
    history = browser.page(f"/hazards/{site.id}/history").text
    assert "镇里直管" in history
    assert "岭下村" in history
    assert browser.post(page, data={**values, "number": "A-3"}).status_code == 422
    other = {**values, "org_id": county.other_town.id, "number": "A-9"}
    assert browser.post(page, data=other).status_code == 404


def test_who_answers_for_a_site_is_kept_through_time(county, make_site, as_role, reading, frozen):
    site = make_site(county.town)
    browser = as_role("town_staff", county.town)
    page = f"/hazards/{site.id}/keepers"
    first = {"tier": "town", "name": "刘镇长", "post": "镇长", "from_on": "2025-01-01"}
    assert browser.post(page, data=first).status_code == 303
    second = {"tier": "town", "name": "王镇长", "phone": "0000-1", "replaces": "1"}
    early = browser.post(page, data={**second, "from_on": "2024-12-01"})
    assert "起始日期应晚于该日" in early.text
    assert browser.post(page, data={**second, "from_on": "2026-05-01"}).status_code == 303
    old, new = reading.scalars(select(SiteKeeper).order_by(SiteKeeper.id)).all()
    assert (old.to_on, new.to_on) == (date(2026, 4, 30), None)
    shown = browser.page(f"/hazards/{site.id}").text
    assert "王镇长" in shown
    assert "刘镇长" not in shown
    assert "刘镇长" in browser.page(page).text
    change = {**second, "from_on": "2026-05-01", "to_on": "2026-04-01", "row_version": "1"}
    assert browser.post(f"{page}/{new.id}", data=change).status_code == 422
    ended = {**change, "to_on": "2026-05-11"}
    assert browser.post(f"{page}/{new.id}", data=ended).status_code == 303
    assert browser.post(f"{page}/{new.id}", data={**ended, "name": "x"}).status_code == 409
    assert "王镇长" not in browser.page(f"/hazards/{site.id}").text
    assert "王镇长" in browser.page(f"/hazards/{site.id}/history").text


def test_one_photo_of_a_site_is_the_main_one(county, make_site, as_role, reading, photo):
    site = make_site(county.town)
    browser = as_role("town_staff", county.town)
    stranger = as_role("town_staff", county.other_town)
    page = f"/hazards/{site.id}/photos"
    assert browser.post(page, data={"caption": "x"}).status_code == 422
    sent = {"photo": [(BytesIO(photo), "a.jpg"), (BytesIO(photo), "b.jpg")], "caption": "坡脚"}
    assert browser.post(page, data=sent).status_code == 303
    first, second = reading.scalars(select(SitePhoto).order_by(SitePhoto.id)).all()
    assert (first.is_main, second.is_main) == (True, False)
    assert browser.post(f"{page}/{second.id}/main").status_code == 303
    assert kind_of_file(browser, f"{page}/{second.id}?small=1") == "image/jpeg"
    assert f"photos/{second.id}?small=1" in str(browser.page(f"/hazards/{site.id}"))
    strike = f"{page}/{second.id}/strike"
    assert browser.post(strike, data={"reason": ""}).status_code == 422
    assert browser.post(strike, data={"reason": "拍错了"}).status_code == 303
    assert browser.get(f"{page}/{second.id}").status_code == 404
    reading.rollback()
    assert reading.get(SitePhoto, first.id).is_main
    assert stranger.get(f"{page}/{first.id}").status_code == 404


def test_the_history_says_from_what_to_what(places, county, as_role, reading):
    browser = as_role("town_staff", county.town)
    values = {**VALUES, "org_id": county.town.id, "d-scale": "small"}
    page = browser.post("/hazards/new", data=values).location
    changed = {**values, "level": "orange", "d-scale": "large", "row_version": "1"}
    assert browser.post(f"{page}/edit", data=changed).status_code == 303
    text = browser.page(f"{page}/history").text
    for words in ("红 重大", "橙 较大", "小型", "大型", "修改风险点", "登记风险点"):
        assert words in text


def test_the_history_takes_a_fixed_number_of_queries(county, make_site, as_role, count_queries):
    site = make_site(county.town)
    browser = as_role("town_staff", county.town)
    page = f"/hazards/{site.id}"
    browser.page(f"{page}/history")
    counts = []
    for at in range(2):
        for each in range(3):
            name = {"tier": "village", "name": f"某{at}{each}", "from_on": "2026-05-01"}
            browser.post(f"{page}/keepers", data=name)
        with count_queries() as seen:
            browser.page(f"{page}/history")
            browser.page(f"{page}/keepers")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_site_that_was_struck_out_is_still_no_closed_one(county, make_site, as_role, app):
    site = make_site(county.town, name="误登")
    browser = as_role("town_staff", county.town)
    browser.post(f"/hazards/{site.id}/void", data={"reason": "误登"})
    assert "误登" in browser.page("/hazards/?ended=struck-out").text
    assert browser.post(f"/hazards/{site.id}/reopen", data={"reason": "x"}).status_code == 422
    with app.app_context():
        assert db.session.get(HazardSite, site.id).ending is None
