"""Questions withdrawn, people named for steps, annexes in their order.

Revision: 0019, after: 0011
"""

import sqlalchemy as sa
from alembic import op

from drillreg.core.db import UtcDateTime

revision = "0019"
down_revision = "0011"
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


def downgrade() -> None:
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
