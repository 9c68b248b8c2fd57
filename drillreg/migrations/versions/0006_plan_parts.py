"""Parts of a plan: levels, members, resources, routes, names of annexes.

Revision: 0006, after: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "plan_level",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("decider", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_plan_level_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_level")),
        sa.UniqueConstraint("version_id", "level", name=op.f("uq_plan_level_version_id_level")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "plan_member",
        sa.Column("id", BIG, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=True),
        sa.Column("org_id", BIG, nullable=True),
        sa.Column("post_id", BIG, nullable=True),
        sa.Column("org_name", sa.Text(), nullable=False),
        sa.Column("post_title", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_plan_member_org_id_org")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_plan_member_post_id_post")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_plan_member_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_member")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_member_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_member_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_member_version_id"), ["version_id"], unique=False)

    op.create_table(
        "plan_resource",
        sa.Column("id", BIG, nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("resource_id", BIG, nullable=False),
        sa.Column("use", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("org_name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["plan_version.id"],
            name=op.f("fk_plan_resource_version_id_plan_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_resource")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_resource", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plan_resource_version_id"), ["version_id"], unique=False
        )

    op.create_table(
        "plan_route",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("shelter_id", BIG, nullable=True),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("people", BIG, nullable=True),
        sa.Column("minutes", BIG, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=True),
        sa.Column("length_m", BIG, nullable=True),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["shelter_id"], ["shelter.id"], name=op.f("fk_plan_route_shelter_id_shelter")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_plan_route_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_route")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_route", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_route_shelter_id"), ["shelter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_route_version_id"), ["version_id"], unique=False)

    with op.batch_alter_table("plan_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("annex_name", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("plan_file", schema=None) as batch_op:
        batch_op.drop_column("annex_name")

    with op.batch_alter_table("plan_route", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_route_version_id"))
        batch_op.drop_index(batch_op.f("ix_plan_route_shelter_id"))

    op.drop_table("plan_route")
    with op.batch_alter_table("plan_resource", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_resource_version_id"))

    op.drop_table("plan_resource")
    with op.batch_alter_table("plan_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_member_version_id"))
        batch_op.drop_index(batch_op.f("ix_plan_member_post_id"))
        batch_op.drop_index(batch_op.f("ix_plan_member_org_id"))

    op.drop_table("plan_member")
    op.drop_table("plan_level")
