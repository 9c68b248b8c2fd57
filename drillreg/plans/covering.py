"""Plans in force as other records need them: what covers a place, what can be drilled."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, raiseload

from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.queries import visible
from drillreg.plans.rules import Secrecy, VersionState
from drillreg.plans.scope import PLAN


def _ids_on_path(path: str) -> list[int]:
    """Return the ids of an organisation and everything above it."""
    return [int(part) for part in path.rstrip("/").split("/")]


def parent_choices(
    org: Org, scope: OrgScope, *, except_id: int | None = None
) -> Sequence[tuple[int, Plan, Org]]:
    """Return the plans in force at and above an organisation that a plan can be made under.

    What lies outside the scope is offered only when it is public.
    """
    rows = db.session.execute(
        select(Plan, Org)
        .join(Org, Org.id == Plan.org_id)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(raiseload(Plan.versions))
        .where(
            PlanVersion.state == VersionState.CURRENT,
            Plan.voided_at.is_(None),
            Plan.id != (except_id or 0),
            Org.id.in_(_ids_on_path(org.path)),
            or_(PLAN.within(scope.present), Plan.secrecy == Secrecy.PUBLIC),
        )
        .order_by(Org.path, Plan.event_type, Plan.id)
    ).all()
    return [(plan.id, plan, owner) for plan, owner in rows]


def _in_force(scope: OrgScope) -> Select[Plan]:
    return (
        select(Plan)
        .join(Plan.org)
        .join(PlanVersion, PlanVersion.plan_id == Plan.id)
        .options(contains_eager(Plan.org), raiseload(Plan.versions))
        .where(PlanVersion.state == VersionState.CURRENT, visible(scope.present))
    )


def current_plans_for(org: Org, event_type: str, scope: OrgScope) -> Sequence[Plan]:
    """Return an organisation's own plans in force for a kind of event, oldest first."""
    return db.session.scalars(
        _in_force(scope)
        .where(Plan.org_id == org.id, Plan.event_type == event_type)
        .order_by(Plan.id)
    ).all()


def plans_covering(org: Org, event_type: str, scope: OrgScope) -> Sequence[Plan]:
    """Return the plans in force that reach an organisation in a kind of event.

    Its own and those of the organisations above it, for this event or for all hazards; the
    nearest organisation first, the plan for this very event before the general one.
    """
    return db.session.scalars(
        _in_force(scope)
        .where(
            Org.id.in_(_ids_on_path(org.path)),
            Plan.event_type.in_([event_type, "general"]),
        )
        .order_by(Org.path.desc(), Plan.event_type == "general", Plan.id)
    ).all()


def plan_choices(scope: OrgScope, org: Org) -> list[tuple[int, str]]:
    """Return (id, label) of the plans in force that an organisation can drill, its own first."""
    found = db.session.scalars(
        _in_force(scope)
        .where(Org.id.in_(_ids_on_path(org.path)))
        .order_by(Org.path.desc(), Plan.event_type, Plan.id)
    ).all()
    return [
        (plan.id, plan.title if plan.org_id == org.id else f"{plan.title}（{plan.org.name}）")
        for plan in found
    ]
