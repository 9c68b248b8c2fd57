"""Pages of organisations."""

from drillreg.orgs.routes import attributes, changes, edit, imports, oversights, splits, tree
from drillreg.orgs.routes.blueprint import bp

__all__ = ["attributes", "bp", "changes", "edit", "imports", "oversights", "splits", "tree"]
