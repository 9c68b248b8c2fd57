"""What figures for print are drawn with, as SVG text. Pure; all words are escaped here."""

from collections.abc import Iterable
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


def text_at(
    x: float,
    y: float,
    words: str,
    *,
    size: float = NORMAL,
    anchor: str = "start",
    fill: str = INK,
    font: str = "DocSong",
) -> str:
    """Return words at a position, escaped, in a font of the papers."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-family="{font}" fill="{fill}">{escape(words)}</text>'
    )


def line_between(
    x1: float, y1: float, x2: float, y2: float, stroke: str = GREY, width: float = 1
) -> str:
    """Return a straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{stroke}" stroke-width="{width}"/>'
    )


def drawing(height: float, title: str, parts: Iterable[str]) -> Svg:
    """Put parts of `WIDTH` by `height` units together; `title` is read aloud."""
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="fig" role="img" '
        f'viewBox="0 0 {WIDTH:g} {height:.0f}" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )
