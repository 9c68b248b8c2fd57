"""How texts are folded, cut into pairs of characters and shown with what was found.

Chinese has no spaces: the index holds every pair of neighbouring characters, so that a word of two
characters is found whatever stands around it, and a rare one as surely as a common one. With each
pair it holds on which level it stands in a text: so the best texts are read first, and reading
ends when a page is full.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import chain, pairwise

LONGEST_TERM = 40
MOST_TERMS = 6
# Longer texts are cut into pieces, each with so much of the next one that no term falls between.
PIECE = 4000
SNIPPET = 60
SPACE = re.compile(r"[\s\x00-\x1f\ud800-\udfff]+")
# A text holds a pair on the level of its mentions, 1, 2, 4 … 64; one in a heading counts for more.
# On the highest level, of 128, stands what the name of the record itself holds.
LEVELS = 8
MOST_MENTIONS = 1 << LEVELS - 1
IN_HEADING = 8


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


def _number(characters: str) -> int:
    """Return one or two characters as a number with room for a level."""
    if len(characters) == 1:
        return ord(characters) << 3
    return ord(characters[0]) << 24 | ord(characters[1]) << 3


def _grams(text: str) -> Iterator[str]:
    return chain(text, map("".join, pairwise(text)))


@dataclass
class Mentions:
    """What a text says and how often: of its record's name, of its headings, of its words."""

    name: set[str] = field(default_factory=set)
    said: Counter[str] = field(default_factory=Counter)

    def add(self, heading: str, text: str) -> None:
        """Count a folded piece of the text."""
        for _ in range(IN_HEADING):
            self.said.update(_grams(heading))
        self.said.update(_grams(text))

    def add_name(self, text: str) -> None:
        """Note what belongs to the record and so to each of its texts."""
        self.name.update(_grams(text))

    def grams(self) -> list[int]:
        """Return each character and pair once, with the level it stands on."""
        counts = self.said | Counter(dict.fromkeys(self.name, MOST_MENTIONS))
        return [
            _number(characters) | min(count, MOST_MENTIONS).bit_length() - 1
            for characters, count in counts.items()
        ]


def grams_of_term(term: str) -> list[int]:
    """Return the characters or pairs, of level 0, that a text with a folded term must hold.

    Pairs beside each other cover a longer term; whether they follow each other, its text says.
    """
    if len(term) == 1:
        return [_number(term)]
    starts = {*range(0, len(term) - 1, 2), len(term) - 2}
    return [_number(term[start : start + 2]) for start in sorted(starts)]


def grams_of(terms: Iterable[str]) -> list[int]:
    """Return what a text with all the folded terms must hold, each once."""
    return list(dict.fromkeys(gram for term in terms for gram in grams_of_term(term)))


def pieces(text: str) -> list[str]:
    """Return a tidied text in pieces that overlap by the longest term."""
    starts = range(0, max(len(text) - LONGEST_TERM, 1), PIECE)
    return [text[start : start + PIECE + LONGEST_TERM] for start in starts]


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that is shown, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


def _places(within: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Return where terms stand in a folded text, in order, those that overlap as one."""
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
    for start, end in _places(folded(text), terms):
        found += [Piece(text[last:start]), Piece(text[start:end], is_hit=True)]
        last = end
    return [piece for piece in [*found, Piece(text[last:])] if piece.text]


def snippet(text: str, terms: Sequence[str], within: str) -> list[Piece]:
    """Return the stretch of a text around the first place of a term, marked; the start if none.

    `within` is the folded text.
    """
    places = [place for term in terms if (place := within.find(term)) >= 0]
    start = max(min(places, default=0) - SNIPPET // 2, 0)
    end = min(start + 2 * SNIPPET, len(text))
    shown = marked(text[start:end], terms)
    front, behind = ["…"] if start else [], ["…"] if end < len(text) else []
    return [*map(Piece, front), *shown, *map(Piece, behind)]
