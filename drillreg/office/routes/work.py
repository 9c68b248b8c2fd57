"""All background work, as an administrator sees it: kinds and times, never titles."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.web import see_other, writes
from drillreg.office.operations import stop_work
from drillreg.office.queries import names_of_orgs, setting
from drillreg.office.routes.blueprint import bp
from drillreg.orgs.models import Org
from drillreg.orgs.scope import current_scope_for
from drillreg.sandbox.limits import rows, work_per_person
from drillreg.work.queries import get_work_of, work_counts, work_page
from drillreg.work.rules import WorkState


def _orgs() -> Select[int]:
    return select(Org.id).where(current_scope_for(Permission.MANAGE_SYSTEM).allows())


def _asked(name: str, allowed: list[str]) -> str:
    found = request.args.get(name, "")
    return found if found in allowed else ""


@bp.get("/work")
@requires(Permission.MANAGE_SYSTEM)
def all_work() -> str:
    """List the work of everybody within reach, the queue first, and what one piece may use."""
    state = _asked("state", [each.value for each in WorkState])
    kind = _asked("kind", list(code_list("work_kind").codes()))
    page = work_page(_orgs(), state=state, kind=kind, cursor=request.args.get("after"))
    counts = work_counts(_orgs())
    return render_template(
        "office/work.html",
        page=page,
        counts=counts,
        total=counts.get(state, 0) if state else sum(counts.values()),
        state=state,
        kind=kind,
        orgs=names_of_orgs({item.org_id for item in page.rows if item.org_id}),
        at_once=setting("machine.work-at-once"),
        per_person=work_per_person(),
        limits=rows(),
    )


@bp.post("/stop-work/<public_id>")
@requires(Permission.MANAGE_SYSTEM)
@writes
def stop(public_id: str) -> ResponseReturnValue:
    """Stop a piece of somebody's work."""
    item = get_work_of(public_id, _orgs())
    stop_work(item, actor=current_actor(), now=clock.now())
    return see_other(url_for(".all_work"))
