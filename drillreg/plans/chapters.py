"""Finding the chapters of a Word plan: heading styles where there are any, else plain numbers.

Pure: blocks in, a line for each block out. A number is a heading's only when it rises as
headings do; what is in doubt stays text, and a person can choose otherwise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drillreg.documents.ladder import LEVELS
from drillreg.i18n import N_
from drillreg.plans.cutting import (
    CONTENTS,
    HEADING,
    MOST_STYLED,
    Block,
    Line,
    Oddity,
    as_heading,
)
from drillreg.plans.heading_marks import RANKS, WEAK, Mark, read_mark, reads_as_heading

PAGE_NUMBER = re.compile(r"(?P<words>.+?)(?:[\s.．…·•‥]{3,}|\t[\s.．…·]*|\s+)\d{1,3}")
DOTTED = re.compile(r".+?(?:[.．…·•‥]{3,}|\t)[\s.．…·]*\d{1,3}")
CONTENTS_HEAD = re.compile(r"目\s*[录次]")


@dataclass
class _Open:
    """A heading below which the following ones may stand."""

    at: int
    mark: Mark | None
    style: int
    parent: int | None


def _plain(text: str) -> str:
    return re.sub(r"[\s\u3000.．…·]", "", text)


def _contents(blocks: Sequence[Block]) -> set[int]:
    """Return the lines of the contents: page numbers behind dots, or repeated further below."""
    found = {at for at, block in enumerate(blocks) if _is_dotted(block)}
    heads = [at for at, b in enumerate(blocks) if CONTENTS_HEAD.fullmatch(b.text.strip())]
    for head in heads[:1]:
        found.add(head)
        later: dict[str, int] = {}
        for at in range(head + 1, len(blocks)):
            later[_plain(blocks[at].text)] = at
        for at in range(head + 1, len(blocks)):
            paged = PAGE_NUMBER.fullmatch(blocks[at].text)
            words = _plain(paged["words"] if paged else blocks[at].text)
            if at not in found and later.get(words, 0) <= at:
                break
            found.add(at)
    return found


def _is_dotted(block: Block) -> bool:
    return block.kind != "table" and DOTTED.fullmatch(block.text) is not None


def _title_of(blocks: Sequence[Block], contents: set[int]) -> int | None:
    """Return the styled heading that is the title of the paper, not of a chapter."""
    styled = [at for at, b in enumerate(blocks) if b.kind == HEADING and at not in contents]
    if not styled or read_mark(blocks[styled[0]].text):
        return None
    first = blocks[styled[0]]
    alone = sum(blocks[at].level == first.level for at in styled) == 1
    marked = [at for at, b in enumerate(blocks) if at > styled[0] and _chapter_like(b)]
    follows = len(styled) > 1 and all(blocks[at].level > first.level for at in styled[1:])
    return styled[0] if alone and (follows or (len(styled) == 1 and marked)) else None


def _chapter_like(block: Block) -> bool:
    mark = read_mark(block.text)
    return mark is not None and mark.family not in WEAK and reads_as_heading(mark.rest)


class _Finder:
    """Walks through the blocks and keeps which headings are open."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.contents = _contents(blocks)
        self.title = _title_of(blocks, self.contents)
        self.open: list[_Open] = []
        self.found: dict[int, _Open] = {}
        self.gone: dict[int, int | None] = {}
        self.odd: list[Oddity] = []

    def walk(self) -> None:
        for at, block in enumerate(self.blocks):
            if at in self.contents or at == self.title or block.kind in {"table", "note"}:
                continue
            mark = read_mark(block.text)
            if block.kind == HEADING:
                self._styled(at, block, mark)
            elif block.kind == "list":
                self._automatic(at, block)
            elif mark is not None and "\n" not in block.text:
                self._plain(at, mark)

    # Accepting

    def _push(self, at: int, depth: int, mark: Mark | None, style: int = 0) -> None:
        del self.open[depth:]
        parent = self.open[-1].at if self.open else None
        self.found[at] = _Open(at, mark, style, parent)
        self.open.append(self.found[at])

    def _say(self, at: int, message: str, **params: Any) -> None:
        self.odd.append(Oddity(at, message, params))

    def _styled(self, at: int, block: Block, mark: Mark | None) -> None:
        if len(block.text) > MOST_STYLED or "。" in block.text:
            self._say(at, N_("A whole sentence has a heading style; it is taken as text."))
            return
        if mark is not None and mark.family == "annex":
            self._push(at, 0, mark, block.level)
            return
        depth = next((d for d, o in enumerate(self.open) if o.style >= block.level), None)
        if depth is None:
            below = max((d for d, o in enumerate(self.open) if o.style), default=-1) + 1
            depth = below or min(block.level - 1, len(self.open))
        numbered = self._depth_of(at, mark, quiet=True) if mark else None
        beside = numbered is not None and not any(o.style for o in self.open)
        self._push(at, numbered if beside and numbered is not None else depth, mark, block.level)

    def _automatic(self, at: int, block: Block) -> None:
        """Take a single numbered paragraph between texts for a heading that Word has numbered."""
        after = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
        if not block.level or after is None or after.kind == "list":
            return
        if reads_as_heading(block.text):
            mark = Mark("auto", (block.level,), "", block.text)
            inside = [
                depth
                for depth, each in enumerate(self.open)
                if each.mark and each.mark.family == "auto" and each.mark.values >= mark.values
            ]
            self._push(at, inside[0] if inside else len(self.open), mark)

    def _plain(self, at: int, mark: Mark) -> None:
        if mark.family == "annex":
            if not mark.rest or reads_as_heading(mark.rest):
                self._push(at, 0, mark)
            return
        bare = mark.family in {"part", "chapter", "section"} and not mark.rest
        if not bare and not reads_as_heading(mark.rest):
            return
        depth = self._depth_of(at, mark)
        if depth is not None:
            self._push(at, depth, mark)

    # Which number may follow

    def _depth_of(self, at: int, mark: Mark, *, quiet: bool = False) -> int | None:
        """Return below how many of the open headings a number stands, or None: it follows none."""
        deep = len(mark.values) > 1
        for depth in range(len(self.open) - 1, -1, -1):
            other = self.open[depth].mark
            if other is None or not _is_sibling(other, mark):
                continue
            step = mark.last - other.last
            if step == 1:
                return depth
            if mark.family not in WEAK and step in {0, 2}:
                self._say_jump(at, other, mark, quiet)
                return depth
            if mark.family not in WEAK:
                self._say_jump(at, other, mark, quiet, taken=False)
            return None
        return self._below_parent(mark) if deep else self._begin(mark)

    def _below_parent(self, mark: Mark) -> int | None:
        for depth in range(len(self.open) - 1, -1, -1):
            other = self.open[depth].mark
            if other is None or other.family == "auto":
                return depth + 1 if len(mark.values) == 2 and mark.last == 1 else None
            same = other.values == mark.values[: len(other.values)]
            if same and (other.family == "dec" or len(mark.values) == 2) and mark.last <= 2:
                return depth + 1
        return None

    def _begin(self, mark: Mark) -> int | None:
        if mark.last != 1:
            return None
        rank = RANKS.get(mark.family)
        if rank is None:
            return len(self.open)
        for depth, each in enumerate(self.open):
            other = RANKS.get(each.mark.family) if each.mark else None
            if other is not None and other > rank and not each.style:
                return depth
        return len(self.open)

    def _say_jump(
        self, at: int, before: Mark, mark: Mark, quiet: bool, *, taken: bool = True
    ) -> None:
        if quiet:
            return
        message = (
            N_("%(after)s stands behind %(before)s: a number is missing or there twice.")
            if taken
            else N_("%(after)s stands behind %(before)s and is taken as text.")
        )
        self._say(at, message, before=before.sign, after=mark.sign)

    # Second thoughts

    def settle(self) -> None:
        """Take back the headings that are lists, and earlier mentions of an annex."""
        self._settle_annexes()
        groups: dict[tuple[int | None, str], list[int]] = {}
        for at, each in self.found.items():
            if each.mark is not None and each.mark.family in WEAK and not each.style:
                groups.setdefault((each.parent, each.mark.family), []).append(at)
        # The deepest first: a list taken back is text of the heading above it.
        for group in sorted(groups.values(), key=lambda group: -self._depth(group[0])):
            followed = sum(self._has_text(at) for at in group)
            if not followed or (len(group) > 1 and followed * 2 <= len(group)):
                for at in group:
                    self._drop(at)

    def _settle_annexes(self) -> None:
        named: dict[str, int] = {}
        parents = {each.parent for each in self.found.values()}
        for at, each in list(self.found.items()):
            if each.mark is None or each.mark.family != "annex":
                continue
            name = _plain(each.mark.sign).strip("：:、")
            before = named.get(name)
            if before is not None and before not in parents:
                self._drop(before)
            named[name] = at

    def _drop(self, at: int) -> None:
        self.gone[at] = self.found.pop(at).parent

    def _parent(self, at: int) -> int | None:
        """Return the heading above one, past those that were taken back."""
        parent = self.found[at].parent
        while parent is not None and parent not in self.found:
            parent = self.gone.get(parent)
        return parent

    def _depth(self, at: int) -> int:
        depth, parent = 1, self._parent(at)
        while parent is not None:
            depth, parent = depth + 1, self._parent(parent)
        return depth

    def _has_text(self, at: int) -> bool:
        after = at + 1
        if after >= len(self.blocks):
            return False
        return after not in self.found or self._parent(after) == at

    def lines(self) -> list[Line]:
        """Return what each block is; headings deeper than the ladder goes stay text."""
        result = []
        for at, block in enumerate(self.blocks):
            if at in self.contents:
                result.append(Line(CONTENTS))
            elif at not in self.found:
                result.append(Line())
            elif (depth := self._depth(at)) > LEVELS:
                self._say(at, N_("This is deeper than four levels and is taken as text."))
                result.append(Line())
            else:
                result.append(as_heading(block, depth))
        return result


def _is_sibling(other: Mark, mark: Mark) -> bool:
    if other.family != mark.family:
        return False
    return len(other.values) == len(mark.values) and other.values[:-1] == mark.values[:-1]


def find_chapters(blocks: Sequence[Block]) -> tuple[list[Line], list[Oddity]]:
    """Say of every block what it is, and what is odd in the order of the text."""
    finder = _Finder(blocks)
    finder.walk()
    finder.settle()
    lines = finder.lines()
    for at, block in enumerate(blocks):
        if block.merged:
            finder.odd.append(Oddity(at, N_("Merged cells of this table were taken apart.")))
    return lines, sorted(finder.odd, key=lambda each: each.at)
