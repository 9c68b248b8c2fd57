"""No page is left half empty because a figure did not fit: the text behind it goes first."""

from typing import Any
from xml.etree import ElementTree

import weasyprint

HOLE_MM = 18  # what may stay empty above the foot of a page
PIXEL_MM = 25.4 / 96
MOVABLE = {"p", "table"}
HEADS = {"h2", "h3", "h4", "h5"}


def _flow(page: Any) -> list[Any]:
    """Return what stands in the flow of a page, from the top; nothing on one left blank."""
    root = page._page_box.children[0]
    return [box for body in root.children for box in body.children if box.is_in_normal_flow()]


def _bottom(box: Any) -> float:
    return float(box.position_y + box.margin_height())


def _is_floating(element: Any) -> bool:
    return element is not None and element.tag == "figure" and element.get("class") == "floats"


def _group_after(siblings: list[ElementTree.Element], at: int) -> int:
    """Return how many elements behind a figure can go before it: heads with what they lead."""
    for count, element in enumerate(siblings[at + 1 :], start=1):
        if element.tag in MOVABLE:
            return count
        if element.tag not in HEADS:
            return 0
    return 0


def fill_holes(root: ElementTree.Element, laid_out: weasyprint.Document) -> bool:
    """Move the first figure that left a hole behind what follows it; say whether one moved."""
    body = root.find("body")
    if body is None:
        return False
    for before, page in zip(laid_out.pages, laid_out.pages[1:], strict=False):
        flow = _flow(page)
        figure: Any = flow[0].element if flow else None
        if not _is_floating(figure):
            continue
        above = _flow(before)
        foot = before._page_box.content_box_y() + before._page_box.height
        hole = (foot - max(map(_bottom, above), default=foot)) * PIXEL_MM
        siblings = list(body)
        at = siblings.index(figure)
        count = _group_after(siblings, at)
        if hole > HOLE_MM and count:
            body.remove(figure)
            body.insert(at + count, figure)
            return True
    return False
