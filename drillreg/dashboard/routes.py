"""First pages after sign-in, and the search."""

from flask import Blueprint, render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires, signed_in
from drillreg.core.reading import FormReader
from drillreg.dashboard.queries import search as search_all
from drillreg.orgs.scope import current_scope

bp = Blueprint("dashboard", __name__)


@bp.get("/")
@signed_in
def home() -> str:
    """Show what is to be done."""
    return render_template("dashboard/home.html", today=clock.today())


@bp.get("/search")
@requires(Permission.VIEW)
def search() -> str:
    """Find units, plans, sites, drills and reports by words of their name or number."""
    words = FormReader(request.args).raw("q")[:80]
    return render_template(
        "dashboard/search.html", words=words, found=search_all(words, current_scope())
    )
