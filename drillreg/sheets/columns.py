"""Which column of a person's table holds which field, by the words in its header."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
DECORATION = re.compile(r"[\s*:：★※_\-—.、,;]+")


def normal_form(text: str) -> str:
    """Return a header text without width, case, spaces, marks: "＊ 面 积：" becomes "面积"."""
    return DECORATION.sub("", unicodedata.normalize("NFKC", text).casefold())


def bare_form(text: str) -> str:
    """Return the normal form without what stands in brackets: units, "(必填)", formats."""
    return normal_form(BRACKETED.sub("", unicodedata.normalize("NFKC", text)))


def _first_free(forms: Sequence[str], words: Sequence[str], taken: set[int]) -> int | None:
    for word in words:
        for index, form in enumerate(forms):
            if word and form == word and index not in taken:
                return index
    return None


def match_columns(header: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Map each field found to its column, by exact words first, then without brackets.

    A column serves one field; of several words for a field the earlier one wins.
    """
    found: dict[str, int] = {}
    for form_of in (normal_form, bare_form):
        forms = [form_of(text) for text in header]
        for field, words in synonyms.items():
            if field not in found:
                known = [form_of(word) for word in words]
                index = _first_free(forms, known, set(found.values()))
                if index is not None:
                    found[field] = index
    return found


def joined_header(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the header that two rows make together: "企业总部" over "举办次数" is both words."""
    return [
        above if above == below else " ".join(part for part in (above, below) if part)
        for above, below in zip(upper, lower, strict=True)
    ]


def _has_group(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether some text of the upper row spans several different texts of the lower."""
    return any(
        upper[at] and upper[at] == upper[at + 1] and lower[at] != lower[at + 1]
        for at in range(len(upper) - 1)
    )


def _variety(row: Sequence[str]) -> int:
    return len({text for text in row if text})


class Header(NamedTuple):
    """Where a header lies: index of its last row, its texts, fields it matched, rows it takes."""

    at: int
    texts: list[str]
    matched: int
    depth: int = 1


def find_header(
    rows: Sequence[Sequence[str]], synonyms: Mapping[str, Sequence[str]], *, look_at: int = 20
) -> Header:
    """Find the header row of a table.

    `rows` must be equally long, merged cells filled. The row with most known words wins; two
    rows are joined where that says more, or where the upper one groups the lower. Without a
    known word it is the first row with more than half as many different texts as the fullest.
    """
    best = (0, 0)
    header = Header(-1, list(rows[0]) if rows else [], 0)
    for at, row in enumerate(rows[:look_at]):
        score = len(match_columns(row, synonyms))
        if score > best[0]:
            best, header = (score, 0), Header(at, list(row), score)
        if at + 1 < len(rows) and min(_variety(row), _variety(rows[at + 1])) > 1:
            joined = joined_header(row, rows[at + 1])
            rank = (len(match_columns(joined, synonyms)), int(_has_group(row, rows[at + 1])))
            if rank[0] > 0 and rank > best:
                best, header = rank, Header(at + 1, joined, rank[0], 2)
    if header.at >= 0:
        return header
    fullest = max((_variety(row) for row in rows[:look_at]), default=0)
    for at, row in enumerate(rows[:look_at]):
        if _variety(row) * 2 > fullest:
            return Header(at, list(row), 0)
    return header._replace(at=0)


def header_at(
    rows: Sequence[Sequence[str]], synonyms: Mapping[str, Sequence[str]], at: int, depth: int
) -> Header:
    """Return the header that a person says it is: its last row from 0 (-1: none) and its depth."""
    if at < 0:
        width = len(rows[0]) if rows else 0
        return Header(-1, [f"#{number}" for number in range(1, width + 1)], 0, 0)
    at = min(at, len(rows) - 1)
    texts = list(rows[at])
    if depth == 2 and at > 0:
        texts = joined_header(rows[at - 1], rows[at])
    return Header(at, texts, len(match_columns(texts, synonyms)), depth)
