"""Checks by lists, paper books and signals.

Revision: 0013, after: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "check_sheet",
        sa.Column("id", BIG, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("entered_for", sa.Text(), nullable=False),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("checks", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_check_sheet_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_check_sheet_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_sheet")),
        sa.UniqueConstraint("client_id", name=op.f("uq_check_sheet_client_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("check_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_sheet_org_id"), ["org_id"], unique=False)

    op.create_table(
        "check_signal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("check_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "same-photo",
                "speed",
                "place",
                "bulk",
                name="signalkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("other_check_id", BIG, nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", BIG, nullable=True),
        sa.Column("seen_by_name", sa.Text(), nullable=True),
        sa.Column("seen_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"], ["hazard_check.id"], name=op.f("fk_check_signal_check_id_hazard_check")
        ),
        sa.ForeignKeyConstraint(
            ["other_check_id"],
            ["hazard_check.id"],
            name=op.f("fk_check_signal_other_check_id_hazard_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_signal")),
        sa.UniqueConstraint("check_id", "kind", name=op.f("uq_check_signal_check_id_kind")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "check_photo_band",
        sa.Column("id", BIG, nullable=False),
        sa.Column("county_id", BIG, nullable=False),
        sa.Column("band", BIG, nullable=False),
        sa.Column("photo_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["check_photo.id"], name=op.f("fk_check_photo_band_photo_id_check_photo")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_photo_band")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("check_photo_band", schema=None) as batch_op:
        batch_op.create_index(
            "ix_check_photo_band", ["county_id", "band", "photo_id"], unique=False
        )

    # Said with the column: SQLite would copy the whole table for a key of its own.
    kind = BIG.compile(dialect=op.get_bind().dialect)
    op.execute(
        f"ALTER TABLE hazard_check ADD COLUMN sheet_id {kind}"
        " CONSTRAINT fk_hazard_check_sheet_id_check_sheet REFERENCES check_sheet (id)"
    )
    with op.batch_alter_table("hazard_check", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_for", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "way",
                sa.Enum(
                    "patrol",
                    "announced",
                    "unannounced",
                    "joint",
                    name="way",
                    native_enum=False,
                    length=40,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("with_names", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("upper_number", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("answers", JSON, nullable=True))
        batch_op.create_index("ix_hazard_check_account", ["account_id", "checked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hazard_check_sheet_id"), ["sheet_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("hazard_check", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_hazard_check_sheet_id_check_sheet"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_hazard_check_sheet_id"))
        batch_op.drop_index("ix_hazard_check_account")
        batch_op.drop_column("answers")
        batch_op.drop_column("upper_number")
        batch_op.drop_column("with_names")
        batch_op.drop_column("way")
        batch_op.drop_column("sheet_id")
        batch_op.drop_column("entered_for")

    with op.batch_alter_table("check_photo_band", schema=None) as batch_op:
        batch_op.drop_index("ix_check_photo_band")

    op.drop_table("check_photo_band")
    op.drop_table("check_signal")
    with op.batch_alter_table("check_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_sheet_org_id"))

    op.drop_table("check_sheet")
