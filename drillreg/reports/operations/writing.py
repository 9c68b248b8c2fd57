"""Writing a report and changing what it says."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.drills.queries import DrillRecord
from drillreg.i18n import N_
from drillreg.reports.facts import ActionText, FindingText, ReportText
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.operations.steps import audit_report
from drillreg.reports.rules import ensure_drill_held, ensure_due_after, ensure_editable
from drillreg.reports.snapshot import summary_of


def write_report(
    held: DrillRecord, *, title: str, addressee: str, actor: Actor, now: datetime
) -> Report:
    """Start the report of a held drill with what the record already says."""
    drill = held.drill
    ensure_drill_held(drill.status)
    if db.session.scalar(select(Report.id).where(Report.drill_id == drill.id)) is not None:
        raise DomainError(N_("This drill already has a report."))
    report = Report(
        drill_id=drill.id,
        org_id=drill.org_id,
        title=title,
        addressee=addressee or None,
        summary=summary_of(held),
        strengths="\n".join(seen.text for seen in held.strengths),
        created_at=now,
        created_by_id=actor.account_id,
        created_by_name=actor.name,
    )
    db.session.add(report)
    db.session.flush()
    for seen in held.improvements:
        db.session.add(Finding(report_id=report.id, observation_id=seen.id, text=seen.text))
    audit_report("report-written", report, actor, now, drill=drill.public_id)
    return report


def save_report(
    report: Report,
    findings: Sequence[Finding],
    text: ReportText,
    *,
    held_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Save what the author wrote; findings and actions that are left out are struck."""
    ensure_editable(report.state)
    for written in (action for finding in text.findings for action in finding.actions):
        ensure_due_after(written.due_on, held_on)
    names = ("title", "addressee", "copies_to", "summary", "strengths")
    changes = {
        name: [getattr(report, name), getattr(text, name) or None]
        for name in names
        if (getattr(report, name) or "") != getattr(text, name)
    }
    report.title, report.summary, report.strengths = text.title, text.summary, text.strengths
    report.addressee, report.copies_to = text.addressee or None, text.copies_to or None
    report.edited_at = now
    # A change of a finding alone must also be noticed by whoever has the page open.
    flag_modified(report, "edited_at")
    known = {finding.id: finding for finding in findings}
    for wanted in text.findings:
        _save_finding(report, known.pop(wanted.id or 0, None), wanted, actor=actor, now=now)
    for left in known.values():
        left.voided_at, left.voided_by_id = now, actor.account_id
    audit_report(
        "report-edited", report, actor, now, changes=changes or None, findings=len(text.findings)
    )


def _save_finding(
    report: Report, found: Finding | None, wanted: FindingText, *, actor: Actor, now: datetime
) -> None:
    if found is None:
        found = Finding(report_id=report.id, text=wanted.text, actions=[])
        db.session.add(found)
    found.text = wanted.text
    found.cause, found.no_action_reason = wanted.cause or None, wanted.no_action_reason or None
    db.session.flush()
    known = {action.id: action for action in found.actions}
    for written in wanted.actions:
        _save_action(found, known.pop(written.id or 0, None), written)
    for left in known.values():
        left.voided_at, left.voided_by_id = now, actor.account_id


def _save_action(finding: Finding, found: CorrectiveAction | None, wanted: ActionText) -> None:
    if found is None:
        found = CorrectiveAction(finding_id=finding.id)
        db.session.add(found)
    found.text, found.org_id = wanted.text, wanted.org_id
    found.person_name, found.due_on = wanted.person_name, wanted.due_on
