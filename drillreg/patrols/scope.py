"""Which inspections a person reaches: their own, and those that concern them and are not hidden."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from drillreg.core.codes import code_list
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.inspection_rules import InspectionState
from drillreg.patrols.models import Inspection, InspectionItem

WAYS = "inspection_way"


def hidden_ways() -> list[str]:
    """Return the ways of inspection of which the inspected see nothing before they are over."""
    return [each.code for each in code_list(WAYS) if each.attributes["hidden"]]


def _is_open() -> ColumnElement[bool]:
    """Return the condition that the inspected may know of an inspection."""
    return and_(
        Inspection.state != InspectionState.DRAFT,
        or_(
            Inspection.way.not_in(hidden_ways()),
            Inspection.state == InspectionState.CLOSED,
        ),
    )


def may_see(scope: OrgScope) -> ColumnElement[bool]:
    """Return the condition that an inspection is in reach; the statement joins its organisation."""
    inspected = aliased(Org)
    concerned = (
        select(InspectionItem.id)
        .join(inspected, inspected.id == InspectionItem.org_id)
        .where(
            InspectionItem.inspection_id == Inspection.id,
            InspectionItem.voided_at.is_(None),
            scope.present.allows(inspected),
        )
        .exists()
    )
    return or_(scope.present.allows(), and_(_is_open(), concerned))
