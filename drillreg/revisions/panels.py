"""What revisions show on the page of a plan and beside it in the register."""

from collections.abc import Sequence

from flask import render_template

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.i18n import N_
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans.marking import Mark
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN
from drillreg.revisions.alignment import own_standing, tally_below
from drillreg.revisions.queries import Reasons, evaluations_of, reasons_of
from drillreg.revisions.telling import sign_text
from drillreg.revisions.wording import FOLLOW_COLOURS, FOLLOW_WORDS, OUTCOME_WORDS


def revisions_of_plan(plan: Plan) -> str:
    """Show why a plan is to be looked at again, who follows whom, and its evaluations."""
    scope, today = current_scope().present, clock.today()
    if not PLAN.includes(scope, plan):
        return ""
    return render_template(
        "revisions/_plan_panel.html",
        plan=plan,
        reasons=reasons_of([plan.id], today).get(plan.id, Reasons()),
        standing=own_standing(plan, scope),
        tally=tally_below(plan, scope),
        evaluations=evaluations_of(plan),
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan)
        and plan.voided_at is None
        and not plan.is_abolished,
        follow_words=FOLLOW_WORDS,
        follow_colours=FOLLOW_COLOURS,
        outcome_words=OUTCOME_WORDS,
        sign_text=sign_text,
    )


def to_revise(plan_ids: Sequence[int]) -> dict[int, Mark]:
    """Mark the plans of a list that have open reasons, in a fixed number of statements."""
    found = reasons_of(plan_ids, clock.today())
    return {plan_id: Mark(N_("To be looked at again"), "orange") for plan_id in found}
