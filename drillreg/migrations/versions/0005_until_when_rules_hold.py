"""until when each rule's answer holds, and by which rule files it was given.

Revision: 0005, after: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("duty_org", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "holds",
                sa.JSON().with_variant(JSONB(), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("shipped", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("duty_org", schema=None) as batch_op:
        batch_op.drop_column("shipped")
        batch_op.drop_column("holds")
