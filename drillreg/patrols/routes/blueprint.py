"""The blueprint of patrols and inspections, and what several of its pages need."""

from flask import Blueprint, request

from drillreg.core.access import Permission, current_actor
from drillreg.core.errors import NotAllowed
from drillreg.core.page import name_of
from drillreg.i18n import N_
from drillreg.orgs.choices import place_options
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, current_scope_for, ensure_may
from drillreg.patrols.inspections import get_inspection, get_item
from drillreg.patrols.models import Inspection, InspectionItem, PatrolPlan
from drillreg.patrols.queries import get_plan

bp = Blueprint("patrols", __name__, url_prefix="/patrols")


def own_org(permission: Permission) -> Org:
    """Return the organisation a person acts for, where they hold a permission there."""
    org_id = current_actor().org_id
    if org_id is None:
        raise NotAllowed(N_("You may look at this, but not change it."))
    return get_org(org_id, current_scope_for(permission))


def within_options(org: Org, permission: Permission) -> list[tuple[int, str]]:
    """Return where sites can lie: the organisation itself, then towns and villages in reach."""
    found = {org.id: name_of(org)}
    for key, name in place_options(current_scope_for(permission), None):
        found.setdefault(key, name)
    return list(found.items())


def typed_version() -> int:
    """Return which saving of a record the form was filled on; 0 when it does not say."""
    text = request.form.get("row_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def plan_to_change(plan_id: int) -> PatrolPlan:
    """Return a plan that the person may change."""
    plan = get_plan(plan_id, current_scope())
    ensure_may(Permission.PLAN_PATROLS, plan.org)
    return plan


def inspection_to_change(inspection_id: int) -> Inspection:
    """Return an inspection that the person may change."""
    found = get_inspection(inspection_id, current_scope())
    ensure_may(Permission.ASSIGN_TASKS, found.org)
    return found


def item_to_change(item_id: int) -> InspectionItem:
    """Return a place on the list of an inspection that the person may change."""
    found = get_item(item_id, current_scope())
    ensure_may(Permission.ASSIGN_TASKS, found.inspection.org)
    return found
