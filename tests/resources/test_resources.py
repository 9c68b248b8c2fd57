"""Teams, supplies and shelters, as people keep them."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete, select

from drillreg.audit.models import AuditRow
from drillreg.core.codes import code_list
from drillreg.core.db import db, unit_of_work
from drillreg.geo.shapes import distance_m
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope, whole_installation
from drillreg.resources.models import Shelter, Supply
from drillreg.resources.nouns import NOUNS, SHELTER
from drillreg.resources.operations import create_resource
from drillreg.resources.queries import shelters_near
from drillreg.resources.rules import Expiry, expiry, is_check_due
from tests.conftest import NOW

TODAY = date(2026, 5, 12)
SUPPLY_FORM = {
    "name": "方便食品",
    "kind": "food-water",
    "amount": "120",
    "unit": "箱",
    "address": "镇政府一楼仓库",
    "contact_name": "王小红",
    "contact_phone": "13800001234",
    "expires_on": "2026-06-01",
}


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (None, Expiry.NONE),
        (-1, Expiry.EXPIRED),
        (0, Expiry.SOON),
        (60, Expiry.SOON),
        (61, Expiry.GOOD),
    ],
)
def test_expiry_turns_on_the_day(days, state):
    assert expiry(None if days is None else TODAY + timedelta(days), TODAY) is state


def test_what_was_not_looked_at_for_half_a_year_is_due():
    assert is_check_due(None, TODAY)
    assert is_check_due(TODAY - timedelta(184), TODAY)
    assert not is_check_due(TODAY - timedelta(183), TODAY)


def test_the_fields_of_every_noun_are_columns_and_have_their_lists():
    for noun in NOUNS:
        for field in noun.fields:
            assert hasattr(noun.model, field.code), field
            assert not field.list or code_list(field.list).codes()


def test_a_supply_is_entered_checked_changed_and_struck_out(as_role, county, reading):
    town = as_role("town_staff", county.town)
    answer = town.post("/supplies/new", data={**SUPPLY_FORM, "org_id": str(county.town.id)})
    address = answer.location
    page = town.page(address)
    assert "即将到期" in page.find(class_="dr-head").text
    assert "120 箱" in page.text
    town.post(f"{address}/check")
    edited = {**SUPPLY_FORM, "org_id": str(county.village.id), "amount": "80", "row_version": "2"}
    assert town.post(f"{address}/edit", data=edited).status_code == 303
    town.post(f"{address}/void", data={"reason": "已发放"})
    found = reading.scalar(select(Supply))
    assert (found.amount, found.org_id, found.void_reason) == (80, county.village.id, "已发放")
    acts = reading.scalars(
        select(AuditRow.action).where(AuditRow.subject_kind == "supply").order_by(AuditRow.id)
    ).all()
    assert acts == ["resource-made", "resource-checked", "resource-changed", "resource-voided"]
    assert "已发放" in town.page(address).text
    assert town.page("/supplies/").find("table") is None


def test_what_is_wrong_is_said_field_by_field(as_role, county):
    town = as_role("town_staff", county.town)
    data = {**SUPPLY_FORM, "org_id": str(county.town.id), "amount": "很多", "lon": "114"}
    answer = town.post("/supplies/new", data=data)
    assert answer.status_code == 422
    for field in ("amount", "lat"):
        assert f'href="#f-{field}"' in answer.text
    backwards = {**SUPPLY_FORM, "org_id": str(county.town.id), "made_on": "2026-07-01"}
    assert "有效期不能早于生产日期" in town.post("/supplies/new", data=backwards).text


def test_a_stale_edit_shows_both_texts(as_role, county):
    town = as_role("town_staff", county.town)
    data = {**SUPPLY_FORM, "org_id": str(county.town.id)}
    address = town.post("/supplies/new", data=data).location
    town.post(f"{address}/edit", data={**data, "amount": "80", "row_version": "1"})
    answer = town.post(f"{address}/edit", data={**data, "amount": "90", "row_version": "1"})
    assert answer.status_code == 409
    assert "80" in answer.text
    assert "90" in answer.text


def test_a_unit_keeps_its_own_and_nobody_elses(as_role, county):
    school = as_role("unit_liaison", county.school)
    mine = school.post("/supplies/new", data={**SUPPLY_FORM, "org_id": str(county.school.id)})
    assert mine.status_code == 303
    theirs = school.post("/supplies/new", data={**SUPPLY_FORM, "org_id": str(county.town.id)})
    assert theirs.status_code == 404
    other = as_role("town_staff", county.other_town)
    assert other.get(mine.location).status_code == 404
    assert "方便食品" not in other.page("/supplies/").text


def test_the_bureau_sees_its_schools_with_hidden_numbers(as_role, county, reading):
    school = as_role("unit_liaison", county.school)
    address = school.post(
        "/supplies/new", data={**SUPPLY_FORM, "org_id": str(county.school.id)}
    ).location
    bureau = as_role("dept_staff", county.bureau)
    page = bureau.page(address)
    assert "138****1234" in page.text
    assert "13800001234" not in page.text
    book = load_workbook(BytesIO(bureau.get("/supplies/export.xlsx").data)).active
    assert "138****1234" in [cell.value for cell in book[2]]
    assert "13800001234" in bureau.post(f"{address}/reveal").text
    assert reading.scalars(select(AuditRow.action)).all()[-1] == "resource-revealed"


def test_lists_are_narrowed_and_sorted(app, as_role, county):
    with app.app_context(), unit_of_work():
        org = db.session.get(Org, county.town.id)
        for name, days, amount in (("甲", -5, 1), ("乙", 30, 3), ("丙", 300, 2)):
            values = {
                "name": name,
                "kind": "flood",
                "amount": amount,
                "unit": "件",
                "address": "仓库",
                "expires_on": TODAY + timedelta(days),
            }
            create_resource(NOUNS[1], org, values, actor=None, now=NOW)
    clerk = as_role("county_staff")

    def names(query):
        page = clerk.page(f"/supplies/?{query}")
        return [row.a.text for row in page.find_all("td", class_="two")]

    assert names("state=expired") == ["甲"]
    assert names("state=soon") == ["乙"]
    assert names("state=unchecked") == ["甲", "乙", "丙"]
    assert names("sort=-expires_on") == ["丙", "乙", "甲"]
    assert names(f"within={county.other_town.id}") == []
    assert names("q=丙") == ["丙"]


def test_a_picked_position_stands_on_the_map(as_role, county):
    town = as_role("town_staff", county.town)
    data = {
        **SUPPLY_FORM,
        "org_id": str(county.town.id),
        "lon": "115.05",
        "lat": "24.05",
        "shift": "gcj02",
    }
    town.post("/supplies/new", data=data)
    (feature,) = town.get("/supplies/map.geojson").get_json(force=True)["features"]
    lon, lat = feature["geometry"]["coordinates"]
    assert 300 < distance_m(lon, lat, 115.05, 24.05) < 900  # GCJ-02 was shifted back


def test_the_page_of_an_organisation_counts_what_stands_below(as_role, county):
    town = as_role("town_staff", county.town)
    town.post("/supplies/new", data={**SUPPLY_FORM, "org_id": str(county.school.id)})
    page = town.page(f"/orgs/{county.town.id}")
    link = page.find("a", href=f"/supplies/?within={county.town.id}")
    assert link.text == "1"


spot = st.tuples(st.floats(114.0, 116.0), st.floats(24.0, 26.0))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spots=st.lists(spot, max_size=12), at=spot, n=st.integers(1, 4))
def test_the_nearest_shelters_are_those_of_a_plain_search(app, county, spots, at, n):
    with app.app_context():
        with unit_of_work():
            db.session.execute(delete(Shelter))
            org = db.session.get(Org, county.town.id)
            for number, (lon, lat) in enumerate(spots):
                values = {
                    "name": f"场所{number}",
                    "kind": "short",
                    "place": "indoor",
                    "capacity": 10,
                    "lon": lon,
                    "lat": lat,
                }
                create_resource(SHELTER, org, values, actor=None, now=NOW)
        found = shelters_near(*at, whole_installation(TODAY), n)
        outside = shelters_near(*at, OrgScope(TODAY, frozenset({county.other_town.path})), n)
    plain = sorted(distance_m(*at, lon, lat) for lon, lat in spots)[:n]
    assert [near.distance_m for near in found] == plain
    assert outside == []
