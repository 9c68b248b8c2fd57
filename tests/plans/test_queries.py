from datetime import date

import pytest

from drillreg.orgs.scope import OrgScope, whole_installation
from drillreg.plans.covering import current_plans_for, plan_choices, plans_covering

DAY = date(2026, 5, 12)


@pytest.fixture
def plans(county, make_plan):
    return {
        "county": make_plan(county.county, title="县地灾"),
        "general": make_plan(county.county, "general", title="县总体"),
        "town": make_plan(county.town, title="镇地灾"),
        "flood": make_plan(county.town, "flood", title="镇防汛"),
        "draft": make_plan(county.village, title="村草稿", issued_on=None),
        "other": make_plan(county.other_town, title="别镇"),
    }


def test_current_plans_are_an_organisation_s_own_in_force(county, plans, reading):
    everything = whole_installation(DAY)
    found = current_plans_for(county.town, "geological", everything)
    assert [plan.title for plan in found] == ["镇地灾"]
    assert current_plans_for(county.village, "geological", everything) == []
    assert current_plans_for(county.town, "geological", OrgScope(DAY)) == []


def test_a_place_is_covered_by_its_own_and_higher_plans_nearest_first(county, plans, reading):
    found = plans_covering(county.village, "geological", whole_installation(DAY))
    assert [plan.title for plan in found] == ["镇地灾", "县地灾", "县总体"]


def test_a_drill_can_choose_the_plans_in_force_that_are_in_scope(county, plans, reading):
    assert [label for _, label in plan_choices(whole_installation(DAY), county.town)] == [
        "镇防汛",
        "镇地灾",
        "县总体（青岭县）",
        "县地灾（青岭县）",
    ]
    town_only = OrgScope(DAY, frozenset({county.town.path}))
    assert {label for _, label in plan_choices(town_only, county.town)} == {"镇防汛", "镇地灾"}


def test_the_page_of_an_organisation_lists_its_plans(as_role, county, plans, make_plan):
    make_plan(county.town, "fire", title="镇消防", issued_on=date(2019, 1, 1))
    page = as_role("county_staff").page(f"/orgs/{county.town.id}")
    panel = page.find("h2", string="本单位预案").find_parent("section")
    assert [a.text for a in panel.select("li a")] == ["镇消防", "镇地灾", "镇防汛"]
    assert "逾期未评估 1" in panel.text
