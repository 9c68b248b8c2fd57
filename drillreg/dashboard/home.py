"""Reading for the first page: figures, and what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, exists, func, or_, select

from drillreg.core.db import db
from drillreg.drills.models import Drill, Observation
from drillreg.drills.rules import DrillStatus
from drillreg.drills.scope import DRILL
from drillreg.evidence.models import Evidence
from drillreg.evidence.queries import is_loud
from drillreg.hazards.intervals import is_fresh
from drillreg.hazards.models import HazardSite
from drillreg.hazards.scope import SITE
from drillreg.office.placed import day_before
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.plans.scope import PLAN
from drillreg.reports.actions import open_actions
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ActionState, ReportState

SHOWN = 8


@dataclass(frozen=True)
class Figures:
    """The row of numbers; each is a link to the rows behind it."""

    plans_current: int
    plans_to_review: int
    sites: int
    sites_not_checked: int
    drills_due_this_month: int
    drills_held_this_month: int
    drills_overdue: int
    actions_open: int
    actions_late: int
    threads_open: int
    threads_closed: int
    threads_broken: int


def _month(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _sum(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def figures(scope: OrgScope, today: date) -> Figures:
    """Return the numbers of everything in scope today, one query a feature."""
    scope = scope.present
    plans = db.session.execute(
        select(func.count(), _sum(PlanVersion.review_on < today))
        .select_from(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(Org, Org.id == Plan.org_id)
        .where(
            PLAN.within(scope), Plan.voided_at.is_(None), PlanVersion.state == VersionState.CURRENT
        )
    ).one()
    stale = or_(HazardSite.last_check_on.is_(None), ~is_fresh(today))
    sites = db.session.execute(
        select(func.count(), _sum(stale))
        .select_from(HazardSite)
        .join(Org, Org.id == HazardSite.org_id)
        .where(SITE.within(scope), HazardSite.voided_at.is_(None), is_imported(HazardSite))
    ).one()
    first, after = _month(today)
    here = and_(Drill.due_on >= first, Drill.due_on < after)
    drills = db.session.execute(
        select(
            _sum(and_(here, Drill.status != DrillStatus.CANCELLED)),
            _sum(and_(here, Drill.status == DrillStatus.HELD)),
            _sum(and_(Drill.status == DrillStatus.PLANNED, Drill.due_on < today)),
        )
        .select_from(Drill)
        .join(Org, Org.id == Drill.org_id)
        .where(DRILL.within(scope), Drill.voided_at.is_(None), Drill.due_on < after)
    ).one()
    actions = open_actions(scope, today)
    counts = (*plans, *sites, *drills, actions.open, actions.late, *_threads(scope, today))
    return Figures(*map(int, counts))


def _has_action(*conditions: Any) -> Any:
    return exists().where(
        Finding.report_id == Report.id,
        Finding.voided_at.is_(None),
        CorrectiveAction.finding_id == Finding.id,
        CorrectiveAction.voided_at.is_(None),
        *conditions,
    )


def _without_report(today: date) -> Any:
    """Say that a drill showed something to improve, but nobody wrote its report in time."""
    return and_(Report.id.is_(None), Drill.held_on < day_before("drills.report-days", today))


def _has_thread() -> Any:
    """Say that there is something to follow up: something to improve, or a report."""
    to_improve = exists().where(
        Observation.drill_id == Drill.id,
        Observation.is_strength.is_(False),
        Observation.voided_at.is_(None),
    )
    return or_(Report.id.is_not(None), to_improve)


def _threads(scope: OrgScope, today: date) -> Row[Any]:
    """Count the threads of held drills that are open, closed and broken."""
    late = _has_action(CorrectiveAction.state == ActionState.OPEN, CorrectiveAction.due_on < today)
    broken = or_(_without_report(today), late)
    closed = and_(
        Report.state == ReportState.APPROVED,
        ~_has_action(CorrectiveAction.state == ActionState.OPEN),
    )
    return db.session.execute(
        select(
            _sum(and_(~func.coalesce(closed, False), ~func.coalesce(broken, False))),
            _sum(func.coalesce(closed, False)),
            _sum(func.coalesce(broken, False)),
        )
        .select_from(Drill)
        .join(Org, Org.id == Drill.org_id)
        .outerjoin(Report, Report.drill_id == Drill.id)
        .where(
            DRILL.within(scope),
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.HELD,
            _has_thread(),
        )
    ).one()


def newest_evidence(scope: OrgScope) -> Sequence[Row[Evidence, Org]]:
    """Return what came in last, with the organisation it came from."""
    return db.session.execute(
        select(Evidence, Org)
        .join(Org, Org.id == Evidence.org_id)
        .where(
            scope.allows_record("evidence", Evidence.id, dated=Evidence.on_date),
            Evidence.voided_at.is_(None),
            is_loud(),
        )
        .order_by(Evidence.entered_at.desc(), Evidence.id.desc())
        .limit(SHOWN)
    ).all()
