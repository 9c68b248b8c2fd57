"""What books show on the page of a plan."""

from flask import render_template

from drillreg.books.queries import abridged_of, cards_of, shown_version
from drillreg.documents.markdown import to_html
from drillreg.plans.models import Plan


def short_papers_of_plan(plan: Plan) -> str:
    """Show the abridged plan and the cards: whether there are some, and for which version."""
    if plan.voided_at is not None or not plan.versions:
        return ""
    kept, cards = abridged_of(plan), cards_of(plan)
    version = shown_version(plan)
    written_for = {card.version_id for card in cards} | ({kept.version_id} if kept else set())
    return render_template(
        "books/_plan_panel.html",
        plan=plan,
        kept=kept,
        count=len(cards),
        stale=bool(written_for - {version.id}),
    )


def abridged_for_all(plan: Plan) -> str:
    """Return the abridged text somebody edited for the version in force, "" without one."""
    kept = abridged_of(plan)
    if kept is None or plan.current is None or kept.version_id != plan.current.id:
        return ""
    return str(to_html(kept.body))
