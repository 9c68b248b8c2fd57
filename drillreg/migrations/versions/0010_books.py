"""Abridged plans and action cards.

Revision: 0010, after: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "action_card",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("edited_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", BIG, nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_action_card_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_action_card_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_card")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("action_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_card_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_abridged",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("edited_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", BIG, nullable=True),
        sa.Column("edited_by_name", sa.Text(), nullable=False),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_abridged_plan_id_plan")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["plan_version.id"],
            name=op.f("fk_plan_abridged_version_id_plan_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_abridged")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_plan_abridged_plan_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("plan_abridged")
    with op.batch_alter_table("action_card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_card_plan_id"))

    op.drop_table("action_card")
