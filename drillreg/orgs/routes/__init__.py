"""Pages of organisations."""

from drillreg.orgs.routes import changes, edit, imports, splits, tree
from drillreg.orgs.routes.blueprint import bp

__all__ = ["bp", "changes", "edit", "imports", "splits", "tree"]
