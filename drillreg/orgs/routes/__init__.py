"""Pages of organisations and divisions."""

from drillreg.orgs.routes import (
    attributes,
    changes,
    division_changes,
    divisions,
    edit,
    grids,
    oversights,
    splits,
    tree,
)
from drillreg.orgs.routes.blueprint import bp

__all__ = [
    "attributes",
    "bp",
    "changes",
    "division_changes",
    "divisions",
    "edit",
    "grids",
    "oversights",
    "splits",
    "tree",
]
