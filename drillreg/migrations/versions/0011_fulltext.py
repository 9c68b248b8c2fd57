"""the index of texts for the search.

Revision: 0011, after: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from drillreg.core.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


# The pairs of characters on SQLite: one for each entry, by its row id.
CREATE_GRAMS = (
    "CREATE VIRTUAL TABLE fulltext_gram USING fts5("
    "grams, content='', contentless_delete=1, detail=none, tokenize='ascii')"
)


def upgrade() -> None:
    op.create_table(
        "fulltext_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("source_id", BIG, nullable=False),
        sa.Column("piece", BIG, nullable=False),
        sa.Column("edition", BIG, nullable=True),
        sa.Column("revision", BIG, nullable=False),
        sa.Column(
            "reading",
            sa.Enum("waiting", "done", "failed", name="reading", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("grams", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulltext_entry")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "part",
            "source_id",
            "piece",
            name=op.f("uq_fulltext_entry_subject_kind_subject_id_part_source_id_piece"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("fulltext_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_fulltext_entry_grams", ["grams"], unique=False, postgresql_using="gin"
        )
        batch_op.create_index("ix_fulltext_entry_reading", ["reading", "id"], unique=False)

    op.create_table(
        "fulltext_text",
        sa.Column("id", BIG, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["fulltext_entry.id"],
            name=op.f("fk_fulltext_text_entry_id_fulltext_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulltext_text")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_fulltext_text_entry_id")),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(CREATE_GRAMS)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE fulltext_gram")
    op.drop_table("fulltext_text")
    with op.batch_alter_table("fulltext_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_fulltext_entry_reading")
        batch_op.drop_index("ix_fulltext_entry_grams", postgresql_using="gin")

    op.drop_table("fulltext_entry")
