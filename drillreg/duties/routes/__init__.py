"""Pages of duties, split by noun."""

from drillreg.duties.routes import closed, giving, matrix
from drillreg.duties.routes.blueprint import bp

__all__ = ["bp", "closed", "giving", "matrix"]
