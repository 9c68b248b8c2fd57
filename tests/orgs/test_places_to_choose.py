"""What a list can be narrowed to when a county has more villages than anybody looks through."""

import pytest

from drillreg.orgs.queries import MOST_VILLAGES, places_to_choose
from drillreg.orgs.scope import OrgScope


@pytest.fixture
def choices(app, today):
    def names(org, within=None):
        scope = OrgScope(today, frozenset({org.path}))
        with app.app_context():
            return [place.name for place in places_to_choose(scope, within)]

    return names


def test_few_villages_are_all_there_below_their_towns(county, choices):
    assert choices(county.county) == ["青岭县", "白岩镇", "岭下村", "竹源镇"]


def test_of_many_villages_only_those_of_the_chosen_town(county, choices, make_org):
    for i in range(MOST_VILLAGES):
        make_org(f"第{i}村", "village", county.other_town)
    assert choices(county.county) == ["青岭县", "白岩镇", "竹源镇"]
    assert choices(county.county, county.village) == ["青岭县", "白岩镇", "岭下村", "竹源镇"]
    assert len(choices(county.county, county.other_town)) == 3 + MOST_VILLAGES


def test_nothing_outside_the_scope_is_offered(county, choices):
    assert choices(county.other_town, county.village) == ["竹源镇"]
