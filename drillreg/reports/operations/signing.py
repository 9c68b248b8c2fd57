"""The way of a report to its leader and back."""

from collections.abc import Sequence
from datetime import date, datetime

from drillreg.core.access import Actor
from drillreg.drills.models import Drill
from drillreg.drills.operations.drills import close_record, reopen_record
from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.reports.models import Finding, Report
from drillreg.reports.operations.steps import add_step, audit_report, tell_author
from drillreg.reports.queries import deciders
from drillreg.reports.rules import (
    ReportState,
    StepKind,
    ensure_reasons,
    ensure_reviewable,
    ensure_somebody_decides,
    ensure_submittable,
)


def submit_report(
    report: Report,
    findings: Sequence[Finding],
    *,
    drill: Drill,
    url: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Hand the report to the nearest leaders; from here on neither text nor record changes."""
    bare = sum(not (finding.actions or finding.no_action_reason) for finding in findings)
    ensure_submittable(report.state, has_summary=bool(report.summary.strip()), findings_open=bare)
    org_id, leaders = deciders(report.org, besides=actor.account_id, on=today)
    ensure_somebody_decides(len(leaders))
    report.state, report.decides_org_id = ReportState.SUBMITTED, org_id
    report.submitted_at, report.submitted_by_id = now, actor.account_id
    report.submitted_for_id = actor.acting_for_account_id
    close_record(drill, now=now)
    step = add_step(report, StepKind.SUBMITTED, "", actor, now)
    notify(
        leaders,
        occasion=f"report:{report.id}:{step.id}",
        kind="report-waiting",
        message=N_("%(org)s asks you to decide on the report: %(title)s"),
        params={"org": report.org.name, "title": report.title},
        url=url,
        now=now,
    )
    audit_report("report-submitted", report, actor, now)


def return_report(
    report: Report, *, drill: Drill, remark: str, url: str, actor: Actor, now: datetime
) -> None:
    """Give the report back to its author with reasons; its record may be corrected again."""
    ensure_reviewable(report.state, submitters=report.submitters, reviewers=actor.account_ids)
    ensure_reasons(remark)
    report.state, report.decides_org_id = ReportState.RETURNED, None
    reopen_record(drill)
    step = add_step(report, StepKind.RETURNED, remark, actor, now)
    tell_author(
        report,
        step,
        kind="report-returned",
        message=N_("%(leader)s returned the report %(title)s: %(remark)s"),
        params={"leader": actor.name, "title": report.title, "remark": remark},
        url=url,
        now=now,
    )
    audit_report("report-returned", report, actor, now)
