"""Figures for print, as SVG text: a timeline, and the map of `geo.figure`. Pure; text escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drillreg.geo.figure import MapArea as MapArea
from drillreg.geo.figure import MapLine as MapLine
from drillreg.geo.figure import MapPoint as MapPoint
from drillreg.geo.figure import MapWords as MapWords
from drillreg.geo.figure import map_svg as map_svg
from drillreg.geo.figure import scale_length as scale_length
from drillreg.geo.svg import (
    BLUE,
    INK,
    NORMAL,
    RED,
    SMALL,
    Svg,
    drawing,
    line_between,
    text_at,
    text_width,
)


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
            line_between(LEFT, y, RIGHT, y),
            text_at(LEFT - 8, y + 4, row, anchor="end", font="DocHei"),
        ]
        for event, lane, x in placed:
            top = y - 9 - LANE * lane
            if lane:
                at = scale.x(event.start)
                parts.append(line_between(at, top + 2, at, y, "#c9cfd8", 0.6))
            fill = RED if event.problem else INK
            parts += [_mark(event, scale, y), text_at(x, top, event.text, fill=fill)]
        y += ROW_FOOT - 4
    form = "%m-%d %H:%M" if scale.last - scale.first > timedelta(days=1) else "%H:%M"
    axis = [line_between(x, 8, x, y, "#dfe4ea", 0.8) for x in map(scale.x, scale.ticks())]
    shown = scale.ticks()[:: 2 if len(form) > 5 else 1]
    axis += [
        text_at(scale.x(at), y + 14, at.strftime(form), anchor="middle", size=SMALL, fill="#333")
        for at in shown
    ]
    return drawing(y + 22, title, [*axis, *parts])
