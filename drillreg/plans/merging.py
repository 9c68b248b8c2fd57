"""Bringing two changes of one text together, line by line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

# Beyond this many lines the two are not compared: whoever saves looks at both as a whole.
MOST_LINES = 1000
THEIRS, MINE, BOTH = "theirs", "mine", "both"


@dataclass(frozen=True)
class Agreed:
    """Lines on which both texts agree, or that only one of them changed."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Lines that both changed, each in its own way."""

    theirs: tuple[str, ...]
    mine: tuple[str, ...]


Chunk: TypeAlias = Agreed | Conflict


def _places(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return where the lines of `base` that were kept stand in `other`."""
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + at: block.b + at for block in blocks for at in range(block.size)}


def _settled(base: tuple[str, ...], theirs: tuple[str, ...], mine: tuple[str, ...]) -> Chunk:
    if theirs in (base, mine):
        return Agreed(mine)
    return Agreed(theirs) if mine == base else Conflict(theirs, mine)


def merge(base: str, theirs: str, mine: str) -> list[Chunk]:
    """Return both changes of `base` as chunks in order; nothing that either added is left out."""
    b, t, m = (tuple(text.split("\n")) for text in (base, theirs, mine))
    if theirs in (base, mine) or mine == base or max(map(len, (b, t, m))) > MOST_LINES:
        return [_settled(b, t, m)]
    in_theirs, in_mine = _places(b, t), _places(b, m)
    kept = [at for at in range(len(b)) if at in in_theirs and at in in_mine]
    chunks: list[Chunk] = []
    base_at = theirs_at = mine_at = 0
    for line in [*kept, len(b)]:
        ends = (in_theirs.get(line, len(t)), in_mine.get(line, len(m)))
        part = (b[base_at:line], t[theirs_at : ends[0]], m[mine_at : ends[1]])
        if any(part):
            chunks.append(_settled(*part))
        if line < len(b):
            chunks.append(Agreed((b[line],)))
        base_at, theirs_at, mine_at = line + 1, ends[0] + 1, ends[1] + 1
    return _joined(chunks)


def _joined(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Put agreed chunks that follow each other together."""
    joined: list[Chunk] = []
    for chunk in chunks:
        last = joined[-1] if joined else None
        if isinstance(chunk, Agreed) and isinstance(last, Agreed):
            joined[-1] = Agreed(last.lines + chunk.lines)
        else:
            joined.append(chunk)
    return joined


def conflicts(chunks: Sequence[Chunk]) -> list[Conflict]:
    """Return what somebody has to choose."""
    return [chunk for chunk in chunks if isinstance(chunk, Conflict)]


def text_of(chunks: Sequence[Chunk], choices: Sequence[str] = ()) -> str:
    """Return the merged text; `choices` says of each conflict THEIRS, MINE or BOTH in order."""
    waiting = iter(choices)
    lines: list[str] = []
    for chunk in chunks:
        if isinstance(chunk, Agreed):
            lines += chunk.lines
            continue
        choice = next(waiting)
        lines += chunk.theirs if choice in (THEIRS, BOTH) else ()
        lines += chunk.mine if choice in (MINE, BOTH) else ()
    return "\n".join(lines)
