"""Heads, tables and figures are counted as papers count."""

import pytest

from drillreg.documents.ladder import chinese_number, counted
from drillreg.documents.paper import Figure, Heading, Paragraph, Photo, Photos, Table
from drillreg.geo.svg import Svg

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_chinese_numbers(value, text):
    assert chinese_number(value) == text


def test_four_levels_count_and_begin_anew_below_a_higher_head():
    levels = [1, 2, 3, 4, 4, 3, 2, 1, 2, 3]
    marks = [each.mark for each in counted([Heading("x", level) for level in levels])]
    assert marks == [
        "一、", "（一）", "1.", "（1）", "（2）", "2.", "（二）", "二、", "（一）", "1.",
    ]  # fmt: skip


def test_an_uncounted_head_leaves_the_count_alone():
    blocks = [Heading("a"), Heading("b", numbered=False), Heading("c")]
    assert [each.mark for each in counted(blocks)] == ["一、", "", "二、"]


def test_captions_count_tables_and_figures_apart():
    blocks = [
        Table([], [], "甲"),
        Figure(Svg("<svg/>"), "乙"),
        Table([], []),
        Paragraph("x"),
        Photos([Photo("a", "丙"), Photo("b", "丁")]),
        Table([], [], "戊"),
    ]
    assert [each.marks for each in counted(blocks)] == [
        ("表1",), ("图1",), (), (), ("图2", "图3"), ("表2",),
    ]  # fmt: skip
