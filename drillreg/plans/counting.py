"""Counting the plans of an organisation by their states, in one query."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.plans.queries import visible
from drillreg.plans.rules import PlanState
from drillreg.plans.standing import in_state, with_versions


def _counted(scope: OrgScope, today: date) -> list[ColumnElement[int]]:
    """Return the counts of late, current and only drafted plans as columns."""
    wanted: Iterable[tuple[PlanState, ColumnElement[bool]]] = (
        (PlanState.REVIEW_DUE, in_state(PlanState.REVIEW_DUE, scope, today)),
        (PlanState.CURRENT, in_state(PlanState.CURRENT, scope, today)),
        (PlanState.DRAFT, in_state(PlanState.DRAFT, scope, today)),
    )
    return [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(state.name.lower())
        for state, condition in wanted
    ]


def counts_by_state(org: Org, scope: OrgScope, *, today: date) -> dict[str, int]:
    """Return how many plans of an organisation are late, current and only drafted."""
    statement = with_versions(
        select(*_counted(scope, today)).select_from(Plan).join(Org, Org.id == Plan.org_id), scope
    )
    late, current, drafted = db.session.execute(
        statement.where(Org.id == org.id, visible(scope))
    ).one()
    return {
        PlanState.REVIEW_DUE: late,
        PlanState.CURRENT: current,
        PlanState.DRAFT: drafted,
    }
