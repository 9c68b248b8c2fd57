"""The result of a duty at an organisation."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.duties.models import DutyDispute, DutyState
from drillreg.duties.terms import Ground

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
MAY_REFUSE = {
    "duties.answer_now": "the level above answers",
    "duties.dispute_file": "no paper came with it",
}


def things_at(org):
    """Make the things of this feature at an organisation and return what routes call them by."""
    levels = [int(part) for part in org.path.strip("/").split("/")]
    duty = DutyState(
        org_id=org.id,
        rule="D1",
        key=0,
        event_type="",
        owed="drill",
        rule_from=date(2024, 11, 1),
        due_on=date(2026, 4, 30),
        have=0,
        need=1,
        proofs=[],
        late_days=0,
        **{f"at{n}": level for n, level in enumerate(levels, start=1)},
    )
    dispute = DutyDispute(
        org_id=org.id,
        above_id=org.parent_id or org.id,
        rule="D1",
        ground=Ground.RECORD,
        says="记录有误",
        raised_at=NOW,
        raised_by_id=0,
        raised_by_name="x",
        due_on=date(2026, 6, 30),
    )
    db.session.add_all([duty, dispute])
    db.session.flush()
    return {
        "duty": {"duty_id": duty.id},
        "duty-dispute": {"dispute_id": dispute.id},
    }
