"""Pages of revisions; every module hangs its views on the one blueprint."""

from drillreg.revisions.routes import (
    aligning,
    answering,
    approving,
    drafting,
    evaluating,
    items,
)
from drillreg.revisions.routes.blueprint import bp

__all__ = ["aligning", "answering", "approving", "bp", "drafting", "evaluating", "items"]
