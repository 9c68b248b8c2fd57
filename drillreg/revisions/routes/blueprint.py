"""The blueprint that the pages of revisions hang on, and what several of them need."""

from flask import Blueprint, request

from drillreg.core.access import Permission
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import OrgScope, current_scope, ensure_may, ensure_may_on
from drillreg.plans.models import Plan
from drillreg.plans.queries import get_plan
from drillreg.plans.scope import PLAN
from drillreg.revisions.drafting import get_drafting
from drillreg.revisions.models import DraftingPlan

bp = Blueprint("revisions", __name__, url_prefix="/plans")


def plan_to_change(plan_id: int) -> Plan:
    """Return a plan that the person may edit; NotFound outside, NotAllowed without the right."""
    plan = get_plan(plan_id, current_scope().present)
    ensure_may_on(Permission.EDIT_PLANS, PLAN.code, plan)
    return plan


def drafting_to_change(drafting_id: int, permission: Permission) -> DraftingPlan:
    """Return a drafting plan that the person may change with a permission."""
    drafting = get_drafting(drafting_id, current_scope())
    ensure_may(permission, drafting.org)
    return drafting


def org_of_address(name: str, scope: OrgScope) -> Org | None:
    """Return the organisation an argument of the address names; raise NotFound on a wrong one."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return get_org(int(text), scope)


def typed_version() -> int:
    """Return which saving of a record the form was filled on; 0 when it does not say."""
    text = request.form.get("row_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
