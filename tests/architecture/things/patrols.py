"""A patrol plan with a day, and an inspection with a member and a place, at an organisation."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.patrols.models import (
    Inspection,
    InspectionItem,
    InspectionMember,
    PatrolDay,
    PatrolPlan,
)
from drillreg.patrols.rules import Doer

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)

MAY_REFUSE = {
    "patrols.drawn": "nothing was drawn",
    "patrols.close": "it has not begun",
    "patrols.resume": "the plan does not rest",
}


def things_at(org):
    """Make the things of this feature at an organisation and return what routes call them by."""
    plan = PatrolPlan(
        org_id=org.id,
        within_id=org.id,
        name="周五巡查",
        kind="weekly",
        weekdays=[4],
        every={},
        doer=Doer.KEEPER,
        from_on=TODAY,
        created_at=NOW,
    )
    inspection = Inspection(
        org_id=org.id, title="联合检查", way="joint", from_on=TODAY, to_on=TODAY, created_at=NOW
    )
    db.session.add_all([plan, inspection])
    db.session.flush()
    day = PatrolDay(plan_id=plan.id, first_on=date(2026, 5, 8), last_on=date(2026, 5, 10))
    member = InspectionMember(inspection_id=inspection.id, name="李工", body="省地质队")
    item = InspectionItem(inspection_id=inspection.id, org_id=org.id)
    db.session.add_all([day, member, item])
    db.session.flush()
    return {
        "patrol-plan": {"plan_id": plan.id},
        "patrol-stop": {"plan_id": plan.id, "what": "pause"},
        "inspection": {"inspection_id": inspection.id},
        "inspection-paper": {"inspection_id": inspection.id, "what": "sheet"},
        "inspection-member": {"inspection_id": inspection.id, "member_id": member.id},
        "inspection-item": {"item_id": item.id},
    }
