"""Divisions with codes over time, supervision by field for many, grids of a village."""

from datetime import date

import pytest
from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.geo.shapes import area_km2, wkb_of
from drillreg.orgs.division_changes import (
    Basis,
    merge_division,
    move_division,
    rename_division,
    split_division,
)
from drillreg.orgs.divisions import division_code_on, division_name_on, once_coded
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName, Org, Oversight
from drillreg.orgs.rules import child_path
from tests.conftest import NOW
from tests.orgs.test_change_pages import answers, text_of

TODAY = date(2026, 5, 12)
CLERK = Actor(account_id=1, person_id=1, name="周敏")


def basis(day=TODAY):
    return Basis(day, "民函〔2026〕12号", CLERK, NOW, TODAY)


@pytest.fixture
def divisions(app, county):
    """A county of two towns and three villages, governed by the organisations of the fixture."""
    rows = [
        ("360728000000", "county", "青岭县", None, county.county),
        ("360728101000", "town", "白岩镇", "360728000000", county.town),
        ("360728102000", "town", "竹源镇", "360728000000", county.other_town),
        ("360728101201", "village", "岭下村", "360728101000", county.village),
        ("360728101202", "village", "坳背村", "360728101000", None),
        ("360728102201", "village", "竹源村", "360728102000", None),
    ]
    found = {}
    with app.app_context(), unit_of_work():
        for code, level, name, parent, org in rows:
            above = found.get(parent)
            division = Division(
                code=code,
                level=level,
                name=name,
                parent_id=above.id if above else None,
                path=f"new-{code}/",
            )
            db.session.add(division)
            db.session.flush()
            division.path = child_path(above.path if above else "", division.id)
            db.session.add(
                DivisionName(
                    division_id=division.id, name=name, code=code, from_on=date(2000, 1, 1)
                )
            )
            if org is not None:
                db.session.get_one(Org, org.id).division_id = division.id
            found[code] = division
        school = db.session.get_one(Org, county.school.id)
        school.division_id = found["360728101201"].id
        db.session.flush()
        db.session.expunge_all()
    return {division.name: division.id for division in found.values()}


def the(divisions, name):
    return db.session.get_one(Division, divisions[name])


def assert_paths_hold():
    known = {each.id: each for each in db.session.scalars(select(Division))}

    def path(each):
        return child_path(path(known[each.parent_id]) if each.parent_id else "", each.id)

    assert {each.id: each.path for each in known.values()} == {
        each.id: path(each) for each in known.values()
    }


def test_name_and_code_are_those_of_the_date(app, divisions):
    with app.app_context(), unit_of_work():
        village = the(divisions, "岭下村")
        rename_division(village, name="岭下社区", code="360728101001", basis=basis())
        assert division_name_on(village, date(2026, 5, 11)) == "岭下村"
        assert division_code_on(village, date(1990, 1, 1)) == "360728101201"
        assert division_name_on(village, TODAY) == "岭下社区"
        assert once_coded("360728101201") == once_coded("360728101001") == village
        with pytest.raises(DomainError, match="has or had"):
            rename_division(
                the(divisions, "坳背村"), name="坳背村", code="360728101201", basis=basis()
            )


def test_a_village_goes_to_another_town(app, divisions):
    with app.app_context(), unit_of_work():
        move_division(the(divisions, "岭下村"), the(divisions, "竹源镇"), basis=basis())
        assert_paths_hold()
        rows = db.session.scalars(
            select(DivisionName)
            .where(DivisionName.division_id == divisions["岭下村"])
            .order_by(DivisionName.from_on)
        ).all()
        assert [(r.to_on, r.parent_id, r.basis) for r in rows] == [
            (TODAY, None, None),
            (None, divisions["竹源镇"], "民函〔2026〕12号"),
        ]
        with pytest.raises(DomainError, match="cannot be a part"):
            move_division(the(divisions, "岭下村"), the(divisions, "青岭县"), basis=basis())


def square(west):
    corners = [(west, 26.0), (west + 0.1, 26.0), (west + 0.1, 26.1), (west, 26.1), (west, 26.0)]
    ring = ", ".join(f"{x} {y}" for x, y in corners)
    shapely = pytest.importorskip("shapely")
    return wkb_of(shapely.from_wkt(f"POLYGON(({ring}))"))


def test_two_villages_become_one_with_their_outlines(app, divisions, county):
    with app.app_context(), unit_of_work():
        for name, west in (("岭下村", 113.0), ("坳背村", 113.1)):
            wkb = square(west)
            db.session.add(
                DivisionBoundary(
                    division_id=divisions[name],
                    from_on=date(2000, 1, 1),
                    wkb=wkb,
                    min_lon=west,
                    max_lon=west + 0.1,
                    min_lat=26.0,
                    max_lat=26.1,
                    area_km2=area_km2(wkb),
                    source_crs="EPSG:4490",
                    notices=[],
                )
            )
        db.session.flush()
        count = merge_division(the(divisions, "岭下村"), the(divisions, "坳背村"), basis=basis())
        assert count == 1  # the school lies in the other one from now on
        assert db.session.get_one(Org, county.school.id).division_id == divisions["坳背村"]
        assert_paths_hold()
        merged = the(divisions, "岭下村")
        assert (merged.closed_on, merged.parent_id) == (TODAY, divisions["坳背村"])
        outlines = db.session.scalars(select(DivisionBoundary).order_by(DivisionBoundary.id)).all()
        assert [outline.to_on for outline in outlines] == [TODAY, TODAY, None]
        assert outlines[2].area_km2 == pytest.approx(
            outlines[0].area_km2 + outlines[1].area_km2, rel=0.001
        )


def test_a_town_is_split_with_the_villages_chosen(app, divisions):
    with app.app_context(), unit_of_work():
        new = split_division(
            the(divisions, "白岩镇"),
            name="坳背镇",
            code="360728103000",
            children=[divisions["坳背村"]],
            basis=basis(),
        )
        assert the(divisions, "坳背村").parent_id == new.id
        assert the(divisions, "岭下村").parent_id == divisions["白岩镇"]
        assert_paths_hold()


def test_pages_of_divisions_show_then_do(as_role, divisions, county):
    clerk = as_role("county_staff")
    listed = clerk.page("/orgs/divisions/?level=village")
    assert [a.get_text() for a in listed.select("td.two a")] == ["岭下村", "坳背村", "竹源村"]
    address = f"/orgs/divisions/{divisions['岭下村']}"
    check = clerk.page(
        f"{address}/change/rename/check?name=岭下社区&code=360728101001"
        "&from_on=2026-05-10&document=民函〔2026〕12号"
    )
    action, fields = answers(check)
    assert clerk.post(action, data=fields).status_code == 303
    page = text_of(clerk.page(address))
    assert "岭下社区" in page
    assert "360728101201" in page
    assert "民函〔2026〕12号" in page
    found = clerk.page("/orgs/divisions/?words=360728101201")
    assert [a.get_text() for a in found.select("td.two a")] == ["岭下社区"]
    assert clerk.get(f"{address}/change/nonsense").status_code == 404
    assert clerk.get(f"{address}/change/move/check?from_on=2026-05-10").status_code == 422


def test_a_town_sees_and_changes_only_its_own_divisions(as_role, divisions, county):
    town = as_role("town_staff", county.town)
    listed = town.page("/orgs/divisions/")
    assert [a.get_text() for a in listed.select("td.two a")] == ["白岩镇", "岭下村", "坳背村"]
    assert town.get(f"/orgs/divisions/{divisions['竹源村']}").status_code == 404
    school = as_role("unit_liaison", county.school)
    assert school.get(f"/orgs/divisions/{divisions['岭下村']}").status_code == 200
    assert school.get(f"/orgs/divisions/{divisions['岭下村']}/change/rename").status_code == 403


def test_grids_are_made_and_closed_many_at_a_time(as_role, divisions, county, reading):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.village.id}/grids"
    names = "第一网格%0A 第二网格 %0A%0A第三网格"
    check = clerk.page(f"{address}/check?names={names}&from_on=2026-05-10")
    action, fields = answers(check)
    assert clerk.post(action, data=fields).status_code == 303
    grids = reading.scalars(select(Org).where(Org.kind == "grid").order_by(Org.id)).all()
    assert [(g.name, g.code) for g in grids] == [
        ("第一网格", "360728101201001"),
        ("第二网格", "360728101201002"),
        ("第三网格", "360728101201003"),
    ]
    assert grids[0].division.parent_id == divisions["岭下村"]
    again = clerk.get(f"{address}/check?names=第一网格&from_on=2026-05-10")
    assert "已经有第一网格了" in again.text
    ending = {"grid": [grids[0].id, grids[1].id], "to_on": "2026-05-12", "reason": "调整"}
    assert clerk.post(f"{address}/close", data=ending).status_code == 303
    reading.expire_all()
    assert [g.closed_on for g in grids] == [TODAY, TODAY, None]
    assert [g.division.closed_on for g in grids] == [TODAY, TODAY, None]
    assert (
        clerk.get(f"/orgs/{county.town.id}/grids/check?names=x&from_on=2026-05-10").status_code
        == 422
    )


def test_many_units_get_their_department_at_once(as_role, county, make_org, reading):
    make_org("白岩镇幼儿园", "kindergarten", county.town)
    make_org("竹源镇小学", "school", county.other_town)
    clerk = as_role("county_staff")
    lacking = clerk.page("/orgs/unsupervised?field=education")
    assert {a.get_text() for a in lacking.select("td.two a")} == {"白岩镇幼儿园", "竹源镇小学"}
    address = f"/orgs/{county.bureau.id}/supervised"
    check = clerk.page(
        f"{address}/add/check?field=education&kinds=school&kinds=kindergarten&from_on=2026-05-10"
    )
    said = text_of(check)
    assert "新增2个单位" in said
    assert "竹源镇小学" in said
    action, fields = answers(check)
    assert clerk.post(action, data=fields).status_code == 303
    assert reading.scalars(select(Oversight.overseer_id)).all() == [county.bureau.id] * 3
    assert "都有主管部门" in clerk.page("/orgs/unsupervised?field=education").get_text()
    listed = clerk.page(address)
    assert len(listed.select("tbody tr")) == 3
    first = listed.select_one("[name=oversight]")["value"]
    ending = clerk.page(f"{address}/end/check?oversight={first}&to_on=2026-05-12")
    action, fields = answers(ending)
    assert clerk.post(action, data=fields).status_code == 303
    assert len(clerk.page(address).select("tbody tr")) == 2
    assert (
        clerk.get(
            f"/orgs/{county.town.id}/supervised/add/check?field=education&kinds=school"
            "&from_on=2026-05-10"
        ).status_code
        == 422
    )


def test_the_department_sees_its_units_from_then_on(as_role, county, make_org):
    unit = make_org("竹源镇小学", "school", county.other_town)
    bureau = as_role("dept_staff", county.bureau)
    assert bureau.get(f"/orgs/{unit.id}").status_code == 404
    as_role("county_staff").post(
        f"/orgs/{county.bureau.id}/supervised/add",
        data={"field": "education", "kinds": "school", "from_on": "2026-05-12"},
    )
    assert bureau.get(f"/orgs/{unit.id}").status_code == 200


def test_an_outside_body_says_that_nobody_here_rates_it(as_role, county, make_org):
    body = make_org("县消防救援大队", "outside", county.county, is_outside=True, field="fire")
    assert "不列入本县考评" in text_of(as_role("county_staff").page(f"/orgs/{body.id}"))


@pytest.mark.parametrize(
    ("org", "role", "code"),
    [
        ("town", "town_staff", "360728102000"),
        ("town", "town_staff", "360728102201"),
        ("county", "county_staff", "360731000000"),
    ],
)
def test_nobody_takes_a_division_that_others_govern(
    as_role, county, divisions, keep, reading, org, role, code
):
    keep(Division(code="360731000000", level="county", name="云川县", path="360731/"))
    mine = reading.get_one(Org, getattr(county, org).id)
    data = {"row_version": mine.row_version, "name": mine.name, "kind": mine.kind}
    address, before = f"/orgs/{mine.id}/edit", mine.division_id
    reading.rollback()
    clerk = as_role(role, getattr(county, org))
    answer = clerk.post(address, data={**data, "from_on": "2026-05-12", "division_code": code})
    assert answer.status_code == 422
    assert f"区划{code}不在您可编辑的范围内" in answer.text
    assert reading.get_one(Org, getattr(county, org).id).division_id == before


def test_the_division_that_stands_may_stay(as_role, county, divisions, reading):
    mine = reading.get_one(Org, county.town.id)
    data = {"row_version": mine.row_version, "name": mine.name, "kind": mine.kind}
    reading.rollback()
    sent = {**data, "from_on": "2026-05-12", "division_code": "360728101000", "short_name": "白岩"}
    clerk = as_role("town_staff", county.town)
    assert clerk.post(f"/orgs/{county.town.id}/edit", data=sent).status_code == 303


def test_units_of_others_in_a_division_are_not_counted(as_role, county, divisions, app):
    with app.app_context(), unit_of_work():
        factory = Org(
            name="岭下纸厂",
            kind="enterprise",
            parent_id=county.village.id,
            path=f"{county.village.path}99999999/",
            division_id=divisions["岭下村"],
            attributes={},
        )
        db.session.add(factory)
    address = f"/orgs/divisions/{divisions['岭下村']}"
    for role, org, count in (("county_staff", None, 2), ("dept_staff", county.bureau, 1)):
        assert f"区内单位{count}" in text_of(as_role(role, org).page(address))
