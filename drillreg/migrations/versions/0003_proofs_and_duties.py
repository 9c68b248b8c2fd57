"""evidence that ends, what older evidence lacks.

Revision: 0003, after: 0002
"""

from datetime import UTC, datetime
from string import Template
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from drillreg.config import settings

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_end_of_evidence()
    add_entries_by_hand()
    complete_evidence()


def downgrade() -> None:
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
