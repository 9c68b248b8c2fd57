"""The still map: what it shows is where it says, and nothing gets in as markup."""

import re

import pytest
import shapely
from defusedxml import ElementTree

from drillreg.geo.figure import (
    WIDTH,
    MapArea,
    MapLine,
    MapPoint,
    areas_of,
    lines_of,
    map_svg,
    standing_alone,
)
from drillreg.geo.shapes import distance_m
from drillreg.geo.svg import Svg

SVG = "{http://www.w3.org/2000/svg}"
EXTENT = (114.9, 24.6, 115.1, 24.8)


def symbols_of(svg: str) -> list[tuple[float, float]]:
    found = re.findall(r'<path transform="translate\(([\d.-]+) ([\d.-]+)\)" d="M0-7', svg)
    return [(float(x), float(y)) for x, y in found]


def test_an_extent_is_shown_whole_and_north_is_up() -> None:
    points = [MapPoint(115.0, lat, "", "red") for lat in (24.6, 24.8)]
    (x, low), (_, high) = symbols_of(map_svg(points, extent=EXTENT, height=400))
    assert x == pytest.approx(WIDTH / 2, abs=0.2)
    assert 20 < high < low < 380
    assert (low + high) / 2 == pytest.approx(200, abs=0.2)


@pytest.mark.parametrize("lat", [18.3, 24.7, 52.9])
def test_the_scale_bar_is_right_within_one_percent(lat: float) -> None:
    points = [MapPoint(lon, lat, "", "red") for lon in (115.0, 115.1)]
    svg = map_svg(points, height=400)
    (left, _), (right, _) = symbols_of(svg)
    bar = re.search(r"M([\d.]+) [\d.]+v8M[\d.]+ [\d.]+H([\d.]+)M", svg)
    assert bar is not None
    words = [each.text or "" for each in ElementTree.fromstring(svg).iter(SVG + "text")]
    (kilometres,) = [float(text.split()[0]) for text in words if "千米" in text]
    drawn = (float(bar[2]) - float(bar[1])) / (right - left) * distance_m(115.0, lat, 115.1, lat)
    assert drawn == pytest.approx(kilometres * 1000, rel=0.01)


def test_words_are_escaped_and_in_the_fonts_of_the_papers() -> None:
    svg = map_svg(
        [MapPoint(115, 24.7, "<b>&", "red", '"x"'), MapPoint(115.01, 24.7, "", "blue", count=12)],
        [MapArea("<i>", [[(114.9, 24.6), (115.1, 24.6), (115.1, 24.8)]])],
        legend=[("red", "<u>"), ("route", "转移路线"), ("area", "边界")],
        note="<s>",
        title="<title>",
    )
    texts = list(ElementTree.fromstring(svg).iter(SVG + "text"))
    assert {"<u>", "<s>", "12", '<b>&（"x"）'} <= {each.text for each in texts}
    assert {each.get("font-family") for each in texts} <= {"DocSong", "DocHei"}
    alone = standing_alone(svg)
    ElementTree.fromstring(alone)
    assert "DocSong, SimSun, serif" in alone


def test_legend_and_note_stand_below_the_map() -> None:
    legend = [("red", f"很长的图例文字说明{number}") for number in range(9)]
    plain, full = (
        ElementTree.fromstring(
            map_svg([MapPoint(115, 24, "点")], height=300, legend=each, note=note)
        )
        for each, note in (((), ""), (legend, "截至 2026-05-12"))
    )
    height = float(full.get("viewBox", "").split()[3])
    assert float(plain.get("viewBox", "").split()[3]) == 300
    ys = [float(t.get("y", "0")) for t in full.iter(SVG + "text") if "图例" in (t.text or "")]
    assert len(set(ys)) > 1
    assert 300 < min(ys) < max(ys) < height


def test_stored_shapes_become_areas_and_lines() -> None:
    small, large = shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9) - shapely.box(6, 6, 7, 7)
    areas = areas_of(shapely.to_wkb(shapely.MultiPolygon([small, large])), "镇", level="red")
    assert [(each.name, len(each.rings)) for each in areas] == [("镇", 2), ("", 1)]
    line = shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]))
    assert lines_of(line, arrow=False) == [MapLine([(0, 0), (1, 1)], arrow=False)]
    assert areas_of(line) == [] == lines_of(shapely.to_wkb(shapely.Point(1, 1)))


def test_ways_alone_make_a_map_and_nothing_makes_none() -> None:
    drawn: Svg = map_svg([], lines=[MapLine([(115, 24), (115.1, 24.1)], arrow=False, level="red")])
    assert drawn.count('stroke-width="2.6"') == 1
    with pytest.raises(ValueError, match="place"):
        map_svg([])
