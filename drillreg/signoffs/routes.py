"""Where a step leads: the page of the record that is signed."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from drillreg.core.access import Permission, requires
from drillreg.core.web import see_other
from drillreg.orgs.scope import current_scope
from drillreg.signoffs.queries import get_stage

bp = Blueprint("signoffs", __name__, url_prefix="/sign-offs")


@bp.get("/steps/<int:stage_id>")
@requires(Permission.VIEW)
def step(stage_id: int) -> ResponseReturnValue:
    """Lead on to the record a step belongs to."""
    return see_other(get_stage(stage_id, current_scope()).sign_off.url)
