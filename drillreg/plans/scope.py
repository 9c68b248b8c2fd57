"""Which plans a person reaches: a plan belongs to the day on which it was first issued."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager

from drillreg.core.codes import code_label
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.records import Described, RecordKind
from drillreg.plans.models import Plan, PlanVersion


def first_issue(plan: Any) -> Any:
    """Return, as SQL, the day on which the first version of a plan was issued."""
    version = aliased(PlanVersion)
    return (
        select(func.min(version.issued_on))
        .where(version.plan_id == plan.id)
        .correlate(plan)
        .scalar_subquery()
    )


def _first_issue_of(plan: Plan) -> date | None:
    return min((v.issued_on for v in plan.versions if v.issued_on is not None), default=None)


PAGE = ("plans.show", "plan_id")


def _describe(keys: Collection[int]) -> Iterator[Described]:
    plans = db.session.scalars(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org))
        .where(Plan.id.in_(keys), is_imported(Org))
        .order_by(Plan.id)
    )
    for plan in plans:
        standing = plan.current or plan.draft
        number = standing.document_number if standing else None
        sign = " ".join(filter(None, (code_label(plan.kind, "plan_kind"), number)))
        yield Described(plan.id, plan.org, name_of(plan), sign, PAGE, _first_issue_of(plan))


PLAN = RecordKind("plan", Plan, first_issue, _first_issue_of, _describe)
