"""Tables of the index: what can be found, its words, and the pairs of characters of whole texts.

The pairs stand in a column of PostgreSQL and in a virtual table of SQLite. That table keeps no
text and hangs on the row id of the text; nobody touches it outside this package.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, Text, UniqueConstraint, event
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, Big
from drillreg.fulltext.rules import Reading

GRAMS = "fulltext_gram"
CREATE_GRAMS = (
    f"CREATE VIRTUAL TABLE {GRAMS} USING fts5("
    "grams, content='', contentless_delete=1, detail=none, tokenize='ascii')"
)
DROP_GRAMS = f"DROP TABLE {GRAMS}"


class FulltextEntry(Base):
    """A piece of a record that can be found: of its title, of a section, of a paper."""

    __tablename__ = "fulltext_entry"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "part", "source_id", "piece"),
        Index("ix_fulltext_entry_reading", "reading", "id"),
    )

    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    # What of the record it is, the key of that row, and which piece of its text.
    part: Mapped[str]
    source_id: Mapped[int]
    piece: Mapped[int]
    # Which text of the record it belongs to, such as a version; none: the record itself.
    edition: Mapped[int | None]
    # Which saving of the row was indexed.
    revision: Mapped[int]
    # Of the first piece of a file: how far its reading is, and why it failed.
    reading: Mapped[Reading | None]
    trouble: Mapped[str | None]
    updated_at: Mapped[datetime]


class FulltextText(Base):
    """The words of an entry; `folded` is what is compared, where it differs from what is shown."""

    __tablename__ = "fulltext_text"
    __table_args__ = (UniqueConstraint("entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("fulltext_entry.id"))
    heading: Mapped[str]
    text: Mapped[str]
    folded: Mapped[str | None]


class FulltextDocument(Base):
    """One text of a record with all its entries, as a whole; edition 0: the record itself.

    Every text holds the entries of the record itself, too, so that words of both are found.
    """

    __tablename__ = "fulltext_document"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "edition"),
        Index("ix_fulltext_document_grams", "grams", postgresql_using="gin"),
    )

    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    edition: Mapped[int]
    grams: Mapped[Any] = mapped_column(
        Text().with_variant(ARRAY(Big), "postgresql"),
        nullable=True,
        deferred=True,
        deferred_raiseload=True,
    )


def is_of_models(name: str | None, kind: str, parents: Any) -> bool:
    """Say, to who compares tables, whether a table of the database is one of the models'."""
    return not (kind == "table" and name is not None and name.startswith(GRAMS))


# Nobody plans with the most common pairs: taking samples of them would only be slow.
NO_STATISTICS = "ALTER TABLE fulltext_document ALTER COLUMN grams SET STATISTICS 0"

for moment, dialect, statement in (
    ("after_create", "sqlite", CREATE_GRAMS),
    ("before_drop", "sqlite", DROP_GRAMS),
    ("after_create", "postgresql", NO_STATISTICS),
):
    ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    event.listen(FulltextDocument.__table__, moment, ddl)
