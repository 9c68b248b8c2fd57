"""Pages of abridged plans, action cards and compiled books."""

from drillreg.books.routes import abridged, cards, compiled
from drillreg.books.routes.blueprint import bp

__all__ = ["abridged", "bp", "cards", "compiled"]
