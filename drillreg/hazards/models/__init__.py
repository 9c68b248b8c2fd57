"""Tables of hazard sites, who answers for them, and the checks on them."""

from drillreg.hazards.models.care import SiteKeeper, SitePhoto, SiteReport, SiteReportItem
from drillreg.hazards.models.checks import CheckPhoto, CheckSheet, HazardCheck
from drillreg.hazards.models.sites import HazardSite

__all__ = [
    "CheckPhoto",
    "CheckSheet",
    "HazardCheck",
    "HazardSite",
    "SiteKeeper",
    "SitePhoto",
    "SiteReport",
    "SiteReportItem",
]
