"""The difference of two versions: it gives both texts again, and says what moved."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drillreg.plans.comparing import compare
from drillreg.plans.differing import Change, compare_texts, compare_words

pytestmark = pytest.mark.one_database

LINES = st.lists(
    st.sampled_from(
        ["接到预警后立即转移。", "先转移人员，再处置险情。", "", "值班电话 1234", "|表|格|"]
    )
    | st.text("预警转移，。；\n", max_size=12),
    max_size=12,
)
TEXTS = LINES.map("\n".join)


@dataclass(frozen=True)
class Chapter:
    key: str
    heading: str
    body: str = ""
    level: int = 1


def text_of(pieces, without):
    return "".join(piece.text for piece in pieces if piece.change is not without)


def pieces_of(paragraphs):
    return [piece for paragraph in paragraphs for piece in paragraph.pieces]


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_a_difference_gives_both_texts_again(before, after):
    pieces = pieces_of(compare_texts(before, after))
    assert text_of(pieces, Change.REMOVED) == after
    assert text_of(pieces, Change.ADDED) == before


CHAPTERS = st.lists(
    st.builds(
        Chapter, st.sampled_from("abcdefg"), st.sampled_from(["总则", "职责", "预警"]), TEXTS
    ),
    max_size=7,
    unique_by=lambda chapter: chapter.key,
)


@settings(max_examples=80, deadline=None)
@given(CHAPTERS, CHAPTERS)
def test_every_section_of_both_versions_is_spoken_of_once(before, after):
    found = compare(before, after)
    assert [each.after for each in found if each.after] == after
    assert sorted(each.before.key for each in found if each.before) == sorted(
        chapter.key for chapter in before
    )
    for each in found:
        pieces = pieces_of(each.paragraphs)
        assert text_of(pieces, Change.REMOVED) == (each.after.body if each.after else "")
        assert text_of(each.heading, Change.ADDED) == (each.before.heading if each.before else "")


@given(CHAPTERS)
def test_equal_versions_differ_in_nothing(chapters):
    assert not any(each.is_changed for each in compare(chapters, [*chapters]))


def test_only_the_characters_that_changed_are_shown():
    pieces = compare_words("镇应急办通过村广播预警，逐户回执。", "镇应急办通过鸣锣预警，逐户回执。")
    assert [(piece.change, piece.text) for piece in pieces] == [
        ("same", "镇应急办通过"),
        ("removed", "村广播"),
        ("added", "鸣锣"),
        ("same", "预警，逐户回执。"),
    ]


def test_a_section_that_moved_is_not_removed_and_added():
    one, two, three = (
        Chapter("a", "总则", "甲"),
        Chapter("b", "职责", "乙"),
        Chapter("c", "预警", "丙"),
    )
    found = compare([one, two, three], [three, one, two])
    assert [(each.after.key, each.is_moved, each.change) for each in found] == [
        ("c", True, "same"),
        ("a", False, "same"),
        ("b", False, "same"),
    ]


def test_a_section_without_its_key_is_known_by_its_heading():
    old = Chapter("a", "组织指挥体系", "县长任总指挥。")
    (found,) = compare([old], [replace(old, key="x", heading="组织指挥体系及职责")])
    assert found.change is Change.CHANGED
    assert text_of(found.heading, Change.REMOVED) == "组织指挥体系及职责"


def test_removed_and_added_sections_stand_in_their_place():
    kept, old, new = (
        Chapter("a", "总则"),
        Chapter("b", "后期处置", "甲"),
        Chapter("c", "附则", "乙"),
    )
    found = compare([old, kept], [kept, new])
    assert [each.change for each in found] == ["removed", "same", "added"]


def test_a_deeper_level_is_a_change():
    old = Chapter("a", "预警", "甲")
    (found,) = compare([old], [replace(old, level=2)])
    assert found.level_changed
    assert found.is_changed
