"""Which sites count at all; every reading of sites starts from this condition."""

from sqlalchemy import ColumnElement, and_

from drillreg.hazards.models import HazardSite
from drillreg.orgs.queries import is_imported


def is_standing() -> ColumnElement[bool]:
    """Return the condition that a site is neither struck out nor of an import that is not in."""
    return and_(HazardSite.voided_at.is_(None), is_imported(HazardSite))
