"""Samples that anybody can draw again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.patrols.inspection_rules import Candidate, DrawRule, draw

pytestmark = pytest.mark.one_database

LEVELS = ("red", "orange", "yellow", "blue")
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 10_000),
        st.sampled_from(LEVELS),
        st.none() | st.dates(date(2024, 1, 1), date(2026, 5, 1)),
    ),
    max_size=60,
    unique_by=lambda each: each.site_id,
)
RULES = st.builds(
    DrawRule,
    st.text(min_size=1, max_size=10),
    st.dictionaries(st.sampled_from(LEVELS), st.integers(1, 100)),
    st.integers(0, 100),
)


@given(CANDIDATES, RULES, st.randoms())
def test_the_same_rule_and_seed_draw_the_same_whatever_the_order(found, rule, random):
    drawn = draw(found, rule)
    mixed = list(found)
    random.shuffle(mixed)
    assert draw(mixed, rule) == drawn
    assert len(drawn) == len(set(drawn))
    for level in LEVELS:
        mine = [each.site_id for each in found if each.level == level]
        wanted = -(-len(mine) * rule.shares.get(level, 0) // 100)
        assert len(set(drawn) & set(mine)) == wanted


def test_those_that_wait_longest_come_first():
    found = [
        Candidate(n, "red", date(2026, 1, 1) + timedelta(days=n) if n else None) for n in range(10)
    ]
    assert draw(found, DrawRule("x", {"red": 30}, stale_first=100)) == [0, 1, 2]
    assert draw(found, DrawRule("x", {"red": 50}, 0)) != draw(found, DrawRule("y", {"red": 50}, 0))
