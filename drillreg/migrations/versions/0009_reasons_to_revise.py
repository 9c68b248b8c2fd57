"""reasons to revise plans, evaluations, yearly drafting plans.

Revision: 0009, after: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "drafting_plan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("year", BIG, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "approved", name="draftingstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("approved_by_body", sa.Text(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", BIG, nullable=True),
        sa.Column("approved_by_name", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_drafting_plan_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafting_plan")),
        sa.UniqueConstraint("org_id", "year", name=op.f("uq_drafting_plan_org_id_year")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "drafting_copy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("drafting_id", BIG, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drafting_id"],
            ["drafting_plan.id"],
            name=op.f("fk_drafting_copy_drafting_id_drafting_plan"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafting_copy")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drafting_copy", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_drafting_copy_drafting_id"), ["drafting_id"], unique=False
        )

    op.create_table(
        "drafting_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("drafting_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan_id", BIG, nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("lead_org_id", BIG, nullable=False),
        sa.Column("supporting", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["drafting_id"],
            ["drafting_plan.id"],
            name=op.f("fk_drafting_item_drafting_id_drafting_plan"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_org_id"], ["org.id"], name=op.f("fk_drafting_item_lead_org_id_org")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_drafting_item_org_id_org")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_drafting_item_plan_id_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafting_item")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("drafting_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_drafting_item_drafting_id"), ["drafting_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_drafting_item_due_on"), ["due_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_drafting_item_lead_org_id"), ["lead_org_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_drafting_item_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_drafting_item_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_evaluation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "concluded", name="evaluationstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("keep", "revise", "abolish", name="outcome", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("concluded_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("concluded_by_id", BIG, nullable=True),
        sa.Column("concluded_by_name", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_evaluation_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["plan_version.id"],
            name=op.f("fk_plan_evaluation_version_id_plan_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_evaluation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_evaluation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_evaluation_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_plan_evaluation_version_id"), ["version_id"], unique=False
        )
        batch_op.create_index(
            "uq_plan_evaluation_open",
            ["plan_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "plan_trigger",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=True),
        sa.Column("recorded_by_name", sa.Text(), nullable=True),
        sa.Column(
            "answer",
            sa.Enum("revise", "keep", name="answer", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("version_id", BIG, nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_plan_trigger_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_trigger_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["plan_version.id"],
            name=op.f("fk_plan_trigger_version_id_plan_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_trigger")),
        sa.UniqueConstraint(
            "plan_id",
            "origin",
            "subject_kind",
            "subject_id",
            name=op.f("uq_plan_trigger_plan_id_origin_subject_kind_subject_id"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_trigger", schema=None) as batch_op:
        batch_op.create_index(
            "ix_plan_trigger_open",
            ["plan_id"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_plan_trigger_plan_id"), ["plan_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("plan_trigger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_trigger_plan_id"))
        batch_op.drop_index(
            "ix_plan_trigger_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.drop_table("plan_trigger")
    with op.batch_alter_table("plan_evaluation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_plan_evaluation_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_plan_evaluation_version_id"))
        batch_op.drop_index(batch_op.f("ix_plan_evaluation_plan_id"))

    op.drop_table("plan_evaluation")
    with op.batch_alter_table("drafting_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafting_item_plan_id"))
        batch_op.drop_index(batch_op.f("ix_drafting_item_org_id"))
        batch_op.drop_index(batch_op.f("ix_drafting_item_lead_org_id"))
        batch_op.drop_index(batch_op.f("ix_drafting_item_due_on"))
        batch_op.drop_index(batch_op.f("ix_drafting_item_drafting_id"))

    op.drop_table("drafting_item")
    with op.batch_alter_table("drafting_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drafting_copy_drafting_id"))

    op.drop_table("drafting_copy")
    op.drop_table("drafting_plan")
