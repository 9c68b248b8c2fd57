"""The difference between two versions of a plan by section; plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Protocol

from drillreg.plans.differing import (
    MOST_PAIRS,
    PARAGRAPH,
    Change,
    Paragraph,
    Piece,
    compare_texts,
    compare_words,
    rising,
)

# Headings that say the same in nearly the same words name the same section.
SAME_HEADING = 0.6


class Section(Protocol):
    """What a comparison needs to know of a section."""

    @property
    def key(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def heading(self) -> str: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True)
class SectionChange:
    """A section of one or both versions, and what became of it."""

    change: Change
    before: Section | None
    after: Section | None
    heading: tuple[Piece, ...]
    paragraphs: tuple[Paragraph, ...]
    is_moved: bool = False

    @property
    def level_changed(self) -> bool:
        """Whether the section stands deeper or higher than before."""
        return bool(self.before and self.after and self.before.level != self.after.level)

    @property
    def is_changed(self) -> bool:
        """Whether anything of the section is different."""
        return self.change is not Change.SAME or self.is_moved or self.level_changed


def compare(before: Sequence[Section], after: Sequence[Section]) -> list[SectionChange]:
    """Return every section in the order of the new text, removed ones where they stood."""
    pairs = _matched(before, after)
    moved = _moved([pairs[at] for at in sorted(pairs)])
    old_of = {new: old for old, new in pairs.items()}
    found: list[SectionChange] = []
    gone = [at for at in range(len(before)) if at not in pairs]
    for at, section in enumerate(after):
        old = old_of.get(at)
        if old is not None:
            while gone and gone[0] < old and at not in moved:
                found.append(_whole(before[gone.pop(0)], Change.REMOVED))
            found.append(_both(before[old], section, at in moved))
        else:
            found.append(_whole(section, Change.ADDED))
    return found + [_whole(before[at], Change.REMOVED) for at in gone]


def _matched(before: Sequence[Section], after: Sequence[Section]) -> dict[int, int]:
    """Return which section of the new text each of the old one became: by key, else heading."""
    places = {section.key: at for at, section in enumerate(after)}
    pairs = {at: places[s.key] for at, s in enumerate(before) if s.key in places}
    left = [at for at in range(len(before)) if at not in pairs]
    taken = set(pairs.values())
    free = [at for at in range(len(after)) if at not in taken]
    exact = {after[at].heading: at for at in reversed(free)}
    for old in left:
        new = exact.pop(before[old].heading, None)
        if new is None and len(left) * len(free) <= MOST_PAIRS:
            near = [(_ratio(before[old].heading, after[each].heading), -each) for each in free]
            best = max(near, default=(0.0, 0))
            new = -best[1] if best[0] >= SAME_HEADING else None
        if new is not None and new in free:
            free.remove(new)
            pairs[old] = new
    return pairs


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _moved(order: Sequence[int]) -> set[int]:
    """Return those of the places that are out of the longest run that kept its order."""
    return set(order) - {order[at] for at in rising(order)}


def _whole(section: Section, change: Change) -> SectionChange:
    parts = tuple(
        Paragraph(change, (Piece(change, text),)) for text in PARAGRAPH.findall(section.body)
    )
    old = section if change is Change.REMOVED else None
    new = section if change is Change.ADDED else None
    return SectionChange(change, old, new, (Piece(change, section.heading),), parts)


def _both(old: Section, new: Section, is_moved: bool) -> SectionChange:
    paragraphs = compare_texts(old.body, new.body)
    heading = compare_words(old.heading, new.heading)
    differs = old.heading != new.heading or any(p.change is not Change.SAME for p in paragraphs)
    change = Change.CHANGED if differs else Change.SAME
    return SectionChange(change, old, new, heading, paragraphs, is_moved)
