"""What reports and corrective actions give to the to-do list and to the chasing list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager

from drillreg.core import clock
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.drills.models import Drill, Observation
from drillreg.drills.rules import DrillStatus
from drillreg.i18n import N_
from drillreg.office.placed import day_before, days_set
from drillreg.orgs.models import Org
from drillreg.orgs.scope import scope_of
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ActionState, ReportState
from drillreg.reports.scope import REPORT
from drillreg.tasks.chasing import ChaseSource, chase_columns
from drillreg.tasks.todos import MOST, TodoItem

AHEAD = timedelta(days=30)
# A drill without a report after this long is a broken thread (an office habit, no national rule).
REPORT_DAYS = "drills.report-days"


def reports_to_decide(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the reports that wait for this person's decision, oldest first."""
    scope = scope_of(actor, Permission.APPROVE_REPORTS, today)
    if not actor.may(Permission.APPROVE_REPORTS):
        return []
    found = db.session.scalars(
        select(Report)
        .join(Org, Org.id == Report.org_id)
        .options(contains_eager(Report.org))
        .where(
            scope.allows(),
            Report.state == ReportState.SUBMITTED,
            func.coalesce(Report.submitted_by_id, 0).not_in(sorted(actor.account_ids)),
            func.coalesce(Report.submitted_for_id, 0).not_in(sorted(actor.account_ids)),
        )
        .order_by(Report.submitted_at, Report.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="decision",
            text=report.title,
            url=url_for("reports.show", report_id=report.id),
            detail=name_of(report.org),
            since=clock.local_date(report.submitted_at) if report.submitted_at else None,
            act=(N_("Review"), url_for("reports.decide", report_id=report.id)),
            is_decision=True,
        )
        for report in found
    ]


def reports_sent_back(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the reports of one's own organisation that were sent back."""
    if not actor.may(Permission.WRITE_REPORTS):
        return []
    found = db.session.scalars(
        select(Report)
        .join(Report.org)
        .where(
            Report.org_id == actor.org_id,
            REPORT.within(scope_of(actor, Permission.WRITE_REPORTS, today)),
            Report.state == ReportState.RETURNED,
        )
        .order_by(Report.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="returned",
            text=report.title,
            url=url_for("reports.show", report_id=report.id),
            act=(N_("Correct"), url_for("reports.edit", report_id=report.id)),
        )
        for report in found
    ]


def actions_to_do(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the open corrective actions of one's own organisation, most urgent first."""
    if not actor.may(Permission.WRITE_REPORTS):
        return []
    found = db.session.scalars(
        select(CorrectiveAction)
        .join(Finding, Finding.id == CorrectiveAction.finding_id)
        .join(Report, Report.id == Finding.report_id)
        .join(Org, Org.id == CorrectiveAction.org_id)
        .where(
            Report.state == ReportState.APPROVED,
            Finding.voided_at.is_(None),
            CorrectiveAction.voided_at.is_(None),
            CorrectiveAction.org_id == actor.org_id,
            scope_of(actor, Permission.WRITE_REPORTS, today).allows(),
            CorrectiveAction.state == ActionState.OPEN,
            CorrectiveAction.due_on <= today + AHEAD,
        )
        .order_by(CorrectiveAction.due_on, CorrectiveAction.id)
        .limit(MOST)
    )
    return [
        TodoItem(
            kind="action",
            text=action.text,
            url=url_for("reports.action", action_id=action.id),
            detail=action.person_name,
            due_on=action.due_on,
        )
        for action in found
    ]


def _late_actions(today: date) -> Select[Any]:
    columns = chase_columns(
        "action-late",
        "corrective-action",
        CorrectiveAction.id,
        org_id=CorrectiveAction.org_id,
        what=CorrectiveAction.text,
        person=CorrectiveAction.person_name,
        since=CorrectiveAction.due_on,
    )
    return (
        select(*columns)
        .join(Org, Org.id == CorrectiveAction.org_id)
        .join(Finding, Finding.id == CorrectiveAction.finding_id)
        .join(Report, Report.id == Finding.report_id)
        .where(
            Report.state == ReportState.APPROVED,
            Finding.voided_at.is_(None),
            CorrectiveAction.voided_at.is_(None),
            CorrectiveAction.state == ActionState.OPEN,
            CorrectiveAction.due_on < today,
        )
    )


def _without_report(today: date) -> Select[Any]:
    """Select drills that found something and have no report after as many days as are set."""
    columns = chase_columns(
        "report-missing",
        "drill",
        Drill.id,
        org_id=Drill.org_id,
        what=Drill.title,
        what_en=Drill.title_en,
        since=func.days_after(Drill.held_on, days_set(REPORT_DAYS)),
    )
    to_improve = exists().where(
        Observation.drill_id == Drill.id,
        Observation.is_strength.is_(False),
        Observation.voided_at.is_(None),
    )
    return (
        select(*columns)
        .join(Org, Org.id == Drill.org_id)
        .where(
            Drill.voided_at.is_(None),
            Drill.status == DrillStatus.HELD,
            Drill.held_on < day_before(REPORT_DAYS, today),
            to_improve,
            ~exists().where(Report.drill_id == Drill.id),
        )
    )


LATE_ACTIONS = ChaseSource("action-late", _late_actions)
MISSING_REPORTS = ChaseSource("report-missing", _without_report)
