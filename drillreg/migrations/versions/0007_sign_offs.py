"""Sign-offs: routes, stages, opinions, experts.

Revision: 0007, after: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sign_off",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("stages", JSON, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "returned",
                "done",
                "withdrawn",
                name="signoffstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("round", BIG, nullable=False),
        sa.Column("resume_key", sa.Text(), nullable=True),
        sa.Column("urgent_reason", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", BIG, nullable=False),
        sa.Column("started_by_name", sa.Text(), nullable=False),
        sa.Column("started_for_id", BIG, nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_sign_off_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_off_public_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_off_org_id"), ["org_id"], unique=False)
        batch_op.create_index("ix_sign_off_subject", ["subject_kind", "subject_id"], unique=False)
        batch_op.create_index(
            "uq_sign_off_running",
            ["subject_kind", "subject_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'returned')"),
            postgresql_where=sa.text("state IN ('open', 'returned')"),
        )

    op.create_table(
        "sign_off_stage",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sign_off_id", BIG, nullable=False),
        sa.Column("round", BIG, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "open",
                "done",
                "skipped",
                "returned",
                "kept",
                "closed",
                name="stagestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("asked_org_id", BIG, nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.Column("done_by_name", sa.Text(), nullable=True),
        sa.Column("for_account_id", BIG, nullable=True),
        sa.Column(
            "manner",
            sa.Enum("account", "password", "paper", name="manner", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("answers", JSON, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("scan_id", BIG, nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_org_id"], ["org.id"], name=op.f("fk_sign_off_stage_asked_org_id_org")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_sign_off_stage_org_id_org")),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["sheet_scan.id"], name=op.f("fk_sign_off_stage_scan_id_sheet_scan")
        ),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["sign_off.id"], name=op.f("fk_sign_off_stage_sign_off_id_sign_off")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off_stage")),
        sa.UniqueConstraint(
            "sign_off_id", "round", "key", name=op.f("uq_sign_off_stage_sign_off_id_round_key")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_off_stage", schema=None) as batch_op:
        batch_op.create_index("ix_sign_off_stage_asked", ["asked_org_id", "state"], unique=False)
        batch_op.create_index("ix_sign_off_stage_open", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_off_stage_org_id"), ["org_id"], unique=False)

    op.create_table(
        "consultation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("stage_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=True),
        sa.Column("outside_name", sa.Text(), nullable=True),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=True),
        sa.Column("settled_by_name", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_consultation_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_consultation_org_id_org")),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["sign_off_stage.id"],
            name=op.f("fk_consultation_stage_id_sign_off_stage"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        sa.UniqueConstraint("stage_id", "org_id", name=op.f("uq_consultation_stage_id_org_id")),
        sa.UniqueConstraint(
            "stage_id", "outside_name", name=op.f("uq_consultation_stage_id_outside_name")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.create_index("ix_consultation_org", ["org_id", "answered_at"], unique=False)

    op.create_table(
        "expert_panel",
        sa.Column("id", BIG, nullable=False),
        sa.Column("stage_id", BIG, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_expert_panel_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["sign_off_stage.id"],
            name=op.f("fk_expert_panel_stage_id_sign_off_stage"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_panel")),
        sa.UniqueConstraint("stage_id", name=op.f("uq_expert_panel_stage_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "expert",
        sa.Column("id", BIG, nullable=False),
        sa.Column("panel_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["expert_panel.id"], name=op.f("fk_expert_panel_id_expert_panel")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
        sa.UniqueConstraint("panel_id", "position", name=op.f("uq_expert_panel_id_position")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("expert")
    op.drop_table("expert_panel")
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.drop_index("ix_consultation_org")

    op.drop_table("consultation")
    with op.batch_alter_table("sign_off_stage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_off_stage_org_id"))
        batch_op.drop_index("ix_sign_off_stage_open")
        batch_op.drop_index("ix_sign_off_stage_asked")

    op.drop_table("sign_off_stage")
    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_sign_off_running",
            sqlite_where=sa.text("state IN ('open', 'returned')"),
            postgresql_where=sa.text("state IN ('open', 'returned')"),
        )
        batch_op.drop_index("ix_sign_off_subject")
        batch_op.drop_index(batch_op.f("ix_sign_off_org_id"))

    op.drop_table("sign_off")
