"""The sample report: the approved report of the thread, printed anew from its snapshot."""

from pathlib import Path

from sqlalchemy import select

from drillreg.config import settings
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.demo.sites import THREAD_SITE
from drillreg.drills.models import Drill
from drillreg.hazards.models import HazardSite
from drillreg.i18n import N_
from drillreg.reports.document import render_report
from drillreg.reports.models import Report
from drillreg.reports.rules import ReportState

FILE_NAME = "sample-report.pdf"


def write_sample() -> Path:
    """Print the demo's approved report into the data folder and return the path.

    Raises NotFound without the demo, and the errors of the sandbox; call it outside any
    transaction.
    """
    snapshot = db.session.scalar(
        select(Report.snapshot)
        .join(Drill, Drill.id == Report.drill_id)
        .join(HazardSite, HazardSite.id == Drill.site_id)
        .where(HazardSite.number == THREAD_SITE, Report.state == ReportState.APPROVED)
        .order_by(Drill.held_on.desc())
        .limit(1)
    )
    db.session.rollback()  # nothing is held open while the child prints
    if snapshot is None:
        raise NotFound(N_("There is no such report."))
    path = settings().data_dir / FILE_NAME
    path.write_bytes(render_report(snapshot).pdf)
    return path.resolve()
