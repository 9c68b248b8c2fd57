"""A site with who answers for it and a photo, a closed one, and a report of both to the county."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.files.models import FileVersion
from drillreg.geo.morton import encode
from drillreg.hazards.models import (
    HazardSite,
    SiteKeeper,
    SitePhoto,
    SiteReport,
    SiteReportItem,
)
from tests.architecture.things.thread import JPEG, stored

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
TODAY = date(2026, 5, 12)

MAY_REFUSE = {
    "hazards.report_receipt": "it was not filed yet",
    "hazards.report_answer": "it says neither filed nor returned",
}


def _site(org, number, **columns):
    return HazardSite(
        org_id=org.id,
        number=f"{number}-{org.id}",
        name="滑坡",
        kind="landslide",
        level="red",
        lon=113.9,
        lat=26.9,
        morton=encode(113.9, 26.9),
        source_crs="WGS84",
        created_at=NOW,
        **columns,
    )


def things_at(org):
    """Make one of everything at an organisation; it reports to itself: one place decides."""
    picture = stored(JPEG, "site.jpg")
    site = _site(org, "K")
    closed = _site(org, "C", ending="closed", voided_at=NOW, void_reason="已治理")
    db.session.add_all([picture, site, closed])
    db.session.flush()
    keeper = SiteKeeper(site_id=site.id, tier="town", name="某人", from_on=TODAY)
    photo = SitePhoto(
        site_id=site.id, file_id=picture.id, is_main=True, added_at=NOW, added_by_name="某人"
    )
    proof = FileVersion(
        subject_kind="hazard_site",
        subject_id=closed.id,
        slot="closing",
        number=1,
        file_id=picture.id,
        at=NOW,
        name="某人",
    )
    report = SiteReport(
        org_id=org.id,
        desk_id=org.id,
        state="sent",
        sent_on=TODAY,
        sent_at=NOW,
        sent_by_id=0,
        sent_by_name="某人",
    )
    db.session.add_all([keeper, photo, proof, report])
    db.session.flush()
    db.session.add(
        SiteReportItem(
            report_id=report.id,
            site_id=site.id,
            number=site.number,
            name=site.name,
            kind=site.kind,
            level=site.level,
        )
    )
    db.session.flush()
    return {
        "kept-site": {"site_id": site.id, "keeper_id": keeper.id, "photo_id": photo.id},
        "closed-site": {"site_id": closed.id},
        "site-report": {"report_id": report.id},
    }
