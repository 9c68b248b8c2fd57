"""Reading for the first page: figures, what I have to do, who is late, what came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.drills.models import Drill, Observation
from drillreg.drills.rules import DrillStatus
from drillreg.evidence.models import Evidence
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import FRESH_DAYS
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.scope import OrgScope, scope_of
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.reports.actions import ActionFilter, actions_page, open_actions
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ActionState, ReportState, Standing

SHOWN = 8
# A drill without a report after this long is a broken thread (an office habit, no national rule).
REPORT_AFTER = timedelta(days=30)


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
    """Return the numbers of everything in scope, one query a feature."""
    plans = db.session.execute(
        select(func.count(), _sum(PlanVersion.review_on < today))
        .select_from(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(Org, Org.id == Plan.org_id)
        .where(scope.allows(), Plan.voided_at.is_(None), PlanVersion.state == VersionState.CURRENT)
    ).one()
    stale = or_(
        HazardSite.last_check_on.is_(None),
        *(
            and_(HazardSite.level == level, HazardSite.last_check_on < today - timedelta(days))
            for level, days in FRESH_DAYS.items()
        ),
    )
    sites = db.session.execute(
        select(func.count(), _sum(stale))
        .select_from(HazardSite)
        .join(Org, Org.id == HazardSite.org_id)
        .where(scope.allows(), HazardSite.voided_at.is_(None), is_imported(HazardSite))
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
        .where(scope.allows(), Drill.voided_at.is_(None), Drill.due_on < after)
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
    """Say that a drill showed something to improve, but nobody wrote its report in a month."""
    return and_(Report.id.is_(None), Drill.held_on < today - REPORT_AFTER)


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
            scope.allows(),
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.HELD,
            _has_thread(),
        )
    ).one()


def my_drills(actor: Actor, today: date) -> Sequence[Drill]:
    """Return the drills of one's own organisation that are overdue or due within two weeks."""
    if not actor.may(Permission.RECORD_DRILLS):
        return []
    return db.session.scalars(
        select(Drill)
        .where(
            Drill.org_id == actor.org_id,
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on <= today + timedelta(days=14),
        )
        .order_by(Drill.due_on, Drill.id)
        .limit(SHOWN)
    ).all()


def my_decisions(actor: Actor, today: date) -> Sequence[Report]:
    """Return the reports that wait for this person's decision, oldest first."""
    scope = scope_of(actor, Permission.APPROVE_REPORTS, today)
    return db.session.scalars(
        select(Report)
        .join(Org, Org.id == Report.org_id)
        .options(joinedload(Report.org))
        .where(
            scope.allows(),
            Report.state == ReportState.SUBMITTED,
            func.coalesce(Report.submitted_by_id, 0).not_in(sorted(actor.account_ids)),
            func.coalesce(Report.submitted_for_id, 0).not_in(sorted(actor.account_ids)),
        )
        .order_by(Report.submitted_at, Report.id)
        .limit(SHOWN)
    ).all()


def my_returned(actor: Actor) -> Sequence[Report]:
    """Return the reports of one's own organisation that were sent back."""
    if not actor.may(Permission.WRITE_REPORTS):
        return []
    return db.session.scalars(
        select(Report)
        .where(Report.org_id == actor.org_id, Report.state == ReportState.RETURNED)
        .order_by(Report.id)
        .limit(SHOWN)
    ).all()


def my_actions(actor: Actor, today: date) -> Sequence[CorrectiveAction]:
    """Return the open corrective actions of one's own organisation, most urgent first."""
    if not actor.may(Permission.VIEW):
        return []
    return db.session.scalars(
        select(CorrectiveAction)
        .join(Finding, Finding.id == CorrectiveAction.finding_id)
        .join(Report, Report.id == Finding.report_id)
        .where(
            Report.state == ReportState.APPROVED,
            Finding.voided_at.is_(None),
            CorrectiveAction.voided_at.is_(None),
            CorrectiveAction.org_id == actor.org_id,
            CorrectiveAction.state == ActionState.OPEN,
            CorrectiveAction.due_on <= today + timedelta(days=30),
        )
        .order_by(CorrectiveAction.due_on, CorrectiveAction.id)
        .limit(SHOWN)
    ).all()


def late_drills(scope: OrgScope, actor: Actor, today: date) -> Sequence[Drill]:
    """Return overdue drills of other organisations in scope, the latest first to be chased."""
    return db.session.scalars(
        select(Drill)
        .join(Org, Org.id == Drill.org_id)
        .options(joinedload(Drill.org))
        .where(
            scope.allows(),
            Drill.org_id != (actor.org_id or 0),
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.PLANNED,
            Drill.due_on < today,
        )
        .order_by(Drill.due_on, Drill.id)
        .limit(SHOWN)
    ).all()


def newest_evidence(scope: OrgScope) -> Sequence[Row[Evidence, Org]]:
    """Return what came in last, with the organisation it came from."""
    return db.session.execute(
        select(Evidence, Org)
        .join(Org, Org.id == Evidence.org_id)
        .where(scope.allows(), Evidence.voided_at.is_(None))
        .order_by(Evidence.entered_at.desc(), Evidence.id.desc())
        .limit(SHOWN)
    ).all()


def drills_without_report(scope: OrgScope, today: date) -> Sequence[Drill]:
    """Return held drills that showed something to improve and have no report after a month."""
    return db.session.scalars(
        select(Drill)
        .join(Org, Org.id == Drill.org_id)
        .options(joinedload(Drill.org))
        .outerjoin(Report, Report.drill_id == Drill.id)
        .where(
            scope.allows(),
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.HELD,
            _has_thread(),
            _without_report(today),
        )
        .order_by(Drill.held_on.desc(), Drill.id)
        .limit(SHOWN)
    ).all()


def late_actions(scope: OrgScope, today: date) -> Sequence[CorrectiveAction]:
    """Return corrective actions in scope that are past their date, the longest first."""
    found = actions_page(scope, ActionFilter(today=today, standing=Standing.LATE), size=SHOWN)
    return found.rows


def plans_to_review(scope: OrgScope, today: date) -> Sequence[PlanVersion]:
    """Return current plan versions due for review within two months, the most urgent first."""
    return db.session.scalars(
        select(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .join(Org, Org.id == Plan.org_id)
        .options(contains_eager(PlanVersion.plan).contains_eager(Plan.org))
        .where(
            scope.allows(),
            Plan.voided_at.is_(None),
            PlanVersion.state == VersionState.CURRENT,
            PlanVersion.review_on <= today + timedelta(days=60),
        )
        .order_by(PlanVersion.review_on, PlanVersion.id)
        .limit(SHOWN)
    ).all()
