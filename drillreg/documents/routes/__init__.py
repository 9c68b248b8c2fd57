"""Pages of papers, split by noun: numbers, layouts, printed sheets."""

from drillreg.documents.routes import layouts, number_export, numbers, sheets
from drillreg.documents.routes.blueprint import bp

__all__ = ["bp", "layouts", "number_export", "numbers", "sheets"]
