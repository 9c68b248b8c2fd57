"""Pages of reports, split by noun: reading, writing, signing, corrective actions."""

from drillreg.reports.routes import actions, papers, reading, signing, writing
from drillreg.reports.routes.blueprint import bp

__all__ = ["actions", "bp", "papers", "reading", "signing", "writing"]
