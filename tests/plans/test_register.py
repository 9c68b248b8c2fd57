import io
from datetime import date

import pytest
from openpyxl import load_workbook

from drillreg.plans.rules import Secrecy


def titles(page):
    return [cell.a.text for cell in page.select("tbody td.two")]


def exported(browser, address):
    response = browser.get(address)
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(response.data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture
def plans(county, make_plan):
    """Return four plans of the town and below, and one of another county."""
    make_plan(county.other_county, title="云川县地质灾害应急预案")
    return [
        make_plan(county.town, title="白岩镇地质灾害应急预案"),
        make_plan(
            county.town,
            "flood",
            title="白岩镇防汛抗旱应急预案",
            issued_on=date(2021, 4, 1),
            number="白府发〔2021〕3号",
        ),
        make_plan(county.village, "general", title="岭下村应急预案", issued_on=None),
        make_plan(county.school, "fire", title="中心小学火灾应急预案", issued_on=date(2023, 7, 1)),
    ]


def test_a_clerk_reads_every_plan_of_the_county_in_tree_order(as_role, plans):
    page = as_role("county_staff").page("/plans/")
    assert titles(page) == [
        "白岩镇地质灾害应急预案",
        "白岩镇防汛抗旱应急预案",
        "岭下村应急预案",
        "中心小学火灾应急预案",
    ]
    assert "共 4 条" in page.text
    first, second, third, fourth = page.select("tbody tr")
    assert "白府发〔2026〕12号" in first.text
    assert "白岩镇" in first.small.text
    assert first.select_one(".dr-tag").text == "现行"
    assert "云川县" not in page.main.text
    late = second.select_one(".dr-late")
    assert late.text == "2024-04-01"
    assert "逾期" in second.text
    assert second.select_one(".dr-tag").text == "逾期未评估"
    assert third.select_one(".dr-tag").text == "草稿"
    assert "还有 50 天" in fourth.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event_type=flood", ["白岩镇防汛抗旱应急预案"]),
        ("state=review-due", ["白岩镇防汛抗旱应急预案"]),
        ("state=draft", ["岭下村应急预案"]),
        ("state=current", ["白岩镇地质灾害应急预案", "中心小学火灾应急预案"]),
        ("words=〔2021〕", ["白岩镇防汛抗旱应急预案"]),
        ("words=小学", ["中心小学火灾应急预案"]),
        ("words=%25", []),
        ("kind=village", []),
        (
            "sort=review",
            [
                "白岩镇防汛抗旱应急预案",
                "中心小学火灾应急预案",
                "白岩镇地质灾害应急预案",
                "岭下村应急预案",
            ],
        ),
        (
            "sort=-issued",
            [
                "白岩镇地质灾害应急预案",
                "中心小学火灾应急预案",
                "白岩镇防汛抗旱应急预案",
                "岭下村应急预案",
            ],
        ),
    ],
)
def test_list_and_export_hold_what_the_filter_leaves(as_role, plans, query, found):
    clerk = as_role("county_staff")
    page = clerk.page(f"/plans/?{query}")
    assert titles(page) == found
    assert f"共 {len(found)} 条" in page.text
    link = page.find("a", string="导出 Excel")["href"]
    assert [row[1] for row in exported(clerk, link)[1:]] == found


def test_an_organisation_filters_with_all_below_it_or_alone(as_role, county, plans):
    clerk = as_role("county_staff")
    assert len(titles(clerk.page(f"/plans/?org={county.town.id}"))) == 4
    assert len(titles(clerk.page(f"/plans/?org={county.town.id}&own=1"))) == 2
    assert titles(clerk.page(f"/plans/?org={county.school.id}")) == ["中心小学火灾应急预案"]


@pytest.mark.parametrize("wrong", ["0", "x", "9" * 30])
def test_an_organisation_that_is_not_there_is_not_found(as_role, wrong):
    assert as_role("county_staff").get(f"/plans/?org={wrong}").status_code == 404


def test_a_long_list_goes_on_without_gap_or_double(as_role, county, make_plan):
    for number in range(23):
        issued = date(2026, 1, 1 + number % 3) if number % 2 else None
        make_plan(county.town, title=f"预案{number:02d}", issued_on=issued)
    clerk = as_role("county_staff")
    for sort in ("", "issued", "-issued", "review", "-review"):
        page = clerk.page(f"/plans/?sort={sort}")
        seen = titles(page)
        while link := page.find("a", rel="next"):
            page = clerk.page(link["href"])
            seen += titles(page)
        assert sorted(seen) == [f"预案{number:02d}" for number in range(23)], sort
        assert [row[1] for row in exported(clerk, f"/plans/export.xlsx?sort={sort}")[1:]] == seen


def test_a_list_of_one_and_of_fifty_asks_equally_often(as_role, county, make_plan, count_queries):
    clerk = as_role("county_staff")
    make_plan(county.town, title="甲")
    clerk.get("/plans/")
    with count_queries() as one:
        clerk.get("/plans/")
    for number in range(49):
        make_plan(county.town, title=f"预案{number}", draft=number % 2 == 0)
    with count_queries() as fifty:
        clerk.get("/plans/")
    assert len(one) == len(fifty)


def test_a_plan_outside_the_scope_does_not_exist(as_role, county, make_plan):
    """The titles of internal plans are kept by the scope as everything else is."""
    hidden = make_plan(
        county.other_town, title="竹源镇内部预案", secrecy=Secrecy.INTERNAL, draft=True
    )
    town = as_role("town_staff", county.town)
    for page in ("", "/edit", "/papers", "/issue", "/issue/check", "/issued", "/revise"):
        assert town.get(f"/plans/{hidden.id}{page}").status_code == 404, page
    for act in ("/edit", "/papers", "/issue", "/revise", "/withdraw", "/abolish"):
        assert town.post(f"/plans/{hidden.id}{act}").status_code == 404, act
    assert titles(town.page("/plans/")) == []
    assert len(exported(town, "/plans/export.xlsx")) == 1


def test_a_department_reads_the_plans_of_the_units_it_oversees(as_role, county, make_plan):
    plan = make_plan(county.school, "fire", title="小学火灾应急预案", draft=True)
    make_plan(county.town)
    bureau = as_role("dept_staff", county.bureau)
    assert titles(bureau.page("/plans/")) == ["小学火灾应急预案"]
    assert "上传" not in bureau.page(f"/plans/{plan.id}").main.text
    assert bureau.get(f"/plans/{plan.id}/papers").status_code == 403
    assert bureau.post(f"/plans/{plan.id}/revise", data={"reason": "x"}).status_code == 403


def test_the_page_of_a_plan_says_how_it_stands(as_role, county, make_plan):
    above = make_plan(county.county, title="青岭县地质灾害应急预案")
    plan = make_plan(county.town, title="白岩镇地质灾害应急预案", parent=above, draft=True)
    make_plan(county.village, "general", title="岭下村应急预案", parent=plan, issued_on=None)
    page = as_role("county_staff").page(f"/plans/{plan.id}")
    assert page.h1.text == "白岩镇地质灾害应急预案"
    assert [tag.text for tag in page.select(".dr-h1row .dr-tag")] == ["现行", "修订中"]
    assert page.select_one(".dr-thread .here .x").text == "第1版，现行"
    assert page.find("a", string="青岭县地质灾害应急预案")["href"] == f"/plans/{above.id}"
    assert page.find("a", string="岭下村应急预案")
    assert page.find("a", string="正文0.pdf")


@pytest.mark.parametrize(("secrecy", "shown"), [(Secrecy.PUBLIC, True), (Secrecy.INTERNAL, False)])
def test_a_plan_above_the_scope_is_named_only_when_public(
    as_role, county, make_plan, secrecy, shown
):
    above = make_plan(county.county, title="青岭县地质灾害应急预案", secrecy=secrecy)
    plan = make_plan(county.town, title="白岩镇预案", parent=above)
    page = as_role("town_staff", county.town).page(f"/plans/{plan.id}")
    assert ("青岭县地质灾害应急预案" in page.text) is shown
    assert page.find("a", href=f"/plans/{above.id}") is None
    assert ("上级的内部预案" in page.text) is not shown


def test_plans_are_named_in_english_where_they_have_a_name(as_role, county, make_plan):
    make_plan(county.town, title="白岩镇地质灾害应急预案")
    page = as_role("county_staff", locale="en").page("/plans/")
    assert page.h1.text == "Plan register"
    assert page.select_one("tbody .dr-tag").text == "In force"
    assert "Landslide" in page.tbody.text


def test_a_number_that_no_key_can_be_is_not_found(as_role):
    clerk = as_role("county_staff")
    assert [clerk.get(f"/plans/{'9' * n}").status_code for n in (1, 18, 30)] == [404] * 3


def test_a_role_without_plans_is_refused(as_role):
    assert as_role("auditor").get("/plans/").status_code == 403
