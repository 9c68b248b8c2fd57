"""From a paper and its layout to the HTML that is printed; every text is escaped on the way."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import segno
from flask import current_app
from markupsafe import Markup

from drillreg.documents.ladder import Counted, counted
from drillreg.documents.layouts import Layout
from drillreg.documents.paper import Align, Cell, Heading, Paper, Slips, Table, Words, day_text

POINT_MM = 25.4 / 72
# A font is taken by name: letters, Chinese characters, digits, blanks, "-", "_".
FONT_NAME = re.compile(r"[\w \-]{1,60}")
# Where ink begins in a line as high as its type, in parts of the size: the open fonts' own ascent.
TOPS = {"ink": 0.075, "dash": 0.56}


class ShownCell(NamedTuple):
    """A cell as it is printed."""

    words: Words
    align: Align
    across: int
    down: int


def qr_svg(url: str, size_mm: float) -> Markup:
    """Draw a QR code so many millimetres wide."""
    code = segno.make(url, error="m", micro=False)
    svg = code.svg_inline(border=0, svgclass="qr", lineclass=None, omitsize=True)
    sized = svg.replace("<svg ", f'<svg style="width: {size_mm:g}mm; height: {size_mm:g}mm" ')
    return Markup(sized)  # noqa: S704 - drawn from modules, never from text


def font_list(names: Sequence[str]) -> Markup:
    """Return font names as CSS reads them; what is no name is left out."""
    return Markup(", ").join(
        Markup(f'"{name}"')  # noqa: S704 - only word characters, blanks and hyphens
        for name in names
        if FONT_NAME.fullmatch(name)
    )


def cells(table: Table, row: Sequence[Words | Cell]) -> Iterator[ShownCell]:
    """Yield the cells of a row with how each stands; a spanning cell takes its first column's."""
    at = 0
    for cell in row:
        whole = cell if isinstance(cell, Cell) else Cell(cell)
        own = table.columns[min(at, len(table.columns) - 1)].align
        yield ShownCell(whole.text, whole.align or own, whole.across, whole.down)
        at += whole.across


def head_size(paper: Paper, layout: Layout) -> float:
    """Return the size of the red head in points: as large as the layout allows and as fits."""
    if layout.red_head is None or not paper.issuers:
        return 0
    longest = max(len(name) for name in paper.issuers) + len(layout.red_head.word)
    fits = layout.page.type_width / POINT_MM / (longest * 1.03)
    return round(min(layout.red_head.most_pt, fits), 1)


def _contents(paper: Paper, blocks: Sequence[Counted]) -> list[tuple[int, str, int]]:
    if not paper.contents:
        return []
    return [
        (each.block.level, each.mark + each.block.text, at)
        for at, each in enumerate(blocks, start=1)
        if isinstance(each.block, Heading) and each.block.level <= 2
    ]


def _room(layout: Layout) -> Mapping[str, float]:
    """Return what a signature leaves free around its two lines, so that a stamp fits on them."""
    around = (layout.signature.stamp_mm - 2 * layout.line_mm) / 2
    return {"above": max(around, layout.line_mm / 2), "height": 0, "below": max(around, 0)}


def _slip_height(paper: Paper, layout: Layout) -> float:
    per_page = next((block.per_page for block in paper.blocks if isinstance(block, Slips)), 4)
    return (layout.page.type_height - 0.5) / per_page


def paper_html(paper: Paper, layout: Layout) -> str:
    """Return a paper as HTML with its style; needs an application context for the template."""
    blocks = list(counted(paper.blocks))
    context: dict[str, Any] = {
        "paper": paper,
        "blocks": blocks,
        "front": list(counted(paper.front)),
        "contents": _contents(paper, blocks),
        "l": layout,
        "page": layout.page,
        "sizes": layout.sizes,
        "font": lambda role: font_list(layout.fonts[role]),
        "head_pt": head_size(paper, layout),
        # A hair less than the pitch, so that rounding never pushes the last character out.
        "gutter_pt": round(layout.char_mm / POINT_MM - layout.sizes.body - 0.02, 4),
        "tops": TOPS,
        "room": _room(layout),
        "slip_mm": _slip_height(paper, layout),
        "qr": qr_svg,
        "cells": cells,
        "kind": lambda value: type(value).__name__,
        "day_text": day_text,
    }
    # The environment itself: the context of a web page (person, menu, session) has no place here.
    return current_app.jinja_env.get_template("documents/print/paper.html").render(**context)
