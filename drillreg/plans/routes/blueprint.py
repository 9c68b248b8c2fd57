"""The blueprint that the pages of plans hang on, and what several of them need."""

from flask import Blueprint, request

from drillreg.core.access import Permission
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.past import org_to_narrow
from drillreg.orgs.scope import OrgScope, current_scope, ensure_may_on
from drillreg.plans.models import Plan
from drillreg.plans.queries import get_plan
from drillreg.plans.scope import PLAN

bp = Blueprint("plans", __name__, url_prefix="/plans")


def org_of_address(name: str, scope: OrgScope) -> Org | None:
    """Return the organisation an argument of the address names; raise NotFound on a wrong one."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise NotFound(N_("There is no such organisation."))
    return org_to_narrow(int(text), scope)


def plan_to_change(plan_id: int, permission: Permission = Permission.EDIT_PLANS) -> Plan:
    """Return a plan that the person may change; NotFound outside, NotAllowed without the right."""
    plan = get_plan(plan_id, current_scope())
    ensure_may_on(permission, PLAN.code, plan)
    return plan
