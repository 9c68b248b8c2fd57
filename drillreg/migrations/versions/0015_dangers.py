"""Dangers, their rounds, what a major one needs, returns.

Revision: 0015, after: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "danger_return",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("quarter", "year", name="returnkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("evidence_id", BIG, nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_danger_return_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_danger_return_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_danger_return_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_return")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger_return", schema=None) as batch_op:
        batch_op.create_index("ix_danger_return_org", ["org_id", "kind", "first_on"], unique=False)

    op.create_table(
        "danger",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column("check_id", BIG, nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column(
            "level",
            sa.Enum("general", "major", name="dangerlevel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("finder", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "draft",
                "registered",
                "assigned",
                "reported",
                "closed",
                "discarded",
                "merged",
                "incoming",
                name="stage",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on_spot", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("round_number", BIG, nullable=False),
        sa.Column("merged_into_id", BIG, nullable=True),
        sa.Column("fixed_on", sa.Date(), nullable=True),
        sa.Column("fixed_by_id", BIG, nullable=True),
        sa.Column("fixed_by_name", sa.Text(), nullable=True),
        sa.Column("cost_yuan", BIG, nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_number", sa.Text(), nullable=True),
        sa.Column("closed_by_name", sa.Text(), nullable=True),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", BIG, nullable=False),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("entered_by_org_id", BIG, nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_org_id", BIG, nullable=True),
        sa.Column("told_text", sa.Text(), nullable=True),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.Column("handed_to", sa.Text(), nullable=True),
        sa.Column("handed_number", sa.Text(), nullable=True),
        sa.Column("found_id", BIG, nullable=True),
        sa.Column("received_id", BIG, nullable=True),
        sa.Column("import_id", BIG, nullable=True),
        sa.Column("attributes", JSON, nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["hazard_check.id"], name=op.f("fk_danger_check_id_hazard_check")
        ),
        sa.ForeignKeyConstraint(
            ["found_id"], ["evidence.id"], name=op.f("fk_danger_found_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["danger.id"], name=op.f("fk_danger_merged_into_id_danger")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_danger_org_id_org")),
        sa.ForeignKeyConstraint(
            ["received_id"], ["evidence.id"], name=op.f("fk_danger_received_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_danger_import_id_import_batch")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_danger_site_id_hazard_site")
        ),
        sa.ForeignKeyConstraint(
            ["told_org_id"], ["org.id"], name=op.f("fk_danger_told_org_id_org")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger")),
        sa.UniqueConstraint("client_id", name=op.f("uq_danger_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_danger_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_danger_check_id"), ["check_id"], unique=False)
        batch_op.create_index("ix_danger_found", ["found_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_danger_found_id"), ["found_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_danger_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_danger_number"), ["number"], unique=False)
        batch_op.create_index("ix_danger_org_stage", ["org_id", "stage", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_danger_received_id"), ["received_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_danger_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_danger_site_id"), ["site_id"], unique=False)
        batch_op.create_index("ix_danger_stage_due", ["stage", "due_on"], unique=False)

    op.create_table(
        "danger_listing",
        sa.Column("id", BIG, nullable=False),
        sa.Column("danger_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("paper_number", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("put_up_by_name", sa.Text(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by_name", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["danger_id"], ["danger.id"], name=op.f("fk_danger_listing_danger_id_danger")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_danger_listing_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_listing")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger_listing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_danger_listing_danger_id"), ["danger_id"], unique=False
        )

    op.create_table(
        "danger_photo",
        sa.Column("id", BIG, nullable=False),
        sa.Column("danger_id", BIG, nullable=False),
        sa.Column("round_number", BIG, nullable=False),
        sa.Column(
            "moment",
            sa.Enum("before", "after", "review", name="moment", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("file_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["danger_id"], ["danger.id"], name=op.f("fk_danger_photo_danger_id_danger")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_danger_photo_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_photo")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger_photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_danger_photo_danger_id"), ["danger_id"], unique=False)

    op.create_table(
        "danger_plan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("danger_id", BIG, nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("settled", JSON, nullable=False),
        sa.Column("cost_yuan", BIG, nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["danger_id"], ["danger.id"], name=op.f("fk_danger_plan_danger_id_danger")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_plan")),
        sa.UniqueConstraint("danger_id", name=op.f("uq_danger_plan_danger_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "danger_round",
        sa.Column("id", BIG, nullable=False),
        sa.Column("danger_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("own", "order", "notice", name="roundkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("issuer_org_id", BIG, nullable=False),
        sa.Column("to_org_id", BIG, nullable=False),
        sa.Column("paper_number", sa.Text(), nullable=True),
        sa.Column("requirement", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", BIG, nullable=False),
        sa.Column("issued_by_name", sa.Text(), nullable=False),
        sa.Column("days", BIG, nullable=True),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("raise_on", sa.Date(), nullable=True),
        sa.Column("raised", BIG, nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=True),
        sa.Column("raised_org_id", BIG, nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("reported_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reported_by_id", BIG, nullable=True),
        sa.Column("reported_by_name", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("passed", "returned", name="outcome", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reviewed_by_id", BIG, nullable=True),
        sa.Column("reviewed_by_name", sa.Text(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("scan_id", BIG, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["danger_id"], ["danger.id"], name=op.f("fk_danger_round_danger_id_danger")
        ),
        sa.ForeignKeyConstraint(
            ["issuer_org_id"], ["org.id"], name=op.f("fk_danger_round_issuer_org_id_org")
        ),
        sa.ForeignKeyConstraint(
            ["raised_org_id"], ["org.id"], name=op.f("fk_danger_round_raised_org_id_org")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["sheet_scan.id"], name=op.f("fk_danger_round_scan_id_sheet_scan")
        ),
        sa.ForeignKeyConstraint(
            ["to_org_id"], ["org.id"], name=op.f("fk_danger_round_to_org_id_org")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_round")),
        sa.UniqueConstraint("danger_id", "number", name=op.f("uq_danger_round_danger_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger_round", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_danger_round_issuer_org_id"), ["issuer_org_id"], unique=False
        )
        batch_op.create_index("ix_danger_round_raise", ["raise_on", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_danger_round_raised_org_id"), ["raised_org_id"], unique=False
        )

    op.create_table(
        "danger_transfer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("danger_id", BIG, nullable=False),
        sa.Column("from_org_id", BIG, nullable=False),
        sa.Column("to_org_id", BIG, nullable=False),
        sa.Column("paper_number", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent", "accepted", "returned", name="transferstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_by_name", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("grant_ids", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["danger_id"], ["danger.id"], name=op.f("fk_danger_transfer_danger_id_danger")
        ),
        sa.ForeignKeyConstraint(
            ["from_org_id"], ["org.id"], name=op.f("fk_danger_transfer_from_org_id_org")
        ),
        sa.ForeignKeyConstraint(
            ["to_org_id"], ["org.id"], name=op.f("fk_danger_transfer_to_org_id_org")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_transfer")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger_transfer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_danger_transfer_danger_id"), ["danger_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_danger_transfer_to_org_id"), ["to_org_id"], unique=False
        )

    op.create_table(
        "danger_extension",
        sa.Column("id", BIG, nullable=False),
        sa.Column("round_id", BIG, nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["danger_round.id"],
            name=op.f("fk_danger_extension_round_id_danger_round"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_extension")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("danger_extension", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_danger_extension_round_id"), ["round_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("danger_extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_danger_extension_round_id"))

    op.drop_table("danger_extension")
    with op.batch_alter_table("danger_transfer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_danger_transfer_to_org_id"))
        batch_op.drop_index(batch_op.f("ix_danger_transfer_danger_id"))

    op.drop_table("danger_transfer")
    with op.batch_alter_table("danger_round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_danger_round_raised_org_id"))
        batch_op.drop_index("ix_danger_round_raise")
        batch_op.drop_index(batch_op.f("ix_danger_round_issuer_org_id"))

    op.drop_table("danger_round")
    op.drop_table("danger_plan")
    with op.batch_alter_table("danger_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_danger_photo_danger_id"))

    op.drop_table("danger_photo")
    with op.batch_alter_table("danger_listing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_danger_listing_danger_id"))

    op.drop_table("danger_listing")
    with op.batch_alter_table("danger", schema=None) as batch_op:
        batch_op.drop_index("ix_danger_stage_due")
        batch_op.drop_index(batch_op.f("ix_danger_site_id"))
        batch_op.drop_index(batch_op.f("ix_danger_received_id"))
        batch_op.drop_index(batch_op.f("ix_danger_import_id"))
        batch_op.drop_index("ix_danger_org_stage")
        batch_op.drop_index(batch_op.f("ix_danger_number"))
        batch_op.drop_index(batch_op.f("ix_danger_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_danger_found_id"))
        batch_op.drop_index("ix_danger_found")
        batch_op.drop_index(batch_op.f("ix_danger_check_id"))

    op.drop_table("danger")
    with op.batch_alter_table("danger_return", schema=None) as batch_op:
        batch_op.drop_index("ix_danger_return_org")

    op.drop_table("danger_return")
