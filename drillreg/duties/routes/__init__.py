"""Pages of duties, split by noun."""

from drillreg.duties.routes import (
    closed,
    decisions,
    explain,
    giving,
    late,
    matrix,
    mine,
    month,
    rulebook,
    waivers,
)
from drillreg.duties.routes.blueprint import bp

__all__ = [
    "bp",
    "closed",
    "decisions",
    "explain",
    "giving",
    "late",
    "matrix",
    "mine",
    "month",
    "rulebook",
    "waivers",
]
