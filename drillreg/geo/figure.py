"""A map for print, as SVG text, without tiles: places, boundaries and ways, north up.

Pure: features give positions in WGS84 degrees and words, all of them escaped here.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from drillreg.geo.morton import Bbox
from drillreg.geo.shapes import geometry_of
from drillreg.geo.svg import (
    BLUE,
    NORMAL,
    SMALL,
    WIDTH,
    Box,
    Svg,
    drawing,
    line_between,
    text_at,
    text_width,
)


@dataclass(frozen=True)
class MapPoint:
    """A place, WGS84 degrees. `level` chooses the symbol, `level_word` says it in words.

    A level is one of the four colours, or `unit`, `shelter`, `drill`, or "" for a plain dot. With
    `count` it stands for so many sites, the highest of that level.
    """

    lon: float
    lat: float
    label: str
    level: str = ""
    level_word: str = ""
    count: int = 0


@dataclass(frozen=True)
class MapArea:
    """A polygon as rings of (longitude, latitude), WGS84 degrees; holes are rings too.

    `level` fills it with a colour of risk; `strong` draws its outline so that it is seen first.
    """

    name: str
    rings: Sequence[Sequence[tuple[float, float]]]
    strong: bool = False
    level: str = ""


@dataclass(frozen=True)
class MapLine:
    """A way as positions (longitude, latitude), WGS84 degrees, from where one leaves.

    Without an `arrow` it leads nowhere: a line that is a site itself.
    """

    positions: Sequence[tuple[float, float]]
    arrow: bool = True
    level: str = ""


@dataclass(frozen=True)
class MapWords:
    """The words of a map in the language of the document."""

    north: str = "北"
    metre: str = "米"
    kilometre: str = "千米"


# Shapes differ as well as colours, so that a grey copy can be read.
SYMBOLS = {
    "red": ("#b3261e", "M0-7L7 6H-7Z"),
    "orange": ("#b35a00", "M0-7L7 0 0 7-7 0Z"),
    "yellow": ("#8a6d00", "M-6-6H6V6H-6Z"),
    "blue": ("#1b4a86", "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0Z"),
    "unit": ("#5b6570", "M-4-4H4V4H-4Z"),
    "shelter": ("#1e7a45", "M-6 5V-1L0-6L6-1V5Z"),
    "drill": ("#1b4a86", "M0-7L2 -2 7 -2 3 2 5 7 0 4 -5 7 -3 2 -7 -2 -2 -2Z"),
    "": ("#333333", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z"),
}
MARGIN = 26.0
LEAST_METRES = 400.0


@dataclass(frozen=True)
class _Projection:
    """Local equirectangular projection: metres around a centre, then units of the figure."""

    lon: float
    lat: float
    unit: float  # metres per unit
    height: float

    def metres_per_degree(self) -> tuple[float, float]:
        phi = math.radians(self.lat)
        east = 111_412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi)
        north = 111_132.92 - 559.82 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi)
        return east, north

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        east, north = self.metres_per_degree()
        x = WIDTH / 2 + (lon - self.lon) * east / self.unit
        return x, self.height / 2 - (lat - self.lat) * north / self.unit


def _projection(
    points: Sequence[MapPoint],
    areas: Sequence[MapArea],
    lines: Sequence[MapLine],
    around_m: float | None,
    extent: Bbox | None,
    height: float,
) -> _Projection:
    """Fit everything, `around_m` metres around the first point, or an extent into the figure."""
    inner_width, inner_height = WIDTH - 2 * MARGIN, height - 2 * MARGIN
    if around_m is not None:
        unit = 2 * around_m / min(inner_width, inner_height)
        return _Projection(points[0].lon, points[0].lat, unit, height)
    if extent is not None:
        points, areas, lines = (), (), (MapLine([extent[:2], extent[2:]]),)
    places = [(point.lon, point.lat) for point in points]
    places += [place for area in areas for ring in area.rings for place in ring]
    places += [place for line in lines for place in line.positions]
    west, east = min(lon for lon, _ in places), max(lon for lon, _ in places)
    south, north = min(lat for _, lat in places), max(lat for _, lat in places)
    middle = _Projection((west + east) / 2, (south + north) / 2, 1, height)
    per_lon, per_lat = middle.metres_per_degree()
    wide = max((east - west) * per_lon, LEAST_METRES) / inner_width
    high = max((north - south) * per_lat, LEAST_METRES) / inner_height
    return _Projection(middle.lon, middle.lat, max(wide, high), height)


def _ring_path(ring: Sequence[tuple[float, float]], to: _Projection) -> str:
    """Return a ring as path data, without vertices closer than print can show."""
    kept: list[tuple[float, float]] = []
    for x, y in (to.place(lon, lat) for lon, lat in ring):
        if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) > 0.4:
            kept.append((x, y))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"


def _area(area: MapArea, to: _Projection) -> str:
    data = "".join(_ring_path(ring, to) for ring in area.rings if ring)
    stroke, width, fill = ("#333", 1.6, "#f3f1ea") if area.strong else ("#8d97a3", 0.9, "none")
    opacity = ""
    if area.level:
        stroke = fill = SYMBOLS.get(area.level, SYMBOLS[""])[0]
        opacity = ' fill-opacity="0.18"'
    return (
        f'<path d="{data}" fill="{fill}"{opacity} fill-rule="evenodd" stroke="{stroke}" '
        f'stroke-width="{width}"/>'
    )


def _way(line: MapLine, to: _Projection) -> str:
    """Return a way as a broken line with an arrow where it ends."""
    places = [to.place(lon, lat) for lon, lat in line.positions]
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    if not line.arrow:
        ink = SYMBOLS.get(line.level, SYMBOLS[""])[0]
        return f'<path d="{data}" fill="none" stroke="{ink}" stroke-width="2.6"/>'
    (x0, y0), (x, y) = places[-2:]
    turn = math.degrees(math.atan2(y - y0, x - x0))
    return (
        f'<path d="{data}" fill="none" stroke="{BLUE}" stroke-width="2.2" '
        f'stroke-dasharray="8 4" stroke-linejoin="round"/>'
        f'<path d="M-5 0L-17-6L-17 6Z" fill="{BLUE}" '
        f'transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f})"/>'
    )


def _around(x: float, y: float, width: float, height: float) -> list[tuple[Box, bool]]:
    """Return places for a label near a symbol, the best first; True needs a line to it."""
    found: list[tuple[Box, bool]] = []
    for gap, away in ((10.0, False), (26.0, True), (44.0, True)):
        low, middle, high = y + gap, y - height / 2, y - gap - height
        right, centre, left = x + gap, x - width / 2, x - gap - width
        for at in (
            (right, middle), (left, middle), (centre, high), (centre, low),
            (right, high), (right, low), (left, high), (left, low),
        ):  # fmt: skip
            found.append((Box(*at, width, height), away))
    return found


def _label_places(
    points: Sequence[MapPoint], to: _Projection, taken: list[Box], frame: Box
) -> list[tuple[Box, bool]]:
    """Choose for each label the place that covers least; earlier points choose first."""
    symbols = [Box(x - 7, y - 7, 14, 14) for x, y in (to.place(p.lon, p.lat) for p in points)]
    chosen: list[tuple[Box, bool]] = []
    for point, symbol in zip(points, symbols, strict=True):
        if not point.label:
            chosen.append((Box(symbol.x, symbol.y, 0, 0), False))
            continue
        width = text_width(_words_of(point), NORMAL) + 2
        blocked = [*taken, *(other for other in symbols if other is not symbol)]

        def cost(place: tuple[Box, bool], blocked: list[Box] = blocked) -> float:
            box, away = place
            covered = sum(box.shared(other) for other in blocked)
            return round(covered + 3 * box.outside(frame) + 8 * away, 3)

        best = min(_around(symbol.x + 7, symbol.y + 7, width, NORMAL + 3), key=cost)
        chosen.append(best)
        taken.append(best[0])
    return chosen


def _words_of(point: MapPoint) -> str:
    return f"{point.label}（{point.level_word}）" if point.level_word else point.label


def _crowd(point: MapPoint, x: float, y: float) -> str:
    """Return a ring with the number of the sites there, in the colour of the highest level."""
    words = str(point.count)
    radius = max(9.0, text_width(words, SMALL) / 2 + 4)
    ink = SYMBOLS.get(point.level, SYMBOLS[""])[0]
    ring = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#fff" '
        f'stroke="{ink}" stroke-width="2.4"/>'
    )
    return ring + text_at(x, y + 4, words, size=SMALL, anchor="middle")


def _point(point: MapPoint, place: tuple[Box, bool], to: _Projection) -> str:
    x, y = to.place(point.lon, point.lat)
    if point.count:
        return _crowd(point, x, y)
    box, away = place
    fill, shape = SYMBOLS.get(point.level, SYMBOLS[""])
    line = ""
    if away:
        near = min(max(x, box.x), box.x + box.width), min(max(y, box.y), box.y + box.height)
        line = line_between(x, y, *near, "#444", 0.7)
    symbol = (
        f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}" fill="{fill}" '
        f'stroke="#fff" stroke-width="1"/>'
    )
    if not point.label:
        return symbol
    return line + symbol + text_at(box.x + 1, box.y + NORMAL - 1, _words_of(point))


def scale_length(most_m: float) -> int:
    """Return the longest 1, 2 or 5 times a power of ten metres that is not longer than `most_m`."""
    power = int(10 ** max(0, math.floor(math.log10(max(most_m, 1)))))
    return max(step * power for step in (1, 2, 5) if step * power <= max(most_m, 1))


def _scale_bar(to: _Projection, words: MapWords, height: float) -> tuple[str, Box]:
    metres = scale_length(WIDTH / 4 * to.unit)
    length = metres / to.unit
    text = f"{metres // 1000} {words.kilometre}" if metres >= 1000 else f"{metres} {words.metre}"
    right, y = WIDTH - 20, height - 14
    left = right - length
    bar = (
        f'<path d="M{left:.1f} {y - 4:.1f}v8M{left:.1f} {y:.1f}H{right:.1f}M{right:.1f} '
        f'{y - 4:.1f}v8" stroke="#222" stroke-width="1.2" fill="none"/>'
    )
    words_at = text_at((left + right) / 2, y - 7, text, anchor="middle", size=SMALL)
    return bar + words_at, Box(left - 4, y - 20, length + 8, 26)


def _north_arrow(words: MapWords) -> tuple[str, Box]:
    x = WIDTH - 28
    arrow = f'<path d="M{x:.1f} 12l7 20-7-5-7 5z" fill="#222"/>'
    label = text_at(x, 46, words.north, anchor="middle", size=SMALL, font="DocHei")
    return arrow + label, Box(x - 12, 8, 24, 42)


def _area_names(areas: Sequence[MapArea], to: _Projection, taken: list[Box], frame: Box) -> str:
    """Write the names of areas where nothing else stands; a name without room is left out."""
    names = ""
    for area in areas:
        places = [to.place(lon, lat) for lon, lat in area.rings[0]] if area.rings else []
        if not places or not area.name:
            continue
        x = (min(x for x, _ in places) + max(x for x, _ in places)) / 2
        y = (min(y for _, y in places) + max(y for _, y in places)) / 2
        width = text_width(area.name, SMALL)
        box = Box(x - width / 2, y - SMALL, width, SMALL + 3)
        if box.outside(frame) == 0 and not any(box.shared(other) for other in taken):
            taken.append(box)
            names += text_at(x, y, area.name, anchor="middle", size=SMALL, fill="#5b6570")
    return names


def map_svg(
    points: Sequence[MapPoint],
    areas: Sequence[MapArea] = (),
    *,
    lines: Sequence[MapLine] = (),
    title: str = "",
    around_m: float | None = None,
    extent: Bbox | None = None,
    height: float = 340.0,
    words: MapWords | None = None,
    legend: Sequence[tuple[str, str]] = (),
    note: str = "",
) -> Svg:
    """Draw places, boundaries and ways, north up, with scale bar and arrow; WGS84 degrees in.

    Everything fits in, or with `around_m` that many metres around the first point, or `extent`
    (west, south, east, north). Symbols tell levels apart by shape, and the word stands beside.
    Below stand the `legend` (symbol and words; "route" and "area" beside those of places) and the
    `note`. Raises ValueError without a point or boundary, or without a point for `around_m`.
    """
    is_empty = not points and not lines and not any(area.rings for area in areas)
    if (is_empty and extent is None) or (around_m is not None and not points):
        raise ValueError("a map needs a place to show")
    chosen = words or MapWords()
    to = _projection(points, areas, lines, around_m, extent, height)
    frame = Box(4, 4, WIDTH - 8, height - 8)
    bar, bar_box = _scale_bar(to, chosen, height)
    arrow, arrow_box = _north_arrow(chosen)
    taken = [bar_box, arrow_box]
    places = _label_places(points, to, taken, frame)
    taken += [Box(x - 7, y - 7, 14, 14) for x, y in (to.place(p.lon, p.lat) for p in points)]
    clip = f'<clipPath id="map-frame"><rect width="{WIDTH:g}" height="{height:g}"/></clipPath>'
    border = (
        f'<rect x=".5" y=".5" width="{WIDTH - 1:g}" height="{height - 1:g}" fill="none" '
        'stroke="#9aa4b0"/>'
    )
    parts = [
        clip,
        '<g clip-path="url(#map-frame)">',
        *(_area(area, to) for area in areas),
        *(_way(line, to) for line in lines),
        _area_names(areas, to, taken, frame),
        *(_point(point, place, to) for point, place in zip(points, places, strict=True)),
        "</g>",
        border,
        bar,
        arrow,
    ]
    foot = _foot(legend, note, height)
    return drawing(foot[1], title, [*parts, foot[0]])


def _foot(legend: Sequence[tuple[str, str]], note: str, height: float) -> tuple[str, float]:
    """Return what stands below the map, and the height of the whole figure."""
    x, y, drawn = 10.0, height + 20, ""
    for symbol, words in legend:
        wide = 22 + text_width(words, SMALL) + 14
        if x + wide > WIDTH and x > 10:
            x, y = 10.0, y + 20
        drawn += _key(symbol, x + 8, y - 4) + text_at(x + 22, y, words, size=SMALL)
        x += wide
    if legend:
        height = y + 8
    if note:
        height += 18
        drawn += text_at(10, height - 4, note, size=SMALL, fill="#333")
    return drawn, height


def _key(symbol: str, x: float, y: float) -> str:
    if symbol == "route":
        data = f"M{x - 9:.1f} {y:.1f}h18"
        return f'<path d="{data}" stroke="{BLUE}" stroke-width="2.2" stroke-dasharray="8 4"/>'
    if symbol == "area":
        box = f'x="{x - 8:.1f}" y="{y - 5:.1f}" width="16" height="10"'
        return f'<rect {box} fill="none" stroke="#8d97a3" stroke-width="1.2"/>'
    fill, shape = SYMBOLS.get(symbol, SYMBOLS[""])
    return f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}" fill="{fill}"/>'


# From what is stored


def areas_of(wkb: bytes, name: str = "", *, strong: bool = False, level: str = "") -> list[MapArea]:
    """Return the polygons of a stored shape (WKB, WGS84), the largest named; none of the rest."""
    polygons = [each for each in _parts(wkb) if each.geom_type == "Polygon"]
    polygons.sort(key=lambda each: -each.area)
    return [
        MapArea(
            "" if place else name,
            [_positions(ring) for ring in (each.exterior, *each.interiors)],
            strong,
            level,
        )
        for place, each in enumerate(polygons)
    ]


def lines_of(wkb: bytes, *, arrow: bool = True, level: str = "") -> list[MapLine]:
    """Return the lines of a stored shape (WKB, WGS84); none of points and polygons."""
    return [
        MapLine(_positions(each), arrow, level)
        for each in _parts(wkb)
        if each.geom_type == "LineString"
    ]


def _parts(wkb: bytes) -> Iterator[Any]:
    yield from shapely.get_parts(geometry_of(wkb))


def _positions(line: Any) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]


def standing_alone(svg: Svg) -> str:
    """Return a figure as a file of its own: with a size, white paper, and fonts that all have."""
    text = svg.replace('font-family="DocSong"', 'font-family="DocSong, SimSun, serif"')
    text = text.replace('font-family="DocHei"', 'font-family="DocHei, SimHei, sans-serif"')
    head, rest = text.split(">", 1)
    return f'{head} width="1240"><rect width="100%" height="100%" fill="#fff"/>{rest}'
