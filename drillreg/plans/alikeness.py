"""How much of one plan also stands in another: shares of runs of characters; plain Python.

A figure is a signal to read both, never a verdict: law, template and the plan above make plans
alike for good reasons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from zlib import crc32

from drillreg.plans.comparing import Section

# Characters in a run; five Chinese characters are about a phrase.
RUN = 5
# Shorter sections, such as a heading with a phone number, say nothing.
SHORTEST_SECTION = 40
# Passages of at least so many characters are shown as standing in both.
SHORTEST_PASSAGE = 12
PHRASE = re.compile(r"[^。！？；，、,\n]*[。！？；，、,\n]+|[^。！？；，、,\n]+")
# Only words count: no blanks, marks of Markdown, punctuation.
NOT_WORDS = re.compile(r"[\W_]+")

Runs = frozenset[str]


def runs_of(text: str, *, without: Sequence[str] = ()) -> Runs:
    """Return the runs of five characters of a text, leaving out names such as the organisation's.

    The longest name is taken out first, so that a short one inside it does not cut it.
    """
    for name in sorted((name for name in without if name), key=len, reverse=True):
        text = text.replace(name, "")
    words = NOT_WORDS.sub("", text)
    return frozenset(words[at : at + RUN] for at in range(len(words) - RUN + 1))


def share(mine: Runs, theirs: Runs) -> float:
    """Return which share of the runs of a text, 0 … 1, another text has as well."""
    return len(mine & theirs) / len(mine) if mine else 0.0


@dataclass(frozen=True)
class Alike:
    """A section, how much of it stands in the other plan, and the section there nearest to it."""

    section: Section
    share: float
    nearest: Section | None


def alike_sections(
    mine: Sequence[Section], theirs: Sequence[Section], *, given: str = ""
) -> list[Alike]:
    """Return for each section of some length its share in the other plan, the greatest first.

    `given`: what both were given, such as the words of their template; it counts for neither.
    """
    common = runs_of(given)
    runs = [(section, runs_of(section.body) - common) for section in theirs]
    everything = frozenset().union(*(each for _, each in runs))
    found = []
    for section in mine:
        own = runs_of(section.body) - common
        if len(own) < SHORTEST_SECTION:
            continue
        nearest = max(runs, key=lambda each: share(own, each[1]), default=None)
        shown = nearest[0] if nearest and own & nearest[1] else None
        found.append(Alike(section, share(own, everything), shown))
    return sorted(found, key=lambda each: -each.share)


@dataclass(frozen=True)
class Passage:
    """A run of text, and whether it stands in the other text too."""

    text: str
    in_both: bool


def side_by_side(mine: str, theirs: str) -> tuple[list[Passage], list[Passage]]:
    """Return both texts cut where passages of twelve characters and more stand in both."""
    one_by_one, other_by_one = PHRASE.findall(mine), PHRASE.findall(theirs)
    matcher = SequenceMatcher(None, one_by_one, other_by_one, autojunk=False)
    left: list[Passage] = []
    right: list[Passage] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        one = "".join(one_by_one[i1:i2])
        other = "".join(other_by_one[j1:j2])
        same = kind == "equal" and len(one) >= SHORTEST_PASSAGE
        left.append(Passage(one, same))
        right.append(Passage(other, same))
    return _joined(left), _joined(right)


def _joined(passages: Sequence[Passage]) -> list[Passage]:
    found: list[Passage] = []
    for each in passages:
        if found and found[-1].in_both is each.in_both:
            found[-1] = Passage(found[-1].text + each.text, each.in_both)
        elif each.text:
            found.append(each)
    return found


# Of all runs only every fourth is kept for comparing many plans: by its checksum, so that two
# texts keep the same ones.
SAMPLED = 4
Sketch = frozenset[int]


def sketch_of(text: str, *, without: Sequence[str] = ()) -> Sketch:
    """Return the checksums of a quarter of the runs of a text: enough to compare whole plans."""
    sums = (crc32(run.encode()) for run in runs_of(text, without=without))
    return frozenset(each for each in sums if each % SAMPLED == 0)


def likeness(mine: Sketch, theirs: Sketch) -> float:
    """Return about which share of a text, 0 … 1, stands in another one as well."""
    return len(mine & theirs) / len(mine) if mine else 0.0
