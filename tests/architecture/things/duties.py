"""The result of a duty at an organisation."""

from datetime import date

from drillreg.core.db import db
from drillreg.duties.models import DutyState

MAY_REFUSE: dict[str, str] = {}


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
    db.session.add(duty)
    db.session.flush()
    return {"duty": {"duty_id": duty.id}}
