"""The order and depth of the sections of a plan: numbers, moving, indenting. Pure."""

from collections.abc import Iterator, Sequence

from drillreg.documents.ladder import LEVELS, head_mark

# As far as the ladder of GB/T 9704 counts in Chinese.
MOST_IN_CHINESE = 99


def _mark(level: int, value: int) -> str:
    if value <= MOST_IN_CHINESE:
        return head_mark(level, value)
    return f"{value}、" if level == 1 else f"（{value}）"


def marks(levels: Sequence[int]) -> Iterator[str]:
    """Yield what stands before each heading: 一、（一）1.（1）; a deeper one begins anew."""
    counts = [0] * LEVELS
    for level in levels:
        depth = min(max(level, 1), LEVELS)
        counts[depth - 1] += 1
        counts[depth:] = [0] * (LEVELS - depth)
        yield _mark(depth, counts[depth - 1])


def end_of(levels: Sequence[int], at: int) -> int:
    """Return where the part that begins at a heading ends, with everything below it."""
    end = at + 1
    while end < len(levels) and levels[end] > levels[at]:
        end += 1
    return end


def standing(levels: Sequence[int], filled: Sequence[bool]) -> list[int]:
    """Return the places of the headings that are filled, or stand over one that is."""
    return [at for at in range(len(levels)) if any(filled[at : end_of(levels, at)])]


def _sibling_before(levels: Sequence[int], at: int) -> int | None:
    """Return the heading of the same level before one, within the same part above."""
    for before in range(at - 1, -1, -1):
        if levels[before] < levels[at]:
            return None
        if levels[before] == levels[at]:
            return before
    return None


def moved(levels: Sequence[int], at: int, way: str) -> list[int]:
    """Return the places in their new order after a part changed places with its neighbour.

    `way` is "up" or "down"; at the end of the road nothing changes.
    """
    first: int | None = at
    if way == "up":
        first = _sibling_before(levels, at)
    if first is None:
        return list(range(len(levels)))
    middle = end_of(levels, first)
    if middle >= len(levels) or levels[middle] != levels[first]:
        return list(range(len(levels)))
    last = end_of(levels, middle)
    return [
        *range(first), *range(middle, last), *range(first, middle), *range(last, len(levels)),
    ]  # fmt: skip


def shifted(levels: Sequence[int], at: int, way: str) -> list[int]:
    """Return the levels after a part went "in" below the one before it, or "out".

    Nothing changes where it would leave the ladder or skip a level.
    """
    step = 1 if way == "in" else -1
    end = end_of(levels, at)
    deepest = max(levels[at:end]) + step
    most = levels[at - 1] + 1 if at else 1
    if not 1 <= levels[at] + step <= most or deepest > LEVELS:
        return list(levels)
    return [level + step if at <= place < end else level for place, level in enumerate(levels)]
