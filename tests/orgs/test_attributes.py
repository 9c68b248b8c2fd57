"""Attributes: read from forms and cells, shown, dated, set for many."""

from datetime import date

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from drillreg.audit.models import AuditRow
from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.orgs.attributes import (
    attribute_of_text,
    attributes_for,
    cell_of,
    choices_of,
    read_attribute,
    shown,
)
from drillreg.orgs.history import attribute_spans, attributes_on
from drillreg.orgs.models import Org, OrgVersion
from drillreg.sheets.cells import CellError
from tests.orgs.test_change_pages import answers, current, text_of


def item(code):
    return code_list("org_attribute").get(code)


# What the duties of domain.md §3.11 read of an organisation besides its kind.
READ_BY_DUTIES = {
    "O5": {"safety_duty"},
    "O6": {"enterprise_size", "low_risk"},
    "O8": {"trades", "hazardous_chemicals", "crowded_place"},
    "O10": {"trades", "hazardous_chemicals", "enterprise_size"},
    "O11": {"boarding", "school_stage", "school_bus"},
    "O13": {"fire_key_unit"},
    "O14": {"building_height", "building_use", "building_storeys", "fire_sub_plans"},
    "O15": {"nature", "fire_key_unit", "boarding"},
    "O16": {"geohazard_area", "flood_area", "torrent_area"},
    "O18": {"staff", "industry"},
}


@pytest.mark.one_database
@pytest.mark.parametrize("duty", READ_BY_DUTIES)
def test_what_the_duties_read_is_defined_with_its_source(duty):
    for code in READ_BY_DUTIES[duty]:
        assert item(code) is not None, code
        assert item(code).attributes.get("source") or code == "staff", code


@pytest.mark.one_database
def test_every_attribute_is_well_defined():
    kinds = set(code_list("org_kind").codes())
    words = {}
    for each in code_list("org_attribute"):
        kind = each.attributes["type"]
        assert kind in {"integer", "decimal", "yes-no", "choice", "choices", "text"}, each.code
        assert set(each.attributes["kinds"]) <= kinds
        if kind in {"choice", "choices"}:
            assert choices_of(each).codes()
        assert kind != "decimal" or each.attributes["unit"]
        for word in each.attributes["words"]:
            assert words.setdefault(word, each.code) == each.code, word


@pytest.mark.one_database
def test_industry_has_the_twenty_sections():
    sections = [each.gb_code for each in code_list("industry")]
    assert sections == [chr(ord("A") + i) for i in range(20)]


@pytest.mark.one_database
def test_a_school_is_not_asked_what_only_an_enterprise_has():
    codes = {each.code for each in attributes_for("school")}
    assert {"students", "boarding", "fire_key_unit", "geohazard_area"} <= codes
    assert not {"industry", "beds", "trades", "households"} & codes


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("students", "５２０", 520),
        ("building_height", "31.5米", 31.5),
        ("boarding", "是", True),
        ("boarding", "×", False),
        ("industry", "C", "c"),
        ("industry", "制造业", "c"),
        ("enterprise_size", "中", "medium"),
        ("hazardous_chemicals", "经营、储存", ["trade", "storage"]),
        ("trades", "宾馆（饭店）", ["hotel"]),
        ("trades", "无", None),
        ("address", "白岩镇", "白岩镇"),
        ("beds", "", None),
    ],
)
def test_cells_are_read_as_people_write_them(code, text, value):
    assert attribute_of_text(text, item(code)) == value


@pytest.mark.parametrize(
    ("code", "text"),
    [("students", "3.5"), ("building_height", "高"), ("boarding", "也许"), ("industry", "魔法业")],
)
def test_cells_that_cannot_be_read_are_refused(app, code, text):
    with app.test_request_context(), pytest.raises(CellError):
        attribute_of_text(text, item(code))


def test_forms_hold_every_type(app):
    typed = MultiDict(
        [("a", "12"), ("b", "31.5"), ("c", "0"), ("d", "c"), ("e", "use"), ("e", "trade")]
    )
    with app.test_request_context():
        reader = FormReader(typed)
        found = [
            read_attribute(reader, item(code), name)
            for code, name in (
                ("students", "a"),
                ("building_height", "b"),
                ("boarding", "c"),
                ("industry", "d"),
                ("hazardous_chemicals", "e"),
                ("beds", "f"),
            )
        ]
        assert found == [12, 31.5, False, "c", ["trade", "use"], None]
        assert shown(item("boarding"), False) == "否"
        assert shown(item("building_height"), 31.5) == "31.5 米"
        assert cell_of(item("students"), 12) == 12
        assert cell_of(item("hazardous_chemicals"), ["trade", "use"]).startswith("经营、使用")


def test_an_attribute_is_dated_by_its_versions(as_role, county, reading):
    clerk = as_role("county_staff")
    for later, students, day in ((0, "500", "2026-05-02"), (1, "520", "2026-05-09")):
        version = county.school.row_version + later
        form = {"row_version": version, "name": county.school.name, "kind": "school"}
        answer = clerk.post(
            f"/orgs/{county.school.id}/edit",
            data={**form, "a_students": students, "from_on": day},
        )
        assert answer.status_code == 303
    school = current(reading, county.school)
    known = [attributes_on(school, date(2026, 5, day)).get("students") for day in (1, 2, 8, 9, 12)]
    assert known == [None, 500, 500, 520, 520]
    spans = attribute_spans(school)["students"]
    assert [(s.value, s.from_on, s.to_on) for s in spans] == [
        (520, date(2026, 5, 9), None),
        (500, date(2026, 5, 2), date(2026, 5, 9)),
    ]
    page = text_of(clerk.page(f"/orgs/{county.school.id}/attributes"))
    assert "520 人" in page
    assert "500 人" in page


def test_a_form_asks_only_what_fits_the_kind(as_role, county):
    clerk = as_role("county_staff")
    first = clerk.page("/orgs/new")
    assert first.select_one("input[name=kind][value=school]")
    assert not first.select_one("#f-name")
    school = clerk.page("/orgs/new?kind=school")
    assert school.select_one("#f-a_boarding")
    assert not school.select_one("#f-a_industry")


def test_one_attribute_is_set_for_a_filtered_list(as_role, county, make_org, reading):
    later = make_org("白岩镇第二小学", "school", county.town, attributes={"boarding": True})
    clerk = as_role("county_staff")
    clerk.post(
        f"/orgs/{county.village.id}/edit",
        data={"row_version": 2, "name": "岭下新村", "kind": "village", "from_on": "2026-05-12"},
    )
    page = clerk.page("/orgs/attributes?attribute=boarding")
    assert {
        row.select_one("td.two").find(string=True).strip() for row in page.select("tbody tr")
    } == {
        "白岩镇中心小学",
        "白岩镇第二小学",
    }
    check = clerk.page(
        "/orgs/attributes/check?attribute=boarding&value=1&from_on=2026-05-10&whole_list=1"
    )
    assert "白岩镇中心小学" in text_of(check)
    action, fields = answers(check)
    assert clerk.post(action, data=fields).status_code == 303
    school = current(reading, county.school)
    assert school.attributes == {"boarding": True}
    assert school.row_version == county.school.row_version + 1
    versions = reading.scalars(
        select(OrgVersion).where(OrgVersion.org_id == school.id).order_by(OrgVersion.from_on)
    ).all()
    assert [(v.to_on, v.attributes) for v in versions] == [
        (date(2026, 5, 10), {}),
        (None, {"boarding": True}),
    ]
    row = reading.scalar(select(AuditRow).where(AuditRow.action == "org-attribute-set"))
    assert (row.subject_id, row.detail["old"], row.detail["new"]) == (school.id, None, True)
    assert reading.get_one(Org, later.id).row_version == later.row_version


def test_who_changed_later_is_left_out_and_named(as_role, county):
    clerk = as_role("county_staff")
    clerk.post(
        f"/orgs/{county.school.id}/edit",
        data={"row_version": 2, "name": "白岩一小", "kind": "school", "from_on": "2026-05-12"},
    )
    page = clerk.page(
        "/orgs/attributes/check?attribute=boarding&value=1&from_on=2026-05-10"
        f"&org={county.school.id}"
    )
    assert "白岩一小：最近一次变更在 2026-05-12" in text_of(page)
    nothing = clerk.get("/orgs/attributes/check?attribute=boarding&from_on=2026-05-10&whole_list=1")
    assert nothing.status_code == 422
    assert "请填写新值" in nothing.text


def test_setting_many_takes_a_fixed_number_of_reads(as_role, county, make_org, count_queries):
    clerk = as_role("county_staff")
    address = "/orgs/attributes/check?attribute=boarding&value=1&from_on=2026-05-10&whole_list=1"

    def cost():
        with count_queries() as seen:
            clerk.page(address)
        return len(seen)

    cost()  # what a process reads once
    few = cost()
    for number in range(8):
        make_org(f"第{number}小学", "school", county.town)
    assert cost() == few
