"""Looking into the index: which texts hold what is looked for, and how much they speak of it.

What is found are keys, not records: the feature that owns the records asks its scope before it
ranks or shows any of them, and only then opens words.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    cast,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from drillreg.core.db import Big, db
from drillreg.fulltext.models import GRAMS, FulltextDocument, FulltextEntry, FulltextText
from drillreg.fulltext.rules import LEVELS, grams_of


def _on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


@contextmanager
def _by_index() -> Iterator[None]:
    """Keep PostgreSQL from reading the pairs of every text, which it takes for short.

    It reckons with the row and not with what is stored apart of it.
    """
    if _on_sqlite():
        yield
        return
    for_now = partial(func.set_config, "enable_seqscan")
    db.session.execute(select(for_now("off", True)))
    yield
    db.session.execute(select(for_now("on", True)))


def _words(grams: Sequence[int], levels: range) -> str:
    """Return, for the index of SQLite, the search for every gram on one of some levels."""
    groups = (" OR ".join(f'"{gram | level:x}"' for level in levels) for gram in grams)
    return " AND ".join(f"({group})" for group in groups)


def _overlaps(grams: Sequence[int], levels: range) -> ColumnElement[bool]:
    """Return the same as a condition of PostgreSQL."""
    held = FulltextDocument.grams
    return and_(
        *(held.op("&&")(cast([gram | level for level in levels], ARRAY(Big))) for gram in grams)
    )


def _on_level(grams: Sequence[int], level: int) -> Select[Any]:
    """Select the texts that hold every gram on a level or higher, and one of them on just that."""
    here, above = range(level, LEVELS), range(level + 1, LEVELS)
    exact = range(level, level + 1) if len(grams) == 1 else here
    is_whole = len(grams) == 1 or not above
    number: Any = literal_column(str(level)).label("level")
    if _on_sqlite():
        index = table(GRAMS, column("rowid"), column(GRAMS))
        words = _words(grams, exact)
        if not is_whole:
            words = f"({words}) NOT ({_words(grams, above)})"
        return select(number, index.c.rowid.label("id")).where(index.c[GRAMS].op("MATCH")(words))
    found = select(number, FulltextDocument.id.label("id")).where(_overlaps(grams, exact))
    if not is_whole:
        higher = select(FulltextDocument.id).where(_overlaps(grams, above))
        found = found.where(FulltextDocument.id.not_in(higher))
    return found


def _levels(grams: Sequence[int], after: tuple[int, int] | None) -> Iterator[Select[Any]]:
    for level in reversed(range(LEVELS)):
        found = _on_level(grams, level)
        if after is None or level < after[0]:
            yield found
        elif level == after[0]:
            key = column("rowid") if _on_sqlite() else FulltextDocument.id
            yield found.where(key < after[1])


def best_texts(
    terms: Sequence[str], *, after: tuple[int, int] | None, most: int | None
) -> list[tuple[int, int]]:
    """Return (level, key) of texts that may hold all folded terms, the best first, at most so many.

    A term of three characters or more is not yet known to stand there as a whole: see `holding`.
    `after` is where to go on. SQLite reads no further than it must; PostgreSQL reads the keys of
    all texts that hold the words, and nothing else of them.
    """
    found = union_all(*_levels(grams_of(terms), after)).subquery("found")
    ordered = select(found.c.level, found.c.id).order_by(found.c.level.desc(), found.c.id.desc())
    with _by_index():
        return [(level, key) for level, key in db.session.execute(ordered.limit(most))]


def holding(
    terms: Sequence[str], keys: Collection[int], *, candidates: Collection[int] = ()
) -> set[int]:
    """Return which of some texts hold all folded terms.

    `candidates` are those among them that `best_texts` has found for the same terms.
    """
    document, others = FulltextDocument, set(keys) - set(candidates)
    held = set(keys) - others
    if others:
        held |= set(db.session.scalars(_indexed(terms).where(document.id.in_(others))))
    # All pairs of a longer term are there, but not yet known to follow each other.
    said = [_says(term) for term in terms if len(term) > 2]
    if held and said:
        held = set(db.session.scalars(select(document.id).where(document.id.in_(held), *said)))
    return held


def _indexed(terms: Sequence[str]) -> Select[Any]:
    """Select the texts that hold the pairs of all terms, for a few given texts."""
    document, grams, here = FulltextDocument, grams_of(terms), range(LEVELS)
    if _on_sqlite():
        index = table(GRAMS, column("rowid"), column(GRAMS))
        asked = index.c[GRAMS].op("MATCH")(_words(grams, here))
        return select(document.id).where(exists().where(asked, index.c.rowid == document.id))
    return select(document.id).where(_overlaps(grams, here))


def _says(term: str) -> ColumnElement[bool]:
    """Return the condition that an entry of a text holds a folded term."""
    document = FulltextDocument
    return (
        exists()
        .where(
            FulltextEntry.subject_kind == document.subject_kind,
            FulltextEntry.subject_id == document.subject_id,
            func.coalesce(FulltextEntry.edition, 0).in_((0, document.edition)),
            FulltextText.entry_id == FulltextEntry.id,
            has_term(term),
        )
        .correlate(document)
    )


def has_term(term: str) -> ColumnElement[bool]:
    """Return the condition that the words of an entry, heading or text, hold a folded term."""
    text = FulltextText
    place = func.instr if _on_sqlite() else func.strpos
    return or_(
        place(func.coalesce(text.folded, text.text), term) > 0,
        and_(text.folded.is_(None), place(text.heading, term) > 0),
    )
