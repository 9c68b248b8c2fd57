"""What a new check means for inspections: the result of a member at a place on their list."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from drillreg.core.db import db
from drillreg.hazards.models import HazardCheck
from drillreg.patrols.inspection_rules import InspectionState
from drillreg.patrols.models import Inspection, InspectionItem, InspectionMember


def take_result(facts: Mapping[str, Any]) -> None:
    """Enter a member's check as what was seen at the place; the newest counts."""
    if facts.get("what") != "recorded":
        return
    check = db.session.get_one(HazardCheck, facts["check_id"])
    items = db.session.scalars(
        select(InspectionItem.id)
        .join(Inspection, Inspection.id == InspectionItem.inspection_id)
        .join(InspectionMember, InspectionMember.inspection_id == Inspection.id)
        .where(
            InspectionItem.site_id == check.site_id,
            InspectionItem.voided_at.is_(None),
            Inspection.voided_at.is_(None),
            Inspection.state == InspectionState.RUNNING,
            Inspection.from_on <= check.checked_on,
            Inspection.to_on >= check.checked_on,
            InspectionMember.account_id == check.account_id,
            InspectionMember.left_at.is_(None),
        )
        .distinct()
    ).all()
    if items:
        db.session.execute(
            update(InspectionItem)
            .where(InspectionItem.id.in_(items))
            .values(
                check_id=check.id,
                seen_on=check.checked_on,
                seen_result=check.result.value,
                seen_note=check.note,
                not_done_reason=None,
                row_version=InspectionItem.row_version + 1,
            )
            .execution_options(synchronize_session=False)
        )
