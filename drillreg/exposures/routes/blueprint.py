"""The blueprint that every page of exposure hangs on, and words several of them use."""

from flask import Blueprint

from drillreg.core.access import Permission
from drillreg.core.errors import DomainError
from drillreg.exposures.gaps import Gap
from drillreg.exposures.rules import Decision, Inside
from drillreg.hazards.models import HazardSite
from drillreg.hazards.queries import get_site
from drillreg.hazards.scope import SITE
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, ensure_may_on

bp = Blueprint("exposures", __name__)

INSIDE_WORDS = {
    Inside.BUFFER: N_("within the buffer"),
    Inside.DRAWN: N_("in the drawn area"),
    Inside.BOTH: N_("in both"),
}
DECISION_WORDS = {
    Decision.CONFIRMED: N_("Confirmed"),
    Decision.REJECTED: N_("Rejected"),
}
GAP_WORDS = {
    Gap.PLAN: N_("No plan"),
    Gap.DRILL: N_("No drill in a year"),
}


@bp.app_template_filter("inside_word")
def inside_word(code: str) -> str:
    """Return in which part of a site's reach something lies, in words."""
    return translate(INSIDE_WORDS[Inside(code)])


@bp.app_template_filter("metres")
def metres(distance: float) -> str:
    """Write a distance: 380 m, 1.4 km."""
    return f"{distance / 1000:.1f} km" if distance >= 1000 else f"{distance:.0f} m"


def site_to_change(site_id: int) -> HazardSite:
    """Return a site whose exposure the reader may change; raise NotFound, NotAllowed or refuse."""
    site = get_site(site_id, current_scope())
    ensure_may_on(Permission.EDIT_HAZARDS, SITE.code, site)
    if site.voided_at is not None:
        raise DomainError(N_("This site was struck out already."))
    return site
