"""Writing the index, in the unit of work that changes the record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, column, delete, func, insert, or_, select, table, update

from drillreg.core.db import db
from drillreg.fulltext.models import GRAMS, FulltextDocument, FulltextEntry, FulltextText
from drillreg.fulltext.rules import Mentions, Reading, folded, pieces, tidy

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
    indexed: dict[tuple[str, int], tuple[int, int | None]] = {
        (part, source_id): (revision, edition)
        for part, source_id, revision, edition in db.session.execute(
            select(
                FulltextEntry.part,
                FulltextEntry.source_id,
                FulltextEntry.revision,
                FulltextEntry.edition,
            ).where(_is_of(kind, subject_id), FulltextEntry.piece == 0)
        )
    }
    changed = [
        part for part in parts if part.key not in indexed or indexed[part.key][0] != part.revision
    ]
    stale = indexed.keys() - {part.key for part in parts}
    stale |= indexed.keys() & {part.key for part in changed}
    _remove(kind, subject_id, stale)
    _write(kind, subject_id, changed, now)
    editions = {part.edition or 0 for part in changed} | {indexed[key][1] or 0 for key in stale}
    _write_documents(kind, subject_id, editions)
    return len(changed) + len(stale)


def put(kind: str, subject_id: int, part: Part, *, now: datetime) -> None:
    """Write one part of a record anew."""
    _remove(kind, subject_id, {part.key})
    _write(kind, subject_id, [part], now)
    _write_documents(kind, subject_id, {part.edition or 0})


def forget_all(kind: str) -> None:
    """Take every record of a kind out of the index."""
    _delete(select(FulltextEntry.id).where(FulltextEntry.subject_kind == kind))
    _delete_documents(select(FulltextDocument.id).where(FulltextDocument.subject_kind == kind))


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
    db.session.add_all(entry for entry, *_ in written)
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
    db.session.flush()


# Whole texts


def _write_documents(kind: str, subject_id: int, changed: Collection[int]) -> None:
    """Write the texts of a record anew of which entries were changed, or that are missing.

    What belongs to the record itself, edition 0, belongs to every text of it.
    """
    document = FulltextDocument
    of_record = (document.subject_kind == kind) & (document.subject_id == subject_id)
    kept = {
        edition: key
        for key, edition in db.session.execute(
            select(document.id, document.edition).where(of_record)
        )
    }
    edition_of = func.coalesce(FulltextEntry.edition, 0)
    standing = set(
        db.session.scalars(select(edition_of).where(_is_of(kind, subject_id)).distinct())
    )
    _delete_documents([key for edition, key in kept.items() if edition not in standing])
    behind = standing if 0 in changed else standing & (set(changed) | (standing - kept.keys()))
    if not behind:
        return
    said: dict[int, Mentions] = {edition: Mentions() for edition in sorted(behind)}
    rows = db.session.execute(
        select(edition_of, FulltextText.heading, FulltextText.text)
        .join(FulltextText, FulltextText.entry_id == FulltextEntry.id)
        .where(_is_of(kind, subject_id), edition_of.in_({0, *behind}))
    )
    for edition, heading, text in rows:
        if edition:
            said[edition].add(folded(heading), folded(text))
        else:
            for each in said.values():
                each.add_name(folded(f"{heading} {text}"))
    for edition in behind - kept.keys():
        fresh = document(subject_kind=kind, subject_id=subject_id, edition=edition)
        db.session.add(fresh)
        db.session.flush()
        kept[edition] = fresh.id
    _write_grams({kept[edition]: each.grams() for edition, each in said.items()})


def _write_grams(grams: Mapping[int, Sequence[int]]) -> None:
    """Write what texts hold, by the key of the text."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(delete(SQLITE_GRAMS).where(SQLITE_GRAMS.c.rowid.in_(grams)))
        db.session.execute(
            insert(SQLITE_GRAMS),
            [
                {"rowid": key, "grams": " ".join(f"{gram:x}" for gram in held)}
                for key, held in grams.items()
            ],
        )
        return
    for key, held in grams.items():
        db.session.execute(
            update(FulltextDocument)
            .where(FulltextDocument.id == key)
            .values(grams=held)
            .execution_options(synchronize_session=False)
        )


def _delete_documents(ids: Any) -> None:
    """Delete whole texts by their keys, given or selected."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(delete(SQLITE_GRAMS).where(SQLITE_GRAMS.c.rowid.in_(ids)))
    db.session.execute(
        delete(FulltextDocument)
        .where(FulltextDocument.id.in_(ids))
        .execution_options(synchronize_session=False)
    )
