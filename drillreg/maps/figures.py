"""The map as a still figure for papers: the same filter and layers, without tiles."""

import math
from collections.abc import Sequence

from drillreg.core.codes import code_list
from drillreg.geo.figure import (
    MapArea,
    MapLine,
    MapPoint,
    MapWords,
    areas_of,
    map_svg,
    standing_alone,
)
from drillreg.geo.morton import Bbox
from drillreg.geo.shapes import simplified
from drillreg.i18n import N_, current_locale, pick, translate
from drillreg.maps.queries import Outline
from drillreg.orgs.layers import Entry, Layer

# The symbol of a layer's sign; lines are ways whatever their sign.
SYMBOLS = {"unit": "unit", "resource": "shelter", "drill": "drill"}
HEIGHT = 420.0
PIXELS = 1240.0
NAMES_FROM_M = 50.0
LEVELS = ("red", "orange", "yellow", "blue")


def zoom_of(bbox: Bbox) -> int:
    """Return the zoom of web maps at which a rectangle fills the figure."""
    wide = max(bbox[2] - bbox[0], 1e-6)
    return min(max(round(math.log2(360.0 / wide * PIXELS / 2 / 256.0)), 0), 18)


def around(outlines: Sequence[Outline]) -> Bbox | None:
    """Return the rectangle around boundaries, or None without any."""
    if not outlines:
        return None
    west, south, east, north = zip(*(outline.bbox for outline in outlines), strict=True)
    return min(west), min(south), max(east), max(north)


def map_figure(
    sites: Sequence[MapPoint],
    layers: Sequence[tuple[Layer, Sequence[Entry]]],
    outlines: Sequence[Outline],
    *,
    extent: Bbox | None,
    title: str,
    note: str,
) -> str:
    """Return the SVG of a view: sites, other layers, boundaries; `extent` in WGS84 degrees."""
    areas = _boundaries(outlines, extent)
    points, lines = list(sites), []
    for layer, entries in layers:
        shown = [_place(entry, layer) for entry in entries]
        points += [each for each in shown if isinstance(each, MapPoint)]
        lines += [each for each in shown if isinstance(each, MapLine)]
    is_english = current_locale() == "en"
    svg = map_svg(
        points,
        areas,
        lines=lines,
        title=title,
        extent=extent or (None if points or areas or lines else (73.0, 18.0, 135.0, 54.0)),
        height=HEIGHT,
        words=MapWords("N", "m", "km") if is_english else None,
        legend=_legend(bool(sites), layers, bool(areas)),
        note=note,
    )
    return standing_alone(svg)


def _place(entry: Entry, layer: Layer) -> MapPoint | MapLine:
    at = entry.geometry["coordinates"]
    if entry.geometry["type"] == "LineString":
        return MapLine([(lon, lat) for lon, lat in at])
    return MapPoint(at[0], at[1], "", SYMBOLS.get(layer.sign, ""))


def _boundaries(outlines: Sequence[Outline], extent: Bbox | None) -> list[MapArea]:
    box = extent or around(outlines)
    exact = (box[2] - box[0]) * 111_000 / PIXELS if box else NAMES_FROM_M
    return [
        area
        for outline in outlines
        for area in areas_of(
            simplified(outline.wkb, exact), "" if outline.outer else outline.division.name
        )
    ]


def _legend(
    has_sites: bool, layers: Sequence[tuple[Layer, Sequence[Entry]]], has_areas: bool
) -> list[tuple[str, str]]:
    found = []
    if has_sites:
        words = {each.code: pick(each.label) for each in code_list("risk_level")}
        found += [(level, words[level]) for level in LEVELS]
    for layer, entries in layers:
        if entries:
            symbol = "route" if layer.sign == "route" else SYMBOLS.get(layer.sign, "")
            found.append((symbol, translate(layer.word)))
    if has_areas:
        found.append(("area", translate(N_("Boundaries (for orientation only)"))))
    return found
