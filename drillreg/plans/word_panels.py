"""Where the import of a Word plan is offered while a draft is written."""

from flask import render_template

from drillreg.plans.models import Plan


def link_to_word(plan: Plan) -> str:
    """Offer the Word plan where a draft has no text yet."""
    return render_template("plans/_word_link.html", plan=plan, tall=True)


def link_in_head(plan: Plan) -> str:
    """Offer the Word plan in the head of the editor, unless the draft is with those who sign."""
    draft = plan.draft
    if draft is None or draft.locked_at is not None:
        return ""
    return render_template("plans/_word_link.html", plan=plan, tall=False)
