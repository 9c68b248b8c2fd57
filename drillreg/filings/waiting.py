"""What filing gives to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.filings.models import Filing, PlanClock
from drillreg.filings.rules import ClockKind, FilingState
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.plans.models import Plan
from drillreg.plans.scope import PLAN
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

PAGES = {
    ClockKind.FILE: (N_("File it"), "filings.send"),
    ClockKind.PUBLISH: (N_("Make it known"), "filings.publish"),
}


def plans_to_file(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return what one's own organisation has to file and to make known."""
    if not actor.may(Permission.EDIT_PLANS):
        return []
    found = db.session.scalars(
        select(PlanClock)
        .join(PlanClock.plan)
        .join(Plan.org)
        .options(contains_eager(PlanClock.plan).raiseload(Plan.versions))
        .where(
            PlanClock.org_id == actor.org_id,
            PLAN.within(scope_of(actor, Permission.EDIT_PLANS, today)),
            PlanClock.done_on.is_(None),
            PlanClock.closed_on.is_(None),
        )
        .order_by(PlanClock.due_on, PlanClock.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="filing" if clock.kind is ClockKind.FILE else "publication",
            text=name_of(clock.plan),
            url=url_for("plans.show", plan_id=clock.plan_id),
            due_on=clock.due_on,
            act=(PAGES[clock.kind][0], url_for(PAGES[clock.kind][1], plan_id=clock.plan_id)),
        )
        for clock in found
    ]


def filings_to_answer(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the filings that wait for one's own office, or for a department of one's own."""
    if not actor.may(Permission.ISSUE_PLANS):
        return []
    found = db.session.scalars(
        select(Filing)
        .join(Org, Org.id == Filing.recipient_org_id)
        .join(Filing.plan)
        .options(contains_eager(Filing.plan).raiseload(Plan.versions))
        .where(
            scope_of(actor, Permission.ISSUE_PLANS, today).allows(),
            or_(
                Org.id == actor.org_id,
                and_(Org.parent_id == actor.org_id, Org.kind == "department"),
            ),
            Filing.state == FilingState.SENT,
        )
        .order_by(Filing.sent_on, Filing.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="filing-check",
            text=name_of(filing.plan),
            url=url_for("filings.show", filing_id=filing.id),
            detail=filing.sent_by_name,
            since=filing.sent_on,
            due_on=filing.check_due_on,
            act=(N_("Check and record"), url_for("filings.answer", filing_id=filing.id)),
        )
        for filing in found
    ]


def _late(kind: ClockKind, code: str, today: date) -> Select[Any]:
    columns = chase_columns(
        code,
        "plan",
        Plan.id,
        org_id=Plan.org_id,
        what=Plan.title,
        what_en=Plan.title_en,
        since=PlanClock.due_on,
    )
    return (
        select(*columns)
        .join(PlanClock, PlanClock.plan_id == Plan.id)
        .join(Org, Org.id == Plan.org_id)
        .where(
            Org.closed_on.is_(None),
            PlanClock.kind == kind,
            PlanClock.done_on.is_(None),
            PlanClock.closed_on.is_(None),
            PlanClock.due_on < today,
        )
    )


LATE_FILINGS = ChaseSource("filing-late", lambda today: _late(ClockKind.FILE, "filing-late", today))
LATE_PUBLICATIONS = ChaseSource(
    "publication-late", lambda today: _late(ClockKind.PUBLISH, "publication-late", today)
)
