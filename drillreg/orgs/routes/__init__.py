"""Pages of organisations."""

from drillreg.orgs.routes import attributes, changes, edit, imports, splits, tree
from drillreg.orgs.routes.blueprint import bp

__all__ = ["attributes", "bp", "changes", "edit", "imports", "splits", "tree"]
