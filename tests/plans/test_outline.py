import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.plans.outline import end_of, marks, moved, shifted, standing

pytestmark = pytest.mark.one_database

LEVELS = [1, 2, 3, 2, 1]


@st.composite
def outlines(draw):
    """Levels as an outline has them: none is skipped."""
    levels = [1]
    for _ in range(draw(st.integers(0, 12))):
        levels.append(draw(st.integers(1, min(4, levels[-1] + 1))))
    return levels, draw(st.integers(0, len(levels) - 1))


def test_headings_are_numbered_by_their_place():
    levels = [1, 2, 2, 3, 4, 3, 1, 2]
    expected = ["一、", "（一）", "（二）", "1.", "（1）", "2.", "二、", "（一）"]
    assert list(marks(levels)) == expected


def test_far_counts_and_deep_levels_still_have_a_number():
    assert list(marks([1] * 101))[-3:] == ["九十九、", "100、", "101、"]
    assert list(marks([1, 7])) == ["一、", "（1）"]


def test_a_part_moves_with_what_is_below_it():
    assert moved(LEVELS, 4, "up") == [4, 0, 1, 2, 3]
    assert moved(LEVELS, 1, "down") == [0, 3, 1, 2, 4]
    assert moved(LEVELS, 2, "up") == [0, 1, 2, 3, 4]
    assert moved(LEVELS, 0, "up") == [0, 1, 2, 3, 4]


def test_a_part_goes_a_level_in_and_out():
    assert shifted(LEVELS, 4, "in") == [1, 2, 3, 2, 2]
    assert shifted(LEVELS, 1, "out") == [1, 1, 2, 2, 1]
    assert shifted(LEVELS, 0, "in") == LEVELS
    assert shifted([1, 2, 3, 4], 2, "in") == [1, 2, 3, 4]


@given(outlines(), st.sampled_from(["up", "down"]))
def test_moving_loses_nothing_and_keeps_parts_whole(outline, way):
    levels, at = outline
    order = moved(levels, at, way)
    assert sorted(order) == list(range(len(levels)))
    part = list(range(at, end_of(levels, at)))
    assert order[order.index(at) : order.index(at) + len(part)] == part


@given(outlines(), st.sampled_from(["up", "down"]))
def test_moving_back_restores_the_order(outline, way):
    levels, at = outline
    order = moved(levels, at, way)
    back = moved([levels[p] for p in order], order.index(at), "down" if way == "up" else "up")
    if order != list(range(len(levels))):
        assert [order[p] for p in back] == list(range(len(levels)))


@given(outlines(), st.sampled_from(["in", "out"]))
def test_levels_stay_on_the_ladder(outline, way):
    levels, at = outline
    assert all(1 <= level <= 4 for level in shifted(levels, at, way))


def test_a_heading_stands_where_it_is_filled_or_something_below_it_is():
    filled = [False, False, True, False, False]
    assert standing(LEVELS, filled) == [0, 1, 2]
    assert standing(LEVELS, [False] * 5) == []
