"""Tables of the index: what can be found, its text, and its pairs of characters.

The pairs stand in a column of PostgreSQL and in a virtual table of SQLite. That table keeps no
text and hangs on the row id of the entry; nobody touches it outside this package.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, Text, UniqueConstraint, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base
from drillreg.fulltext.rules import Reading

GRAMS = "fulltext_gram"
# `ascii` takes every character beyond ASCII for a letter, those of newer Unicode too.
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
        Index("ix_fulltext_entry_grams", "grams", postgresql_using="gin"),
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
    grams: Mapped[str | None] = mapped_column(
        Text().with_variant(TSVECTOR(), "postgresql"), deferred=True, deferred_raiseload=True
    )


class FulltextText(Base):
    """The words of an entry; `folded` is what is compared, where it differs from what is shown."""

    __tablename__ = "fulltext_text"
    __table_args__ = (UniqueConstraint("entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("fulltext_entry.id"))
    heading: Mapped[str]
    text: Mapped[str]
    folded: Mapped[str | None]


def is_of_models(name: str | None, kind: str, parents: Any) -> bool:
    """Say, to who compares tables, whether a table of the database is one of the models'."""
    return not (kind == "table" and name is not None and name.startswith(GRAMS))


for moment, statement in (("after_create", CREATE_GRAMS), ("before_drop", DROP_GRAMS)):
    ddl = DDL(statement).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
    event.listen(FulltextEntry.__table__, moment, ddl)
