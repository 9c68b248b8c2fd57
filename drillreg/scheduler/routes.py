"""The job log."""

from flask import Blueprint, render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.scheduler.jobs import JOBS
from drillreg.scheduler.queries import lease_until, runs_page
from drillreg.scheduler.runner import ROLE

bp = Blueprint("scheduler", __name__, url_prefix="/system/jobs")


@bp.get("/")
@requires(Permission.MANAGE_SYSTEM)
def index() -> str:
    """Show the timetable, whether somebody runs it, and what ran."""
    until = lease_until(ROLE)
    return render_template(
        "scheduler/index.html",
        jobs=JOBS,
        alive=until is not None and until > clock.now(),
        until=until,
        page=runs_page(cursor=request.args.get("after")),
    )
