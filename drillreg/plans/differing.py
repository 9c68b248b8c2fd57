"""The difference between two texts: paragraphs, then sentences and characters; plain Python.

Equal paragraphs are set aside first; only what is left between them is looked at more closely, so
that two long texts are compared quickly.
"""

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# A paragraph is a line with the empty lines behind it, so that joining them gives the text again.
PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")
SENTENCE = re.compile(r"[^。！？；;，,\n]*[。！？；;，,\n]+|[^。！？；;，,\n]+")
# Two paragraphs that share less of their pairs of characters are not one that was changed.
ALIKE = 0.4
# What lies between two anchors is aligned exactly up to this many pairs.
MOST_PAIRS = 40_000
# A shorter run that is left between two changes only disturbs the reading.
SHORTEST_RUN = 2


class Change(StrEnum):
    """What became of a section, a paragraph or a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Piece:
    """A run of characters that stayed, came in or went out."""

    change: Change
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and what became of it, as its pieces in order."""

    change: Change
    pieces: tuple[Piece, ...]


def rising(values: Sequence[int]) -> list[int]:
    """Return the indices of a longest rising run of distinct numbers."""
    ends: list[int] = []
    holders: list[int] = []
    earlier: list[int] = []
    for at, value in enumerate(values):
        place = bisect_left(ends, value)
        earlier.append(holders[place - 1] if place else -1)
        ends[place : place + 1] = [value]
        holders[place : place + 1] = [at]
    run, at = [], holders[-1] if holders else -1
    while at >= 0:
        run.append(at)
        at = earlier[at]
    return run[::-1]


def compare_texts(before: str, after: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of both texts in order, changed ones by their characters."""
    old, new = PARAGRAPH.findall(before), PARAGRAPH.findall(after)
    found: list[Paragraph] = []
    for stays, gone, come in _blocks(old, new):
        found += [Paragraph(Change.SAME, (Piece(Change.SAME, text),)) for text in stays]
        found += _changed(gone, come)
    return tuple(found)


def _changed(gone: Sequence[str], come: Sequence[str]) -> list[Paragraph]:
    """Return what became of paragraphs between two that stayed; alike ones are the same one."""
    partner = _partners(gone, come)
    found: list[Paragraph] = []
    done = 0
    for text, at in zip(gone, partner, strict=True):
        if at is None:
            found.append(Paragraph(Change.REMOVED, (Piece(Change.REMOVED, text),)))
            continue
        found += _added(come[done:at])
        found.append(Paragraph(Change.CHANGED, compare_words(text, come[at])))
        done = at + 1
    return found + _added(come[done:])


def _added(texts: Sequence[str]) -> list[Paragraph]:
    return [Paragraph(Change.ADDED, (Piece(Change.ADDED, text),)) for text in texts]


def _partners(gone: Sequence[str], come: Sequence[str]) -> list[int | None]:
    """Return for each paragraph that went the one it became, in order, where any is alike."""
    if len(gone) * len(come) > MOST_PAIRS // 10:
        return [at if at < len(come) else None for at in range(len(gone))]
    pairs_of = [Counter(itertools.pairwise(text)) for text in come]
    found: list[int | None] = []
    first = 0
    for text in gone:
        mine = Counter(itertools.pairwise(text))
        near = [(_share(mine, pairs_of[at]), -at) for at in range(first, len(come))]
        best = max(near, default=(0.0, 0))
        found.append(-best[1] if best[0] >= ALIKE else None)
        first = -best[1] + 1 if best[0] >= ALIKE else first
    return found


def _share(mine: Counter[tuple[str, str]], theirs: Counter[tuple[str, str]]) -> float:
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 0.0


def compare_words(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces of both texts in order: whole sentences first, then their characters."""
    if before == after:
        return (Piece(Change.SAME, before),) if before else ()
    pieces: list[tuple[Change, str]] = []
    for stays, gone, come in _blocks(SENTENCE.findall(before), SENTENCE.findall(after)):
        pieces.append((Change.SAME, "".join(stays)))
        pieces += _characters("".join(gone), "".join(come))
    return _tidied(pieces)


def _characters(old: str, new: str) -> list[tuple[Change, str]]:
    found: list[tuple[Change, str]] = []
    for stays, gone, come in _blocks(old, new):
        found += [(Change.SAME, "".join(stays)), (Change.REMOVED, "".join(gone))]
        found.append((Change.ADDED, "".join(come)))
    return found


def _tidied(pieces: Sequence[tuple[Change, str]]) -> tuple[Piece, ...]:
    """Join runs of one kind, and let a lone character between two changes belong to both."""
    kept: list[tuple[str, str, str]] = []  # what stays, then what goes and comes behind it
    for change, text in pieces:
        if not text:
            continue
        if change is Change.SAME:
            if kept and not kept[-1][1] and not kept[-1][2]:
                kept[-1] = (kept[-1][0] + text, "", "")
            else:
                kept.append((text, "", ""))
            continue
        stays, gone, come = kept.pop() if kept else ("", "", "")
        removed = change is Change.REMOVED
        gone, come = gone + text * removed, come + text * (not removed)
        if kept and len(stays) < SHORTEST_RUN:
            first, out, came = kept.pop()
            stays, gone, come = first, out + stays + gone, came + stays + come
        kept.append((stays, gone, come))
    kinds = (Change.SAME, Change.REMOVED, Change.ADDED)
    return tuple(
        Piece(kind, text) for block in kept for kind, text in zip(kinds, block, strict=True) if text
    )


Block = tuple[Sequence[str], Sequence[str], Sequence[str]]


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Return, in order, what stays and then what went and came behind it."""
    found: list[Block] = []
    at_old = at_new = 0
    runs = [*_equal_runs(old, new, 0, 0), (len(old), len(new), 0)]
    stays: Sequence[str] = old[:0]
    for start, other, size in runs:
        found.append((stays, old[at_old:start], new[at_new:other]))
        stays = old[start : start + size]
        at_old, at_new = start + size, other + size
    return found


Run = tuple[int, int, int]


def _equal_runs(old: Sequence[str], new: Sequence[str], left: int, right: int) -> list[Run]:
    """Return (place in old, place in new, length) of the runs that stay, shifted by the offsets."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    runs = [(left, right, head)]
    runs += _inner_runs(inner_old, inner_new, left + head, right + head)
    runs.append((left + len(old) - tail, right + len(new) - tail, tail))
    return [run for run in runs if run[2]]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _inner_runs(old: Sequence[str], new: Sequence[str], left: int, right: int) -> list[Run]:
    if not old or not new:
        return []
    if len(old) * len(new) <= MOST_PAIRS:
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        return [(left + b.a, right + b.b, b.size) for b in blocks if b.size]
    anchors = _anchors(old, new)
    if not anchors:
        return []  # nothing to hold on to: all of it is replaced
    runs: list[Run] = []
    at_old = at_new = 0
    for one, other in [*anchors, (len(old), len(new))]:
        gap_old, gap_new = old[at_old:one], new[at_new:other]
        runs += _equal_runs(gap_old, gap_new, left + at_old, right + at_new)
        if one < len(old):
            runs.append((left + one, right + other, 1))
        at_old, at_new = one + 1, other + 1
    return runs


def _once(items: Sequence[str]) -> dict[str, int]:
    counts = Counter(items)
    return {each: at for at, each in enumerate(items) if counts[each] == 1}


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of what occurs once on both sides, as far as the order was kept."""
    places = _once(new)
    both = [(at, places[each]) for each, at in _once(old).items() if each in places]
    return [both[at] for at in rising([other for _, other in both])]
