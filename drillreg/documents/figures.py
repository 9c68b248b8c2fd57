"""Figures for print, as SVG text: a timeline, and a map without tiles. Pure; all text escaped."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple, NewType

# A finished drawing; only this module makes one, so a paper never holds foreign markup.
Svg = NewType("Svg", str)

WIDTH = 620.0  # units of every figure; printed 156 mm wide, so one is about a quarter millimetre
SMALL, NORMAL = 12.0, 13.2
INK, GREY, BLUE, RED = "#111", "#b9c2cd", "#1b4a86", "#a5231b"


class Box(NamedTuple):
    """A rectangle on the page, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def shared(self, other: "Box") -> float:
        """Return the area both cover."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, wide) * max(0.0, high)

    def outside(self, frame: "Box") -> float:
        """Return the area that lies outside a frame."""
        return self.width * self.height - self.shared(frame)


def text_width(text: str, size: float) -> float:
    """Estimate the printed width: a Chinese character is as wide as high, others about half."""
    return size * sum(1.0 if character > "\u2e7f" else 0.56 for character in text)


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = NORMAL,
    anchor: str = "start",
    fill: str = INK,
    font: str = "DocSong",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-family="{font}" fill="{fill}">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str = GREY, width: float = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{stroke}" stroke-width="{width}"/>'
    )


def _figure(height: float, title: str, parts: Iterable[str]) -> Svg:
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="fig" role="img" '
        f'viewBox="0 0 {WIDTH:g} {height:.0f}" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


# Timeline


@dataclass(frozen=True)
class TimelineEvent:
    """What somebody did, or what went wrong; with an end it is drawn as a bar."""

    row: str
    start: datetime
    text: str
    end: datetime | None = None
    problem: bool = False


STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 10080, 43200)  # minutes
LEFT, RIGHT = 96.0, 606.0
LANE, ROW_FOOT = 17.0, 20.0


@dataclass(frozen=True)
class _Scale:
    """Where instants lie between LEFT and RIGHT."""

    first: datetime
    last: datetime
    step: timedelta

    def x(self, at: datetime) -> float:
        return LEFT + (RIGHT - LEFT) * ((at - self.first) / (self.last - self.first))

    def ticks(self) -> list[datetime]:
        count = round((self.last - self.first) / self.step)
        return [self.first + self.step * at for at in range(count + 1)]


def _scale(events: Sequence[TimelineEvent]) -> _Scale:
    """Return a scale of whole steps around the events, with at most nine ticks."""
    first = min(event.start for event in events)
    last = max(event.end or event.start for event in events)
    minutes = (last - first) / timedelta(minutes=1)
    step = timedelta(minutes=next((s for s in STEPS if minutes / s <= 7), STEPS[-1]))
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight + (first - midnight) // step * step
    return _Scale(begin, begin + (-((begin - last) // step) or 1) * step, step)


def _lanes(
    events: Sequence[TimelineEvent], scale: _Scale
) -> list[tuple[TimelineEvent, int, float]]:
    """Give each event of a row the lowest lane in which its text touches no earlier one."""
    placed: list[tuple[TimelineEvent, int, float]] = []
    ends: list[float] = []
    for event in sorted(events, key=lambda event: event.start):
        width = text_width(event.text, NORMAL)
        x = max(LEFT, min(scale.x(event.start) - 4, RIGHT - width))
        lane = next((at for at, end in enumerate(ends) if end + 6 <= x), len(ends))
        ends[lane:] = [x + width, *ends[lane + 1 :]]
        placed.append((event, lane, x))
    return placed


def _mark(event: TimelineEvent, scale: _Scale, y: float) -> str:
    x = scale.x(event.start)
    fill = RED if event.problem else BLUE
    if event.end is not None and event.end > event.start:
        return (
            f'<rect x="{x:.1f}" y="{y - 5:.1f}" width="{scale.x(event.end) - x:.1f}" '
            f'height="10" fill="{fill}"/>'
        )
    if event.problem:
        return f'<path d="M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z" fill="{fill}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6" fill="{fill}"/>'


def timeline_svg(events: Sequence[TimelineEvent], *, title: str = "") -> Svg:
    """Draw who did what when: a line per row, bars for what lasts, diamonds for problems.

    All instants of one kind (naive or of one zone). Raises ValueError without events.
    """
    if not events:
        raise ValueError("a timeline needs an event")
    scale = _scale(events)
    rows = list(dict.fromkeys(event.row for event in events))
    parts: list[str] = []
    y = 8.0
    for row in rows:
        placed = _lanes([event for event in events if event.row == row], scale)
        y += LANE * (1 + max(lane for _, lane, _ in placed)) + 4
        parts += [
            _line(LEFT, y, RIGHT, y),
            _text(LEFT - 8, y + 4, row, anchor="end", font="DocHei"),
        ]
        for event, lane, x in placed:
            top = y - 9 - LANE * lane
            if lane:
                at = scale.x(event.start)
                parts.append(_line(at, top + 2, at, y, "#c9cfd8", 0.6))
            fill = RED if event.problem else INK
            parts += [_mark(event, scale, y), _text(x, top, event.text, fill=fill)]
        y += ROW_FOOT - 4
    form = "%m-%d %H:%M" if scale.last - scale.first > timedelta(days=1) else "%H:%M"
    axis = [_line(x, 8, x, y, "#dfe4ea", 0.8) for x in map(scale.x, scale.ticks())]
    shown = scale.ticks()[:: 2 if len(form) > 5 else 1]
    axis += [
        _text(scale.x(at), y + 14, at.strftime(form), anchor="middle", size=SMALL, fill="#333")
        for at in shown
    ]
    return _figure(y + 22, title, [*axis, *parts])


# Map


@dataclass(frozen=True)
class MapPoint:
    """A place, WGS84 degrees. `level` chooses the symbol, `level_word` says it in words."""

    lon: float
    lat: float
    label: str
    level: str = ""
    level_word: str = ""


@dataclass(frozen=True)
class MapArea:
    """A polygon as rings of (longitude, latitude), WGS84 degrees; holes are rings too."""

    name: str
    rings: Sequence[Sequence[tuple[float, float]]]
    strong: bool = False


@dataclass(frozen=True)
class MapLine:
    """A way as positions (longitude, latitude), WGS84 degrees, from where one leaves."""

    positions: Sequence[tuple[float, float]]


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
    height: float,
) -> _Projection:
    """Fit everything, or `around_m` metres around the first point, into the figure."""
    inner_width, inner_height = WIDTH - 2 * MARGIN, height - 2 * MARGIN
    if around_m is not None:
        unit = 2 * around_m / min(inner_width, inner_height)
        return _Projection(points[0].lon, points[0].lat, unit, height)
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
    return (
        f'<path d="{data}" fill="{fill}" fill-rule="evenodd" stroke="{stroke}" '
        f'stroke-width="{width}"/>'
    )


def _way(line: MapLine, to: _Projection) -> str:
    """Return a way as a broken line with an arrow where it ends."""
    places = [to.place(lon, lat) for lon, lat in line.positions]
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
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


def _point(point: MapPoint, place: tuple[Box, bool], to: _Projection) -> str:
    x, y = to.place(point.lon, point.lat)
    box, away = place
    fill, shape = SYMBOLS.get(point.level, SYMBOLS[""])
    line = ""
    if away:
        near = min(max(x, box.x), box.x + box.width), min(max(y, box.y), box.y + box.height)
        line = _line(x, y, *near, "#444", 0.7)
    symbol = (
        f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}" fill="{fill}" '
        f'stroke="#fff" stroke-width="1"/>'
    )
    return line + symbol + _text(box.x + 1, box.y + NORMAL - 1, _words_of(point))


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
    words_at = _text((left + right) / 2, y - 7, text, anchor="middle", size=SMALL)
    return bar + words_at, Box(left - 4, y - 20, length + 8, 26)


def _north_arrow(words: MapWords) -> tuple[str, Box]:
    x = WIDTH - 28
    arrow = f'<path d="M{x:.1f} 12l7 20-7-5-7 5z" fill="#222"/>'
    label = _text(x, 46, words.north, anchor="middle", size=SMALL, font="DocHei")
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
            names += _text(x, y, area.name, anchor="middle", size=SMALL, fill="#5b6570")
    return names


def map_svg(
    points: Sequence[MapPoint],
    areas: Sequence[MapArea] = (),
    *,
    lines: Sequence[MapLine] = (),
    title: str = "",
    around_m: float | None = None,
    height: float = 340.0,
    words: MapWords | None = None,
) -> Svg:
    """Draw places, boundaries and ways, north up, with scale bar and arrow; WGS84 degrees in.

    Everything fits in, or with `around_m` that many metres around the first point. Symbols tell
    red, orange, yellow, blue apart by shape, and the word stands beside. Raises ValueError
    without a point or boundary, or without a point for `around_m`.
    """
    if not points and (around_m is not None or not any(area.rings for area in areas)):
        raise ValueError("a map needs a place to show")
    chosen = words or MapWords()
    to = _projection(points, areas, lines, around_m, height)
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
    return _figure(height, title, parts)
