"""The one door to Markdown: paragraphs, lists, tables and emphasis; no links, pictures or HTML."""

from collections.abc import Iterator, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

RULES = ("table", "list", "emphasis", "newline", "escape")
TAGS = {
    "p", "br", "strong", "em", "ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# How cells stand is said by a class: the pages allow no inline style.
ALIGNED = {"text-align:right": "text-end", "text-align:center": "text-center"}


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("zero").enable(list(RULES))


def tokens(text: str) -> list[Token]:
    """Return the parts of a text; every line that stands for itself is a paragraph of its own."""
    return list(_paragraphs(_reader().parse(text)))


def _paragraphs(found: Sequence[Token]) -> Iterator[Token]:
    """Clerks begin a paragraph with a new line, not with an empty one."""
    for at, token in enumerate(found):
        before = found[at - 1] if at else None
        if token.type != "inline" or before is None or before.type != "paragraph_open":
            yield token
            continue
        lines = _lines(token.children or [])
        if len(lines) > 1:  # in a list, where a single line needs no paragraph
            before.hidden = found[at + 1].hidden = False
        for number, line in enumerate(lines):
            if number:
                yield found[at + 1]
                yield before
            yield Token("inline", "", 0, map=token.map, level=token.level, children=line)


def _lines(children: Sequence[Token]) -> list[list[Token]]:
    """Break the inside of a paragraph where a line ends outside of any emphasis."""
    lines: list[list[Token]] = [[]]
    depth = 0
    for child in children:
        depth += child.nesting
        if child.type == "softbreak" and depth == 0:
            lines.append([])
        else:
            lines[-1].append(child)
    return lines


def to_html(text: str) -> Markup:
    """Return safe HTML of a Markdown text, whatever was typed."""
    found = tokens(text)
    for token in found:
        style = token.attrs.pop("style", None)
        if style in ALIGNED:
            token.attrSet("class", ALIGNED[str(style)])
    html = _reader().renderer.render(found, _reader().options, {})
    classes = set(ALIGNED.values())
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={},
        allowed_classes={"th": classes, "td": classes},
        link_rel=None,
    )
    return Markup(clean)  # noqa: S704 - cleaned above
