"""Pages of organisations: tree, record, changes, imports."""

from drillreg.orgs.routes import edit, imports, tree
from drillreg.orgs.routes.blueprint import bp

__all__ = ["bp", "edit", "imports", "tree"]
