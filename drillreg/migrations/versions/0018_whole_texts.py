"""the search knows whole texts instead of their pieces.

Revision: 0018, after: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EMPTY_GRAMS = "INSERT INTO fulltext_gram(fulltext_gram) VALUES ('delete-all')"


def upgrade() -> None:
    op.create_table(
        "fulltext_document",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("edition", BIG, nullable=False),
        sa.Column("grams", sa.Text().with_variant(ARRAY(BIG), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulltext_document")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "edition",
            name=op.f("uq_fulltext_document_subject_kind_subject_id_edition"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_fulltext_document_grams", "fulltext_document", ["grams"], postgresql_using="gin"
    )
    with op.batch_alter_table("fulltext_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_fulltext_entry_grams", postgresql_using="gin")
        batch_op.drop_column("grams")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(EMPTY_GRAMS)
    else:
        op.execute("ALTER TABLE fulltext_document ALTER COLUMN grams SET STATISTICS 0")


def downgrade() -> None:
    """Go back; `drillreg search rebuild` fills the index again."""
    with op.batch_alter_table("fulltext_entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("grams", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True)
        )
        batch_op.create_index("ix_fulltext_entry_grams", ["grams"], postgresql_using="gin")
    op.drop_index("ix_fulltext_document_grams", "fulltext_document", postgresql_using="gin")
    op.drop_table("fulltext_document")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(EMPTY_GRAMS)
