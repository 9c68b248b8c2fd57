"""The pages on which an office runs itself."""

from drillreg.office.routes import calendar, codes, settings, trail, work
from drillreg.office.routes.blueprint import bp

__all__ = ["bp", "calendar", "codes", "settings", "trail", "work"]
