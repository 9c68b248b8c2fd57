"""Pages about reach: who can see what, why, and what was opened to whom."""

from drillreg.accounts.reach.routes import giving, lists, seeing
from drillreg.accounts.reach.routes.blueprint import bp

__all__ = ["bp", "giving", "lists", "seeing"]
