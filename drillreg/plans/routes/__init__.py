"""Pages of plans, split by noun: the register, entries, drafts, issues, the matrix, search."""

from drillreg.plans.routes import drafts, entries, issues, lines, matrix, register, search
from drillreg.plans.routes.blueprint import bp

__all__ = ["bp", "drafts", "entries", "issues", "lines", "matrix", "register", "search"]
