"""The two clocks of an issued version: started by the issue, stopped by what ends it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.filings.models import PlanClock
from drillreg.filings.routing import Audience, Route, audience_for, audience_of, route_for, route_of
from drillreg.filings.rules import ClockKind, Closing
from drillreg.orgs.calendars import calendar_of
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.plans.models import Plan, PlanVersion

Clocks = dict[ClockKind, PlanClock]


def asked_of(plan_kind: str, org: Org) -> dict[ClockKind, Route | Audience]:
    """Return what the issue of a plan of a kind asks of its organisation."""
    route = route_for(plan_kind, org.kind, org.attributes)
    audience = audience_for(org.kind)
    found: dict[ClockKind, Route | Audience | None] = {
        ClockKind.FILE: route,
        ClockKind.PUBLISH: audience,
    }
    return {kind: way for kind, way in found.items() if way is not None}


def start_clocks(plan: Plan, version: PlanVersion, org: Org) -> Clocks:
    """Return the clocks of an issued version, started where they are not yet.

    Working days of the calendar of the place, the day of issue not counted.
    """
    found = {
        clock.kind: clock
        for clock in db.session.scalars(
            select(PlanClock)
            .where(PlanClock.version_id == version.id)
            .order_by(PlanClock.id)
            .with_for_update()
        )
    }
    missing = {kind: way for kind, way in asked_of(plan.kind, org).items() if kind not in found}
    if version.issued_on is None or not missing:
        return found
    calendar = calendar_of(org)
    for kind, way in missing.items():
        found[kind] = PlanClock(
            plan_id=plan.id,
            version_id=version.id,
            org_id=org.id,
            kind=kind,
            route=way.code,
            issued_on=version.issued_on,
            due_on=calendar.add_working_days(version.issued_on, way.days),
        )
        db.session.add(found[kind])
    db.session.flush()
    return found


def follow_plan(change: Mapping[str, Any]) -> None:
    """Start the clocks of what was issued; stop those of what it replaced or of what ended."""
    if change["what"] not in {"issued", "abolished"}:
        return
    plan = db.session.scalar(
        select(Plan)
        .join(Plan.org)
        .options(contains_eager(Plan.org))
        .where(Plan.id == change["plan_id"])
    )
    if plan is None:
        raise LookupError("a plan was announced that is not there")
    if change["what"] == "abolished":
        _stop(plan, change["today"], Closing.ABOLISHED)
        return
    version = db.session.scalar(select(PlanVersion).where(PlanVersion.id == change["version_id"]))
    if version is None:
        raise LookupError("a version was announced that is not there")
    _stop(plan, version.issued_on or change["today"], Closing.SUPERSEDED, but=version)
    start_clocks(plan, version, plan.org)


def _stop(plan: Plan, on: date, why: Closing, *, but: PlanVersion | None = None) -> None:
    """Close what was never done, so that it is neither late nor lost."""
    statement = update(PlanClock).where(
        PlanClock.plan_id == plan.id,
        PlanClock.done_on.is_(None),
        PlanClock.closed_on.is_(None),
    )
    if but is not None:
        statement = statement.where(PlanClock.version_id != but.id)
    db.session.execute(statement.values(closed_on=on, closing=why))


def recount(change: Mapping[str, Any]) -> None:
    """Count again when a calendar changed; `change["path"]` is whose it was, "" for everybody."""
    statement = (
        select(PlanClock)
        .join(PlanClock.org)
        .options(contains_eager(PlanClock.org))
        .where(PlanClock.done_on.is_(None), PlanClock.closed_on.is_(None))
        .order_by(PlanClock.id)
    )
    if path := change["path"]:
        statement = statement.where(Org.path >= path, Org.path < subtree_end(path))
    calendars: dict[str, Any] = {}
    for clock in db.session.scalars(statement):
        if clock.org.path not in calendars:
            calendars[clock.org.path] = calendar_of(clock.org)
        clock.due_on = calendars[clock.org.path].add_working_days(clock.issued_on, days_of(clock))


def days_of(clock: PlanClock) -> int:
    """Return how many working days a clock gives."""
    if clock.kind is ClockKind.FILE:
        return route_of(clock.route).days
    return audience_of(clock.route).days
