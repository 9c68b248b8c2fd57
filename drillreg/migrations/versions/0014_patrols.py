"""Patrol plans with their days, inspections with their lists.

Revision: 0014, after: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("focus", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "running", "closed", name="inspectionstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "sampling",
            sa.Enum("census", "focus", "named", name="sampling", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("drawn", JSON, nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("begun_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_inspection_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_org_id"), ["org_id"], unique=False)

    op.create_table(
        "patrol_plan",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("within_id", BIG, nullable=False),
        sa.Column("weekdays", JSON, nullable=False),
        sa.Column(
            "shift",
            sa.Enum(
                "none",
                "next_working_day",
                "previous_working_day",
                "skip",
                name="shift",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("each_day", sa.Boolean(), nullable=False),
        sa.Column("least_days", BIG, nullable=False),
        sa.Column("every", JSON, nullable=False),
        sa.Column("months", BIG, nullable=False),
        sa.Column(
            "doer",
            sa.Enum("keeper", "account", "role", name="doer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("account_name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("planned_until", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_patrol_plan_org_id_org")),
        sa.ForeignKeyConstraint(
            ["within_id"], ["org.id"], name=op.f("fk_patrol_plan_within_id_org")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_plan")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("patrol_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patrol_plan_org_id"), ["org_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_patrol_plan_planned_until"), ["planned_until"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_patrol_plan_within_id"), ["within_id"], unique=False)

    op.create_table(
        "inspection_member",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inspection_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("left_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_member_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_member")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inspection_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inspection_member_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_inspection_member_inspection_id"), ["inspection_id"], unique=False
        )

    op.create_table(
        "patrol_day",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("night_from", UtcDateTime(timezone=True), nullable=True),
        sa.Column("night_to", UtcDateTime(timezone=True), nullable=True),
        sa.Column("noon", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["patrol_plan.id"], name=op.f("fk_patrol_day_plan_id_patrol_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_day")),
        sa.UniqueConstraint(
            "plan_id", "first_on", "level", name=op.f("uq_patrol_day_plan_id_first_on_level")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("patrol_day", schema=None) as batch_op:
        batch_op.create_index("ix_patrol_day_span", ["last_on", "first_on"], unique=False)

    op.create_table(
        "patrol_pick",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["patrol_plan.id"], name=op.f("fk_patrol_pick_plan_id_patrol_plan")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_patrol_pick_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_pick")),
        sa.UniqueConstraint(
            "plan_id", "what", "code", name=op.f("uq_patrol_pick_plan_id_what_code")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("patrol_pick", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patrol_pick_site_id"), ["site_id"], unique=False)

    op.create_table(
        "inspection_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inspection_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("check_id", BIG, nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("seen_result", sa.Text(), nullable=True),
        sa.Column("seen_note", sa.Text(), nullable=True),
        sa.Column("not_done_reason", sa.Text(), nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["hazard_check.id"], name=op.f("fk_inspection_item_check_id_hazard_check")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_item_inspection_id_inspection"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["inspection_member.id"],
            name=op.f("fk_inspection_item_member_id_inspection_member"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_inspection_item_org_id_org")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_inspection_item_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_item")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inspection_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_item_check_id"), ["check_id"], unique=False)
        batch_op.create_index("ix_inspection_item_list", ["inspection_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_inspection_item_member_id"), ["member_id"], unique=False
        )
        batch_op.create_index("ix_inspection_item_org", ["org_id", "inspection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inspection_item_site_id"), ["site_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("inspection_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_item_site_id"))
        batch_op.drop_index("ix_inspection_item_org")
        batch_op.drop_index(batch_op.f("ix_inspection_item_member_id"))
        batch_op.drop_index("ix_inspection_item_list")
        batch_op.drop_index(batch_op.f("ix_inspection_item_check_id"))

    op.drop_table("inspection_item")
    with op.batch_alter_table("patrol_pick", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patrol_pick_site_id"))

    op.drop_table("patrol_pick")
    with op.batch_alter_table("patrol_day", schema=None) as batch_op:
        batch_op.drop_index("ix_patrol_day_span")

    op.drop_table("patrol_day")
    with op.batch_alter_table("inspection_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_member_inspection_id"))
        batch_op.drop_index(batch_op.f("ix_inspection_member_account_id"))

    op.drop_table("inspection_member")
    with op.batch_alter_table("patrol_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patrol_plan_within_id"))
        batch_op.drop_index(batch_op.f("ix_patrol_plan_planned_until"))
        batch_op.drop_index(batch_op.f("ix_patrol_plan_org_id"))

    op.drop_table("patrol_plan")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_org_id"))

    op.drop_table("inspection")
