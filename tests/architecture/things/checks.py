"""A page of a paper book and a signal at an organisation."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.files.models import StoredFile
from drillreg.files.operations import keep_bytes
from drillreg.geo.morton import encode
from drillreg.hazards.models import CheckSheet, HazardCheck, HazardSite
from drillreg.hazards.signal_models import CheckSignal

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)
JPEG = b"\xff\xd8\xff\xe0 not really a picture either"

MAY_REFUSE: dict[str, str] = {}


def things_at(org):
    """Make a page of a paper book and a signal, and return what routes call them by."""
    picture = StoredFile(
        sha256=keep_bytes(JPEG),
        size=len(JPEG),
        media_type="image/jpeg",
        name="a.jpg",
        created_at=NOW,
    )
    site = HazardSite(
        org_id=org.id,
        number=f"B-{org.id}",
        name="崩塌",
        kind="collapse",
        level="red",
        lon=113.9,
        lat=26.9,
        morton=encode(113.9, 26.9),
        source_crs="WGS84",
        created_at=NOW,
    )
    db.session.add_all([picture, site])
    db.session.flush()
    sheet = CheckSheet(
        client_id=f"sheet-{org.id}",
        body_hash="",
        org_id=org.id,
        from_on=TODAY,
        until_on=TODAY,
        entered_for="监测员",
        entered_by_name="经办人",
        account_id=0,
        entered_at=NOW,
        checks=1,
        file_id=picture.id,
    )
    db.session.add(sheet)
    db.session.flush()
    check = HazardCheck(
        client_id=f"of-sheet-{org.id}",
        body_hash="",
        site_id=site.id,
        result="normal",
        checked_on=TODAY,
        checked_at=NOW,
        entered_at=NOW,
        account_id=0,
        checker_name="经办人",
        entered_for="监测员",
        sheet_id=sheet.id,
    )
    db.session.add(check)
    db.session.flush()
    signal = CheckSignal(
        check_id=check.id, kind="bulk", facts={"count": 5}, found_at=NOW, account_id=0
    )
    db.session.add(signal)
    db.session.flush()
    return {"check-sheet": {"sheet_id": sheet.id}, "check-signal": {"signal_id": signal.id}}
