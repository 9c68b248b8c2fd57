"""Health addresses for the machine that watches the machine."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from drillreg.core.access import public
from drillreg.upkeep.health import READY, examine

bp = Blueprint("upkeep", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether the system can work: database, background process, room on the disk."""
    found = {check.name: check.state for check in examine(READY)}
    return {"checks": found}, 503 if "bad" in found.values() else 200
