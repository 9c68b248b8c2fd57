"""First pages after sign-in, and the search."""

from flask import Blueprint, render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires, signed_in
from drillreg.core.reading import FormReader
from drillreg.dashboard import home as reading
from drillreg.dashboard.queries import search as search_all
from drillreg.orgs.scope import current_scope

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@signed_in
def home() -> str:
    """Show what is to be done, who is late, and what came in."""
    actor, scope, today = current_actor(), current_scope(), clock.today()
    if not actor.may(Permission.VIEW):
        return render_template("dashboard/administration.html", today=today)
    return render_template(
        "dashboard/home.html",
        today=today,
        figures=reading.figures(scope, today),
        decisions=reading.my_decisions(actor, today),
        returned=reading.my_returned(actor),
        drills=reading.my_drills(actor, today),
        actions=reading.my_actions(actor, today),
        late=reading.late_drills(scope, actor, today),
        broken=reading.drills_without_report(scope, today),
        late_actions=reading.late_actions(scope, today),
        reviews=reading.plans_to_review(scope, today),
        news=reading.newest_evidence(scope),
    )


@bp.get("/search")
@requires(Permission.VIEW)
def search() -> str:
    """Find units, plans, sites, drills and reports by words of their name or number."""
    words = FormReader(request.args).raw("q")[:80]
    return render_template(
        "dashboard/search.html", words=words, found=search_all(words, current_scope())
    )
