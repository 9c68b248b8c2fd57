"""Pages of the wizard: start, steps, result."""

from drillreg.imports.routes import start, steps
from drillreg.imports.routes.blueprint import bp

__all__ = ["bp", "start", "steps"]
