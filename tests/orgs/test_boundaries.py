import io
import json
from datetime import date

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from drillreg.geo.shift import ShiftedCrs, from_wgs84
from drillreg.orgs.divisions import boundary_or_none
from drillreg.orgs.models import Division, DivisionBoundary
from drillreg.orgs.places import division_at
from drillreg.orgs.rules import DivisionLevel
from drillreg.work.worker import run_next

COUNTY = shapely.box(115.0, 24.0, 115.4, 24.4)
TOWN = shapely.box(115.0, 24.0, 115.2, 24.2)


def feature(shape, **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": shapely.geometry.mapping(shape),
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def shifted(shape):
    return shapely.transform(
        shape, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], ShiftedCrs.GCJ02))
    )


@pytest.fixture
def divided(county, keep):
    """The small county with its divisions."""
    top = Division(id=1, code="360728000000", level=DivisionLevel.COUNTY, name="青岭县", path="1/")
    town = Division(
        id=2,
        code="360728100000",
        level=DivisionLevel.TOWN,
        name="白岩镇",
        path="1/2/",
        parent_id=1,
    )
    keep(top)
    keep(town)
    county.county.division_id, county.town.division_id = 1, 2
    keep(county.county, county.town)
    return county


@pytest.fixture
def upload(divided):
    def send(browser, text, name="边界.geojson", owner=None, **fields):
        files = [(io.BytesIO(text if isinstance(text, bytes) else text.encode()), name)]
        form = {"kind": "boundaries", "org_id": (owner or divided.county).id, "shift": "wgs84"}
        return browser.post("/imports/new", data={**form, **fields, "file": files})

    return send


@pytest.fixture
def bring_in(app, upload):
    def run(browser, text, **fields):
        answer = upload(browser, text, **fields)
        assert answer.status_code == 303, answer.text
        assert browser.post(f"{answer.location}/apply").status_code == 303
        assert run_next(app, "test")
        return answer.location

    return run


@pytest.mark.parametrize(
    "properties",
    [
        ({"adcode": 360728, "x": "甲"}, {"adcode": 360728100, "x": "乙"}),
        ({"代码": "360728000000"}, {"代码": "360728100000"}),
        ({"名称": "青岭县", "gb": 360728.5}, {"名称": "白岩镇", "gb": None}),
    ],
)
def test_matched_by_code_or_name(as_role, bring_in, reading, properties):
    clerk = as_role("county_staff")
    one, two = properties
    bring_in(clerk, collection(feature(COUNTY, **one), feature(TOWN, **two)))
    assert division_at(115.1, 24.1).name == "白岩镇"
    assert division_at(115.3, 24.3).name == "青岭县"
    found = boundary_or_none(1)
    assert (found.from_on, found.to_on) == (date(2026, 5, 12), None)
    assert found.area_km2 == pytest.approx(1800, rel=0.02)
    assert found.file_id is not None


def test_a_bare_outline_is_given_its_division_on_the_form(as_role, bring_in, upload, reading):
    clerk = as_role("county_staff")
    bare = json.dumps(shapely.geometry.mapping(TOWN))
    refused = upload(clerk, bare)
    assert refused.status_code == 422
    assert "请选择" in refused.text
    assert upload(clerk, bare, division="360799").status_code == 422
    assert upload(clerk, bare, division="12").status_code == 422
    bring_in(clerk, bare, division="360728100")
    assert division_at(115.1, 24.1).name == "白岩镇"


def test_gcj02_is_converted_only_by_choice_but_hinted_at(as_role, bring_in, upload, reading):
    clerk = as_role("county_staff")
    bring_in(clerk, collection(feature(COUNTY, code="360728")))
    moved = collection(feature(shifted(COUNTY), code="360728"))
    page = clerk.page(upload(clerk, moved).location)
    assert "GCJ-02 坐标的偏移量" in page.get_text()
    address = bring_in(clerk, moved, shift="gcj02")
    assert "偏移量" not in clerk.page(address).get_text()
    found = boundary_or_none(1)
    assert found.source_crs == "GCJ-02"
    assert (found.min_lon, found.min_lat) == pytest.approx((115.0, 24.0), abs=1e-5)


def test_a_new_boundary_ends_the_old_one_and_undo_brings_it_back(as_role, bring_in, reading):
    clerk = as_role("county_staff")
    bring_in(clerk, collection(feature(COUNTY, code="360728")))
    address = bring_in(clerk, collection(feature(TOWN, code="360728")))
    ends = reading.scalars(select(DivisionBoundary.to_on).order_by(DivisionBoundary.id)).all()
    assert ends == [date(2026, 5, 12), None]
    assert division_at(115.3, 24.3) is None
    assert clerk.post(f"{address}/undo").status_code == 303
    reading.expire_all()
    assert division_at(115.3, 24.3).name == "青岭县"


def test_what_is_left_out_is_explained(as_role, upload):
    clerk = as_role("county_staff")
    bow = shapely.Polygon([(115, 24), (115.2, 24.2), (115.2, 24), (115, 24.2)])
    text = collection(
        feature(bow, code="360728100"),
        feature(COUNTY, code="360799"),
        feature(TOWN, code="360728100"),
        feature(shapely.Point(115, 24), code="360728"),
    )
    page = clerk.page(upload(clerk, text).location)
    listed = page.select_one("#problems").get_text()
    assert "没有区划 360799" in listed
    assert "白岩镇已对应第 1 个边界" in listed
    assert "不是面" in listed
    assert "白岩镇" in page.get_text()


def test_outlines_for_the_map(as_role, divided, bring_in, upload):
    clerk = as_role("county_staff")
    text = collection(feature(COUNTY, code="360728"), feature(TOWN, code="360728100"))
    preview = clerk.get(f"{upload(clerk, text).location}/map.geojson").get_json(force=True)
    assert {f["properties"]["name"] for f in preview["features"]} == {"青岭县", "白岩镇"}
    assert clerk.get(f"/orgs/{divided.county.id}/boundary.geojson").status_code == 404
    bring_in(clerk, text)
    shown = clerk.get(f"/orgs/{divided.county.id}/boundary.geojson").get_json(force=True)
    outer = {f["properties"]["name"]: f["properties"]["outer"] for f in shown["features"]}
    assert outer == {"青岭县": True, "白岩镇": False}
    assert clerk.page(f"/orgs/{divided.county.id}").select_one(".dr-map[data-boundaries]")


def test_a_town_imports_only_what_lies_in_it(as_role, divided, upload):
    clerk = as_role("town_staff", divided.town)
    text = collection(feature(COUNTY, code="360728"), feature(TOWN, code="360728100"))
    page = clerk.page(upload(clerk, text, owner=divided.town).location)
    assert "导入这 1 行" in page.get_text()
    assert upload(clerk, text, owner=divided.county).status_code == 404


def test_an_organisation_without_division_is_told_what_to_do_first(as_role, divided, upload):
    answer = upload(as_role("county_staff"), collection(), owner=divided.other_town)
    assert answer.status_code == 422
    assert "还没有对应的行政区划" in answer.text
