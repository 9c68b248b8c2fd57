"""sections of plans; a draft that is with those who sign, what it rests on, its frozen PDF.

Revision: 0004, after: 0003
"""

import sqlalchemy as sa
from alembic import op

from drillreg.core.db import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plan_section",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("level", BIG, nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("copied_from_id", BIG, nullable=True),
        sa.Column("edited_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", BIG, nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["copied_from_id"],
            ["plan_section.id"],
            name=op.f("fk_plan_section_copied_from_id_plan_section"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["plan_version.id"],
            name=op.f("fk_plan_section_version_id_plan_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_section")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_plan_section_version_id_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_section", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plan_section_version_id"), ["version_id"], unique=False
        )

    with op.batch_alter_table("plan_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_version_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("locked_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("frozen_file_id", BIG, nullable=True))
        batch_op.create_index(
            batch_op.f("ix_plan_version_parent_version_id"), ["parent_version_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_plan_version_parent_version_id_plan_version"),
            "plan_version",
            ["parent_version_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_plan_version_frozen_file_id_stored_file"),
            "stored_file",
            ["frozen_file_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("plan_version", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_plan_version_frozen_file_id_stored_file"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_plan_version_parent_version_id_plan_version"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_plan_version_parent_version_id"))
        batch_op.drop_column("frozen_file_id")
        batch_op.drop_column("locked_at")
        batch_op.drop_column("parent_version_id")

    with op.batch_alter_table("plan_section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_section_version_id"))

    op.drop_table("plan_section")
