"""First pages after sign-in, and the search."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from drillreg.core import clock
from drillreg.core.access import Actor, Permission, current_actor, requires, signed_in
from drillreg.core.codes import code_list
from drillreg.core.reading import FormReader
from drillreg.core.subjects import subject_url
from drillreg.dashboard import home as reading
from drillreg.dashboard.queries import search as search_all
from drillreg.duties.rolling import late_in_reach
from drillreg.orgs.scope import OrgScope, current_scope, current_scope_for
from drillreg.steps.queries import newest_steps
from drillreg.tasks.chasing import Chased, ChaseFilter, chase_page, count_chased
from drillreg.tasks.contacts import contacts_of, whom_to_call
from drillreg.tasks.operations.phoning import PHONED
from drillreg.tasks.todos import grouped, todos_of
from drillreg.tasks.wording import named, reminder

MOST_DECISIONS = 5
SHOWN = 12
SHOWN_LATE = 6

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@signed_in
def home() -> str:
    """Show what is to be done, who is late, and what came in."""
    actor, scope, today = current_actor(), current_scope(), clock.today()
    if not actor.may(Permission.VIEW):
        return render_template("dashboard/administration.html", today=today)
    todos = todos_of(actor, today)
    return render_template(
        "dashboard/home.html",
        today=today,
        figures=reading.figures(scope, today),
        duties_late=late_in_reach(scope.present, today),
        todos=todos,
        decisions=todos.decisions[:MOST_DECISIONS],
        groups=grouped([item for item in todos.items if not item.is_decision][:SHOWN], today),
        news=reading.newest_evidence(scope),
        **_chasing(actor, today),
    )


def _chasing(actor: Actor, today: date) -> dict[str, Any]:
    """Return the first of those who are late, for people who may chase them."""
    if not actor.may(Permission.ASSIGN_TASKS):
        return {"late": [], "broken": [], "late_count": 0}
    scope = current_scope_for(Permission.ASSIGN_TASKS)
    late, broken = (_first_late(scope, actor, today, place) for place in ("late", "broken"))
    contacts = contacts_of({each.org.id for each in late}, today)
    return {
        "late": late,
        "broken": broken,
        "late_count": sum(count_chased(scope, ChaseFilter(today)).values()),
        "call": {each: whom_to_call(each, contacts) for each in late},
        "phoned": newest_steps(PHONED, {each.key for each in late}),
        "named": named,
        "reminder": lambda each: reminder(each, today),
        "subject_url": subject_url,
    }


def _first_late(scope: OrgScope, actor: Actor, today: date, place: str) -> Sequence[Chased]:
    """Return the longest late of the kinds that stand at a place of the first page."""
    kinds = code_list("chase_kind")
    here = [item.code for item in kinds if item.attributes.get("home") == place]
    wanted = ChaseFilter(today, kinds=here, besides=actor.org_id)
    return chase_page(scope, wanted, size=SHOWN_LATE).rows


@bp.get("/search")
@requires(Permission.VIEW)
def search() -> str:
    """Find units, plans, sites, drills and reports by words of their name or number."""
    words = FormReader(request.args).raw("q")[:80]
    return render_template(
        "dashboard/search.html",
        words=words,
        found=search_all(
            words,
            current_scope(),
            drafting=current_scope_for(Permission.EDIT_PLANS),
            today=clock.today(),
        ),
    )
