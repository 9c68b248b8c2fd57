from datetime import date, timedelta

import pytest
import shapely
from defusedxml import ElementTree

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.drills.rules import DrillMode
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.maps import queries, routes
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.rules import DivisionLevel
from drillreg.plans.models import Plan, PlanRoute, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.resources.nouns import SHELTER
from drillreg.resources.operations import create_resource
from tests.conftest import NOW


@pytest.fixture
def bounded(county, keep, make_org):
    """The county and its two towns with boundaries, of divisions with ids 1 to 3."""

    def division(id_, code, level, name, parent, box):
        path = f"{parent.path if parent else ''}{id_}/"
        found = keep(
            Division(
                id=id_,
                code=code,
                level=level,
                name=name,
                parent_id=parent.id if parent else None,
                path=path,
            )
        )
        west, south, east, north = box
        keep(
            DivisionBoundary(
                division_id=id_,
                from_on=date(2024, 1, 1),
                wkb=shapely.to_wkb(shapely.box(*box)),
                min_lon=west,
                min_lat=south,
                max_lon=east,
                max_lat=north,
                area_km2=1.0,
                source_crs="WGS 84",
                notices=[],
            )
        )
        return found

    top = division(1, "360999000000", DivisionLevel.COUNTY, "青岭县", None, (115, 24, 116, 25))
    division(2, "360999101000", DivisionLevel.TOWN, "白岩镇", top, (115, 24, 115.5, 25))
    division(3, "360999102000", DivisionLevel.TOWN, "竹源镇", top, (115.5, 24, 116, 25))
    return top


@pytest.fixture
def governed(app, bounded, county):
    with app.app_context(), unit_of_work():
        for org, division_id in ((county.county, 1), (county.town, 2), (county.other_town, 3)):
            db.session.get_one(Org, org.id).division_id = division_id


@pytest.fixture
def site(county, keep, frozen):
    return keep(
        HazardSite(
            org_id=county.town.id,
            number="1",
            name="老虎坳滑坡",
            kind="landslide",
            level=RiskLevel.RED,
            lon=115.2,
            lat=24.2,
            source_crs="EPSG:4326",
            created_at=frozen.now,
        )
    )


@pytest.fixture
def drill(county, site, keep, today, frozen):
    return keep(
        Drill(
            org_id=county.school.id,
            title="滑坡避险演练",
            event_type="geological",
            mode=DrillMode.FULL,
            site_id=site.id,
            due_on=today + timedelta(days=9),
            changed_at=frozen.now,
        )
    )


def features(browser, address):
    return {f["properties"]["name"]: f for f in browser.get(address).json["features"]}


def test_boundaries_go_from_the_outer_line_one_level_in(governed, county, as_role):
    found = features(as_role("county_staff"), "/map/boundaries.geojson")
    assert {name: f["properties"]["outer"] for name, f in found.items()} == {
        "青岭县": True,
        "白岩镇": False,
        "竹源镇": False,
    }
    town = features(as_role("town_staff", county.town), "/map/boundaries.geojson")
    assert list(town) == ["白岩镇"]
    assert town["白岩镇"]["geometry"]["type"] == "Polygon"


def test_unchanged_boundaries_are_not_sent_again(app, governed, county, as_role, keep):
    browser = as_role("county_staff")
    tag = {"If-None-Match": browser.get("/map/boundaries.geojson").headers["ETag"]}
    assert browser.get("/map/boundaries.geojson", headers=tag).status_code == 304
    other = as_role("town_staff", county.town)
    assert other.get("/map/boundaries.geojson", headers=tag).status_code == 200


def test_the_map_puts_sites_units_and_drills_together(
    county, site, drill, make_org, as_role, today
):
    make_org("白岩卫生院", "hospital", county.town, lon=115.21, lat=24.21)
    make_org("云川医院", "hospital", county.other_county, lon=116.21, lat=24.21)
    browser = as_role("county_staff")
    data = features(browser, "/map/data.geojson")
    assert set(data) == {"老虎坳滑坡", "白岩卫生院", "滑坡避险演练"}
    assert data["滑坡避险演练"]["geometry"]["coordinates"] == [115.2, 24.2]
    page = browser.page("/map")
    for name in data:
        assert name in page.text
    assert {row["data-feature"] for row in page.select("[data-feature]")} == {
        str(site.id),
        f"d{drill.id}",
        next(f["properties"]["id"] for n, f in data.items() if n == "白岩卫生院"),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("layer=sites", {"老虎坳滑坡"}),
        ("layer=units&layer=drills", {"滑坡避险演练"}),
        ("event=flood", set()),
        ("event=geological", {"老虎坳滑坡", "滑坡避险演练"}),
        ("level=blue&layer=sites", set()),
        ("bbox=100,20,101,21&layer=sites", set()),
    ],
)
def test_layers_and_filters_leave_out_the_rest(site, drill, as_role, query, found):
    assert set(features(as_role("county_staff"), f"/map/data.geojson?{query}")) == found


def test_what_is_out_of_reach_is_not_on_the_map(county, site, drill, as_role):
    stranger = as_role("town_staff", county.other_town)
    assert stranger.get("/map/data.geojson").json["features"] == []
    assert "这里没有内容" in stranger.page("/map").text
    school = as_role("unit_liaison", county.school)
    assert set(features(school, "/map/data.geojson")) == {"滑坡避险演练"}
    assert stranger.get(f"/map?within={county.town.id}").status_code == 404


def test_the_map_page_takes_a_fixed_number_of_queries(
    county, site, drill, as_role, make_org, count_queries
):
    browser = as_role("county_staff")
    browser.page("/map")
    with count_queries() as few:
        browser.page("/map")
    for number in range(8):
        make_org(f"小学{number}", "school", county.town, lon=115.3, lat=24.3)
    with count_queries() as many:
        browser.page("/map")
    assert len(many) == len(few) <= 14


def test_shelters_are_a_layer_of_the_map(app, county, as_role):
    with app.app_context(), unit_of_work():
        town = db.session.get(Org, county.town.id)
        values = {
            "name": "文化站",
            "kind": "short",
            "place": "indoor",
            "capacity": 150,
            "lon": 115.1,
            "lat": 24.1,
        }
        create_resource(SHELTER, town, values, actor=None, now=NOW)
    clerk = as_role("county_staff")
    (feature,) = clerk.get("/map/data.geojson?layer=shelters").get_json(force=True)["features"]
    assert feature["properties"]["name"] == "文化站"
    assert "文化站" in clerk.page("/map").text
    elsewhere = as_role("town_staff", county.other_town)
    assert elsewhere.get("/map/data.geojson").get_json(force=True)["features"] == []


@pytest.fixture
def route(app, county, keep):
    """An evacuation route of a plan in force of the town."""
    with app.app_context(), unit_of_work():
        plan = Plan(
            org_id=county.town.id,
            kind="special",
            event_type="geological",
            title="白岩镇地质灾害应急预案",
            created_at=NOW,
        )
        version = PlanVersion(
            plan=plan, number=1, state=VersionState.CURRENT, created_at=NOW, issued_on=NOW.date()
        )
        db.session.add(version)
        db.session.flush()
        line = shapely.LineString([(115.1, 24.1), (115.12, 24.11), (115.13, 24.1)])
        db.session.add(
            PlanRoute(
                version_id=version.id,
                position=1,
                name="老虎坳至文化站",
                start="老虎坳",
                destination="文化站",
                points="",
                geometry=shapely.to_wkb(line),
                length_m=3400,
            )
        )


def test_the_routes_of_plans_in_force_are_a_layer(route, county, as_role):
    browser = as_role("county_staff")
    (feature,) = browser.get("/map/data.geojson?layer=routes").json["features"]
    assert feature["geometry"]["type"] == "LineString"
    assert feature["properties"]["sign"] == "route"
    assert "3400 米" in browser.page("/map?layer=routes").text
    assert browser.get("/map/data.geojson?layer=routes&event=flood").json["features"] == []
    elsewhere = as_role("town_staff", county.other_town)
    assert elsewhere.get("/map/data.geojson?layer=routes").json["features"] == []


def test_layers_are_switched_in_the_address_and_stay_in_the_print(site, drill, as_role):
    browser = as_role("county_staff")
    page = browser.page("/map?layer=sites&layer=boundaries&level=red")
    boxes = {box["value"]: box.has_attr("checked") for box in page.select("input[name=layer]")}
    assert [code for code, on in boxes.items() if on] == ["boundaries", "sites"]
    assert set(boxes) == {"boundaries", "sites", "units", "shelters", "routes", "drills"}
    assert {box["form"] for box in page.select("input[name=layer]")} == {"filter"}
    for link in page.select("a[data-map-link]"):
        assert "level=red" in link["href"]
        assert "layer=sites" in link["href"]
    sheet = browser.page("/map/print?layer=sites&level=red")
    assert "红" in sheet.select_one(".mp-sheet header").text
    assert "截至 2026-05-12 09:30" in sheet.text
    assert "共 1 条" in sheet.text


def test_the_still_figure_shows_what_the_map_shows(governed, county, site, route, as_role):
    browser = as_role("county_staff")
    answer = browser.get("/map/figure.svg")
    assert answer.mimetype == "image/svg+xml"
    words = [each.text for each in ElementTree.fromstring(answer.data).iter() if each.text]
    assert "老虎坳滑坡" in words
    assert {"竹源镇", "转移路线", "截至 2026-05-12 09:30"} <= set(words)
    assert any("千米" in word for word in words)
    elsewhere = as_role("town_staff", county.other_town).get("/map/figure.svg?bbox=115,24,116,25")
    assert "老虎坳" not in elsewhere.text
    assert browser.get("/map/figure.svg?bbox=1,2").status_code == 422


def test_too_many_entries_of_a_layer_are_said(county, make_org, as_role, monkeypatch):
    for module in (queries, routes):
        monkeypatch.setattr(module, "MOST_ENTRIES", 2)
    for number in range(3):
        make_org(f"小学{number}", "school", county.town, lon=115.3, lat=24.3)
    found = as_role("county_staff").get("/map/data.geojson?layer=units").json
    assert len(found["features"]) == 2
    assert "前 2 个" in found["notice"]
