"""Looking into the index: which entries hold what is looked for, and how much they speak of it.

These are statements, not reads: the feature whose records they find joins them to its own rows and
asks its scope there, so that nothing is ranked or shown that the reader may not see.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    case,
    cast,
    column,
    func,
    literal,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from drillreg.core.db import db
from drillreg.fulltext.models import GRAMS, FulltextEntry, FulltextText
from drillreg.fulltext.rules import IN_HEADING, OFTEN, grams_of_term

HEADING_WEIGHT = 8


def _holding(term: str, mark: str = "") -> Select[int]:
    """Select the entries that hold every pair of a term."""
    grams = [mark + gram for gram in grams_of_term(term)]
    begins = len(term) == 1
    if db.engine.dialect.name == "sqlite":
        index = table(GRAMS, column("rowid"), column(GRAMS)).alias()
        words = " AND ".join(f'"{gram}"{"*" if begins else ""}' for gram in grams)
        return select(index.c.rowid.label("entry_id")).where(index.c[GRAMS].op("MATCH")(words))
    entry = aliased(FulltextEntry)
    words = " & ".join(f"'{gram}'{':*' if begins else ''}" for gram in grams)
    return select(entry.id.label("entry_id")).where(entry.grams.op("@@")(cast(words, TSQUERY)))


def has_term(term: str) -> ColumnElement[bool]:
    """Return the condition that the words of an entry, heading or text, hold a folded term."""
    words = func.coalesce(
        FulltextText.folded, FulltextText.heading + literal("\n") + FulltextText.text
    )
    return words.contains(term, autoescape=True)


def _found(number: int, term: str) -> Select[Any]:
    holding = _holding(term).subquery()
    score: Any = literal(1)
    for mark, weight in ((IN_HEADING, HEADING_WEIGHT), *((mark, 1) for _, mark in OFTEN)):
        score = score + case((holding.c.entry_id.in_(_holding(term, mark)), weight), else_=0)
    found = select(
        holding.c.entry_id, literal(number).label("term"), score.label("score")
    ).select_from(holding)
    if len(term) > 2:  # all its pairs are there, but not yet known to follow each other
        found = found.join(FulltextText, FulltextText.entry_id == holding.c.entry_id)
        found = found.where(has_term(term))
    return found


def matches(terms: Sequence[str]) -> Subquery:
    """Return (entry_id, term, score) of every entry that holds one of the folded terms.

    `term` is the number of the term. What holds a term in its heading, or often, scores higher.
    """
    return union_all(*(_found(number, term) for number, term in enumerate(terms))).subquery("hit")
