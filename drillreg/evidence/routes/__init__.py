"""The pages of evidence."""

from drillreg.evidence.routes import entering, judging
from drillreg.evidence.routes.blueprint import bp

__all__ = ["bp", "entering", "judging"]
