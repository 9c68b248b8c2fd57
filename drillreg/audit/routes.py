"""The trail as the auditor reads it."""

from flask import Blueprint, render_template, request

from drillreg.audit.queries import trail_page
from drillreg.core.access import Permission, requires

bp = Blueprint("audit", __name__, url_prefix="/system/audit")


@bp.get("/")
@requires(Permission.READ_AUDIT)
def index() -> str:
    """List what was done, newest first."""
    action = request.args.get("action", "")[:40]
    page = trail_page(action=action, cursor=request.args.get("after"))
    return render_template("audit/index.html", page=page, action=action)
