"""Numbers, printed sheets and a scan at an organisation, and what routes call them by."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.documents.models import (
    IssuedNumber,
    NumberSeries,
    PrintedSheet,
    ScanPage,
    SheetScan,
)
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
PDF = b"%PDF-1.7 not really a sheet"

# A rule may refuse what a role may do in general; each with its reason.
MAY_REFUSE = {
    "documents.send_scan": "the kind of sheet says who may send it back",
    "documents.void_scan": "the kind of sheet says who may strike what came back",
    "documents.scan_page": "the scan has one page",
}


def things_at(org):
    """Make a series with a number, and a sheet that came back, at an organisation."""
    series = NumberSeries(
        issuer_org_id=org.id, document_kind="notice", year=2026, template="X〔{year}〕{number}号"
    )
    kept = StoredFile(
        sha256=keep_bytes(PDF),
        size=len(PDF),
        media_type="application/pdf",
        name="x.pdf",
        created_at=NOW,
    )
    db.session.add_all([series, kept])
    db.session.flush()
    number = IssuedNumber(
        series_id=series.id, number=1, text="X〔2026〕1号", state="reserved", issued_at=NOW
    )
    sheet = PrintedSheet(
        short_code=f"{org.id:08d}",
        kind="report-sign-off",
        subject_kind="report",
        subject_id=0,
        org_id=org.id,
        title="送审单",
        paper_sha256="0" * 64,
        file_id=kept.id,
        printed_at=NOW,
        actor_name="周敏",
    )
    db.session.add_all([number, sheet])
    db.session.flush()
    scan = SheetScan(
        sheet_id=sheet.id,
        version=1,
        signed_by="叶怀远",
        signed_on=date(2026, 5, 12),
        received_at=NOW,
        account_id=0,
        actor_name="周敏",
        pages=[ScanPage(position=1, file_id=kept.id)],
    )
    db.session.add(scan)
    db.session.flush()
    return {
        "number-series": {"series_id": series.id},
        "number": {"number_id": number.id},
        "sheet": {"public_id": sheet.public_id},
        "scan": {"scan_id": scan.id, "position": 1},
    }
