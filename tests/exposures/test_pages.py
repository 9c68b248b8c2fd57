"""Pages of exposure: what is shown to whom, decisions, reaches, ways out, lists and their files."""

import json
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import select

from drillreg.evidence.models import Evidence, Grade
from drillreg.exposures.models import EvacuationRoute, Exposure, ExposureReach
from drillreg.exposures.rules import Inside
from drillreg.resources.models import Shelter
from tests.exposures.conftest import EAST, NORTH, NOW

SQUARE = "\n".join(
    f"{113.9 + x * EAST:.6f},{27 + y * NORTH:.6f}"
    for x, y in ((-60, 0), (60, 0), (60, -1200), (-60, -1200))
)


@pytest.fixture
def scene(county, make_site, put, keep, worked_out):
    """A red landslide of a town 120 m from the school, a blue one 250 m away; two shelters."""
    put(county.school, 120, 0, attributes={"students": 300, "staff": 20})
    red = make_site(county.town, threatened_people=80, threatened_households=20)
    blue = make_site(
        county.town, "屋后滑坡", lon=113.9 + 200 * EAST, lat=27.0, level="blue", level_rank=3
    )
    safe = keep(
        Shelter(org_id=county.town.id, name="镇政府广场", kind="square", place="outdoor",
                capacity=60, lon=113.9, lat=27 + 900 * NORTH, created_at=NOW),
        Shelter(org_id=county.town.id, name="小学操场", kind="school", place="outdoor",
                capacity=500, lon=113.9, lat=27 + 60 * NORTH, created_at=NOW),
    )  # fmt: skip
    worked_out(red, blue)
    return red, blue, safe


def test_the_site_shows_what_it_threatens_and_where_people_go(as_role, county, scene):
    browser = as_role("town_staff", county.town)
    page = browser.page(f"/hazards/{scene[0].id}")
    panel = page.select_one("#exposure")
    assert "白岩镇中心小学" in panel.text
    assert "320人" in panel.text.replace(" ", "")
    assert "没有现行预案覆盖" in panel.text
    assert "安排演练" in panel.text
    assert "1 · 320" in page.select_one(".dr-thread").text
    page = browser.page(f"/hazards/{scene[0].id}/exposure")
    assert "缺20人" in page.text  # 60 of the square; the yard lies in reach itself
    assert "自身在影响范围内" in page.text
    assert "EPSG:4547" in page.text
    features = json.loads(browser.get(f"/hazards/{scene[0].id}/exposure/map.geojson").text)
    assert {"Point", "Polygon"} == {each["geometry"]["type"] for each in features["features"]}


def test_the_unit_shows_what_threatens_it(as_role, county, scene):
    panel = as_role("unit_liaison", county.school).page(f"/orgs/{county.school.id}")
    # The liaison reaches the school, not the town whose sites these are.
    assert "冷水冲滑坡" not in panel.text
    assert "范围外的由县级告知" in panel.select_one("#threats").text
    panel = as_role("county_staff").page(f"/orgs/{county.school.id}").select_one("#threats")
    names = [a.text for a in panel.select("a.dr-quiet")]
    assert names == ["冷水冲滑坡", "屋后滑坡"]


def test_the_picture_is_to_scale_and_has_words(as_role, county, scene):
    answer = as_role("town_staff", county.town).get(f"/hazards/{scene[0].id}/exposure/figure.svg")
    assert answer.mimetype == "image/svg+xml"
    for word in ("冷水冲滑坡", "白岩镇中心小学", "周边500米以内", "可容纳60人", "北"):
        assert word in answer.text


def test_a_reach_is_drawn_with_a_reason_and_followed_at_once(
    as_role, county, scene, reading, put, worked_out
):
    put(county.village, 0, -1000)
    browser = as_role("town_staff", county.town)
    address = f"/hazards/{scene[0].id}/exposure/reach"
    form = {"buffer_m": "100", "area": SQUARE, "row_version": "0", "shift": "wgs84"}
    refused = browser.post(address, data=form)
    assert refused.status_code == 422
    assert "120" in refused.text or SQUARE.splitlines()[0] in refused.text
    assert browser.post(address, data={**form, "reason": "2025年勘查"}).status_code == 303
    reach = reading.scalars(select(ExposureReach)).one()
    assert reach.reason == "2025年勘查"
    inside = {
        row.subject_id: row.inside
        for row in reading.scalars(
            select(Exposure).where(Exposure.site_id == scene[0].id, Exposure.subject_kind == "org")
        )
    }
    assert inside == {county.village.id: Inside.DRAWN}
    stale = browser.post(address, data={**form, "reason": "又一次"})
    assert stale.status_code == 409


@pytest.mark.parametrize(
    ("area", "word"),
    [
        ("113.9,27\n113.91", "第2行不是坐标"),
        ("113.9,27\n113.91,27", "至少需要3个点"),
        ("113.9,27\n113.91,27\n113.92,27", "围不成一个区域"),
        ("110,27\n112,27\n112,28", "区域面积超过"),
        ('{"type": "Point", "coordinates": [113.9, 27]}', "没有此处需要的图形类型"),
        ('{"type": "Polygon"', "GeoJSON"),
        ('{"type": "Polygon", "coordinates": [[[1e999, 0], [1, 1], [0, 1], [0, 0]]]}', ""),
    ],
)
def test_a_drawing_that_is_none_is_refused_with_a_sentence(as_role, county, scene, area, word):
    browser = as_role("town_staff", county.town)
    form = {"area": area, "reason": "x", "row_version": "0", "shift": "wgs84"}
    answer = browser.post(f"/hazards/{scene[0].id}/exposure/reach", data=form)
    assert answer.status_code == 422
    assert word in answer.text


def test_geojson_can_be_pasted_and_asked(as_role, county, scene):
    ring = [[113.899, 26.999], [113.903, 26.999], [113.903, 27.001], [113.899, 27.001]]
    text = json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    page = as_role("town_staff", county.town).page(
        "/exposure/area", query_string={"area": text, "buffer_m": "0"}
    )
    assert "白岩镇中心小学" in page.text
    assert "冷水冲滑坡" in page.text
    assert "小学操场" in page.text
    other = as_role("town_staff", county.other_town).page(
        "/exposure/area", query_string={"area": text}
    )
    assert "白岩镇中心小学" not in other.text
    assert "冷水冲滑坡" not in other.text


def test_a_link_is_rejected_with_a_reason_and_no_longer_counts(
    as_role, county, scene, reading, worked_out
):
    browser = as_role("town_staff", county.town)
    link = reading.scalars(
        select(Exposure).where(Exposure.site_id == scene[0].id, Exposure.subject_kind == "org")
    ).one()
    address = f"/exposure/links/{link.id}"
    browser.page(address)
    form = {"decision": "rejected", "row_version": "1"}
    assert browser.post(address, data=form).status_code == 422
    assert browser.post(address, data={**form, "reason": "隔着山梁"}).status_code == 303
    worked_out(scene[0])
    page = browser.page(f"/hazards/{scene[0].id}/exposure")
    assert "隔着山梁" in page.text
    assert "已排除" in page.text
    rows = browser.page("/exposure/").select("tbody tr")
    assert [row.select(".dr-level")[0].text for row in rows] == ["蓝色 低风险"] or "蓝" in rows[
        0
    ].text
    assert browser.post(address, data={**form, "reason": "再来"}).status_code == 409


def test_ways_out_are_drawn_changed_and_struck_out(as_role, county, scene, reading):
    browser = as_role("town_staff", county.town)
    start = f"/hazards/{scene[0].id}/exposure/routes/new"
    browser.page(start)
    points = f"113.9,27\n113.9,{27 + 900 * NORTH:.6f}"
    form = {"start": "冷水组", "shelter": str(scene[2].id), "points": points, "shift": "wgs84"}
    assert browser.post(start, data=form).status_code == 303
    route = reading.scalars(select(EvacuationRoute)).one()
    assert route.length_km == pytest.approx(0.9, rel=0.01)
    page = browser.page(f"/hazards/{scene[0].id}/exposure")
    assert "冷水组 → 镇政府广场" in page.select_one("#routes").text
    address = f"/exposure/routes/{route.id}"
    assert points.splitlines()[1].split(",")[1] in browser.page(address).text
    changed = {**form, "note": "夜间走公路", "row_version": "1"}
    assert browser.post(address, data=changed).status_code == 303
    assert browser.post(address, data=changed).status_code == 409
    browser.page(f"{address}/void")
    assert browser.post(f"{address}/void", data={"reason": "塌方"}).status_code == 303
    assert browser.get(address).status_code == 404
    assert browser.post(start, data={**form, "points": ""}).status_code == 422


def test_lists_are_narrowed_and_handed_out_as_filtered(as_role, county, scene, keep, today):
    browser = as_role("county_staff")
    page = browser.page("/exposure/")
    (row,) = page.select("tbody tr")
    assert "白岩镇中心小学" in row.text
    assert "无预案" in row.text
    keep(
        Evidence(kind="plan-issued", org_id=county.school.id, subject_kind="plan-version",
                 subject_id=1, on_date=date(2026, 1, 1), entered_at=NOW, grade=Grade.SELF_REPORTED,
                 attributes={"event_type": "geological"}),
        Evidence(kind="drill-held", org_id=county.town.id, subject_kind="drill",
                 subject_id=1, on_date=date(2026, 3, 1), entered_at=NOW, grade=Grade.SELF_REPORTED,
                 attributes={"event_type": "geological", "site_id": scene[0].id}),
    )  # fmt: skip
    assert not browser.page("/exposure/?gap=plan").select("tbody tr")
    assert len(browser.page("/exposure/?gap=drill").select("tbody tr")) == 1
    assert not browser.page("/exposure/?level=yellow").select("tbody tr")
    names = [
        row.select_one("a").text
        for row in browser.page("/exposure/sites?gap=drill").select("tbody tr")
    ]
    assert names == ["屋后滑坡"]
    assert len(browser.page("/exposure/sites?gap=plan").select("tbody tr")) == 2
    keep(
        Evidence(kind="plan-issued", org_id=county.county.id, subject_kind="plan-version",
                 subject_id=2, on_date=date(2026, 1, 1), entered_at=NOW, grade=Grade.SELF_REPORTED,
                 attributes={"event_type": "general"}),
    )  # fmt: skip
    assert not browser.page("/exposure/sites?gap=plan").select("tbody tr")
    sheet = openpyxl.load_workbook(BytesIO(browser.get("/exposure/export.xlsx?gap=drill").data))
    assert [cell.value for cell in sheet.active["A"]][-1] == "白岩镇中心小学"
    assert browser.get("/exposure/sites/export.csv").status_code == 200
    assert browser.get(f"/hazards/{scene[0].id}/exposure/export.xlsx").status_code == 200


def test_a_pair_is_seen_only_by_who_sees_both(as_role, county, scene):
    """A neighbour's site threatens my school, and mine threatens a neighbour's."""
    assert not as_role("unit_liaison", county.school).page("/exposure/").select("tbody tr")
    assert not as_role("town_staff", county.other_town).page("/exposure/").select("tbody tr")
    assert len(as_role("town_staff", county.town).page("/exposure/").select("tbody tr")) == 1
    other = as_role("leader", county.other_county)
    assert other.get(f"/hazards/{scene[0].id}/exposure").status_code == 404


def test_the_drill_form_knows_the_site(as_role, county, scene):
    page = as_role("county_staff").page(f"/drills/new?site={scene[0].id}&event_type=geological")
    chosen = page.select_one("select[name=site] option[selected]")
    assert chosen["value"] == str(scene[0].id)


def test_lists_take_the_same_queries_for_one_and_for_many(
    as_role, county, scene, put, worked_out, make_org, count_queries
):
    browser = as_role("county_staff")
    for address in ("/exposure/", "/exposure/sites", f"/hazards/{scene[0].id}/exposure"):
        browser.page(address)
    seen = {}
    for many in (False, True):
        if many:
            for at in range(8):
                put(make_org(f"第{at}幼儿园", "kindergarten", county.town), 20 * at, 30)
            worked_out(scene[0], scene[1])
        for address in ("/exposure/", "/exposure/sites", f"/hazards/{scene[0].id}/exposure"):
            with count_queries() as found:
                browser.page(address)
            seen.setdefault(address, []).append(len(found))
    assert {address for address, (few, more) in seen.items() if more > few} == set()
