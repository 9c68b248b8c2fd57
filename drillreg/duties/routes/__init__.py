"""Pages of duties, split by noun."""

from drillreg.duties.routes import (
    closed,
    decisions,
    disputes,
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
    "disputes",
    "explain",
    "giving",
    "late",
    "matrix",
    "mine",
    "month",
    "rulebook",
    "waivers",
]
