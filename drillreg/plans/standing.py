"""Which version of a plan a reader sees: the one in force, or the one that was when it left."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import PlanState, VersionState
from drillreg.plans.scope import PLAN

# The version that was issued and not replaced: in force, or ended with the plan. A plan has at
# most one, and at most one draft.
Issued = aliased(PlanVersion, name="issued")
Draft = aliased(PlanVersion, name="draft")

LAST_DAY = date(2200, 1, 1)


def with_versions(statement: Select[*tuple[Any, ...]], scope: OrgScope) -> Select[*tuple[Any, ...]]:
    """Join the issued version and the draft of each plan.

    Of a plan whose organisation has left the territory, the version that was in force that day.
    """
    standing: ColumnElement[bool] = Issued.state.in_((VersionState.CURRENT, VersionState.ABOLISHED))
    working: ColumnElement[bool] = Draft.state == VersionState.DRAFT
    if (left := PLAN.cut_on(scope)) is not None:
        earlier = aliased(PlanVersion)
        newest_then = (
            select(func.max(earlier.number))
            .where(earlier.plan_id == Plan.id, earlier.issued_on < left)
            .scalar_subquery()
        )
        standing = or_(
            and_(left.is_(None), standing),
            and_(left.is_not(None), Issued.number == newest_then),
        )
        working = and_(left.is_(None), working)
    return statement.outerjoin(Issued, and_(Issued.plan_id == Plan.id, standing)).outerjoin(
        Draft, and_(Draft.plan_id == Plan.id, working)
    )


def in_state(state: str, scope: OrgScope, today: date) -> ColumnElement[bool]:
    """Return the condition of a state on a day; the statement must be with_versions()."""
    current: ColumnElement[bool] = Issued.state == VersionState.CURRENT
    abolished: ColumnElement[bool] = Issued.state == VersionState.ABOLISHED
    if (left := PLAN.cut_on(scope)) is not None:
        current = or_(current, and_(left.is_not(None), Issued.id.is_not(None)))
        abolished = and_(abolished, left.is_(None))
    late = func.coalesce(Issued.review_on, LAST_DAY) < today
    conditions: dict[str, ColumnElement[bool]] = {
        PlanState.CURRENT: and_(current, ~late),
        PlanState.REVIEW_DUE: and_(current, late),
        PlanState.DRAFT: Issued.id.is_(None),
        PlanState.ABOLISHED: abolished,
    }
    return conditions[state]


def as_seen(plan: Plan, scope: OrgScope) -> Plan:
    """Return a plan with the versions its reader may know.

    To those whose territory its organisation has left, as it stood that day. Only what is shown
    changes: nothing of it reaches the database.
    """
    left = PLAN.cut(scope, plan)
    if left is None:
        return plan
    known = [v for v in plan.versions if v.issued_on is not None and v.issued_on < left]
    set_committed_value(plan, "versions", known)
    for version in known[:1]:  # the newest comes first
        set_committed_value(version, "state", VersionState.CURRENT)
        set_committed_value(version, "ended_on", None)
        set_committed_value(version, "end_reason", None)
    return plan
