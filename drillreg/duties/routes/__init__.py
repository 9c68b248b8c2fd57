"""Pages of duties, split by noun."""

from drillreg.duties.routes import closed, giving, late, matrix, mine, month
from drillreg.duties.routes.blueprint import bp

__all__ = ["bp", "closed", "giving", "late", "matrix", "mine", "month"]
