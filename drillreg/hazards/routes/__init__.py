"""Pages of hazard sites: ledger, record, what becomes of it, reports, checks, signals."""

from drillreg.hazards.routes import (
    acts,
    checks,
    editing,
    keepers,
    ledger,
    map,
    photos,
    places,
    reports,
    sheets,
    signals,
    sites,
)
from drillreg.hazards.routes.blueprint import bp

__all__ = [
    "acts",
    "bp",
    "checks",
    "editing",
    "keepers",
    "ledger",
    "map",
    "photos",
    "places",
    "reports",
    "sheets",
    "signals",
    "sites",
]
