import io
from datetime import date

import openpyxl
import pytest

from drillreg.orgs.models import Oversight


def names_in(page, selector):
    return [link.get_text(strip=True) for link in page.select(selector)]


def test_tree_opens_the_county_and_counts_what_lies_below(as_role):
    page = as_role("county_staff").page("/orgs/")
    tree = page.select_one(".dr-tree")
    assert names_in(page, ".dr-tree a") == ["青岭县", "县教育局", "白岩镇", "竹源镇"]
    assert "青岭县 5" in " ".join(tree.get_text(" ", strip=True).split())


def test_choosing_a_town_opens_it_and_narrows_the_list(as_role, county):
    page = as_role("county_staff").page(f"/orgs/?within={county.town.id}")
    assert page.select_one(".dr-tree [aria-current]").get_text(strip=True) == "白岩镇"
    assert "岭下村" in names_in(page, ".dr-tree a")
    assert set(names_in(page, "td.two a")) == {"白岩镇", "岭下村", "白岩镇中心小学"}


def test_filters_by_kind_and_words(as_role):
    clerk = as_role("county_staff")
    assert names_in(clerk.page("/orgs/?kind=school"), "td.two a") == ["白岩镇中心小学"]
    assert names_in(clerk.page("/orgs/?words=教育"), "td.two a") == ["县教育局"]
    assert clerk.page("/orgs/?words=没有这样的").select_one(".dr-empty")


def test_pages_of_a_long_list_follow_each_other(as_role, make_org, county):
    for number in range(25):
        make_org(f"第{number:02}村", "village", county.other_town)
    clerk = as_role("county_staff")
    first = clerk.page("/orgs/?kind=village")
    seen = names_in(first, "td.two a")
    rest = names_in(clerk.page(first.select_one("a[rel=next]")["href"]), "td.two a")
    assert len(seen) == 20
    assert len(set(seen) | set(rest)) == 26


def test_long_groups_wait_behind_their_kind(as_role, make_org, county):
    for number in range(60):
        make_org(f"第{number:02}村", "village", county.other_town)
    page = as_role("county_staff").page(f"/orgs/?within={county.other_town.id}")
    folded = page.select_one(".dr-tree details:not([open])")
    assert folded.summary.get_text(" ", strip=True) == "村（社区） 60"


def test_export_holds_exactly_the_filtered_rows(as_role):
    answer = as_role("county_staff").get("/orgs/export.xlsx?kind=school")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][:3] == ("白岩镇中心小学", "学校", "白岩镇")


def test_record_shows_facts_supervision_and_what_lies_below(as_role, county):
    clerk = as_role("county_staff")
    school = clerk.page(f"/orgs/{county.school.id}")
    assert school.h1.get_text() == "白岩镇中心小学"
    assert "县教育局" in school.select_one("#oversights").get_text()
    town = clerk.page(f"/orgs/{county.town.id}")
    assert set(names_in(town, ".dr-names a")) == {"岭下村", "白岩镇中心小学"}


@pytest.mark.parametrize(
    ("role", "place", "seen"),
    [
        ("county_staff", "county", {"county", "town", "school", "bureau"}),
        ("town_staff", "town", {"town", "school"}),
        ("dept_staff", "bureau", {"bureau", "school"}),
        ("unit_liaison", "school", {"school"}),
    ],
)
def test_out_of_scope_is_not_found(as_role, county, role, place, seen):
    browser = as_role(role, getattr(county, place))
    for name in ("county", "town", "school", "bureau", "other_county"):
        answer = browser.get(f"/orgs/{getattr(county, name).id}")
        assert answer.status_code == (200 if name in seen else 404), name
    assert browser.get(f"/orgs/?within={county.other_county.id}").status_code == 404


def test_anonymous_is_led_to_the_sign_in_page(app):
    assert app.test_client().get("/orgs/").status_code == 303


@pytest.mark.parametrize("path", ["/orgs/", "/orgs/{town}", "/orgs/{school}"])
def test_pages_need_a_fixed_number_of_queries(as_role, county, make_org, count_queries, keep, path):
    clerk = as_role("county_staff")
    address = path.format(town=county.town.id, school=county.school.id)
    clerk.page(address)
    with count_queries() as few:
        clerk.page(address)
    for number in range(5):
        org = make_org(f"村{number}", "village", county.town)
        keep(
            Oversight(
                overseer_id=county.bureau.id,
                org_id=org.id,
                field="education",
                from_on=date(2024, 1, 1),
            )
        )
    with count_queries() as many:
        clerk.page(address)
    assert len(many) == len(few)


def test_in_english(as_role, county):
    page = as_role("county_staff", locale="en").page(f"/orgs/{county.school.id}")
    assert "Supervision by field" in page.get_text()
