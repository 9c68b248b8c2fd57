"""Pages of plans, split by noun: the register, entries, drafts, issues, the matrix."""

from drillreg.plans.routes import (
    compare,
    copy,
    drafts,
    entries,
    issues,
    matrix,
    means,
    members,
    opinions,
    parts,
    printouts,
    register,
    sections,
    signing,
    signing_papers,
    word,
    writing,
)
from drillreg.plans.routes.blueprint import bp

__all__ = [
    "bp",
    "compare",
    "copy",
    "drafts",
    "entries",
    "issues",
    "matrix",
    "means",
    "members",
    "opinions",
    "parts",
    "printouts",
    "register",
    "sections",
    "signing",
    "signing_papers",
    "word",
    "writing",
]
