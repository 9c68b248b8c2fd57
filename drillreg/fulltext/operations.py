"""Writing the index, in the unit of work that changes the record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, column, delete, insert, or_, select, table

from drillreg.core.db import db
from drillreg.fulltext.models import GRAMS, FulltextEntry, FulltextText
from drillreg.fulltext.rules import Reading, folded, grams_of, pieces, tidy

SQLITE_GRAMS = table(GRAMS, column("rowid"), column("grams"))


@dataclass(frozen=True)
class Part:
    """What can be found of a record: a title, a section, a paper with its pages.

    `texts` are headings with texts; `revision` says which saving of the row `source_id` it is.
    """

    part: str
    source_id: int
    revision: int
    texts: Sequence[tuple[str, str]]
    edition: int | None = None
    reading: Reading | None = None
    trouble: str | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from the other parts of the record."""
        return self.part, self.source_id


def bring_up_to_date(kind: str, subject_id: int, parts: Sequence[Part], *, now: datetime) -> int:
    """Write the parts of a record that were saved since, remove what is gone; return how many."""
    indexed: dict[tuple[str, int], int] = {
        (part, source_id): revision
        for part, source_id, revision in db.session.execute(
            select(FulltextEntry.part, FulltextEntry.source_id, FulltextEntry.revision).where(
                _is_of(kind, subject_id), FulltextEntry.piece == 0
            )
        )
    }
    changed = [part for part in parts if indexed.get(part.key) != part.revision]
    stale = indexed.keys() - {part.key for part in parts}
    stale |= indexed.keys() & {part.key for part in changed}
    _remove(kind, subject_id, stale)
    _write(kind, subject_id, changed, now)
    return len(changed) + len(stale)


def put(kind: str, subject_id: int, part: Part, *, now: datetime) -> None:
    """Write one part of a record anew."""
    _remove(kind, subject_id, {part.key})
    _write(kind, subject_id, [part], now)


def forget_all(kind: str) -> None:
    """Take every record of a kind out of the index."""
    _delete(select(FulltextEntry.id).where(FulltextEntry.subject_kind == kind))


def _is_of(kind: str, subject_id: int) -> ColumnElement[bool]:
    return (FulltextEntry.subject_kind == kind) & (FulltextEntry.subject_id == subject_id)


def _remove(kind: str, subject_id: int, keys: Collection[tuple[str, int]]) -> None:
    if not keys:
        return
    these = [
        (FulltextEntry.part == part) & (FulltextEntry.source_id == source_id)
        for part, source_id in sorted(keys)
    ]
    found = select(FulltextEntry.id).where(_is_of(kind, subject_id), or_(*these))
    _delete(db.session.scalars(found).all())


def _delete(ids: Any) -> None:
    """Delete entries by their keys, given or selected."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(delete(SQLITE_GRAMS).where(SQLITE_GRAMS.c.rowid.in_(ids)))
    for model, key in ((FulltextText, FulltextText.entry_id), (FulltextEntry, FulltextEntry.id)):
        db.session.execute(
            delete(model).where(key.in_(ids)).execution_options(synchronize_session=False)
        )


def _write(kind: str, subject_id: int, parts: Sequence[Part], now: datetime) -> None:
    if not parts:
        return
    written: list[tuple[FulltextEntry, str, str]] = []
    for part in parts:
        cut = [
            (tidy(heading), piece) for heading, text in part.texts for piece in pieces(tidy(text))
        ]
        for number, (heading, text) in enumerate(cut):
            entry = FulltextEntry(
                subject_kind=kind,
                subject_id=subject_id,
                part=part.part,
                source_id=part.source_id,
                piece=number,
                edition=part.edition,
                revision=part.revision,
                reading=part.reading if number == 0 else None,
                trouble=part.trouble if number == 0 else None,
                updated_at=now,
            )
            written.append((entry, heading, text))
    index_rows(written)


def index_rows(written: Sequence[tuple[FulltextEntry, str, str]]) -> None:
    """Add entries with their headings and texts, both tidied, and the pairs they hold."""
    grams = {id(entry): grams_of(folded(head), folded(text)) for entry, head, text in written}
    on_sqlite = db.engine.dialect.name == "sqlite"
    for entry, _, _ in written:
        if not on_sqlite:
            # The pairs hold neither quotes nor backslashes: nothing to escape.
            entry.grams = " ".join(f"'{gram}'" for gram in grams[id(entry)])
        db.session.add(entry)
    db.session.flush()
    for entry, heading, text in written:
        whole = f"{heading}\n{text}"
        plain = folded(whole)
        db.session.add(
            FulltextText(
                entry_id=entry.id,
                heading=heading,
                text=text,
                folded=plain if plain != whole else None,
            )
        )
    if on_sqlite:
        db.session.execute(
            insert(SQLITE_GRAMS),
            [{"rowid": entry.id, "grams": " ".join(grams[id(entry)])} for entry, _, _ in written],
        )
    db.session.flush()
