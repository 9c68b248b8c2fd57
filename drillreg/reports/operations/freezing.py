"""Approval: the report is frozen in one transaction, its paper attached in another."""

from datetime import date, datetime

from sqlalchemy import select

from drillreg.accounts.queries import accounts_with
from drillreg.core.access import Actor, Permission
from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.documents.operations.numbers import issue_number
from drillreg.evidence.models import Grade
from drillreg.evidence.operations import add_evidence, raise_grades
from drillreg.evidence.queries import stands_outside
from drillreg.files.operations import store
from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org
from drillreg.orgs.queries import ancestors_of
from drillreg.reports.models import Report
from drillreg.reports.operations.steps import add_step, audit_report, tell_author
from drillreg.reports.rules import ReportState, StepKind, ensure_reviewable
from drillreg.reports.snapshot import Seal, Sources, digest, take_snapshot
from drillreg.reports.wording import number_template
from drillreg.work.operations import enqueue

DOCUMENT_KIND = "after-action-report"
PDF_WORK = "reports.pdf"


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
    report = sources.report
    ensure_reviewable(report.state, submitters=report.submitters, reviewers=actor.account_ids)
    number = issue_number(
        issuer_org_id=report.org_id,
        document_kind=DOCUMENT_KIND,
        year=today.year,
        now=now,
        subject_kind="report",
        subject_id=report.id,
        template=_number_template(report.org),
        title=report.title,
        dated_on=today,
        actor=actor,
    )
    snapshot = take_snapshot(sources, Seal(number, today, actor.name, check_url))
    report.number, report.snapshot, report.snapshot_sha256 = number, snapshot, digest(snapshot)
    report.state, report.approved_at = ReportState.APPROVED, now
    report.approved_by_id, report.approved_by_name = actor.account_id, actor.name
    queue_pdf(report, actor=actor, now=now)
    _count_as_evidence(sources, actor, today, now)
    step = add_step(report, StepKind.APPROVED, remark, actor, now)
    tell_author(
        report,
        step,
        kind="report-approved",
        message=N_("%(leader)s approved the report %(title)s as %(number)s"),
        params={"leader": actor.name, "title": report.title, "number": number},
        url=url,
        now=now,
    )
    _tell_charged(sources, today, now)
    if sources.held.drill.plan_id is not None:
        announce(
            "findings",
            plan_id=sources.held.drill.plan_id,
            report_id=report.id,
            number=number,
            texts=[finding.text for finding in sources.findings],
            now=now,
            today=today,
        )
    audit_report(
        "report-approved", report, actor, now, number=number, snapshot=report.snapshot_sha256
    )


def _number_template(org: Org) -> str:
    """Return the pattern of the county (or of the nearest organisation that has its own)."""
    line = [org, *reversed(ancestors_of(org))]
    patterns = (each.attributes.get("report_number") for each in line)
    pattern = next((str(found) for found in patterns if found), "")
    word = org.attributes.get("document_word") or org.short_name or org.name
    return number_template(str(word), pattern)


def _count_as_evidence(sources: Sources, actor: Actor, today: date, now: datetime) -> None:
    """Note that a leader confirmed the drill; only one from above verifies it by that."""
    report, drill = sources.report, sources.held.drill
    is_outside = stands_outside(actor, report.org, Permission.APPROVE_REPORTS, today)
    grade = Grade.VERIFIED if is_outside else Grade.EVIDENCED
    raise_grades(
        "drill-held",
        subject_kind="drill",
        subject_id=drill.id,
        grade=grade,
        note=report.number or "",
        actor=actor,
        now=now,
    )
    add_evidence(
        "report-approved",
        org_id=report.org_id,
        subject_kind="report",
        subject_id=report.id,
        on_date=today,
        grade=grade,
        now=now,
        attributes={
            "number": report.number,
            "drill_id": drill.id,
            "event_type": drill.event_type,
            "held_on": drill.held_on.isoformat() if drill.held_on else None,
            "actions": sum(len(finding.actions) for finding in sources.findings),
        },
    )


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
    audit_report("report-pdf-attached", report, None, now, sha256=kept.sha256, number=report.number)
    return kept.id
