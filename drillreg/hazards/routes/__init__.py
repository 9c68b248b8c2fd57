"""Pages of hazard sites: ledger, record, checks on the phone."""

from drillreg.hazards.routes import checks, ledger, map, places, sites
from drillreg.hazards.routes.blueprint import bp

__all__ = ["bp", "checks", "ledger", "map", "places", "sites"]
