"""Which sites count at all; every reading of sites starts from this condition."""

from sqlalchemy import ColumnElement, and_

from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import SiteEnding
from drillreg.i18n import N_
from drillreg.orgs.queries import is_imported

STRUCK_OUT = "struck-out"
ENDED = (*(ending.value for ending in SiteEnding), STRUCK_OUT)
ENDED_WORDS = {
    SiteEnding.CLOSED: N_("Closed, danger gone"),
    SiteEnding.MERGED: N_("Merged"),
    SiteEnding.SPLIT: N_("Split up"),
    STRUCK_OUT: N_("Struck out"),
}


def is_standing() -> ColumnElement[bool]:
    """Return the condition that a site is in the ledger, and of no import that is not in.

    One that was closed, merged or split has left it as one that was struck out has.
    """
    return and_(HazardSite.voided_at.is_(None), is_imported(HazardSite))


def has_ended(how: str) -> ColumnElement[bool]:
    """Return the condition that a site left the ledger in one way of `ENDED`."""
    ending = HazardSite.ending
    left = ending.is_(None) if how == STRUCK_OUT else ending == SiteEnding(how)
    return and_(HazardSite.voided_at.is_not(None), left, is_imported(HazardSite))
