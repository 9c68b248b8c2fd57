"""The old address of the coverage matrix, which duties keep now."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core.access import Permission, requires
from drillreg.core.web import see_other
from drillreg.plans.routes.blueprint import bp


@bp.get("/matrix")
@requires(Permission.VIEW)
def matrix() -> ResponseReturnValue:
    """Lead to the matrix of duties."""
    found: dict[str, Any] = {"node": request.args.get("org"), "kind": request.args.get("kind")}
    return see_other(url_for("duties.matrix", **found))
