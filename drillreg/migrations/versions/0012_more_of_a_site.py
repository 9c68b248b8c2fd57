"""What a site keeps besides: fields of its kind, shape, keepers, photos, reports.

Revision: 0012, after: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

REFERENCES = {
    "department_id": "org",
    "merged_into_id": "hazard_site",
    "split_from_id": "hazard_site",
}
PLAIN = (
    "threatened_property",
    "fixed_area",
    "fixed_goal",
    "fixed_standard",
    "details",
    "ending",
    "filed_on",
)
COUNTS = ["org_id", "level", "kind", "voided_at", "import_id", "last_check_on", "division_id"]


def upgrade() -> None:
    op.create_table(
        "site_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("desk_id", BIG, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "filed",
                "returned",
                "taken-back",
                name="reportstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", BIG, nullable=False),
        sa.Column("sent_by_name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["desk_id"], ["org.id"], name=op.f("fk_site_report_desk_id_org")),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_site_report_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_report")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_report_desk_id"), ["desk_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_site_report_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_site_report_state"), ["state"], unique=False)

    op.create_table(
        "site_keeper",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_site_keeper_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_keeper")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_keeper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_keeper_site_id"), ["site_id"], unique=False)

    op.create_table(
        "site_photo",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_site_photo_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_site_photo_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_photo")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_photo_site_id"), ["site_id"], unique=False)

    op.create_table(
        "site_report_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "red", "orange", "yellow", "blue", name="risklevel", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["site_report.id"],
            name=op.f("fk_site_report_item_report_id_site_report"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_site_report_item_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_report_item")),
        sa.UniqueConstraint(
            "report_id", "site_id", name=op.f("uq_site_report_item_report_id_site_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_report_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_report_item_site_id"), ["site_id"], unique=False)

    # Written out, since SQLite takes a reference with a new column only so; the table stays whole.
    big = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column, table in REFERENCES.items():
        key = f"fk_hazard_site_{column}_{table}"
        op.execute(
            f"ALTER TABLE hazard_site ADD COLUMN {column} {big}"
            f" CONSTRAINT {key} REFERENCES {table} (id)"
        )
        op.create_index(f"ix_hazard_site_{column}", "hazard_site", [column], unique=False)
    for column in (
        sa.Column("threatened_property", sa.Double(), nullable=True),
        sa.Column("fixed_area", sa.Text(), nullable=True),
        sa.Column("fixed_goal", sa.Text(), nullable=True),
        sa.Column("fixed_standard", sa.Text(), nullable=True),
        sa.Column("details", JSON, nullable=True),
        sa.Column(
            "ending",
            sa.Enum("closed", "merged", "split", name="siteending", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("filed_on", sa.Date(), nullable=True),
    ):
        op.add_column("hazard_site", column)
    op.drop_index("ix_hazard_site_counts", "hazard_site")
    op.create_index("ix_hazard_site_counts", "hazard_site", [*COUNTS, "filed_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_hazard_site_last_check", "hazard_site")
    op.drop_index("ix_hazard_site_counts", "hazard_site")
    with op.batch_alter_table("hazard_site", schema=None) as batch_op:
        for column, table in REFERENCES.items():
            batch_op.drop_constraint(f"fk_hazard_site_{column}_{table}", type_="foreignkey")
            batch_op.drop_index(f"ix_hazard_site_{column}")
            batch_op.drop_column(column)
        for name in PLAIN:
            batch_op.drop_column(name)
        batch_op.create_index("ix_hazard_site_counts", COUNTS, unique=False)
    op.create_index(
        "ix_hazard_site_last_check",
        "hazard_site",
        [sa.text("coalesce(last_check_on, '0001-01-01')"), "id"],
    )
    with op.batch_alter_table("site_report_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_report_item_site_id"))

    op.drop_table("site_report_item")
    with op.batch_alter_table("site_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_photo_site_id"))

    op.drop_table("site_photo")
    with op.batch_alter_table("site_keeper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_keeper_site_id"))

    op.drop_table("site_keeper")
    with op.batch_alter_table("site_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_report_state"))
        batch_op.drop_index(batch_op.f("ix_site_report_org_id"))
        batch_op.drop_index(batch_op.f("ix_site_report_desk_id"))

    op.drop_table("site_report")
