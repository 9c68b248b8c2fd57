"""Reporting sites to the county (报县应急办备案): sent, filed, returned, taken back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from flask import url_for
from sqlalchemy import select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.core.page import name_of
from drillreg.documents.operations.numbers import issue_number
from drillreg.documents.paper import (
    Column,
    FormGrid,
    Manner,
    Paper,
    Paragraph,
    Place,
    Table,
    day_text,
)
from drillreg.documents.registry import Reference
from drillreg.hazards.models import HazardSite, SiteReport, SiteReportItem
from drillreg.hazards.report_queries import reports_waiting
from drillreg.hazards.rules import ReportState
from drillreg.i18n import N_, translate
from drillreg.notices.operations import notify
from drillreg.orgs.history import name_on
from drillreg.orgs.models import Org
from drillreg.tasks.todos import MOST, TodoItem

SUBJECT = "site-report"
DOCUMENT_KIND = "site-filing"
LAYOUT = "sign-off"
REPORT_WORDS = {
    ReportState.SENT: N_("Reported, to be filed"),
    ReportState.FILED: N_("Filed by the county"),
    ReportState.RETURNED: N_("Sent back"),
    ReportState.TAKEN_BACK: N_("Taken back"),
}
REPORT_COLOURS = {
    ReportState.SENT: "sky",
    ReportState.FILED: "green",
    ReportState.RETURNED: "orange",
    ReportState.TAKEN_BACK: "",
}


def county_above(org: Org) -> Org | None:
    """Return the county an organisation belongs to, or None."""
    ids = [int(part) for part in org.path.rstrip("/").split("/")]
    return db.session.scalar(
        select(Org).where(Org.id.in_(ids), Org.kind == "county").order_by(Org.path.desc()).limit(1)
    )


def send_report(
    *,
    org: Org,
    sites: Sequence[HazardSite],
    note: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> SiteReport:
    """Report sites to the county of an organisation; it finds them in its to-do list."""
    desk = county_above(org)
    if desk is None:
        raise DomainError(N_("There is no county above this organisation that could file sites."))
    if not sites:
        raise DomainError(N_("Choose the sites to report."))
    report = SiteReport(
        org=org,
        desk=desk,
        state=ReportState.SENT,
        note=note or None,
        sent_on=today,
        sent_at=now,
        sent_by_id=actor.account_id,
        sent_by_name=actor.name,
    )
    db.session.add(report)
    db.session.flush()
    db.session.add_all(
        SiteReportItem(
            report_id=report.id,
            site_id=site.id,
            number=site.number,
            name=site.name,
            kind=site.kind,
            level=site.level,
        )
        for site in sites
    )
    _noted("site-report-sent", report, actor, now, sites=[site.id for site in sites])
    return report


def _noted(action: str, report: SiteReport, actor: Actor, now: datetime, **detail: object) -> None:
    record(
        action,
        subject_kind=SUBJECT,
        subject_id=report.id,
        org_id=report.org_id,
        actor=actor,
        now=now,
        **detail,  # type: ignore[arg-type]
    )


def ensure_waits(report: SiteReport) -> None:
    """Raise unless a report still waits for its answer."""
    if report.state is not ReportState.SENT:
        raise DomainError(N_("This report does not wait for an answer any more."))


def file_report(report: SiteReport, *, note: str, actor: Actor, now: datetime, today: date) -> str:
    """File the sites of a report under the county's next number; return the number."""
    ensure_waits(report)
    desk = report.desk
    word = desk.attributes.get("document_word") or desk.short_name or desk.name
    report.number = issue_number(
        issuer_org_id=desk.id,
        document_kind=DOCUMENT_KIND,
        year=today.year,
        now=now,
        subject_kind=SUBJECT,
        subject_id=report.id,
        template=f"{word}风险备〔{{year}}〕{{number}}号",
        title=f"{report.org.name}报送的风险点",
        dated_on=today,
        actor=actor,
    )
    _answer(report, ReportState.FILED, note, actor, today)
    ids = select(SiteReportItem.site_id).where(SiteReportItem.report_id == report.id)
    db.session.execute(
        update(HazardSite)
        .where(HazardSite.id.in_(ids), HazardSite.filed_on.is_(None))
        .values(filed_on=today, changed_at=now, row_version=HazardSite.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    _noted("site-report-filed", report, actor, now, number=report.number)
    _tell_sender(
        report, N_("The sites you reported are filed as %(number)s."), now, number=report.number
    )
    return report.number


def return_report(
    report: SiteReport, *, note: str, actor: Actor, now: datetime, today: date
) -> None:
    """Give a report back with what is wrong; its sites can be reported again."""
    ensure_waits(report)
    _answer(report, ReportState.RETURNED, note, actor, today)
    _noted("site-report-returned", report, actor, now, reason=note)
    _tell_sender(report, N_("The sites you reported came back: %(note)s"), now, note=note[:80])


def take_report_back(report: SiteReport, *, actor: Actor, now: datetime, today: date) -> None:
    """Take a report back before it is answered."""
    ensure_waits(report)
    _answer(report, ReportState.TAKEN_BACK, "", actor, today)
    _noted("site-report-taken-back", report, actor, now)


def _answer(report: SiteReport, state: ReportState, note: str, actor: Actor, today: date) -> None:
    report.state, report.answer_note = state, note or None
    report.answered_on, report.answered_by_name = today, actor.name
    db.session.flush()


def _tell_sender(report: SiteReport, message: str, now: datetime, **params: str) -> None:
    notify(
        [report.sent_by_id],
        occasion=f"site-report:{report.id}",
        kind="site-report-answered",
        message=message,
        params=params,
        url=f"/hazards/reports/{report.id}",
        now=now,
    )


def reports_to_file(actor: Actor, today: date) -> Sequence[TodoItem]:
    """Return the reports of sites that wait for the county at which somebody works."""
    if not actor.may(Permission.EDIT_HAZARDS) or actor.org_id is None:
        return []
    return [
        TodoItem(
            kind="site-report",
            text=translate(N_("Sites reported by %(org)s"), org=name_of(report.org)),
            url=url_for("hazards.report", report_id=report.id),
            detail=report.sent_by_name,
            since=report.sent_on,
            act=(N_("Check and file"), url_for("hazards.report", report_id=report.id)),
        )
        for report in reports_waiting(actor.org_id, at_most=MOST)
    ]


def receipt_paper(
    report: SiteReport, items: Sequence[SiteReportItem], words: Mapping[str, str]
) -> Paper:
    """Return the receipt of a filed report; papers speak Chinese.

    `words` are the Chinese words of kinds and levels by their codes.
    """
    name, office = name_on(report.org, report.sent_on), name_on(report.desk, report.sent_on)
    said = (
        f"你单位于{day_text(report.sent_on)}报送的风险点{len(items)}处（名单附后）收悉，"
        "予以登记备案。"
    )
    grid = FormGrid(
        [
            [Place("备案编号", report.number or "", height_mm=14)],
            [Place("报送单位", name, height_mm=14)],
            [Place("报送人", report.sent_by_name), Place("报送说明", report.note or "")],
            [Place("备案意见", said, height_mm=34)],
            [
                Place("经办人", report.answered_by_name or ""),
                Place(
                    "备案单位（盖章）",
                    f"{office}\n\n{day_text(report.answered_on)}",
                    share=2,
                    height_mm=40,
                ),
            ],
        ]
    )
    columns = [
        Column("序号", 1, "center"),
        Column("编号", 3),
        Column("名称", 5),
        Column("种类", 3),
        Column("固有风险等级", 3),
    ]
    rows = [
        [str(at), item.number, item.name, words.get(item.kind, item.kind), words[item.level]]
        for at, item in enumerate(items, 1)
    ]
    note = Paragraph("备案为登记，不免除报送单位的防范责任。", Manner.NOTE)
    table = Table(columns, rows, ruled=True)
    return Paper(LAYOUT, "风险点备案回执", [grid, note, table], signed=False)


def report_references(ids: Collection[int]) -> Mapping[int, Reference]:
    """Return how reports are named where numbers refer to them."""
    rows = db.session.execute(
        select(SiteReport.id, Org.name)
        .join(SiteReport.org)
        .where(SiteReport.id.in_(ids))
        .order_by(SiteReport.id)
    ).all()
    return {
        row.id: Reference(
            translate(N_("Sites reported by %(org)s"), org=row.name),
            url_for("hazards.report", report_id=row.id),
        )
        for row in rows
    }
