"""The blueprint of the office's system pages, and for which organisation a page speaks."""

from collections.abc import Sequence

from flask import Blueprint, request

from drillreg.core.access import Permission, current_actor
from drillreg.core.errors import NotFound
from drillreg.core.reading import FormReader
from drillreg.i18n import N_
from drillreg.office.queries import owners_within
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope_for

bp = Blueprint("office", __name__, url_prefix="/system")


def owners_for(permission: Permission, *, only_counties: bool = False) -> Sequence[Org]:
    """Return the organisations for which the person asking may set something."""
    found = owners_within(current_scope_for(permission))
    return [org for org in found if not only_counties or org.kind == "county"]


def chosen_owner(owners: Sequence[Org]) -> Org:
    """Return the organisation in the address, else one's own, else the first; 404 outside."""
    wanted = FormReader(request.args).integer("org", "", minimum=1)
    home = current_actor().org_id
    by_id = {org.id: org for org in owners}
    found = by_id.get(wanted) if wanted else by_id.get(home or 0) or next(iter(owners), None)
    if found is None:
        raise NotFound(N_("There is no such organisation within your reach."))
    return found
