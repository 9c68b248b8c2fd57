"""The sign-off sheet of a report (送审单): printed, signed on paper, sent back by its code."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import and_, select

from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.documents.models import PrintedSheet, SheetScan
from drillreg.documents.paper import CheckBox, FormGrid, Paper, Part, Place, SheetCode
from drillreg.documents.queries.sheets import scans_of
from drillreg.documents.registry import Reference, SheetKind
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, withdraw_evidence
from drillreg.i18n import N_
from drillreg.orgs.scope import OrgScope
from drillreg.reports.models import Report
from drillreg.reports.operations.steps import audit_report

KIND = "report-sign-off"
SUBJECT = "report"
EVIDENCE = "report-signed"


def sign_off_paper(report: Report, snapshot: Mapping[str, Any], code: SheetCode) -> Paper:
    """Return the sheet that goes with a report to its leader; always Chinese."""
    issuer, told = snapshot["issuer"]["name"], snapshot["report"]
    count = len(snapshot["findings"])
    actions = sum(len(finding["actions"]) for finding in snapshot["findings"])
    decision: list[Part] = [
        CheckBox("同意印发　"),
        CheckBox("退回修改　"),
        CheckBox("其他"),
        "\n\n批示：",
    ]
    grid = FormGrid(
        [
            [Place("标题", told["title"], height_mm=16)],
            [Place("主送", told["addressee"] or ""), Place("抄送", told["copies_to"] or "")],
            [
                Place("拟稿单位", issuer),
                Place("拟稿人", report.created_by_name or ""),
                Place("文号", told["number"] or ""),
            ],
            [
                Place(
                    "主要内容",
                    f"{snapshot['opening']}\n问题{count}项，整改措施{actions}项。",
                    height_mm=34,
                )
            ],
            [Place("核稿（签名、日期）", height_mm=26), Place("会签（签名、日期）", height_mm=26)],
            [Place("领导批示", decision, height_mm=62)],
            [Place("签发人签名", height_mm=20), Place("签发日期", height_mm=20)],
            [Place("备注", height_mm=16)],
        ]
    )
    return Paper("sign-off", f"{issuer}报告送审单", [grid], signed=False, code=code)


def signed_sheets(report: Report, scope: OrgScope) -> Sequence[SheetScan]:
    """Return the signed sheets of a report that came back and stand."""
    return [scan for scan in scans_of(KIND, report.id, scope) if scan.voided_at is None]


def report_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how reports are named where numbers and sheets refer to them."""
    rows = db.session.execute(
        select(Report.id, Report.title).where(Report.id.in_(ids)).order_by(Report.id)
    ).all()
    return {row.id: Reference(row.title, url_for("reports.show", report_id=row.id)) for row in rows}


def note_signed(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Keep a signed sheet as evidence that the report was decided on."""
    report = db.session.get_one(Report, sheet.subject_id)
    add_evidence(
        EVIDENCE,
        org_id=report.org_id,
        subject_kind=SUBJECT,
        subject_id=report.id,
        on_date=scan.signed_on,
        grade=Grade.EVIDENCED,
        now=now,
        attributes={"scan_id": scan.id, "signed_by": scan.signed_by},
    )
    audit_report("report-signed-sheet", report, actor, now, signed_by=scan.signed_by)


def forget_signed(sheet: PrintedSheet, scan: SheetScan, actor: Actor, now: datetime) -> None:
    """Strike the evidence of a scan that was struck."""
    # Not a judgement from above: the paper itself was taken back.
    these = and_(
        Evidence.subject_kind == SUBJECT,
        Evidence.subject_id == sheet.subject_id,
        Evidence.attributes["scan_id"].as_integer() == scan.id,
    )
    withdraw_evidence(EVIDENCE, these, reason=scan.void_reason or "", actor=actor, now=now)


SIGN_OFF_SHEET = SheetKind(
    N_("Sign-off sheet of a report"), Permission.WRITE_REPORTS, note_signed, forget_signed
)
