"""Evaluating plans: filling the form in, concluding it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence
from drillreg.i18n import N_
from drillreg.plans.models import Plan
from drillreg.plans.rules import ensure_not_classified, ensure_standing, review_date
from drillreg.revisions.forms_of_evaluation import evaluation_forms, form_for
from drillreg.revisions.models import PlanEvaluation
from drillreg.revisions.operations.triggers import arise
from drillreg.revisions.rules import (
    EVALUATION,
    EvaluationState,
    Outcome,
    ensure_not_ahead,
    ensure_rated,
)
from drillreg.revisions.wording import kept

EVALUATED = "plan-evaluated"
SUBJECT = "plan-evaluation"


@dataclass(frozen=True)
class Filled:
    """What was written into the form."""

    evaluated_on: date
    course: str
    people: str
    answers: dict[str, dict[str, str]]
    summary: str
    advice: str
    outcome: Outcome | None


def save_evaluation(
    plan: Plan, found: PlanEvaluation | None, filled: Filled, *, now: datetime, today: date
) -> PlanEvaluation:
    """Keep what was filled in so far; the first saving begins the evaluation."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    if plan.current is None:
        raise DomainError(N_("Only a plan in force can be evaluated."))
    ensure_not_ahead(filled.evaluated_on, today)
    ensure_not_classified(filled.course, filled.people, filled.summary, filled.advice)
    ensure_not_classified(*(each.get("remark", "") for each in filled.answers.values()))
    if found is None:
        found = PlanEvaluation(
            plan_id=plan.id, version_id=plan.current.id, form=form_for(plan.kind).id, begun_at=now
        )
        db.session.add(found)
    for name, value in vars(filled).items():
        setattr(found, name, value)
    found.edited_at = now
    db.session.flush()
    return found


def conclude(
    plan: Plan, found: PlanEvaluation, *, bad: frozenset[str], actor: Actor, now: datetime
) -> None:
    """Conclude an evaluation: it counts for its duty, and its outcome begins what follows."""
    form = evaluation_forms()[found.form]
    ensure_rated(
        [item.code for item in form],
        found.answers,
        bad=bad,
        people=len(found.people.split("\n")) if found.people else 0,
        summary=found.summary,
        outcome=found.outcome or "",
        advice=found.advice,
    )
    found.state, found.concluded_at = EvaluationState.CONCLUDED, now
    found.concluded_by_id, found.concluded_by_name = actor.account_id, actor.name
    outcome = found.outcome or Outcome.KEEP
    add_evidence(
        EVALUATED,
        org_id=plan.org_id,
        subject_kind=SUBJECT,
        subject_id=found.id,
        on_date=found.evaluated_on,
        grade=Grade.EVIDENCED,
        now=now,
        attributes={"plan_id": plan.id, "outcome": outcome.value},
    )
    detail: dict[str, Any] = {"evaluated_on": found.evaluated_on, "outcome": outcome.value}
    current = plan.current
    if outcome is Outcome.KEEP and current is not None and current.id == found.version_id:
        detail["review_on"] = [current.review_on, review_date(found.evaluated_on)]
        current.review_on = review_date(found.evaluated_on)
    if outcome is not Outcome.KEEP:
        words = {
            Outcome.REVISE: N_("Evaluated on %(day)s, to be revised: %(advice)s"),
            Outcome.ABOLISH: N_("Evaluated on %(day)s, to be abolished: %(advice)s"),
        }
        what = kept(words[outcome], day=found.evaluated_on.isoformat(), advice=found.advice[:800])
        arise(
            plan.id,
            EVALUATION,
            subject=(SUBJECT, found.id),
            on=found.evaluated_on,
            what=what,
            now=now,
        )
    record(
        EVALUATED,
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        **detail,
    )
