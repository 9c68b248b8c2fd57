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

WEIGHTS = (("", 1), *((mark, 1) for _, mark in OFTEN), (IN_HEADING, 8))


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


def _found(number: int, term: str, mark: str, weight: int) -> Select[Any]:
    holding = _holding(term, mark).subquery()
    found = select(
        holding.c.entry_id, literal(number).label("term"), literal(weight).label("weight")
    ).select_from(holding)
    if len(term) > 2:  # all its pairs are there, but not yet known to follow each other
        found = found.join(FulltextText, FulltextText.entry_id == holding.c.entry_id)
        found = found.where(has_term(term))
    return found


def matches(terms: Sequence[str]) -> Subquery:
    """Return (entry_id, term, weight) of the entries that hold a folded term.

    `term` is the number of the term. An entry comes again, with more weight, where the term stands
    in its heading or often: the sum of its weights ranks it, and no text is opened for that.
    """
    found = [
        _found(number, term, mark, weight)
        for number, term in enumerate(terms)
        for mark, weight in WEIGHTS
    ]
    return union_all(*found).subquery("hit")
