"""Pages of hazard sites: ledger, record, checks on the phone, imports."""

from drillreg.hazards.routes import checks, imports, ledger, map, places, sites
from drillreg.hazards.routes.blueprint import bp

__all__ = ["bp", "checks", "imports", "ledger", "map", "places", "sites"]
