from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from drillreg.core.db import db, unit_of_work
from drillreg.hazards import mapping
from drillreg.hazards.mapping import map_data
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import SiteFilter, all_sites, count_sites
from drillreg.hazards.rules import LEVEL_ORDER, RiskLevel
from drillreg.orgs.scope import OrgScope, whole_installation
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState


def names(page):
    return [link.text for link in page.select("td.two a")]


def test_the_ledger_shows_what_is_in_reach_and_the_map_the_same(places, county, make_site, as_role):
    make_site(county.village, "1", name="岭下滑坡", division_id=places.village.id)
    make_site(county.other_town, "2", name="竹源崩塌", lon=115.4)
    make_site(county.other_county, "3", name="云川滑坡", lon=116.2)
    browser = as_role("county_staff")
    page = browser.page("/hazards/")
    assert sorted(names(page)) == ["岭下滑坡", "竹源崩塌"]
    assert "白岩镇 岭下村" in page.text
    data = browser.get("/hazards/map.geojson").json
    assert {f["properties"]["name"] for f in data["features"]} == {"岭下滑坡", "竹源崩塌"}
    town = as_role("town_staff", county.town)
    assert names(town.page("/hazards/")) == ["岭下滑坡"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=red", ["甲"]),
        ("kind=collapse", ["乙"]),
        ("fresh=stale", ["乙"]),
        ("fresh=fresh", ["甲"]),
        ("fresh=never", ["丙"]),
        ("q=N-2", ["乙"]),
        ("level=purple", ["甲", "乙", "丙"]),
        ("sort=checked", ["丙", "乙", "甲"]),
        ("sort=-checked", ["甲", "乙", "丙"]),
        ("sort=level", ["丙", "乙", "甲"]),
    ],
)
def test_the_filter_row_filters_and_sorts(county, make_site, as_role, today, query, found):
    make_site(
        county.town,
        "N-1",
        name="甲",
        level=RiskLevel.RED,
        last_check_on=today,
        last_check_result="normal",
    )
    make_site(
        county.town,
        "N-2",
        name="乙",
        kind="collapse",
        last_check_on=today - timedelta(days=31),
        last_check_result="normal",
    )
    make_site(county.other_town, "N-3", name="丙", level=RiskLevel.BLUE)
    page = as_role("county_staff").page(f"/hazards/?{query}")
    assert names(page) == found


def test_a_town_is_filtered_by_its_units_and_by_where_a_site_lies(
    places, county, make_site, as_role
):
    make_site(county.county, "1", name="县管", division_id=places.village.id)
    make_site(county.school, "2", name="校管")
    make_site(county.other_town, "3", name="别处")
    browser = as_role("county_staff")
    assert sorted(names(browser.page(f"/hazards/?within={county.town.id}"))) == ["县管", "校管"]
    assert names(browser.page(f"/hazards/?within={county.village.id}")) == ["县管"]
    assert browser.get(f"/hazards/?within={county.other_county.id}").status_code == 404


def test_pages_follow_one_another_without_loss(county, make_site, as_role):
    for number in range(25):
        make_site(county.town, f"{number:03}", level=LEVEL_ORDER[number % 4])
    browser = as_role("county_staff")
    first = browser.page("/hazards/")
    second = browser.page(first.select_one("a[rel=next]")["href"])
    assert "共 25 条" in first.text
    assert len(set(names(first)) | set(names(second))) == 25


def test_the_ledger_takes_a_fixed_number_of_queries(
    places, county, make_site, as_role, count_queries
):
    browser = as_role("county_staff")
    make_site(county.town, division_id=places.village.id)
    browser.page("/hazards/")
    with count_queries() as few:
        browser.page("/hazards/")
    for _ in range(15):
        make_site(county.village, division_id=places.village.id)
    with count_queries() as many:
        browser.page("/hazards/")
    assert len(many) == len(few) <= 10


def test_the_export_holds_exactly_what_is_filtered(county, make_site, as_role):
    make_site(county.town, "N-1", name="=1+1", level=RiskLevel.RED)
    make_site(county.town, "N-2")
    browser = as_role("county_staff")
    book = browser.get("/hazards/export.xlsx?level=red")
    rows = CalamineWorkbook.from_filelike(BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["N-1"]
    assert rows[1][2] == "=1+1"
    features = browser.get("/hazards/export.geojson?level=red").get_json(force=True)["features"]
    assert [f["properties"]["number"] for f in features] == ["N-1"]


def test_struck_out_sites_and_unfinished_imports_are_nowhere(
    app, county, make_site, as_role, keep, frozen
):
    batch = keep(
        ImportBatch(
            kind="hazards",
            file_id=1,
            file_name="x.csv",
            org_id=county.county.id,
            created_at=frozen.now,
            summary={},
            options={},
        )
    )
    make_site(county.town, "1", name="注销的", voided_at=frozen.now)
    hidden = make_site(county.town, "2", name="未完的", import_id=batch.id)
    browser = as_role("county_staff")
    assert names(browser.page("/hazards/")) == []
    assert browser.get("/hazards/map.geojson").json["features"] == []
    assert browser.get(f"/hazards/{hidden.id}").status_code == 404
    with app.app_context(), unit_of_work():
        db.session.get_one(ImportBatch, batch.id).state = ImportState.APPLIED
    assert names(browser.page("/hazards/")) == ["未完的"]


def test_unchanged_map_data_are_not_sent_again(app, county, make_site, as_role, frozen):
    site = make_site(county.town)
    browser = as_role("county_staff")
    first = browser.get("/hazards/map.geojson")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert browser.get("/hazards/map.geojson", headers=tag).status_code == 304
    assert browser.get("/hazards/map.geojson?level=red", headers=tag).status_code == 200
    assert (
        as_role("town_staff", county.town).get("/hazards/map.geojson", headers=tag).status_code
        == 200
    )
    frozen.now += timedelta(minutes=5)
    form = {"reason": "重复登记"}
    assert browser.post(f"/hazards/{site.id}/void", data=form).status_code == 303
    changed = browser.get("/hazards/map.geojson", headers=tag)
    assert changed.status_code == 200
    assert changed.json["features"] == []


def test_many_sites_are_counted_by_cells_that_add_up(county, make_site, as_role, monkeypatch):
    monkeypatch.setattr(mapping, "MOST_POINTS", 5)
    for number in range(12):
        make_site(county.town, lon=115.05 + 0.02 * number, lat=24.05)
    browser = as_role("county_staff")
    for zoom in (9, 16):
        shown = browser.get(f"/hazards/map.geojson?bbox=114,23,117,26&zoom={zoom}").json["features"]
        counts = [each["properties"].get("count", 1) for each in shown]
        assert sum(counts) == 12
        # Sites that lie alone in their cell are shown as themselves, whatever the others do.
        named = [each["properties"]["name"] for each in shown if "name" in each["properties"]]
        assert len(named) == counts.count(1)
    near = browser.get("/hazards/map.geojson?bbox=115.06,24.04,115.08,24.06&zoom=12").json
    assert all("name" in each["properties"] for each in near["features"])


def test_a_view_that_is_no_rectangle_is_refused(as_role):
    browser = as_role("county_staff")
    for bbox in ("1,2,3", "a,b,c,d", "1,2,3,9999"):
        assert browser.get(f"/hazards/map.geojson?bbox={bbox}").status_code == 422


@pytest.fixture
def many_sites(app, county, frozen):
    """A few hundred sites of all kinds, levels, places and ages."""
    orgs = [county.county, county.town, county.village, county.other_town, county.other_county]
    kinds = ("landslide", "collapse", "dam")
    with app.app_context(), unit_of_work():
        db.session.add_all(
            HazardSite(
                org_id=orgs[n % 5].id,
                number=str(n),
                name=f"点{n}",
                kind=kinds[n % 3],
                level=LEVEL_ORDER[(n // 2) % 4],
                lon=115 + (n * 37 % 100) / 100,
                lat=24 + (n * 53 % 100) / 100,
                source_crs="EPSG:4326",
                created_at=frozen.now,
                last_check_on=date(2026, 5, 12) - timedelta(days=n) if n % 7 else None,
            )
            for n in range(300)
        )


@pytest.mark.parametrize("fresh", ["", "fresh", "stale", "never"])
def test_map_and_list_agree_under_every_filter(app, many_sites, county, today, fresh):
    bounds = st.floats(114.5, 116.5), st.floats(23.5, 25.5)
    scopes = [
        whole_installation(today),
        OrgScope(today, frozenset({county.county.path})),
        OrgScope(today, frozenset({county.town.path})),
        OrgScope(today),
    ]

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        one=st.tuples(*bounds),
        other=st.tuples(*bounds),
        kind=st.sampled_from(["", "landslide", "dam"]),
        level=st.sampled_from(["", "red", "blue"]),
        event=st.sampled_from(["", "geological", "flood"]),
        scope=st.sampled_from(scopes),
    )
    def agree(one, other, kind, level, event, scope):
        wanted = SiteFilter(kind=kind, level=level, event_type=event, fresh=fresh)
        west, east = sorted((one[0], other[0]))
        south, north = sorted((one[1], other[1]))
        with app.app_context():
            listed = all_sites(wanted, scope, today=today, sort="-level", at_most=1000)
            inside = {s.id for s in listed if west <= s.lon <= east and south <= s.lat <= north}
            view = {"bbox": (west, south, east, north), "zoom": 10, "today": today}
            shown = {point.site.id for point in map_data(wanted, scope, **view)}
            # Whole cells are shown: somewhat more than the view, never another site.
            assert inside <= shown <= {s.id for s in listed}
            assert count_sites(wanted, scope, today=today) == len(listed)
            db.session.rollback()

    agree()


def test_an_empty_ledger_says_what_to_do(as_role):
    page = as_role("county_staff").page("/hazards/")
    assert "还没有风险点" in page.text
    assert page.select_one('.dr-empty a[href="/hazards/new"]')
    filtered = as_role("county_staff", username="zweite").page("/hazards/?level=red")
    assert "没有符合条件的风险点" in filtered.text


def test_an_organisation_shows_its_sites_by_level(county, make_site, as_role):
    make_site(county.village, level=RiskLevel.RED)
    make_site(county.town, level=RiskLevel.BLUE)
    page = as_role("county_staff").page(f"/orgs/{county.town.id}")
    link = page.select_one(f'a[href="/hazards/?within={county.town.id}&level=red"]')
    assert link.text == "1"
