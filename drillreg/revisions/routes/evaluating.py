"""Evaluating a plan: the form, its saving and conclusion, the report as a paper."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.codes import code_list
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.answer import pdf_answer
from drillreg.documents.queries.layouts import layout_for
from drillreg.i18n import N_, translate
from drillreg.orgs.scope import current_scope, may_on
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN
from drillreg.revisions.forms import ensure_evaluation_as_read, read_evaluation
from drillreg.revisions.forms_of_evaluation import evaluation_forms, form_for
from drillreg.revisions.models import PlanEvaluation
from drillreg.revisions.operations.evaluating import conclude, save_evaluation
from drillreg.revisions.papers import evaluation_paper
from drillreg.revisions.queries import get_evaluation, open_evaluation
from drillreg.revisions.routes.blueprint import bp, plan_to_change, typed_version
from drillreg.revisions.wording import OUTCOME_WORDS


def _values(found: PlanEvaluation | None) -> dict[str, Any]:
    if found is None:
        return {"evaluated_on": clock.today()}
    values: dict[str, Any] = {
        name: getattr(found, name)
        for name in ("evaluated_on", "course", "people", "summary", "advice", "outcome")
    }
    values["row_version"] = found.row_version
    for code, each in found.answers.items():
        values[f"rating-{code}"] = each.get("rating", "")
        values[f"remark-{code}"] = each.get("remark", "")
    return values


@bp.get("/<int:plan_id>/evaluate")
@requires(Permission.EDIT_PLANS)
def evaluate(plan_id: int) -> str:
    """Show the form of an evaluation, with what was filled in before."""
    plan = plan_to_change(plan_id)
    return render_template(
        "revisions/evaluate.html",
        plan=plan,
        sheet=form_for(plan.kind),
        form=form_view(**_values(open_evaluation(plan))),
        ratings=code_list("evaluation_rating").options(),
        outcomes=[(code, translate(word)) for code, word in OUTCOME_WORDS.items()],
    )


@bp.post("/<int:plan_id>/evaluate")
@requires(Permission.EDIT_PLANS)
@form_of(evaluate)
@writes
def save_form(plan_id: int) -> ResponseReturnValue:
    """Save what was filled in; with the second button conclude the evaluation as well."""
    plan = plan_to_change(plan_id)
    found = open_evaluation(plan)
    filled = read_evaluation(request.form, form_for(plan.kind))
    ensure_evaluation_as_read(found, filled, typed_version())
    now = clock.now()
    found = save_evaluation(plan, found, filled, now=now, today=clock.today())
    if request.form.get("act") != "conclude":
        flash(translate(N_("Saved. The evaluation is not concluded yet.")), "success")
        return see_other(url_for(".evaluate", plan_id=plan.id))
    conclude(plan, found, bad=_bad_ratings(), actor=current_actor(), now=now)
    flash(translate(N_("The evaluation is concluded and counts for its duty.")), "success")
    return see_other(url_for(".evaluation", evaluation_id=found.id))


def _bad_ratings() -> frozenset[str]:
    ratings = code_list("evaluation_rating")
    return frozenset(item.code for item in ratings if item.attributes.get("bad"))


@bp.get("/evaluations/<int:evaluation_id>")
@requires(Permission.VIEW)
def evaluation(evaluation_id: int) -> str:
    """Show an evaluation as it was concluded, or as far as it is."""
    found, plan = get_evaluation(evaluation_id, current_scope())
    return render_template(
        "revisions/evaluation.html",
        plan=plan,
        evaluation=found,
        sheet=evaluation_forms()[found.form],
        outcome_words=OUTCOME_WORDS,
        may_edit=may_on(Permission.EDIT_PLANS, PLAN.code, plan),
    )


@bp.get("/evaluations/<int:evaluation_id>/report.pdf")
@requires(Permission.VIEW)
def evaluation_pdf(evaluation_id: int) -> ResponseReturnValue:
    """Print the report of an evaluation."""
    found, plan = get_evaluation(evaluation_id, current_scope())
    return _printed(found, plan)


def _printed(found: PlanEvaluation, plan: Plan) -> ResponseReturnValue:
    paper = evaluation_paper(found, plan)
    return pdf_answer(paper, layout_for(paper.layout, plan.org))
