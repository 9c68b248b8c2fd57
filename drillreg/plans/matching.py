"""Which known section a heading of a Word plan means, by its words. Pure."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

FILLING = re.compile(r"[\s\u3000、，,及与和的：:（）()]")
ALIKE = 0.66


def likeness(one: str, other: str) -> float:
    """Return how alike two headings are, 0 to 1; 1 means the same words."""
    one, other = FILLING.sub("", one), FILLING.sub("", other)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    inside = 0.7 if len(shorter) > 1 and shorter in longer else 0.0
    return max(inside, SequenceMatcher(None, one, other, autojunk=False).ratio() * 0.99)


def match(
    headings: Sequence[str], known: Sequence[tuple[str, str]], *, at_least: float = ALIKE
) -> dict[int, str]:
    """Return heading → key of the known (key, heading) pairs, the most alike first, each once."""
    pairs = sorted(
        (-score, at, place)
        for at, heading in enumerate(headings)
        for place, (_, name) in enumerate(known)
        if (score := likeness(heading, name)) >= at_least
    )
    found: dict[int, str] = {}
    taken: set[str] = set()
    for _, at, place in pairs:
        key = known[place][0]
        if at not in found and key not in taken:
            found[at] = key
            taken.add(key)
    return found
