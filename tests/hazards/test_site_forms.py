"""The form of a site: fields of its kind, lines and areas, what is only proposed."""

import pytest
from sqlalchemy import select

from drillreg.core.errors import DomainError
from drillreg.geo.drawing import ShapeKind, measured, shape_of_text, text_of_shape
from drillreg.geo.shapes import contains_point, distance_m
from drillreg.geo.shift import ShiftedCrs, from_wgs84
from drillreg.hazards.kind_fields import proposed_scale
from drillreg.hazards.models import HazardSite
from tests.hazards.test_sites import VALUES

AREA = "115.05,24.05; 115.06,24.05；115.06,24.06\n115.05,24.06"


@pytest.mark.one_database
def test_positions_are_read_as_they_are_written_down(app):
    wkb = shape_of_text(AREA, ShapeKind.AREA, ShiftedCrs.WGS84)
    assert text_of_shape(wkb, 2).split("\n")[0] == "115.05,24.05"
    length, area = measured(wkb)
    side = distance_m(115.05, 24.05, 115.06, 24.05)
    assert length == pytest.approx(4 * side, rel=0.05)
    assert area == pytest.approx(side * distance_m(115.05, 24.05, 115.05, 24.06), rel=0.001)
    pasted = '{"type":"LineString","coordinates":[[115.05,24.05],[115.06,24.05]]}'
    line = shape_of_text(pasted, ShapeKind.LINE, ShiftedCrs.WGS84)
    assert measured(line) == (pytest.approx(side, rel=1e-6), 0.0)
    for text, kind in (
        ("115.05,24.05", ShapeKind.LINE),
        ("115.05;24.05", ShapeKind.LINE),
        ("115,24;116,25;115,25;116,24", ShapeKind.AREA),
        (pasted, ShapeKind.AREA),
        ("{}", ShapeKind.AREA),
        ("115,24;115,95", ShapeKind.LINE),
    ):
        with pytest.raises(DomainError):
            shape_of_text(text, kind, ShiftedCrs.WGS84)


@pytest.mark.one_database
def test_a_projected_geojson_is_read_in_the_system_it_names(app):
    crs = '"crs":{"type":"name","properties":{"name":"EPSG:4547"}},'
    text = "{" + crs + '"type":"LineString","coordinates":[[505000,2660000],[506000,2660000]]}'
    line = shape_of_text(text, ShapeKind.LINE, ShiftedCrs.WGS84)
    assert measured(line)[0] == pytest.approx(1000, rel=1e-3)
    with pytest.raises(DomainError):
        shape_of_text(text, ShapeKind.LINE, ShiftedCrs.GCJ02)


def test_an_area_is_registered_where_it_lies(places, county, as_role, reading):
    browser = as_role("town_staff", county.town)
    given = [(115.02, 24.02), (115.06, 24.02), (115.04, 24.05)]
    x, y = from_wgs84([a for a, _ in given], [b for _, b in given], ShiftedCrs.GCJ02)
    text = "\n".join(f"{a:.7f},{b:.7f}" for a, b in zip(x, y, strict=True))
    shape = {"shape_kind": "area", "shape": text, "shift": "gcj02", "lon": "", "lat": ""}
    part = browser.get("/hazards/place", query_string=shape)
    assert "岭下村" in part.text
    values = {**VALUES, **shape, "org_id": county.village.id}
    done = browser.post("/hazards/new", data=values)
    site = reading.scalars(select(HazardSite)).one()
    assert site.source_crs == "gcj02"
    assert contains_point(site.wkb, site.lon, site.lat)
    assert contains_point(site.wkb, 115.04, 24.03)
    assert "平方米" in browser.page(done.location).text
    feature = browser.get(f"/hazards/{site.id}/shape.geojson").get_json(force=True)
    assert feature["features"][0]["geometry"]["type"] == "Polygon"
    empty = browser.post("/hazards/new", data={**values, "shape": "岭下村", "number": "2"})
    assert empty.status_code == 422
    assert "不是坐标" in empty.text


def test_only_the_fields_of_the_kind_are_asked_for_and_kept(places, county, as_role, reading):
    browser = as_role("town_staff", county.town)
    dam = {**VALUES, "kind": "dam", "org_id": county.town.id, "fields_of": "landslide"}
    # Without a script the fields of the kind are shown first.
    again = browser.post("/hazards/new", data=dam)
    assert again.status_code == 422
    assert 'name="d-capacity"' in again.text
    assert 'name="d-scale"' not in again.text
    assert "请填写总库容" in browser.post("/hazards/new", data={**dam, "fields_of": "dam"}).text
    filled = {**dam, "fields_of": "dam", "d-capacity": "12.5", "d-dam_safety": "3", "d-signs": "x"}
    wrong = browser.post("/hazards/new", data={**filled, "d-dam_height": "-1"})
    assert 'href="#f-d-dam_height"' in wrong.text
    done = browser.post("/hazards/new", data=filled)
    assert reading.scalars(select(HazardSite)).one().details == {
        "capacity": 12.5,
        "dam_safety": "3",
    }
    page = browser.page(done.location)
    assert "12.5 万立方米" in page.text
    assert "三类坝（病险）" in page.text
    form = browser.page(done.location + "/edit")
    assert form.select_one("#f-d-capacity")["value"] == "12.5"


def test_several_choices_are_kept_in_their_order(places, county, as_role, reading):
    browser = as_role("town_staff", county.town)
    values = {
        **VALUES,
        "org_id": county.town.id,
        "d-triggers": ["cutting", "rain"],
        "threatened_property": "620.5",
        "department_id": county.bureau.id,
        "fixed_goal": "汛期不漏一处",
    }
    done = browser.post("/hazards/new", data=values)
    site = reading.scalars(select(HazardSite)).one()
    assert site.details == {"triggers": ["rain", "cutting"]}
    assert (site.threatened_property, site.department_id) == (620.5, county.bureau.id)
    page = browser.page(done.location)
    for words in ("降雨、切坡建房修路", "620.5 万元", "县教育局", "汛期不漏一处"):
        assert words in page.text
    bad = browser.post("/hazards/new", data={**values, "number": "9", "d-triggers": "magic"})
    assert bad.status_code == 422


def test_the_scale_is_proposed_and_never_forced(app, places, county, as_role):
    with app.test_request_context():
        for people, worth, scale in (
            (1000, None, "extra-large"),
            (10, 5000, "large"),
            (100, 0, "medium"),
            (99, None, "small"),
            (None, 499.9, "small"),
        ):
            assert proposed_scale(people, worth).code == scale
        assert proposed_scale(None, None) is None
    browser = as_role("town_staff", county.town)
    part = browser.get("/hazards/fields?kind=landslide&threatened_people=120&d-alarm=敲锣").text
    assert "建议规模为：中型" in part
    assert 'value="敲锣"' in part
    assert "建议规模" not in browser.get("/hazards/fields?kind=road&threatened_people=120").text
