"""The public check: whether an approved report carries a printed code."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.drills.models import Drill
from drillreg.i18n import N_
from drillreg.reports.models import Report
from drillreg.reports.rules import ReportState


def genuine_report(public_id: str) -> Report:
    """Return the approved report of a printed code with plan and paper, or raise NotFound."""
    found = db.session.scalar(
        select(Report)
        .options(
            joinedload(Report.org),
            joinedload(Report.pdf),
            joinedload(Report.drill).joinedload(Drill.plan),
        )
        .where(Report.public_id == public_id, Report.state == ReportState.APPROVED)
    )
    if found is None:
        raise NotFound(N_("No approved report carries this code."))
    return found
