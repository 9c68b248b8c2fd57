"""What a migration makes of the rows it finds, each brought in at the version before."""

from datetime import UTC, date, datetime

import pytest
from flask_migrate import upgrade
from sqlalchemy import insert, select

from drillreg.core.db import Base, db
from drillreg.evidence.models import Evidence
from drillreg.upkeep.database import MIGRATIONS
from tests.upkeep.test_database import empty  # noqa: F401 - a fixture

MADE = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # 2 March 01:00 in Shanghai
COMMON = {
    "public_id": "x" * 22, "path": "1/", "kind": "town", "name": "白岩镇", "is_outside": False,
    "attributes": {}, "row_version": 1,
}  # fmt: skip


@pytest.fixture
def at_version_2(empty):  # noqa: F811
    """A database of release 0002, and a function that inserts a row into one of its tables."""
    upgrade(directory=str(MIGRATIONS), revision="0002")

    def put(table, /, **values):
        with db.engine.begin() as connection:
            # Written like the models of today, which only ever gain columns.
            connection.execute(insert(Base.metadata.tables[table]).values(values).inline())

    return put


def test_older_evidence_says_afterwards_what_rules_read(at_version_2):
    put = at_version_2
    now, same = MADE, {"created_at": MADE, "row_version": 1}
    put("org", id=1, **COMMON)
    put(
        "plan", id=5, public_id="p" * 22, org_id=1, kind="special", event_type="fire", title="预案",
        secrecy="public", **same,
    )  # fmt: skip
    for number, state, ended in ((1, "superseded", date(2026, 3, 1)), (2, "current", None)):
        put(
            "plan_version", id=number, plan_id=5, number=number, state=state, ended_on=ended,
            issued_on=date(2024, 1, 1), **same,
        )  # fmt: skip
    put(
        "drill", id=7, public_id="d" * 22, org_id=1, plan_id=5, title="演练", event_type="fire",
        status="held", due_on=date(2026, 1, 2), mode="full", changed_at=now, row_version=1,
    )  # fmt: skip
    for number, voided in ((1, None), (2, datetime(2026, 5, 1, 17, 0, tzinfo=UTC))):
        put(
            "hazard_site", id=number, public_id=f"{number:022d}", org_id=1, number=str(number),
            name="滑坡", kind="landslide", level="red", level_rank=0, lon=115.0, lat=24.0, morton=1,
            source_crs="EPSG:4326", attributes={}, changed_at=now, voided_at=voided, **same,
        )  # fmt: skip
    proof = {"org_id": 1, "on_date": date(2026, 1, 2), "entered_at": now, "grade": "evidenced"}
    for kind, subject, subject_id, said in (
        ("plan-issued", "plan-version", 1, {"plan_id": 5}),
        ("plan-issued", "plan-version", 2, {"plan_id": 5}),
        ("drill-held", "drill", 7, {"mode": "full"}),
    ):
        put(
            "evidence", kind=kind, subject_kind=subject, subject_id=subject_id,
            attributes=said, **proof,
        )  # fmt: skip
    upgrade(directory=str(MIGRATIONS))
    found = db.session.scalars(select(Evidence).order_by(Evidence.id)).all()
    old, new, drill, standing, struck = found
    assert (old.until_on, new.until_on) == (date(2026, 2, 28), None)
    assert old.attributes == {"plan_id": 5, "issued_on": "2026-01-02"}
    assert drill.attributes == {
        "mode": "full", "drill_id": 7, "plan_id": 5, "plan_kind": "special"
    }  # fmt: skip
    assert standing.attributes == {"site": 1, "kind": "landslide", "level": "red"}
    assert (standing.kind, standing.on_date) == ("site-registered", date(2026, 3, 2))
    assert (standing.until_on, struck.until_on) == (None, date(2026, 5, 1))
