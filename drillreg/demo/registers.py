"""The register of numbers of the county office, and a report that was signed on paper."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.documents.operations.numbers import (
    open_series,
    reserve_number,
    take_over_number,
    use_reserved,
    void_number,
)
from drillreg.documents.operations.sheets import (
    ReceivedScan,
    new_code,
    receive_scan,
    record_sheet,
)
from drillreg.documents.pdf import print_paper
from drillreg.documents.pictures import check_pdf
from drillreg.reports.models import Report
from drillreg.reports.rules import ReportState
from drillreg.reports.sheets import KIND, SUBJECT, note_signed, sign_off_paper
from drillreg.reports.snapshot import Seal, take_snapshot
from drillreg.reports.sources import sources_of

CLERK = "zhoumin"
OFFICE = "县应急管理局"
LEADER = "方明远"
# What the paper register had given out before the system began; 4 is missing.
BY_HAND = (
    (1, "关于做好春季防火工作的通知"),
    (2, "关于报送应急物资清单的通知"),
    (3, "关于开展地质灾害隐患排查的通知"),
    (5, "关于召开防汛工作会议的通知"),
)
SENT = "关于做好汛期应急演练工作的通知"
PREPARED = "关于开展消防疏散演练检查的通知"
STRUCK = "关于调整值班安排的通知"


def load_registers(known: Lookup) -> Mapping[str, int]:
    """Fill the register of the county's emergency office for this year."""
    org, actor = known.orgs[OFFICE], known.actor(CLERK)
    year = known.today.year
    begun = at(date(year, 1, 1), 9)
    series = open_series(
        issuer_org_id=org.id,
        document_kind="notice",
        year=year,
        template="青应急通〔{year}〕{number}号",
        first_number=1,
        actor=actor,
        now=begun,
    )
    for number, title in BY_HAND:
        take_over_number(
            series, number=number, title=title, dated_on=date(year, 1, 1), actor=actor, now=begun
        )
    kept = [
        reserve_number(series, title=title, actor=actor, now=known.now)
        for title in (SENT, STRUCK, PREPARED)
    ]
    use_reserved(kept[0], title=SENT, dated_on=known.today, actor=actor, now=known.now)
    void_number(kept[1], reason="改为电话通知，文件未印发", actor=actor, now=known.now)
    return {"numbers": len(BY_HAND) + len(kept)}


def sign_on_paper(known: Lookup) -> None:
    """Print the sign-off sheet of the last approved report and send it back."""
    report = db.session.scalars(
        select(Report)
        .options(joinedload(Report.org))
        .where(Report.state == ReportState.APPROVED)
        .order_by(Report.id.desc())
        .limit(1)
    ).one()
    snapshot = report.snapshot or take_snapshot(sources_of(report, on=known.today), Seal())
    code = new_code()
    paper = sign_off_paper(report, snapshot, code.on_paper(settings().public_url))
    report_id, actor = report.id, known.actor(CLERK)
    db.session.rollback()  # nothing is held open while the child prints
    pdf = print_paper(paper).pdf
    pictures = check_pdf(pdf).pictures
    with unit_of_work():
        report = db.session.get_one(Report, report_id, options=[joinedload(Report.org)])
        day = ago(known.today, 2)
        sheet = record_sheet(
            code,
            kind=KIND,
            paper=paper,
            pdf=pdf,
            subject_kind=SUBJECT,
            subject_id=report_id,
            org=report.org,
            actor=actor,
            now=at(day, 9),
        )
        scan = receive_scan(
            sheet,
            ReceivedScan(pdf=pdf, pdf_name="送审单.pdf", pictures=pictures),
            signed_by=LEADER,
            signed_on=day,
            note="",
            printed_on=clock.local_date(sheet.printed_at),
            actor=actor,
            today=known.today,
            now=at(day, 17),
        )
        note_signed(sheet, scan, actor, at(day, 17))
