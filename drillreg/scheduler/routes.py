"""The timetable and the job log."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_label
from drillreg.core.errors import NotFound
from drillreg.core.web import see_other, writes
from drillreg.i18n import N_, translate
from drillreg.scheduler.jobs import JOBS
from drillreg.scheduler.operations import ask_to_run
from drillreg.scheduler.queries import last_runs, lease_until, runs_count, runs_page, states
from drillreg.scheduler.runner import ROLE

bp = Blueprint("scheduler", __name__, url_prefix="/system/jobs")
NAMES = tuple(job.name for job in JOBS)


@bp.get("/")
@requires(Permission.MANAGE_SYSTEM)
def index() -> str:
    """Show the timetable, whether somebody runs it, and what ran."""
    until = lease_until(ROLE)
    asked = request.args.get("job", "")
    name = asked if asked in NAMES else ""
    only_failed = request.args.get("failed") == "1"
    return render_template(
        "scheduler/index.html",
        jobs=JOBS,
        states=states(),
        last=last_runs(),
        alive=until is not None and until > clock.now(),
        name=name,
        only_failed=only_failed,
        page=runs_page(name=name, only_failed=only_failed, cursor=request.args.get("after")),
        total=runs_count(name=name, only_failed=only_failed),
    )


@bp.post("/<name>/run")
@requires(Permission.MANAGE_SYSTEM)
@writes
def run(name: str) -> ResponseReturnValue:
    """Have a job run now, in the background process."""
    if name not in NAMES:
        raise NotFound(N_("There is no such job."))
    title = code_label(name, "scheduled_job")
    ask_to_run(name, title=title, actor=current_actor(), now=clock.now())
    told = translate(N_("“%(name)s” runs next. The log below shows its result."), name=title)
    flash(told, "success")
    return see_other(url_for(".index", job=name))
