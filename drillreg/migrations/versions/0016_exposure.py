"""What lies in reach of hazard sites, decisions on it, and the ways out.

Revision: 0016, after: 0015
"""

import sqlalchemy as sa
from alembic import op

from drillreg.core.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exposure_touch",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column(
            "subject_kind",
            sa.Enum("org", "division", "shelter", name="subjectkind", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("below", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_touch")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "evacuation_route",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("shelter_id", BIG, nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.Column("length_km", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by_name", sa.Text(), nullable=False),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["shelter_id"], ["shelter.id"], name=op.f("fk_evacuation_route_shelter_id_shelter")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_evacuation_route_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evacuation_route")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("evacuation_route", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evacuation_route_shelter_id"), ["shelter_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_evacuation_route_site_id"), ["site_id"], unique=False)

    op.create_table(
        "exposure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum("org", "division", "shelter", name="subjectkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column(
            "inside",
            sa.Enum("buffer", "drawn", "both", name="inside", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("buffer_m", sa.Double(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("worked_out_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("site_sum", sa.Text(), nullable=False),
        sa.Column("subject_sum", sa.Text(), nullable=False),
        sa.Column("in_reach", sa.Boolean(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("confirmed", "rejected", name="decision", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_exposure_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure")),
        sa.UniqueConstraint(
            "site_id",
            "subject_kind",
            "subject_id",
            name=op.f("uq_exposure_site_id_subject_kind_subject_id"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.create_index(
            "ix_exposure_subject", ["subject_kind", "subject_id", "site_id"], unique=False
        )

    op.create_table(
        "exposure_reach",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("buffer_m", sa.Double(), nullable=True),
        sa.Column("area_wkb", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", BIG, nullable=False),
        sa.Column("set_by_name", sa.Text(), nullable=False),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_exposure_reach_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_reach")),
        sa.UniqueConstraint("site_id", name=op.f("uq_exposure_reach_site_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "exposure_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("worked_out_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("site_sum", sa.Text(), nullable=False),
        sa.Column("buffer_m", sa.Double(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("min_lon", sa.Double(), nullable=False),
        sa.Column("min_lat", sa.Double(), nullable=False),
        sa.Column("max_lon", sa.Double(), nullable=False),
        sa.Column("max_lat", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["hazard_site.id"], name=op.f("fk_exposure_run_site_id_hazard_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_run")),
        sa.UniqueConstraint("site_id", name=op.f("uq_exposure_run_site_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("exposure_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exposure_run_min_lat"), ["min_lat"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_exposure_run_worked_out_at"), ["worked_out_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("exposure_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exposure_run_worked_out_at"))
        batch_op.drop_index(batch_op.f("ix_exposure_run_min_lat"))

    op.drop_table("exposure_run")
    op.drop_table("exposure_reach")
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.drop_index("ix_exposure_subject")

    op.drop_table("exposure")
    with op.batch_alter_table("evacuation_route", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evacuation_route_site_id"))
        batch_op.drop_index(batch_op.f("ix_evacuation_route_shelter_id"))

    op.drop_table("evacuation_route")
    op.drop_table("exposure_touch")
