import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.plans.merging import BOTH, MINE, THEIRS, Conflict, conflicts, merge, text_of

pytestmark = pytest.mark.one_database

texts = st.lists(st.sampled_from(["", "甲", "乙", "丙", "丁"]), max_size=8).map("\n".join)
BASE = "一\n二\n三\n四"


def test_changes_of_different_lines_come_together():
    chunks = merge(BASE, "一改\n二\n三\n四", "一\n二\n三\n四改\n五")
    assert text_of(chunks) == "一改\n二\n三\n四改\n五"


def test_changes_of_the_same_line_are_left_to_the_person():
    chunks = merge(BASE, "一\n二他\n三\n四", "一\n二我\n三\n四")
    assert conflicts(chunks) == [Conflict(("二他",), ("二我",))]
    assert text_of(chunks, [THEIRS]) == "一\n二他\n三\n四"
    assert text_of(chunks, [MINE]) == "一\n二我\n三\n四"
    assert text_of(chunks, [BOTH]) == "一\n二他\n二我\n三\n四"


def test_a_line_taken_out_by_one_and_changed_by_the_other_is_a_conflict():
    assert conflicts(merge(BASE, "一\n三\n四", "一\n二改\n三\n四"))


def test_two_first_texts_are_a_conflict():
    assert conflicts(merge("", "甲", "乙")) == [Conflict(("甲",), ("乙",))]


@given(texts, texts)
def test_what_only_one_changed_is_taken(base, other):
    assert text_of(merge(base, base, other)) == other
    assert text_of(merge(base, other, base)) == other
    assert text_of(merge(base, other, other)) == other


@given(texts, texts, texts)
def test_no_line_of_either_is_lost(base, theirs, mine):
    chunks = merge(base, theirs, mine)
    kept = text_of(chunks, [BOTH] * len(conflicts(chunks))).split("\n")
    for text in (theirs, mine):
        added = set(text.split("\n")) - set(base.split("\n"))
        assert added <= set(kept)


@given(texts, texts, texts)
def test_it_does_not_matter_who_was_first(base, theirs, mine):
    one, other = merge(base, theirs, mine), merge(base, mine, theirs)
    assert len(conflicts(one)) == len(conflicts(other))
    if not conflicts(one):
        assert text_of(one) == text_of(other)


@given(texts, texts, texts)
def test_choosing_one_side_everywhere_keeps_its_lines_in_order(base, theirs, mine):
    chunks = merge(base, theirs, mine)
    found = iter(text_of(chunks, [MINE] * len(conflicts(chunks))).split("\n"))
    added = [line for line in mine.split("\n") if line not in base.split("\n")]
    assert all(line in found for line in added)


def test_very_long_texts_are_compared_as_a_whole():
    long = "\n".join(["甲"] * 3000)
    assert len(merge(long, long + "乙", long + "丙")) == 1
