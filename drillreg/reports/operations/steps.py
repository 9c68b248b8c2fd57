"""What every act on a report leaves behind: the trail, the step log, the notice."""

from datetime import datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.notices.operations import notify
from drillreg.reports.models import Report
from drillreg.reports.rules import StepKind
from drillreg.steps.models import Step
from drillreg.steps.operations import add_step as log_step


def audit_report(
    action: str, report: Report, actor: Actor | None, now: datetime, **detail: Any
) -> None:
    """Write one act on a report into the trail."""
    record(
        action,
        subject_kind="report",
        subject_id=report.id,
        org_id=report.org_id,
        actor=actor,
        now=now,
        **detail,
    )


def add_step(report: Report, kind: StepKind, remark: str, actor: Actor, now: datetime) -> Step:
    """Write one step of the sign-off into the log."""
    return log_step(
        kind.value,
        subject_kind="report",
        subject_id=report.id,
        org_id=report.org_id,
        actor=actor,
        now=now,
        remark=remark,
    )


def tell_author(
    report: Report,
    step: Step,
    *,
    kind: str,
    message: str,
    params: dict[str, str],
    url: str,
    now: datetime,
) -> None:
    """Tell those who wrote and submitted a report what became of it."""
    people = [each for each in (report.submitted_by_id, report.created_by_id) if each is not None]
    occasion = f"report:{report.id}:{step.id}"
    notify(people, occasion=occasion, kind=kind, message=message, params=params, url=url, now=now)
