import io
from datetime import date

import pytest
from openpyxl import load_workbook


def cells(page):
    """Return the matrix as words: {organisation: {event: word}}."""
    head = [th.text.strip() for th in page.select("thead th")][1:-2]
    return {
        row.th.text.strip(): {
            event: (td.b or td).get_text(strip=True)
            for event, td in zip(head, row.select("td"), strict=False)
        }
        for row in page.select("tbody tr")
    }


@pytest.fixture
def plans(county, make_plan):
    """Return the plans of a county: one in force, one late, one drafted, two in one cell."""
    make_plan(county.county, "general", title="县总体", kind="overall")
    late = make_plan(county.town, "flood", issued_on=date(2020, 1, 1))
    make_plan(county.town, "general", issued_on=None)
    make_plan(county.town, "fire", title="一")
    make_plan(county.town, "fire", title="二")
    make_plan(county.other_town, "chemical")
    return late


def test_every_town_stands_against_every_usual_event(as_role, county, plans):
    page = as_role("county_staff").page("/plans/matrix")
    found = cells(page)
    assert list(found) == ["青岭县", "白岩镇", "竹源镇"]
    assert found["白岩镇"]["防汛抗旱"] == "待修订"
    assert found["白岩镇"]["综合（总体）"] == "起草中"
    assert found["白岩镇"]["火灾"] == "现行"
    assert found["白岩镇"]["地质灾害"] == "缺"
    assert "一般不要求" in found["白岩镇"]["危险化学品事故"]
    assert found["竹源镇"]["危险化学品事故"] == "现行"
    assert "校园安全" not in found["白岩镇"]
    assert "食品安全事故" not in found["青岭县"]  # usual at the county alone


def test_all_events_are_shown_when_asked_for(as_role, county, plans):
    found = cells(as_role("county_staff").page("/plans/matrix?class=all"))
    assert found["青岭县"]["食品安全事故"] == "缺"


def test_a_cell_leads_to_its_plan_its_plans_or_a_new_one(as_role, county, plans):
    page = as_role("county_staff").page("/plans/matrix")
    links = {a["title"]: a["href"] for a in page.select("a.dr-cell")}
    town = county.town.id
    assert links["白岩镇 · 防汛抗旱 · 待修订"] == f"/plans/{plans.id}"
    assert links["白岩镇 · 火灾 · 现行"] == f"/plans/?org={town}&own=1&event_type=fire"
    register = links["白岩镇 · 地质灾害 · 缺"]
    assert register == f"/plans/new?org={town}&event_type=geological"
    form = as_role("county_staff", name="乙", username="b").page(register)
    assert form.find(id="f-title")["value"] == "白岩镇地质灾害应急预案"
    assert form.find("input", {"name": "kind", "checked": True})["value"] == "special"


def test_a_town_sees_its_own_units_and_may_choose_their_kind(as_role, county, make_plan):
    make_plan(county.school, "fire")
    town = as_role("town_staff", county.town)
    assert list(cells(town.page("/plans/matrix?kind=school"))) == ["白岩镇", "白岩镇中心小学"]
    assert list(cells(town.page("/plans/matrix?kind="))) == [
        "白岩镇",
        "岭下村",
        "白岩镇中心小学",
    ]
    assert town.get(f"/plans/matrix?org={county.county.id}").status_code == 404


def test_a_department_sees_itself_and_the_units_it_oversees(as_role, county, make_plan):
    make_plan(county.school, "fire")
    page = as_role("dept_staff", county.bureau).page("/plans/matrix?kind=")
    found = cells(page)
    assert set(found) == {"白岩镇中心小学", "县教育局"}
    assert page.find("a", href=f"/plans/new?org={county.school.id}&event_type=earthquake") is None
    assert found["白岩镇中心小学"]["地震"] == "缺"


def test_what_ended_leaves_a_gap(as_role, county, make_plan):
    plan = make_plan(county.town, "general")
    clerk = as_role("county_staff")
    clerk.post(f"/plans/{plan.id}/abolish", data={"reason": "并入"})
    assert cells(clerk.page("/plans/matrix"))["白岩镇"]["综合（总体）"] == "缺"


def test_the_matrix_is_narrowed_to_a_class_and_to_gaps(as_role, county, plans, make_plan):
    clerk = as_role("county_staff")
    found = cells(clerk.page("/plans/matrix?class=health"))
    assert set(found["青岭县"]) == {"突发公共卫生事件", "食品安全事故"}
    narrowed = cells(clerk.page("/plans/matrix?class=accident&only=gaps"))
    assert "竹源镇" in narrowed


def test_the_matrix_asks_equally_often_for_two_towns_and_for_twenty(
    as_role, county, make_org, make_plan, count_queries
):
    clerk = as_role("county_staff")
    clerk.get("/plans/matrix")
    with count_queries() as few:
        clerk.get("/plans/matrix")
    for number in range(18):
        make_plan(make_org(f"镇{number}", "town", county.county), "flood")
    with count_queries() as many:
        clerk.get("/plans/matrix")
    assert len(few) == len(many)


def test_the_export_holds_what_the_page_shows(as_role, county, plans):
    clerk = as_role("county_staff")
    shown = cells(clerk.page("/plans/matrix?class=natural"))
    sheet = load_workbook(io.BytesIO(clerk.get("/plans/matrix.xlsx?class=natural").data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows[1:]] == list(shown)
    assert rows[0][1:] == list(shown["青岭县"])
    assert rows[2][rows[0].index("防汛抗旱")] == "待修订"


def test_an_account_that_looks_after_nothing_else_sees_itself(as_role, county):
    page = as_role("unit_liaison", county.school).page("/plans/matrix")
    assert list(cells(page)) == ["白岩镇中心小学"]
