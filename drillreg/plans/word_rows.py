"""The lines of the preview of a Word plan."""

from dataclasses import dataclass

from drillreg.plans.brought import Brought
from drillreg.plans.cutting import CONTENTS, HEADING, TEXT, Line, Oddity, can_be_heading
from drillreg.plans.heading_marks import read_mark, reads_as_heading


def short(text: str, most: int = 80) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


@dataclass(frozen=True)
class Row:
    """A line of the preview: a block that is a heading, could be one, or is left out."""

    at: int
    line: Line
    text: str
    below: str
    characters: int
    odd: tuple[Oddity, ...]

    @property
    def level(self) -> int:
        """What the choice stands at: 0 for text, -1 for left out."""
        return -1 if self.line.role == CONTENTS else self.line.level


def rows_of(brought: Brought) -> list[Row]:
    """Return a line for every heading, possible heading, left-out line and oddity."""
    lines = brought.lines()
    odd: dict[int, list[Oddity]] = {}
    for each in brought.found[1]:
        odd.setdefault(each.at, []).append(each)
    bodies = {each.at: each.body for each in brought.outline().sections}
    found = []
    for at, block in enumerate(brought.blocks):
        shown = lines[at].role != TEXT or at in odd
        if not shown and can_be_heading(block):
            mark = read_mark(block.text)
            shown = reads_as_heading(mark.rest if mark else block.text)
        if not shown:
            continue
        body = bodies.get(at, "") if lines[at].role == HEADING else ""
        found.append(
            Row(at, lines[at], short(block.text), short(body), len(body), tuple(odd.get(at, ())))
        )
    return found
