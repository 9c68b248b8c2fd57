"""What the clock does for filing: versions in force that lack a clock get it.

They were issued before clocks were kept, or before it was known what their organisation is.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.filings.models import PlanClock
from drillreg.filings.operations.clocks import start_clocks
from drillreg.filings.routing import audience_for, audiences, route_for, routes
from drillreg.filings.rules import ClockKind
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState

EVIDENCE = {ClockKind.FILE: "plan-filed", ClockKind.PUBLISH: "plan-published"}
AT_ONCE = 200


def start_missing_clocks(now: datetime) -> int:
    """Start missing clocks in a unit of work; return how many versions got any, at most 200."""
    with unit_of_work():
        return start_missing()


def start_missing() -> int:
    """Start the clocks that versions in force lack; what proves them done stops them."""
    found = db.session.scalars(
        select(PlanVersion)
        .join(PlanVersion.plan)
        .join(Plan.org)
        .options(contains_eager(PlanVersion.plan).contains_eager(Plan.org))
        .where(PlanVersion.id.in_(_lacking()[:AT_ONCE]))
        .order_by(PlanVersion.id)
    ).all()
    for version in found:
        for kind, started in start_clocks(version.plan, version, version.plan.org).items():
            if started.done_on is None and started.closed_on is None:
                started.done_on = _proved_on(version, EVIDENCE[kind])
    return len(found)


def _lacking() -> Sequence[int]:
    """Return the versions of which a text asks more than they have clocks for."""
    filing = {kind for route in routes() for kind in route.org_kinds}
    known = {kind for audience in audiences() for kind in audience.org_kinds}
    has = {
        kind: exists().where(PlanClock.version_id == PlanVersion.id, PlanClock.kind == kind)
        for kind in ClockKind
    }
    rows = db.session.execute(
        select(
            PlanVersion.id,
            Plan.kind,
            Org.kind,
            Org.attributes,
            has[ClockKind.FILE],
            has[ClockKind.PUBLISH],
        )
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(Org, Org.id == Plan.org_id)
        .where(
            PlanVersion.state == VersionState.CURRENT,
            PlanVersion.issued_on.is_not(None),
            Plan.voided_at.is_(None),
            or_(
                Org.kind.in_(sorted(filing)) & ~has[ClockKind.FILE],
                Org.kind.in_(sorted(known)) & ~has[ClockKind.PUBLISH],
            ),
        )
        .order_by(PlanVersion.id)
    )
    return [
        version_id
        for version_id, plan_kind, org_kind, attributes, is_filed, is_known in rows
        if (not is_filed and route_for(plan_kind, org_kind, attributes))
        or (not is_known and audience_for(org_kind))
    ]


def _proved_on(version: PlanVersion, kind: str) -> date | None:
    return db.session.scalar(
        select(Evidence.on_date)
        .where(
            Evidence.kind == kind,
            Evidence.org_id == version.plan.org_id,
            Evidence.attributes["plan_id"].as_integer() == version.plan_id,
            Evidence.voided_at.is_(None),
            Evidence.on_date >= version.issued_on,
        )
        .order_by(Evidence.on_date)
        .limit(1)
    )
