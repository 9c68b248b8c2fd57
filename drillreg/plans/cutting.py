"""Cutting a Word plan at its headings, as found or as a person chose. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drillreg.documents.ladder import LEVELS
from drillreg.plans.heading_marks import read_mark

HEADING, TEXT, CONTENTS = "heading", "text", "contents"
MOST_STYLED = 60


@dataclass(frozen=True)
class Block:
    """A piece of a Word document: kind, plain text, Markdown, level of its style (0: none)."""

    kind: str
    text: str
    body: str
    level: int = 0
    merged: bool = False


@dataclass(frozen=True)
class Line:
    """What a block is: a heading of a level without its number, text, or a line of contents."""

    role: str = TEXT
    level: int = 0
    heading: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Oddity:
    """Something a person should look at, with the block it is about."""

    at: int
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A heading with its level (1 is a chapter), its text in Markdown and the block it is."""

    at: int
    level: int
    heading: str
    body: str


@dataclass(frozen=True)
class Outline:
    """A document cut up: what stands before the first heading, the sections, the contents."""

    preamble: tuple[str, ...]
    sections: tuple[Section, ...]
    contents: tuple[str, ...]


def as_heading(block: Block, level: int) -> Line:
    """Return a block as a heading without its number; an annex keeps its name."""
    words = " ".join(block.text.split("\n"))
    mark = read_mark(words)
    if mark is None or not mark.rest or mark.family == "annex":
        return Line(HEADING, level, words)
    return Line(HEADING, level, mark.rest, mark.sign)


def can_be_heading(block: Block) -> bool:
    """Say whether a person may make a heading of a block."""
    return block.kind not in {"table", "note"} and 0 < len(block.text) <= MOST_STYLED


def chosen(
    blocks: Sequence[Block], lines: Sequence[Line], choices: Mapping[int, int]
) -> list[Line]:
    """Return the lines as a person chose them: block → level of a heading, 0 for text, -1 for out.

    Choices for blocks that cannot be headings are left aside.
    """
    result = list(lines)
    for at, level in choices.items():
        if not 0 <= at < len(blocks) or not can_be_heading(blocks[at]):
            continue
        if 1 <= level <= LEVELS:
            result[at] = as_heading(blocks[at], level)
        elif level == 0:
            result[at] = Line()
        elif lines[at].role == CONTENTS:
            result[at] = Line(CONTENTS)
    return result


def cut(blocks: Iterable[Block], lines: Iterable[Line]) -> Outline:
    """Cut a document at its headings; no level is skipped: a heading too deep moves up."""
    preamble: list[str] = []
    contents: list[str] = []
    heads: list[tuple[int, int, str]] = []
    bodies: list[list[str]] = []
    for at, (block, line) in enumerate(zip(blocks, lines, strict=True)):
        if line.role == HEADING:
            level = min(line.level, heads[-1][1] + 1 if heads else 1)
            heads.append((at, level, line.heading))
            bodies.append([])
        elif line.role == CONTENTS:
            contents.append(block.text)
        else:
            (bodies[-1] if bodies else preamble).append(block.body)
    sections = (
        Section(at, level, heading, "\n\n".join(body))
        for (at, level, heading), body in zip(heads, bodies, strict=True)
    )
    return Outline(tuple(preamble), tuple(sections), tuple(contents))
