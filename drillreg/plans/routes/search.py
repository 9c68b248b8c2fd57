"""Finding plans by the words of their text."""

from flask import render_template, request

from drillreg.core import clock
from drillreg.core.access import Permission, requires
from drillreg.core.reading import FormReader
from drillreg.fulltext.rules import terms_of
from drillreg.orgs.scope import current_scope, current_scope_for
from drillreg.plans.finding import find_plans, numbers_of
from drillreg.plans.routes.blueprint import bp
from drillreg.plans.routes.register import choices, read_filter, words

LONGEST = 80


@bp.get("/search")
@requires(Permission.VIEW)
def search() -> str:
    """Find plans by words of their titles, sections and papers."""
    sought = FormReader(request.args).raw("q")[:LONGEST]
    chosen, today, older = read_filter(), clock.today(), request.args.get("older") == "1"
    scope = current_scope()
    page = find_plans(
        sought,
        scope,
        chosen,
        drafting=current_scope_for(Permission.EDIT_PLANS),
        today=today,
        older=older,
        cursor=request.args.get("after"),
    )
    return render_template(
        "plans/search.html",
        sought=sought,
        is_asked=bool(terms_of(sought)),
        page=page,
        numbers=numbers_of(page.rows, scope),
        older=older,
        today=today,
        **choices(chosen),
        **words(),
    )
