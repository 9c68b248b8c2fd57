"""Numbers of sites by owner and cell for the map.

Revision: 0017, after: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "site_cell",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("zoom", BIG, nullable=False),
        sa.Column("cell", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("sites", BIG, nullable=False),
        sa.Column("level_rank", BIG, nullable=False),
        sa.Column("first_site_id", BIG, nullable=False),
        sa.Column("lon_sum", BIG, nullable=False),
        sa.Column("lat_sum", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_site_cell_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_cell")),
        sa.UniqueConstraint(
            "zoom",
            "kind",
            "level",
            "cell",
            "org_id",
            name=op.f("uq_site_cell_zoom_kind_level_cell_org_id"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_cell", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_cell_org_id"), ["org_id"], unique=False)

    op.create_table(
        "site_mark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_site_mark_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_mark")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_mark", schema=None) as batch_op:
        batch_op.create_index("ix_site_mark_org_id", ["org_id", "id"], unique=False)

    with op.batch_alter_table("hazard_site", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hazard_site_morton"))
        batch_op.create_index(
            "ix_hazard_site_map",
            [
                "morton",
                "org_id",
                "voided_at",
                "import_id",
                "level",
                "level_rank",
                "kind",
                "last_check_on",
                "lon",
                "lat",
            ],
            unique=False,
        )

    # Until the worker has counted them, the map counts the rows of these organisations.
    op.execute("INSERT INTO site_mark (org_id) SELECT DISTINCT org_id FROM hazard_site")


def downgrade() -> None:
    with op.batch_alter_table("hazard_site", schema=None) as batch_op:
        batch_op.drop_index("ix_hazard_site_map")
        batch_op.create_index(batch_op.f("ix_hazard_site_morton"), ["morton"], unique=False)

    with op.batch_alter_table("site_mark", schema=None) as batch_op:
        batch_op.drop_index("ix_site_mark_org_id")

    op.drop_table("site_mark")
    with op.batch_alter_table("site_cell", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_cell_org_id"))

    op.drop_table("site_cell")
