"""Two clocks of an issued plan, filings, publications, trainings.

Revision: 0008, after: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from drillreg.core.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "training",
        sa.Column("id", BIG, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=True),
        sa.Column(
            "kind",
            sa.Enum("training", "publicity", name="trainingkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("trainer", sa.Text(), nullable=True),
        sa.Column("participants", BIG, nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("material", sa.Text(), nullable=True),
        sa.Column("sheet_file_id", BIG, nullable=True),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", BIG, nullable=False),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("evidence_id", BIG, nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_training_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_training_org_id_org")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_training_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["sheet_file_id"],
            ["stored_file.id"],
            name=op.f("fk_training_sheet_file_id_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint("client_id", name=op.f("uq_training_client_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.create_index("ix_training_org_day", ["org_id", "held_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "plan_clock",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("file", "publish", name="clockkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column(
            "closing",
            sa.Enum(
                "superseded", "abolished", "exempt", name="closing", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_plan_clock_org_id_org")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_clock_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_plan_clock_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_clock")),
        sa.UniqueConstraint("version_id", "kind", name=op.f("uq_plan_clock_version_id_kind")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan_clock", schema=None) as batch_op:
        batch_op.create_index("ix_plan_clock_due", ["due_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_clock_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_clock_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "filing",
        sa.Column("id", BIG, nullable=False),
        sa.Column("clock_id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("attempt", BIG, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "recorded",
                "returned",
                "taken-back",
                "outside",
                name="filingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_org_id", BIG, nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", BIG, nullable=False),
        sa.Column("sent_by_name", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("check_due_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_by_name", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("answer_note", sa.Text(), nullable=True),
        sa.Column("receipt_file_id", BIG, nullable=True),
        sa.Column("evidence_id", BIG, nullable=True),
        sa.Column("received_id", BIG, nullable=True),
        sa.Column("row_version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["plan_clock.id"], name=op.f("fk_filing_clock_id_plan_clock")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_filing_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_filing_org_id_org")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_filing_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["receipt_file_id"],
            ["stored_file.id"],
            name=op.f("fk_filing_receipt_file_id_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["received_id"], ["evidence.id"], name=op.f("fk_filing_received_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_org_id"], ["org.id"], name=op.f("fk_filing_recipient_org_id_org")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_filing_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("version_id", "attempt", name=op.f("uq_filing_version_id_attempt")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_clock_id"), ["clock_id"], unique=False)
        batch_op.create_index("ix_filing_org", ["org_id", "sent_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_received_id"), ["received_id"], unique=False)
        batch_op.create_index(
            "ix_filing_recipient", ["recipient_org_id", "sent_on", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_filing_state"), ["state"], unique=False)

    op.create_table(
        "publication",
        sa.Column("id", BIG, nullable=False),
        sa.Column("clock_id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("org_id", BIG, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("is_abridged", sa.Boolean(), nullable=False),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", BIG, nullable=False),
        sa.Column("entered_by_name", sa.Text(), nullable=False),
        sa.Column("evidence_id", BIG, nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_by_id", BIG, nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["plan_clock.id"], name=op.f("fk_publication_clock_id_plan_clock")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_publication_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_publication_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_publication_org_id_org")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_publication_plan_id_plan")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_publication_version_id_plan_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_clock_id"), ["clock_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_org_id"), ["org_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "filing_copy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("filing_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("org_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_filing_copy_filing_id_filing")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_filing_copy_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_copy")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("filing_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_copy_filing_id"), ["filing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_filing_copy_org_id"), ["org_id"], unique=False)

    op.create_table(
        "filing_paper",
        sa.Column("id", BIG, nullable=False),
        sa.Column("filing_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_filing_paper_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filing.id"], name=op.f("fk_filing_paper_filing_id_filing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_paper")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("filing_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_paper_filing_id"), ["filing_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("filing_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_paper_filing_id"))

    op.drop_table("filing_paper")
    with op.batch_alter_table("filing_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_copy_org_id"))
        batch_op.drop_index(batch_op.f("ix_filing_copy_filing_id"))

    op.drop_table("filing_copy")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_plan_id"))
        batch_op.drop_index(batch_op.f("ix_publication_org_id"))
        batch_op.drop_index(batch_op.f("ix_publication_clock_id"))

    op.drop_table("publication")
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_state"))
        batch_op.drop_index("ix_filing_recipient")
        batch_op.drop_index(batch_op.f("ix_filing_received_id"))
        batch_op.drop_index(batch_op.f("ix_filing_plan_id"))
        batch_op.drop_index("ix_filing_org")
        batch_op.drop_index(batch_op.f("ix_filing_clock_id"))

    op.drop_table("filing")
    with op.batch_alter_table("plan_clock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_clock_plan_id"))
        batch_op.drop_index(batch_op.f("ix_plan_clock_org_id"))
        batch_op.drop_index("ix_plan_clock_due")

    op.drop_table("plan_clock")
    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_plan_id"))
        batch_op.drop_index("ix_training_org_day")

    op.drop_table("training")
