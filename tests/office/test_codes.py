import pytest

from drillreg.core.access import Actor
from drillreg.core.codes import (
    CodeItem,
    CodeList,
    code_label,
    code_list,
    shipped_list,
    shipped_names,
)
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.models import HazardSite
from drillreg.office.operations import Words, add_code, change_code, move_code, show_code
from drillreg.office.queries import list_at
from drillreg.office.wording import Entry, Order, merged

ACTOR = Actor(1, 1, "贺建")
KINDS = shipped_list("hazard_kind")
LIST = CodeList(
    "x",
    "test",
    (
        CodeItem("a", {"zh": "甲", "en": "A"}, attributes={"event": "fire", "synonyms": ["aa"]}),
        CodeItem("b", {"zh": "乙", "en": "B"}),
    ),
    extend=True,
    rename=True,
)
COUNTY, TOWN, OTHER = "00000001/", "00000001/00000002/", "00000009/"


def entry(path, code, zh=None, *, hidden=False, like=None):
    return Entry(path, code, zh, None, None, like, hidden)


def words(found):
    return {item.code: item.label["zh"] for item in found}


@pytest.mark.parametrize("name", shipped_names())
def test_every_list_has_a_title_and_a_source(name):
    found = shipped_list(name)
    assert found.title["zh"] != name
    assert found.title["en"] != name
    assert found.source


def test_the_nearest_words_win():
    entries = [entry(TOWN, "a", "镇甲"), entry(COUNTY, "a", "县甲"), entry(COUNTY, "b", "县乙")]
    assert words(merged(LIST, entries, [], TOWN)) == {"a": "镇甲", "b": "县乙"}
    assert words(merged(LIST, entries, [], COUNTY)) == {"a": "县甲", "b": "县乙"}
    assert words(merged(LIST, entries, [], OTHER)) == {"a": "甲", "b": "乙"}


def test_an_entry_of_one_county_is_readable_everywhere_and_offered_only_there():
    entries = [entry(COUNTY, "x1-1", "丙", like="a"), entry(OTHER, "b", "别处的乙")]
    here, there = merged(LIST, entries, [], TOWN), merged(LIST, entries, [], OTHER)
    assert [item.code for item in here.offered()] == ["a", "b", "x1-1"]
    assert [item.code for item in there.offered()] == ["a", "b"]
    assert words(there)["x1-1"] == "丙"
    assert here.get("x1-1").attributes == {"event": "fire", "synonyms": []}
    assert words(merged(LIST, entries, [], None)) == {"a": "甲", "b": "乙", "x1-1": "丙"}


def test_a_job_uses_the_words_of_the_only_county():
    assert words(merged(LIST, [entry(COUNTY, "a", "县甲")], [], None))["a"] == "县甲"


def test_a_hidden_entry_is_offered_only_to_records_that_have_it():
    found = merged(LIST, [entry(COUNTY, "a", hidden=True)], [Order(COUNTY, ("b", "a"))], COUNTY)
    assert [item.code for item in found.offered()] == ["b"]
    assert [item.code for item in found.offered("a")] == ["b", "a"]
    assert found.codes() == ("b", "a")
    assert words(found)["a"] == "甲"


@pytest.fixture
def sysadmin(as_role):
    return as_role("sysadmin")


def test_a_county_adds_an_entry_and_its_people_can_choose_it(app, sysadmin, as_role, county):
    at = f"/system/codes/hazard_kind/new?org={county.county.id}"
    refused = sysadmin.post(at, data={"zh": "泄洪闸"})
    assert "请选择按哪一项对待" in refused.text
    assert sysadmin.post(at, data={"zh": "泄洪闸", "like_code": "landslide"}).status_code == 303
    form = as_role("town_staff", county.town).page("/hazards/new")
    assert "泄洪闸" in form.find(id="f-kind").text
    code = f"x{county.county.id}-1"
    with app.app_context():
        assert code_label(code, "hazard_kind") == "泄洪闸"
        assert code_list("hazard_kind").get(code).attributes["event_type"] == "geological"
        assert list_at("hazard_kind", county.other_county).get(code).hidden
    again = sysadmin.post(at, data={"zh": "泄洪闸", "like_code": "landslide"})
    assert again.status_code == 422


def test_a_hidden_entry_is_offered_no_more_but_a_record_keeps_it(
    app, sysadmin, as_role, county, frozen
):
    staff = as_role("town_staff", county.town)
    with app.app_context(), unit_of_work():
        site = HazardSite(
            org_id=county.town.id, number="1", name="后山", kind="landslide", level="red",
            lon=113.9, lat=26.9, morton=1, source_crs="WGS84", created_at=frozen.now,
        )  # fmt: skip
        db.session.add(site)
        db.session.flush()
        site_id = site.id
    act = "/system/codes/hazard_kind/landslide/"
    assert sysadmin.post(act + "hide").status_code == 303
    assert "滑坡" not in staff.page("/hazards/new").find(id="f-kind").text
    assert "滑坡" in staff.page(f"/hazards/{site_id}").text
    chosen = staff.page(f"/hazards/{site_id}/edit").find(id="f-kind").find(selected=True)
    assert chosen.text == "滑坡"
    assert "停用“滑坡”" in sysadmin.page("/system/codes/hazard_kind").text
    assert sysadmin.post(act + "show").status_code == 303
    assert "滑坡" in staff.page("/hazards/new").find(id="f-kind").text


def test_words_and_order_change_and_come_back(sysadmin):
    sysadmin.post("/system/codes/hazard_kind/landslide", data={"zh": "山体滑坡", "en": "Slide"})
    assert "山体滑坡" in sysadmin.page("/system/codes/hazard_kind").text
    sysadmin.post("/system/codes/hazard_kind/landslide/down")
    rows = sysadmin.page("/system/codes/hazard_kind").select("tbody tr")
    assert [row["id"] for row in rows][:2] == ["c-collapse", "c-landslide"]
    sysadmin.post("/system/codes/hazard_kind/landslide/reset")
    assert sysadmin.page("/system/codes/hazard_kind").find(id="c-landslide").td.text == "滑坡"


def test_what_the_program_counts_on_stays(sysadmin):
    for address, data in (
        ("/system/codes/risk_level/red", {"zh": "深红"}),
        ("/system/codes/org_kind/school/hide", {}),
        ("/system/codes/org_kind/school/up", {}),
        ("/system/codes/plan_kind/new", {"zh": "别的", "like_code": "special"}),
    ):
        assert sysadmin.post(address, data=data).status_code == 422, address
    assert sysadmin.get("/system/codes/no_such").status_code == 404
    assert sysadmin.get("/system/codes/hazard_kind/no-such").status_code == 404
    assert sysadmin.post("/system/codes/hazard_kind/landslide/explode").status_code == 404
    assert sysadmin.post("/system/codes/org_kind/school", data={"zh": "学堂"}).status_code == 303


def test_a_page_asks_once_whether_words_changed(app, as_role, county, count_queries, frozen):
    with app.app_context(), unit_of_work():
        for kind in ("landslide", "collapse"):
            show_code(KINDS, kind, hidden=True, owner=county.county, actor=ACTOR, now=frozen.now)
        change_code(
            shipped_list("org_kind"), "school", Words("学堂"), owner=county.county, actor=ACTOR,
            now=frozen.now,
        )  # fmt: skip
        code = add_code(
            KINDS, Words("闸", like_code="slope"), owner=county.county, actor=ACTOR, now=frozen.now
        )
        move_code(KINDS, code, step=-1, owner=county.county, actor=ACTOR, now=frozen.now)
    browser = as_role("county_staff")
    browser.page("/hazards/")
    with count_queries() as seen:
        assert "闸" in browser.page("/hazards/").text
    assert len([text for text in seen if "office_" in text]) == 1
