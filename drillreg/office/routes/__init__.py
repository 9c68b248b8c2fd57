"""The pages on which an office runs itself."""

from drillreg.office.routes import codes, settings
from drillreg.office.routes.blueprint import bp

__all__ = ["bp", "codes", "settings"]
