"""Writing, submitting, deciding on and freezing reports; noting corrective actions as done."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from drillreg.accounts.queries import accounts_with
from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.documents.operations import issue_number
from drillreg.drills.models import Drill
from drillreg.drills.queries import DrillRecord
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence, raise_grade
from drillreg.files.operations import store
from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org
from drillreg.orgs.queries import ancestors_of
from drillreg.reports.facts import ActionText, FindingText, ReportText
from drillreg.reports.models import CorrectiveAction, Finding, Report, ReportStep
from drillreg.reports.queries import deciders
from drillreg.reports.rules import (
    ActionState,
    ReportState,
    StepKind,
    ensure_closable,
    ensure_drill_held,
    ensure_due_after,
    ensure_editable,
    ensure_reasons,
    ensure_reviewable,
    ensure_somebody_decides,
    ensure_submittable,
)
from drillreg.reports.snapshot import Seal, Sources, digest, summary_of, take_snapshot
from drillreg.reports.wording import number_template
from drillreg.work.operations import enqueue

DOCUMENT_KIND = "after-action-report"
PDF_WORK = "reports.pdf"


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
    _audit("report-written", report, actor, now, drill=drill.public_id)
    return report


def _audit(action: str, report: Report, actor: Actor | None, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="report",
        subject_id=report.id,
        org_id=report.org_id,
        actor=actor,
        now=now,
        **detail,
    )


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
    record(
        "report-edited",
        subject_kind="report",
        subject_id=report.id,
        org_id=report.org_id,
        actor=actor,
        now=now,
        changes=changes or None,
        findings=len(text.findings),
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
    drill.closed_at = drill.closed_at or now
    step = _step(report, StepKind.SUBMITTED, "", actor, now)
    notify(
        leaders,
        occasion=f"report:{report.id}:{step.id}",
        kind="report-waiting",
        message=N_("%(org)s asks you to decide on the report: %(title)s"),
        params={"org": report.org.name, "title": report.title},
        url=url,
        now=now,
    )
    _audit("report-submitted", report, actor, now)


def _step(report: Report, kind: StepKind, remark: str, actor: Actor, now: datetime) -> ReportStep:
    step = ReportStep(
        report_id=report.id,
        kind=kind,
        at=now,
        account_id=actor.account_id,
        actor_name=actor.name,
        remark=remark or None,
    )
    db.session.add(step)
    db.session.flush()
    return step


def _ensure_reviewable(report: Report, actor: Actor) -> None:
    ensure_reviewable(
        report.state, submitted_by_id=report.submitted_by_id, reviewer_id=actor.account_id
    )


def return_report(
    report: Report, *, drill: Drill, remark: str, url: str, actor: Actor, now: datetime
) -> None:
    """Give the report back to its author with reasons; its record may be corrected again."""
    _ensure_reviewable(report, actor)
    ensure_reasons(remark)
    report.state, report.decides_org_id = ReportState.RETURNED, None
    drill.closed_at = None
    step = _step(report, StepKind.RETURNED, remark, actor, now)
    _tell_author(
        report,
        step,
        kind="report-returned",
        message=N_("%(leader)s returned the report %(title)s: %(remark)s"),
        params={"leader": actor.name, "title": report.title, "remark": remark},
        url=url,
        now=now,
    )
    _audit("report-returned", report, actor, now)


def _tell_author(
    report: Report,
    step: ReportStep,
    *,
    kind: str,
    message: str,
    params: dict[str, str],
    url: str,
    now: datetime,
) -> None:
    people = [each for each in (report.submitted_by_id, report.created_by_id) if each is not None]
    occasion = f"report:{report.id}:{step.id}"
    notify(people, occasion=occasion, kind=kind, message=message, params=params, url=url, now=now)


def approve_report(
    sources: Sources,
    *,
    remark: str,
    url: str,
    check_url: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Freeze the report: snapshot, number and hash; its PDF is made outside and attached later."""
    report, drill = sources.report, sources.held.drill
    _ensure_reviewable(report, actor)
    number = issue_number(
        issuer_org_id=report.org_id,
        document_kind=DOCUMENT_KIND,
        year=today.year,
        now=now,
        subject_kind="report",
        subject_id=report.id,
        template=_number_template(report.org),
    )
    snapshot = take_snapshot(sources, Seal(number, today, actor.name, check_url))
    report.number, report.snapshot, report.snapshot_sha256 = number, snapshot, digest(snapshot)
    report.state, report.approved_at = ReportState.APPROVED, now
    report.approved_by_id, report.approved_by_name = actor.account_id, actor.name
    queue_pdf(report, actor=actor, now=now)
    _count_as_evidence(report, drill, today, now)
    step = _step(report, StepKind.APPROVED, remark, actor, now)
    _tell_author(
        report,
        step,
        kind="report-approved",
        message=N_("%(leader)s approved the report %(title)s as %(number)s"),
        params={"leader": actor.name, "title": report.title, "number": number},
        url=url,
        now=now,
    )
    _tell_charged(sources, today, now)
    _audit("report-approved", report, actor, now, number=number, snapshot=report.snapshot_sha256)


def _tell_charged(sources: Sources, today: date, now: datetime) -> None:
    """Tell the people of each organisation that has to do something, and by when."""
    for action in (each for finding in sources.findings for each in finding.actions):
        people = accounts_with(Permission.WRITE_REPORTS, action.org, on=today)
        notify(
            [account.id for account in people],
            occasion=f"action:{action.id}",
            kind="action-due",
            message=N_("%(org)s has a corrective action to do by %(day)s: %(text)s"),
            params={
                "org": action.org.name,
                "day": action.due_on.isoformat(),
                "text": action.text,
            },
            url=f"/reports/actions/{action.id}",
            due_on=action.due_on,
            now=now,
        )


def _number_template(org: Org) -> str:
    """Return the pattern of the county (or of the nearest organisation that has its own)."""
    line = [org, *reversed(ancestors_of(org))]
    patterns = (each.attributes.get("report_number") for each in line)
    pattern = next((str(found) for found in patterns if found), "")
    word = org.attributes.get("document_word") or org.short_name or org.name
    return number_template(str(word), pattern)


def _count_as_evidence(report: Report, drill: Drill, today: date, now: datetime) -> None:
    """Note that a leader confirmed the drill: what was reported by the unit is now verified."""
    raise_grade(subject_kind="drill", subject_id=drill.id, grade=Grade.VERIFIED)
    add_evidence(
        "report-approved",
        org_id=report.org_id,
        subject_kind="report",
        subject_id=report.id,
        on_date=today,
        grade=Grade.VERIFIED,
        now=now,
        attributes={
            "number": report.number,
            "drill_id": drill.id,
            "event_type": drill.event_type,
            "held_on": drill.held_on.isoformat() if drill.held_on else None,
        },
    )


def queue_pdf(report: Report, *, actor: Actor | None, now: datetime) -> None:
    """Ask the worker to print an approved report and attach the paper."""
    item = enqueue(
        PDF_WORK,
        {"report_id": report.id},
        title=report.title,
        actor=actor,
        org_id=report.org_id,
        now=now,
    )
    report.work_item_id = item.id


def attach_pdf(report_id: int, pdf: bytes, *, now: datetime) -> int:
    """Attach the paper of an approved report unless it has one; return the id of its file."""
    report = db.session.scalars(
        select(Report).where(Report.id == report_id).with_for_update(of=Report)
    ).one()
    if report.pdf_file_id is not None:
        return report.pdf_file_id
    kept = store(pdf, name=f"{report.number}.pdf", org_id=report.org_id, actor=None, now=now)
    report.pdf_file_id = kept.id
    _audit("report-pdf-attached", report, None, now, sha256=kept.sha256, number=report.number)
    return kept.id


def close_action(
    action: CorrectiveAction,
    *,
    done_on: date,
    note: str,
    held_on: date,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Note that the charged organisation has done what the report asked for."""
    state = action.finding.report.state
    ensure_closable(state, action.state, done_on=done_on, held_on=held_on, today=today)
    action.state, action.done_on, action.done_note = ActionState.DONE, done_on, note
    action.done_by_name, action.done_at = actor.name, now
    record(
        "corrective-action-done",
        subject_kind="corrective-action",
        subject_id=action.id,
        org_id=action.org_id,
        actor=actor,
        now=now,
        changes={"state": [ActionState.OPEN, ActionState.DONE], "note": [None, note]},
        done_on=done_on,
        report=action.finding.report.number,
    )
