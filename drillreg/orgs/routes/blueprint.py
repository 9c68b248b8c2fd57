"""The blueprint of organisations, and the door every change of one goes through."""

from flask import Blueprint

from drillreg.core.access import Permission
from drillreg.orgs.models import Org
from drillreg.orgs.queries import get_org
from drillreg.orgs.scope import current_scope, ensure_may

bp = Blueprint("orgs", __name__, url_prefix="/orgs")


@bp.app_template_test("in_reach")
def in_reach(org: Org) -> bool:
    """Say whether the person who reads the page may open the page of an organisation."""
    return current_scope().includes(org)


def own_org(org_id: int) -> Org:
    """Return an organisation that the person may change; 404 outside, 403 without the right."""
    org = get_org(org_id, current_scope())
    ensure_may(Permission.EDIT_ORGS, org)
    return org
