"""The timetable: every scheduled job of the application, on one page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from drillreg.audit.keys import audit_key
from drillreg.audit.operations import seal_rows
from drillreg.core import clock
from drillreg.core.db import unit_of_work
from drillreg.dangers.sweeps import raise_late_dangers
from drillreg.drills.sweeps import sweep_drills, sweep_reminders
from drillreg.duties.following import sweep_duties
from drillreg.duties.reminding import remind_of_duties
from drillreg.exposures.following import sweep_exposures
from drillreg.filings.sweeps import start_missing_clocks
from drillreg.hazards.counting import count_marked, mend_counts
from drillreg.hazards.reminding import remind_of_checks
from drillreg.i18n import N_, translate
from drillreg.network.sweeps import ask_to_verify
from drillreg.notices.sweeps import send_daily_notices
from drillreg.office.queries import setting
from drillreg.patrols.sweeps import remind_of_patrols, sweep_patrols
from drillreg.plans.indexing import sweep_index
from drillreg.reports.sweeps import attach_missing_pdfs
from drillreg.scheduler.operations import forget_old_runs, refresh_statistics
from drillreg.staff.slips import erase_useless
from drillreg.work.operations import enqueue, take_up_dropped
from drillreg.work.queries import was_queued_since

# Done by `upkeep`, which stands above the timetable.
BACKUP_WORK = "upkeep.backup"


@dataclass(frozen=True)
class Job:
    """One thing done by the clock every `seconds`; `run` must be safe to repeat.

    A quiet job is logged only when it fails.
    """

    name: str
    seconds: int
    run: Callable[[datetime], int]
    quiet: bool = False


def seal_audit(now: datetime) -> int:
    """Chain the newest rows of the trail."""
    with unit_of_work():
        return seal_rows(key=audit_key())


def take_up_work(now: datetime) -> int:
    """Queue again what a dead worker dropped."""
    with unit_of_work():
        return take_up_dropped(now=now)


def queue_backup(now: datetime) -> int:
    """Queue the backup of the day when its hour has come and it was not queued yet."""
    local = clock.local(now)
    if local.hour < setting("machine.backup-hour"):
        return 0
    since = clock.from_local(datetime.combine(local.date(), time()))
    with unit_of_work():
        if was_queued_since(BACKUP_WORK, since):
            return 0
        title = translate(N_("Daily backup"))
        enqueue(BACKUP_WORK, {}, title=title, actor=None, org_id=None, now=now)
    return 1


def erase_slips(now: datetime) -> int:
    """Erase one-time passwords that open nothing any more."""
    with unit_of_work():
        return erase_useless(now)


def tidy(now: datetime) -> int:
    """Forget the oldest job runs and refresh what the database knows of its rows."""
    with unit_of_work():
        refresh_statistics()
        return forget_old_runs(now=now)


JOBS = (
    Job("seal-audit", 1, seal_audit, quiet=True),
    Job("take-up-work", 30, take_up_work),
    Job("plan-drills", 600, sweep_drills),
    Job("remind", 300, sweep_reminders),
    Job("ask-to-verify-contacts", 21600, ask_to_verify),
    Job("count-sites", 5, count_marked, quiet=True),
    Job("mend-site-counts", 86400, mend_counts),
    Job("sweep-duties", 60, sweep_duties),
    Job("remind-duties", 3600, remind_of_duties),
    Job("remind-checks", 3600, remind_of_checks),
    Job("plan-patrols", 3600, sweep_patrols),
    Job("remind-patrols", 1800, remind_of_patrols),
    Job("sweep-exposures", 60, sweep_exposures),
    Job("start-plan-clocks", 3600, start_missing_clocks),
    Job("raise-late-dangers", 3600, raise_late_dangers),
    Job("daily-notice", 300, send_daily_notices),
    Job("attach-report-pdfs", 60, attach_missing_pdfs),
    Job("index-texts", 60, sweep_index),
    Job("daily-backup", 600, queue_backup),
    Job("erase-slips", 3600, erase_slips),
    Job("tidy-job-log", 86400, tidy),
)
