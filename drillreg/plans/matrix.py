"""Counting plans: the cells of the matrix and the states of one organisation, in one query each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan
from drillreg.plans.queries import visible
from drillreg.plans.rules import Coverage, PlanState, VersionState
from drillreg.plans.scope import PLAN
from drillreg.plans.standing import Issued, in_state, with_versions


def _counted(scope: OrgScope, today: date) -> list[ColumnElement[int]]:
    """Return the counts of late, current and only drafted plans as columns."""
    wanted: Iterable[tuple[Coverage, ColumnElement[bool]]] = (
        (Coverage.REVIEW_DUE, in_state(PlanState.REVIEW_DUE, scope, today)),
        (Coverage.CURRENT, in_state(PlanState.CURRENT, scope, today)),
        (Coverage.DRAFT, in_state(PlanState.DRAFT, scope, today)),
    )
    return [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(state.name.lower())
        for state, condition in wanted
    ]


@dataclass(frozen=True)
class Cell:
    """What is registered at one crossing of organisation and event type."""

    counts: Mapping[str, int]
    plan_id: int

    @property
    def total(self) -> int:
        """How many plans stand behind the cell."""
        return sum(self.counts.values())


def matrix_cells(
    org_ids: Sequence[int], scope: OrgScope, *, today: date
) -> dict[tuple[int, str], Cell]:
    """Return the cells that are not empty, by organisation and event type, in one query."""
    statement = with_versions(
        select(Plan.org_id, Plan.event_type, func.min(Plan.id), *_counted(scope, today)).join(
            Org, Org.id == Plan.org_id
        ),
        scope,
    ).where(
        Plan.org_id.in_(org_ids),
        visible(scope),
        func.coalesce(Issued.state, VersionState.DRAFT) != VersionState.ABOLISHED,
    )
    rows = db.session.execute(
        statement.group_by(Plan.org_id, Plan.event_type).order_by(Plan.org_id, Plan.event_type)
    )
    return {
        (org_id, event): Cell(
            {Coverage.REVIEW_DUE: late, Coverage.CURRENT: current, Coverage.DRAFT: drafted}, first
        )
        for org_id, event, first, late, current, drafted in rows
    }


def orgs_with_granted(scope: OrgScope) -> Sequence[Org]:
    """Return the organisations out of scope that have plans opened by grant, in tree order."""
    if not any(kind == PLAN.code for kind, _ in scope.granted):
        return []
    opened = select(Plan.org_id).join(Org, Org.id == Plan.org_id).where(visible(scope.present))
    return db.session.scalars(
        select(Org).where(Org.id.in_(opened), ~scope.allows()).order_by(Org.path)
    ).all()


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


def editable_ids(org_ids: Sequence[int], scope: OrgScope) -> frozenset[int]:
    """Return which of the organisations lie in a scope of editing."""
    found = db.session.scalars(
        select(Org.id).where(Org.id.in_(org_ids), scope.allows()).order_by(Org.id)
    )
    return frozenset(found)
