"""Pages of hazard sites: ledger, record, checks on the phone, paper books, signals."""

from drillreg.hazards.routes import checks, ledger, map, places, sheets, signals, sites
from drillreg.hazards.routes.blueprint import bp

__all__ = ["bp", "checks", "ledger", "map", "places", "sheets", "signals", "sites"]
