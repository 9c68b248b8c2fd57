"""How texts are folded, cut into pairs of characters and shown with what was found.

Chinese has no spaces: the index holds every pair of neighbouring characters, so that a word of two
characters is found whatever stands around it, and a rare one as surely as a common one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

LONGEST_TERM = 40
MOST_TERMS = 6
# Longer texts are cut into pieces, each with so much of the next one that no term falls between.
PIECE = 4000
SNIPPET = 60
SPACE = re.compile(r"[\s\x00-\x1f\ud800-\udfff]+")
# Where punctuation of ASCII goes, which the databases would not index: a private area of Unicode
# that no text uses (old Chinese fonts use the one below it for rare characters).
PRIVATE = 0xF0000
# The end of a text, so that its last character begins a pair, too.
END = "\U000f00ff"
# Marks in front of a pair: stands in the heading; at least so often in heading and text.
IN_HEADING = "\U000f0101"
OFTEN = ((2, "\U000f0102"), (4, "\U000f0103"), (8, "\U000f0104"))


class Reading(StrEnum):
    """How far the reading of a file's text is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@lru_cache(maxsize=65536)
def _fold(character: str) -> str:
    """Return a letter or digit in its plain form, small and half as wide; anything else stays.

    One character stays one, so that a place in the folded text is that place in the text.
    """
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 and plain.isalnum() else character


def tidy(text: str) -> str:
    """Return a text in one line, with single spaces and without control characters."""
    return SPACE.sub(" ", text).strip()


def folded(text: str) -> str:
    """Return a text as it is compared: small letters and digits of half width."""
    return "".join(map(_fold, text))


def terms_of(words: str) -> list[str]:
    """Return what is looked for: the words between spaces, folded, each one once."""
    found = dict.fromkeys(folded(tidy(words)).split(" "))
    return [term[:LONGEST_TERM] for term in found if term][:MOST_TERMS]


def _indexed(character: str) -> str:
    if character < "\x80" and not character.isalnum():
        return chr(PRIVATE + ord(character))
    return character


def _pairs(text: str) -> Iterator[str]:
    safe = "".join(map(_indexed, text)) + END
    return map("".join, pairwise(safe))


def grams_of(heading: str, text: str) -> list[str]:
    """Return what the index holds of a folded text: its pairs, and marked those that weigh more."""
    above = Counter(_pairs(heading))
    counts = above + Counter(_pairs(text))
    found = sorted(counts)
    found += [IN_HEADING + pair for pair in sorted(above)]
    for least, mark in OFTEN:
        found += [mark + pair for pair in sorted(counts) if counts[pair] >= least]
    return found


def grams_of_term(term: str) -> list[str]:
    """Return the pairs that a text with the term must hold; one character alone begins a pair."""
    if len(term) == 1:
        return [_indexed(term)]
    return list(dict.fromkeys(list(_pairs(term))[:-1]))


def pieces(text: str) -> list[str]:
    """Return a tidied text in pieces that overlap by the longest term."""
    starts = range(0, max(len(text) - LONGEST_TERM, 1), PIECE)
    return [text[start : start + PIECE + LONGEST_TERM] for start in starts]


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that is shown, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


def _places(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Return where terms stand in a text, in order, those that overlap as one."""
    within = folded(text)
    found = sorted(
        (match.start(), match.end())
        for term in terms
        for match in re.finditer(re.escape(term), within)
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def marked(text: str, terms: Sequence[str]) -> list[Piece]:
    """Return a text in stretches, those that were looked for among them."""
    found: list[Piece] = []
    last = 0
    for start, end in _places(text, terms):
        found += [Piece(text[last:start]), Piece(text[start:end], is_hit=True)]
        last = end
    return [piece for piece in [*found, Piece(text[last:])] if piece.text]


def snippet(text: str, terms: Sequence[str]) -> list[Piece]:
    """Return the stretch of a text around the first place of a term, marked; the start if none."""
    places = _places(text, terms)
    first = places[0][0] if places else 0
    start = max(first - SNIPPET // 2, 0)
    end = min(start + 2 * SNIPPET, len(text))
    shown = marked(text[start:end], terms)
    front, behind = ["…"] if start else [], ["…"] if end < len(text) else []
    return [*map(Piece, front), *shown, *map(Piece, behind)]
