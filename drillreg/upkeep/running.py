"""What is well and what is not with the running of the office: backups, queue, calendar, trail."""

from datetime import timedelta

from sqlalchemy import select

from drillreg.audit.checking import WORK_KIND as VERIFY_WORK
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.hazards.counting import wrong_counts
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.upkeep.checks import Check, bad, ok, warn
from drillreg.upkeep.trial import last_backup_at
from drillreg.work.queries import failed_since, latest_of_kind, oldest_waiting
from drillreg.workdays.queries import calendar_for

OLDEST_BACKUP = timedelta(days=2)
LONGEST_WAIT = timedelta(minutes=10)
OLDEST_CHECK = timedelta(days=30)
# The State Council publishes the next year's notice in November.
NOTICE_OUT = 12
BACKUPS, WORK, CALENDAR, TRAIL = (
    f"/system/{page}" for page in ("backups", "work", "calendar", "audit/")
)


def check_backup_age() -> Check:
    """Look when the last backup was made."""
    made_at, now = last_backup_at(settings()), clock.now()
    mend = N_("Make one now; the background process makes one every day.")
    if made_at is None:
        return warn("backup", N_("No backup was ever made."), mend, url=BACKUPS)
    facts = {"when": f"{clock.local(made_at):%Y-%m-%d %H:%M}"}
    if now - made_at > OLDEST_BACKUP:
        return warn(
            "backup",
            N_("The last backup is of %(when)s, more than two days ago."),
            mend,
            url=BACKUPS,
            **facts,
        )
    return ok("backup", N_("The last backup is of %(when)s."), url=BACKUPS, **facts)


def check_queue() -> Check:
    """Look whether background work moves on."""
    since, now = oldest_waiting(), clock.now()
    if since is not None and now - since > LONGEST_WAIT:
        return warn(
            "work",
            N_("Work has been waiting since %(when)s."),
            N_("Look whether the background process runs and what it is at."),
            url=WORK,
            when=f"{clock.local(since):%Y-%m-%d %H:%M}",
        )
    failed = failed_since(now - timedelta(days=1))
    if failed:
        return warn(
            "work",
            N_("%(count)d pieces of work failed within a day."),
            N_("The log of the server says why; whoever asked can start them again."),
            url=WORK,
            count=failed,
        )
    return ok("work", N_("Nothing waits for long, nothing failed within a day."), url=WORK)


def check_calendar() -> Check:
    """Look whether the make-up days of this year, and in December of the next, are known."""
    today = clock.today()
    years = [today.year] + ([today.year + 1] if today.month >= NOTICE_OUT else [])
    counties = db.session.scalars(select(Org.id).where(Org.parent_id.is_(None))).all()
    calendars = [calendar_for(county) for county in counties] or [calendar_for()]
    unknown = [year for year in years if not all(each.is_known_year(year) for each in calendars)]
    if not unknown:
        return ok(
            "calendar", N_("The make-up days of %(year)d are known."), CALENDAR, year=years[-1]
        )
    make = bad if today.year in unknown else warn
    return make(
        "calendar",
        N_("The make-up days of %(year)d are not known: planned dates may still move."),
        N_("Import the State Council's notice."),
        url=CALENDAR,
        year=unknown[0],
    )


def check_trail() -> Check:
    """Look when the audit trail was last verified from its page, and what came out."""
    last = next((item for item in latest_of_kind(VERIFY_WORK) if item.result), None)
    mend = N_("The auditor verifies it on the page of the trail, or: drillreg audit verify.")
    if last is None or last.finished_at is None or last.result is None:
        return warn("trail", N_("It was never verified."), mend)
    facts = {"when": f"{clock.local(last.finished_at):%Y-%m-%d}"}
    if last.result["first_bad"] is not None:
        return bad(
            "trail",
            N_("The chain is broken at row %(row)d (%(when)s)."),
            N_("Keep the database as it is and compare it with a backup."),
            row=last.result["first_bad"],
            **facts,
        )
    if clock.now() - last.finished_at > OLDEST_CHECK:
        return warn("trail", N_("Last verified on %(when)s."), mend, **facts)
    return ok(
        "trail", N_("Verified on %(when)s, %(rows)d rows."), rows=last.result["checked"], **facts
    )


def check_map() -> Check:
    """Look whether the numbers on the map are those of the ledger of hazard sites."""
    wrong = len(wrong_counts())
    if wrong:
        return warn(
            "map",
            N_("The numbers of %(count)d organisations are not those of the ledger."),
            N_("They are mended once a day; drillreg hazards count does it now."),
            count=wrong,
        )
    return ok("map", N_("Its numbers are those of the ledger."))
