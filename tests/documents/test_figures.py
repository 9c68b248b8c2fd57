"""Figures are well-formed, honest about distances, and readable."""

import math
import re
from datetime import datetime, timedelta

import pytest
from defusedxml import ElementTree

from drillreg.documents.figures import (
    MapArea,
    MapPoint,
    MapWords,
    TimelineEvent,
    map_svg,
    scale_length,
    timeline_svg,
)

pytestmark = pytest.mark.one_database

START = datetime(2026, 11, 13, 9, 30)  # noqa: DTZ001 - a drill's own clock
SVG = "{http://www.w3.org/2000/svg}"
SQUARE = [(115.0, 24.7), (115.1, 24.7), (115.1, 24.8), (115.0, 24.8)]


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(SVG + "text")]


def event(minute, text, **more):
    return TimelineEvent(
        more.pop("row", "镇指挥部"), START + timedelta(minutes=minute), text, **more
    )


def test_a_timeline_shows_rows_texts_and_times():
    svg = timeline_svg(
        [
            event(0, "报险"),
            event(3, "转移", row="白岩村", end=START + timedelta(minutes=17)),
            event(12, "停电", problem=True),
        ],
        title="<时间线>",
    )
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "<时间线>"
    shown = texts(svg)
    assert {"镇指挥部", "白岩村", "报险", "转移", "停电", "09:30"} <= set(shown)
    assert len(list(root.iter(SVG + "rect"))) == 1


def test_texts_of_one_row_stand_in_lanes_when_they_would_touch():
    svg = timeline_svg([event(at, "同一时刻的很长的说明文字") for at in (0, 1, 2, 60)])
    heights = [
        float(element.get("y"))
        for element in ElementTree.fromstring(svg).iter(SVG + "text")
        if element.text.startswith("同一")
    ]
    assert len(set(heights[:3])) == 3
    assert heights[3] == max(heights)


@pytest.mark.parametrize("minutes", [0, 1, 59, 600, 6000, 600_000])
def test_every_length_of_time_gets_few_ticks(minutes):
    svg = timeline_svg([event(0, "a"), event(minutes, "b")])
    assert 2 <= sum(bool(re.search(r"\d\d:\d\d$", text)) for text in texts(svg)) <= 16


def test_text_is_escaped():
    svg = timeline_svg([event(0, '<script>"&', row="<b>")])
    assert "<script>" not in svg
    assert {'<script>"&', "<b>"} <= set(texts(svg))
    assert "<i>" not in map_svg([MapPoint(115, 24, "<i>")], [MapArea("<i>", [SQUARE])])


def test_a_map_names_levels_in_words_and_by_shape():
    svg = map_svg(
        [
            MapPoint(115.08, 24.78, "后山", "red", "红色"),
            MapPoint(115.02, 24.72, "河边", "blue", "蓝色"),
        ],
        [MapArea("白岩镇", [SQUARE], strong=True)],
    )
    assert {"后山（红色）", "河边（蓝色）", "白岩镇", "北"} <= set(texts(svg))
    shapes = re.findall(r'transform="translate\([^)]*\)" d="([^"]+)"', svg)
    assert len(set(shapes)) == 2


def test_north_is_up_and_the_scale_bar_tells_the_truth():
    a, b = MapPoint(115.0, 24.70, "南"), MapPoint(115.0, 24.71, "北点")
    svg = map_svg([a, b], words=MapWords("N", "m", "km"))
    (x1, y1), (x2, y2) = [
        tuple(map(float, at.split())) for at in re.findall(r"translate\(([^)]*)\)", svg)
    ]
    assert x1 == x2
    assert y1 > y2
    left, right = map(float, re.search(r"M([\d.]+) [\d.]+H([\d.]+)", svg).groups())
    metres = next(text for text in texts(svg) if text.endswith(" m"))
    per_unit = int(metres.split()[0]) / (right - left)
    assert math.isclose((y1 - y2) * per_unit, 1107.6, rel_tol=0.01)  # 0.01° of latitude


def test_labels_keep_apart():
    points = [
        MapPoint(115 + at % 4 * 0.004, 24 + at // 4 * 0.004, f"隐患点{at}") for at in range(12)
    ]
    placed = [
        (float(element.get("x")), float(element.get("y")))
        for element in ElementTree.fromstring(map_svg(points)).iter(SVG + "text")
        if element.text.startswith("隐患点")
    ]
    for at, (x, y) in enumerate(placed):
        for other_x, other_y in placed[at + 1 :]:
            assert abs(y - other_y) > 10 or abs(x - other_x) > 50


def test_a_map_around_one_point_is_cut_at_its_frame():
    svg = map_svg([MapPoint(115.05, 24.75, "后山")], [MapArea("镇", [SQUARE])], around_m=300)
    assert 'clip-path="url(#map-frame)"' in svg
    assert "200 米" in texts(svg)


@pytest.mark.parametrize(
    ("most", "length"), [(0.5, 1), (7, 5), (99, 50), (100, 100), (199.9, 100), (2600, 2000)]
)
def test_scale_lengths(most, length):
    assert scale_length(most) == length


def test_nothing_to_draw_is_an_error():
    with pytest.raises(ValueError, match="place"):
        map_svg([])
    with pytest.raises(ValueError, match="place"):
        map_svg([], [MapArea("镇", [SQUARE])], around_m=100)
    with pytest.raises(ValueError, match="event"):
        timeline_svg([])
