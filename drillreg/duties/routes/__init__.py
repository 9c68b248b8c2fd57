"""Pages of duties, split by noun."""

from drillreg.duties.routes import late, mine, month
from drillreg.duties.routes.blueprint import bp

__all__ = ["bp", "late", "mine", "month"]
