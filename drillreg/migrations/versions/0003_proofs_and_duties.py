"""evidence that ends, what older evidence lacks, duties and their results.

Revision: 0003, after: 0002
"""

from datetime import UTC, datetime
from string import Template
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import drillreg.core.db as db
from drillreg.config import settings

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_end_of_evidence()
    add_entries_by_hand()
    complete_evidence()
    add_duties()


def downgrade() -> None:
    drop_duties()
    drop_entries_by_hand()
    drop_end_of_evidence()


# Evidence


def add_end_of_evidence() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until_on", sa.Date(), nullable=True))


def drop_end_of_evidence() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("until_on")


def add_entries_by_hand() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "evidence_entry",
        sa.Column("id", big, nullable=False),
        sa.Column("evidence_id", big, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("account_id", big, nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("file_id", big, nullable=True),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_entry_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_evidence_entry_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_entry")),
        sa.UniqueConstraint("client_id", name=op.f("uq_evidence_entry_client_id")),
        sa.UniqueConstraint("evidence_id", name=op.f("uq_evidence_entry_evidence_id")),
        sqlite_autoincrement=True,
    )


def drop_entries_by_hand() -> None:
    op.drop_table("evidence_entry")


def complete_evidence() -> None:
    """Write into older evidence what rules read, and what no feature wrote before."""
    minutes = f"{_minutes():+d}"
    words = {
        name: text.format(minutes=minutes)
        for name, text in WORDS[op.get_bind().dialect.name].items()
    }
    for statement in STATEMENTS:
        op.execute(Template(statement).substitute(words))


def _minutes() -> int:
    """Return how far the local day is ahead of UTC."""
    offset = datetime.now(UTC).astimezone(ZoneInfo(settings().timezone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


# How each database takes a day back, tells the local day of an instant, puts objects together.
WORDS = {
    "sqlite": {
        "ended_eve": "date(v.ended_on, '-1 day')",
        "created_on": "date(s.created_at, '{minutes} minutes')",
        "struck_eve": "date(s.voided_at, '{minutes} minutes', '-1 day')",
        "with": "json_patch(attributes, json_object",
        "object": "json_object",
        "on_date": "on_date",
    },
    "postgresql": {
        "ended_eve": "v.ended_on - 1",
        "created_on": "CAST((s.created_at AT TIME ZONE 'UTC') + INTERVAL '{minutes} minutes' AS date)",
        "struck_eve": (
            "CAST((s.voided_at AT TIME ZONE 'UTC') + INTERVAL '{minutes} minutes' AS date) - 1"
        ),
        "with": "(attributes || jsonb_build_object",
        "object": "jsonb_build_object",
        "on_date": "CAST(on_date AS text)",
    },
}

STATEMENTS = (
    """
    UPDATE evidence SET until_on =
        (SELECT $ended_eve FROM plan_version v WHERE v.id = evidence.subject_id)
    WHERE kind = 'plan-issued' AND subject_kind = 'plan-version' AND EXISTS
        (SELECT 1 FROM plan_version v WHERE v.id = evidence.subject_id
         AND v.state IN ('superseded', 'abolished'))
    """,
    """
    UPDATE evidence SET attributes = $with('issued_on', $on_date)) WHERE kind = 'plan-issued'
    """,
    """
    UPDATE evidence SET attributes = $with(
        'drill_id', subject_id,
        'plan_id', (SELECT d.plan_id FROM drill d WHERE d.id = evidence.subject_id),
        'plan_kind', (SELECT p.kind FROM drill d JOIN plan p ON p.id = d.plan_id
                      WHERE d.id = evidence.subject_id)))
    WHERE kind = 'drill-held' AND subject_kind = 'drill'
    """,
    """
    UPDATE evidence SET attributes = $with(
        'drill_id', (SELECT r.drill_id FROM report r WHERE r.id = evidence.subject_id),
        'event_type', (SELECT d.event_type FROM report r JOIN drill d ON d.id = r.drill_id
                       WHERE r.id = evidence.subject_id)))
    WHERE kind = 'report-approved' AND subject_kind = 'report'
    """,
    """
    INSERT INTO evidence (kind, org_id, subject_kind, subject_id, on_date, until_on, entered_at,
                          attributes, grade)
    SELECT 'site-registered', s.org_id, 'hazard_site', s.id, $created_on, $struck_eve,
        s.created_at, $object('site', s.id, 'kind', s.kind, 'level', s.level), 'evidenced'
    FROM hazard_site s LEFT JOIN import_batch b ON b.id = s.import_id
    WHERE s.import_id IS NULL OR b.state = 'applied'
    """,
)


# Duties


def add_duties() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "duty_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("node_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("owed", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("good_until", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("waived_until", sa.Date(), nullable=True),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_count")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_count", schema=None) as batch_op:
        batch_op.create_index("ix_duty_count_node", ["node_id", "id"], unique=False)

    op.create_table(
        "duty_touch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("org_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("below", sa.Text(), nullable=True),
        sa.Column("at", db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_touch")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_touch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_touch_org_id"), ["org_id"], unique=False)

    op.create_table(
        "duty_org",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("org_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evaluated_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "nodes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("stale_since", db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_duty_org_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_org")),
        sa.UniqueConstraint("org_id", name=op.f("uq_duty_org_org_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_org", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_org_stale_since"), ["stale_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_org_valid_until"), ["valid_until"], unique=False)

    op.create_table(
        "duty_period",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("org_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("owed", sa.Text(), nullable=False),
        sa.Column("rule_from", sa.Date(), nullable=False),
        sa.Column(
            "decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "breached",
                "at-risk",
                "due-soon",
                "open",
                "met",
                "waived",
                "not-applicable",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("have", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "self-reported", "evidenced", "verified", name="grade", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "proofs",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("recorded_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "late_proofs",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "late_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_duty_period_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_period")),
        sa.UniqueConstraint(
            "org_id",
            "rule",
            "key",
            "event_type",
            "first_on",
            name=op.f("uq_duty_period_org_id_rule_key_event_type_first_on"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_period", schema=None) as batch_op:
        batch_op.create_index(
            "ix_duty_period_rule_first", ["rule", "first_on", "state"], unique=False
        )

    op.create_table(
        "duty_state",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("org_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("owed", sa.Text(), nullable=False),
        sa.Column("rule_from", sa.Date(), nullable=False),
        sa.Column(
            "decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("good_until", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("waived_until", sa.Date(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("have", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "proofs",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("period_first", sa.Date(), nullable=True),
        sa.Column("period_last", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column(
            "late_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at1", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at2", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at3", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at4", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_duty_state_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_state")),
        sa.UniqueConstraint(
            "org_id",
            "rule",
            "key",
            "event_type",
            name=op.f("uq_duty_state_org_id_rule_key_event_type"),
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_state", schema=None) as batch_op:
        batch_op.create_index("ix_duty_state_at1", ["at1", "due_on", "id"], unique=False)
        batch_op.create_index("ix_duty_state_at2", ["at2", "due_on", "id"], unique=False)
        batch_op.create_index("ix_duty_state_at3", ["at3", "due_on", "id"], unique=False)
        batch_op.create_index("ix_duty_state_at4", ["at4", "due_on", "id"], unique=False)
        batch_op.create_index("ix_duty_state_due", ["due_on", "id"], unique=False)

    op.create_table(
        "duty_waiver",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("org_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "given_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("given_by_name", sa.Text(), nullable=False),
        sa.Column("voided_at", db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "voided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_duty_waiver_org_id_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_waiver")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("duty_waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_waiver_org_id"), ["org_id"], unique=False)

    op.create_table(
        "rule_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column(
            "body",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("voided_at", db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "voided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org.id"], name=op.f("fk_rule_decision_owner_id_org")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_decision")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("rule_decision", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rule_decision_owner_rule", ["owner_id", "rule", "from_on"], unique=False
        )

    # ### end Alembic commands ###


def drop_duties() -> None:
    # ### commands auto generated by Alembic - please adjust! ###

    with op.batch_alter_table("rule_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_rule_decision_owner_rule")

    op.drop_table("rule_decision")
    with op.batch_alter_table("duty_waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_waiver_org_id"))

    op.drop_table("duty_waiver")
    with op.batch_alter_table("duty_state", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_state_due")
        batch_op.drop_index("ix_duty_state_at4")
        batch_op.drop_index("ix_duty_state_at3")
        batch_op.drop_index("ix_duty_state_at2")
        batch_op.drop_index("ix_duty_state_at1")

    op.drop_table("duty_state")
    with op.batch_alter_table("duty_period", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_period_rule_first")

    op.drop_table("duty_period")
    with op.batch_alter_table("duty_org", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_org_valid_until"))
        batch_op.drop_index(batch_op.f("ix_duty_org_stale_since"))

    op.drop_table("duty_org")
    with op.batch_alter_table("duty_touch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_touch_org_id"))

    op.drop_table("duty_touch")
    with op.batch_alter_table("duty_count", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_count_node")

    op.drop_table("duty_count")
    # ### end Alembic commands ###
