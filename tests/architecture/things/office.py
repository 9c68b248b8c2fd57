"""What the system pages look after."""

from datetime import UTC, date, datetime

from drillreg.core.db import db
from drillreg.work.models import WorkItem
from drillreg.workdays.models import CalendarDay, CalendarSeason

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
DAY = date(2026, 5, 12)

MAY_REFUSE: dict[str, str] = {}

# Lie at no organisation.
PLACELESS = {
    "none": {},
    "setting": {"key": "drills.report-days"},
    "security-setting": {"key": "accounts.totp-for-everybody"},
    "code-list": {"name": "hazard_kind"},
    "map-file": {"fmt": "gpkg"},
    "job": {"name": "take-up-work"},
    "backup": {"name": "drillreg-20260512-020000.tar"},
    "code": {"name": "hazard_kind", "code": "landslide", "act": "hide"},
}


def things_at(org):
    """Make a day and a season in the calendar of an organisation."""
    day = CalendarDay(
        owner_org_id=org.id, day=DAY, kind="off", name_zh="放假", source="", entered_at=NOW
    )
    season = CalendarSeason(
        owner_org_id=org.id,
        kind="exam",
        name_zh="考试",
        first_on=DAY,
        last_on=DAY,
        entered_at=NOW,
    )
    piece = WorkItem(kind="x", title="x", args={}, org_id=org.id, created_at=NOW)
    db.session.add_all([day, season, piece])
    db.session.flush()
    return {
        "org-work": {"public_id": piece.public_id},
        "calendar-day": {"day_id": day.id},
        "season": {"season_id": season.id},
    }
