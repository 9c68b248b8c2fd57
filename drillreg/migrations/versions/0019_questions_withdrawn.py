"""Questions withdrawn, people named for steps, annexes in order, objections to duties.

Revision: 0019, after: 0018
"""

import sqlalchemy as sa
from alembic import op

from drillreg.core.db import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("plan_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", BIG, nullable=True))

    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_reason", sa.Text(), nullable=True))

    with op.batch_alter_table("sign_off_stage", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assigned_id", BIG, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_off_stage_assigned_id_account"), "account", ["assigned_id"], ["id"]
        )

    op.create_table(
        "duty_dispute",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", BIG, nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum("not-bound", "record", name="ground", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("raised_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("raised_by_id", BIG, nullable=False),
        sa.Column("raised_by_name", sa.Text(), nullable=False),
        sa.Column("above_id", BIG, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("corrected", "kept", name="disputeanswer", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["above_id"], ["org.id"], name=op.f("fk_duty_dispute_above_id_org")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_duty_dispute_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_duty_dispute_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_dispute")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_dispute", schema=None) as batch_op:
        batch_op.create_index("ix_duty_dispute_org_rule", ["org_id", "rule"], unique=False)
        batch_op.create_index(
            "uq_duty_dispute_open",
            ["org_id", "rule", "key", "event_type"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("duty_dispute")

    with op.batch_alter_table("sign_off_stage", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_sign_off_stage_assigned_id_account"), type_="foreignkey"
        )
        batch_op.drop_column("assigned_id")

    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_reason")
        batch_op.drop_column("withdrawn_by_name")
        batch_op.drop_column("withdrawn_at")

    with op.batch_alter_table("plan_file", schema=None) as batch_op:
        batch_op.drop_column("position")
