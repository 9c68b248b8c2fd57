"""Reading reasons to revise and evaluations; every function takes the scope it may look into."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import get_plan, visible
from drillreg.plans.rules import VersionState
from drillreg.revisions.models import PlanEvaluation, PlanTrigger
from drillreg.revisions.rules import EvaluationState
from drillreg.revisions.signs import Sign, has_signs, signs_of

ORDER: Order = [(Org.path, "asc"), (Plan.id, "asc")]


@dataclass(frozen=True)
class Reasons:
    """What speaks for looking at a plan again: what was recorded and what is seen."""

    recorded: Sequence[PlanTrigger] = ()
    seen: Sequence[Sign] = ()

    def __len__(self) -> int:
        return len(self.recorded) + len(self.seen)


def _stands() -> ColumnElement[bool]:
    ended = select(PlanVersion.plan_id).where(PlanVersion.state == VersionState.ABOLISHED)
    return and_(Plan.voided_at.is_(None), Plan.id.not_in(ended))


def _recorded(*where: ColumnElement[bool]) -> Select[Any]:
    return select(PlanTrigger).where(*where).order_by(PlanTrigger.happened_on, PlanTrigger.id)


def reasons_of(plan_ids: Collection[int], today: date) -> dict[int, Reasons]:
    """Return the open reasons of plans that were read in scope; five statements in all."""
    if not plan_ids:
        return {}
    rows: dict[int, list[PlanTrigger]] = {}
    for row in db.session.scalars(
        _recorded(PlanTrigger.plan_id.in_(sorted(plan_ids)), PlanTrigger.answered_at.is_(None))
    ):
        rows.setdefault(row.plan_id, []).append(row)
    seen: Mapping[int, Sequence[Sign]] = signs_of(plan_ids, today)
    return {
        each: Reasons(rows.get(each, ()), seen.get(each, ())) for each in sorted({*rows, *seen})
    }


def needs_answer(today: date) -> ColumnElement[bool]:
    """Return the condition that a plan has an open reason on a day."""
    open_rows = select(PlanTrigger.plan_id).where(PlanTrigger.answered_at.is_(None))
    return and_(_stands(), or_(Plan.id.in_(open_rows), has_signs(today)))


def _to_answer(scope: OrgScope, within: Org | None, today: date) -> Select[Any]:
    statement = (
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(visible(scope.present), needs_answer(today))
    )
    if within is not None:
        statement = statement.where(Org.path >= within.path, Org.path < subtree_end(within.path))
    return statement


def plans_to_answer(
    scope: OrgScope, within: Org | None, *, today: date, cursor: str | None = None, size: int = 20
) -> Page[Plan]:
    """Return a page of the plans in scope that have open reasons, in the order of the tree."""
    statement = _to_answer(scope, within, today)
    return keyset_page(statement, order=ORDER, cursor=cursor, size=size)


def first_to_answer(scope: OrgScope, within: Org, *, today: date, most: int) -> Sequence[Plan]:
    """Return the first plans within an organisation that have open reasons."""
    statement = _to_answer(scope, within, today).order_by(Org.path, Plan.id)
    return db.session.scalars(statement.limit(most)).all()


def count_to_answer(scope: OrgScope, within: Org | None, *, today: date) -> int:
    """Return how many plans in scope have open reasons."""
    statement = _to_answer(scope, within, today).with_only_columns(func.count(Plan.id))
    return db.session.scalar(statement) or 0


def triggers_of(plan: Plan, *, at_most: int = 200) -> Sequence[PlanTrigger]:
    """Return every recorded reason of a plan read in scope, newest first."""
    return db.session.scalars(
        select(PlanTrigger)
        .options(joinedload(PlanTrigger.file), joinedload(PlanTrigger.version))
        .where(PlanTrigger.plan_id == plan.id)
        .order_by(PlanTrigger.happened_on.desc(), PlanTrigger.id.desc())
        .limit(at_most)
    ).all()


def get_trigger(trigger_id: int, scope: OrgScope) -> tuple[PlanTrigger, Plan]:
    """Return a recorded reason with its plan, or raise NotFound."""
    found = db.session.scalar(
        select(PlanTrigger)
        .options(joinedload(PlanTrigger.file), joinedload(PlanTrigger.version))
        .where(PlanTrigger.id == trigger_id)
    )
    if found is None:
        raise NotFound(N_("There is no such plan."))
    return found, get_plan(found.plan_id, scope.present)


def evaluations_of(plan: Plan) -> Sequence[PlanEvaluation]:
    """Return the evaluations of a plan read in scope, newest first."""
    return db.session.scalars(
        select(PlanEvaluation)
        .options(joinedload(PlanEvaluation.version).raiseload(PlanVersion.files))
        .where(PlanEvaluation.plan_id == plan.id)
        .order_by(PlanEvaluation.id.desc())
        .limit(50)
    ).all()


def open_evaluation(plan: Plan) -> PlanEvaluation | None:
    """Return the evaluation of a plan read in scope that is being filled in, or None."""
    return db.session.scalar(
        select(PlanEvaluation).where(
            PlanEvaluation.plan_id == plan.id, PlanEvaluation.state == EvaluationState.OPEN
        )
    )


def get_evaluation(evaluation_id: int, scope: OrgScope) -> tuple[PlanEvaluation, Plan]:
    """Return an evaluation with its plan, or raise NotFound."""
    found = db.session.scalar(
        select(PlanEvaluation)
        .options(joinedload(PlanEvaluation.version).raiseload(PlanVersion.files))
        .where(PlanEvaluation.id == evaluation_id)
    )
    if found is None:
        raise NotFound(N_("There is no such evaluation."))
    return found, get_plan(found.plan_id, scope.present)
