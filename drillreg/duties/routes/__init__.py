"""Pages of duties, split by noun."""

from drillreg.duties.routes import decisions, explain, rulebook, waivers
from drillreg.duties.routes.blueprint import bp

__all__ = ["bp", "decisions", "explain", "rulebook", "waivers"]
