"""What the clock does for filing: versions issued before clocks were kept get theirs."""

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.filings.models import PlanClock
from drillreg.filings.operations.clocks import start_clocks
from drillreg.filings.routing import audiences, routes
from drillreg.filings.rules import ClockKind
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState

EVIDENCE = {ClockKind.FILE: "plan-filed", ClockKind.PUBLISH: "plan-published"}
AT_ONCE = 200


def start_missing_clocks(now: datetime) -> int:
    """Start the clocks of versions in force that have none; what proves them done stops them.

    Returns how many versions were looked at; at most 200 at a time.
    """
    with unit_of_work():
        found = _without_clock()
        for version in found:
            for kind, started in start_clocks(version.plan, version, version.plan.org).items():
                if started.done_on is None:
                    started.done_on = _proved_on(version, EVIDENCE[kind])
        return len(found)


def _without_clock() -> list[PlanVersion]:
    """Select versions in force whose organisations are asked for something and have no clock."""
    asked = [way.org_kinds for way in routes()] + [way.org_kinds for way in audiences()]
    kinds = {kind for each in asked for kind in each}
    return list(
        db.session.scalars(
            select(PlanVersion)
            .join(PlanVersion.plan)
            .join(Plan.org)
            .options(contains_eager(PlanVersion.plan).contains_eager(Plan.org))
            .where(
                PlanVersion.state == VersionState.CURRENT,
                PlanVersion.issued_on.is_not(None),
                Plan.voided_at.is_(None),
                Org.kind.in_(sorted(kinds)),
                ~exists().where(PlanClock.version_id == PlanVersion.id),
            )
            .order_by(PlanVersion.id)
            .limit(AT_ONCE)
        )
    )


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
