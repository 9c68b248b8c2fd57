import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.geo.shapes import line_wkb
from drillreg.geo.shift import ShiftedCrs, from_wgs84
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel

VALUES = {
    "number": "QL-BY-001",
    "name": "老虎坳滑坡",
    "kind": "landslide",
    "level": "red",
    "lon": "115.05",
    "lat": "24.05",
    "shift": "wgs84",
    "threatened_people": "73",
    "found_on": "2026-05-01",
}


def test_the_town_is_found_from_the_position_and_confirmed(places, county, as_role, reading):
    browser = as_role("town_staff", county.town)
    asked = browser.post("/hazards/new", data=VALUES)
    assert asked.status_code == 422
    assert "请确认这个位置由哪个单位负责" in asked.text
    assert "白岩镇 岭下村" in asked.text
    assert f'<option value="{county.village.id}" selected>' in asked.text
    done = browser.post("/hazards/new", data={**VALUES, "org_id": county.village.id})
    assert done.status_code == 303
    site = reading.scalars(select(HazardSite)).one()
    assert (site.org_id, site.division_id) == (county.village.id, places.village.id)
    assert (site.level, site.threatened_people) == (RiskLevel.RED, 73)
    assert site.morton > 0
    assert reading.scalars(select(AuditRow.action)).all()[-1] == "hazard-site-created"
    page = browser.page(done.location)
    assert "QL-BY-001" in page.text


def test_the_part_about_the_place_answers_by_itself(places, county, as_role):
    browser = as_role("town_staff", county.town)
    assert "岭下村" in browser.get("/hazards/place?lon=115.05&lat=24.05").text
    assert "不在已有的任何边界内" in browser.get("/hazards/place?lon=100&lat=24.05").text
    assert "不在您可以编辑的范围内" in browser.get("/hazards/place?lon=115.4&lat=24.05").text
    assert "自动找到" in browser.get("/hazards/place?lon=x&lat=").text


@pytest.mark.parametrize("shift", [ShiftedCrs.GCJ02, ShiftedCrs.BD09])
def test_positions_of_phone_maps_are_converted(places, county, as_role, reading, shift):
    lon, lat = from_wgs84([115.05], [24.05], shift)
    values = {**VALUES, "lon": f"{lon[0]:.7f}", "lat": f"{lat[0]:.7f}", "shift": shift.value}
    browser = as_role("town_staff", county.town)
    assert (
        browser.post("/hazards/new", data={**values, "org_id": county.town.id}).status_code == 303
    )
    site = reading.scalars(select(HazardSite)).one()
    assert site.lon == pytest.approx(115.05, abs=1e-6)
    assert site.lat == pytest.approx(24.05, abs=1e-6)
    assert site.source_crs == shift.value


def test_a_position_outside_ones_area_is_refused_with_a_sentence(places, county, as_role, reading):
    browser = as_role("town_staff", county.town)
    values = {**VALUES, "lon": "115.4", "org_id": county.town.id}
    answer = browser.post("/hazards/new", data=values)
    assert answer.status_code == 422
    assert "竹源镇，不在您可以编辑的范围内" in answer.text
    assert reading.scalars(select(HazardSite)).all() == []


def test_an_organisation_out_of_reach_cannot_be_made_responsible(places, county, as_role):
    browser = as_role("town_staff", county.town)
    values = {**VALUES, "org_id": county.other_town.id}
    assert browser.post("/hazards/new", data=values).status_code == 404


def test_a_number_stands_once_in_an_organisation(places, county, make_site, as_role):
    make_site(county.town, "QL-BY-001")
    browser = as_role("town_staff", county.town)
    answer = browser.post("/hazards/new", data={**VALUES, "org_id": county.town.id})
    assert answer.status_code == 422
    assert "白岩镇已有编号为 QL-BY-001 的风险点" in answer.text
    assert 'value="QL-BY-002"' in browser.get("/hazards/new").text
    done = browser.post("/hazards/new", data={**VALUES, "org_id": county.village.id})
    assert done.status_code == 303


def test_wrong_fields_are_named_and_what_was_typed_stays(places, county, as_role):
    browser = as_role("town_staff", county.town)
    answer = browser.post("/hazards/new", data={**VALUES, "name": "", "lat": "95", "level": "x"})
    assert answer.status_code == 422
    for name in ("name", "lat", "level"):
        assert f'href="#f-{name}"' in answer.text
    assert 'value="QL-BY-001"' in answer.text


def test_an_edit_keeps_the_place_that_the_form_rounded(places, county, make_site, as_role, reading):
    line = line_wkb([(115.05000000123, 24.05), (115.0600000004, 24.05)])
    site = make_site(county.town, "1", lon=115.05500000123, lat=24.05, wkb=line)
    browser = as_role("town_staff", county.town)
    page = browser.page(f"/hazards/{site.id}/edit")
    assert page.select_one("#f-shape").text.split() == [
        "115.0500000,24.0500000",
        "115.0600000,24.0500000",
    ]
    assert page.select_one("input[name=shape_kind][checked]")["value"] == "line"
    shape = {"shape_kind": "line", "shape": page.select_one("#f-shape").text}
    values = {**VALUES, **shape, "row_version": 1, "org_id": county.town.id}
    assert browser.post(f"/hazards/{site.id}/edit", data=values).status_code == 303
    found = reading.scalars(select(HazardSite)).one()
    assert (found.name, found.lon, found.wkb) == ("老虎坳滑坡", 115.05500000123, line)
    point = {**values, "shape_kind": "point", "lon": "115.06", "row_version": 2}
    assert browser.post(f"/hazards/{site.id}/edit", data=point).status_code == 303
    reading.rollback()
    assert reading.scalars(select(HazardSite)).one().wkb is None


def test_a_stale_edit_shows_both_texts_and_changes_nothing(
    places, county, make_site, as_role, reading
):
    site = make_site(county.town, "1", name="原名")
    browser = as_role("town_staff", county.town)
    values = {**VALUES, "org_id": county.town.id, "row_version": 1}
    assert browser.post(f"/hazards/{site.id}/edit", data=values).status_code == 303
    again = browser.post(f"/hazards/{site.id}/edit", data={**values, "name": "第三名"})
    assert again.status_code == 409
    assert "老虎坳滑坡" in again.text
    assert "第三名" in again.text
    assert reading.scalars(select(HazardSite.name)).one() == "老虎坳滑坡"


def test_striking_out_needs_a_reason_and_keeps_the_record(county, make_site, as_role, reading):
    site = make_site(county.town)
    browser = as_role("county_staff")
    assert browser.post(f"/hazards/{site.id}/void", data={"reason": ""}).status_code == 422
    assert browser.post(f"/hazards/{site.id}/void", data={"reason": "已治理"}).status_code == 303
    assert "已治理" in browser.page(f"/hazards/{site.id}").text
    assert browser.post(f"/hazards/{site.id}/void", data={"reason": "又"}).status_code == 422


def test_scope_decides_between_not_there_and_not_allowed(county, make_site, as_role):
    site = make_site(county.school)
    stranger = as_role("town_staff", county.other_town)
    liaison = as_role("unit_liaison", county.school)
    overseer = as_role("dept_staff", county.bureau)
    for path in (f"/hazards/{site.id}", f"/hazards/{site.id}/label", f"/h/{site.public_id}"):
        assert stranger.get(path).status_code == 404
        assert liaison.get(path).status_code == 200
    assert overseer.get(f"/hazards/{site.id}").status_code == 200
    assert overseer.get(f"/h/{site.public_id}").location == f"/hazards/{site.id}"
    assert liaison.get(f"/hazards/{site.id}/edit").status_code == 403
    assert liaison.get("/hazards/new").status_code == 403
    assert stranger.post(f"/hazards/{site.id}/edit", data=VALUES).status_code == 404


def test_the_record_takes_a_fixed_number_of_queries(
    places, county, make_site, as_role, count_queries
):
    site = make_site(county.village, division_id=places.village.id)
    browser = as_role("county_staff")
    browser.page(f"/hazards/{site.id}")
    with count_queries() as seen:
        browser.page(f"/hazards/{site.id}")
    # Patrols, dangers and exposure each show their part on this page.
    assert len(seen) <= 31


def test_the_code_holds_the_public_address_only(county, make_site, as_role):
    site = make_site(county.town)
    page = as_role("county_staff").page(f"/hazards/{site.id}/label")
    assert f"/h/{site.public_id}" in page.text
    assert page.select_one(".hz-label img")["src"].startswith("data:image/svg+xml")
    assert f"/hazards/{site.id}<" not in str(page.select_one(".hz-label"))


def test_pages_stand_in_english_too(places, county, make_site, as_role):
    site = make_site(county.village, name_en="Tiger Gap slide", division_id=places.village.id)
    browser = as_role("county_staff", locale="en")
    assert "Tiger Gap slide" in browser.page("/hazards/").text
    assert "Record a check" in browser.page(f"/hazards/{site.id}").text
    assert "Register a site" in browser.page("/hazards/new").text
