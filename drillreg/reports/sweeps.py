"""Sweep: an approved report never stays without its paper."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from drillreg.core.db import db, unit_of_work
from drillreg.reports.models import Report
from drillreg.reports.operations.freezing import queue_pdf
from drillreg.reports.rules import ReportState
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState

# A print that failed is likely to fail at once again; what vanished is queued without waiting.
RETRY_AFTER = timedelta(minutes=10)


def _without_paper(now: datetime) -> Sequence[Report]:
    ended = WorkItem.state.in_((WorkState.FAILED, WorkState.CANCELLED, WorkState.DONE))
    return db.session.scalars(
        select(Report)
        .outerjoin(WorkItem, WorkItem.id == Report.work_item_id)
        .where(
            Report.state == ReportState.APPROVED,
            Report.pdf_file_id.is_(None),
            or_(WorkItem.id.is_(None), ended & (WorkItem.finished_at < now - RETRY_AFTER)),
        )
        .order_by(Report.id)
        .with_for_update(of=Report, skip_locked=True)
    ).all()


def attach_missing_pdfs(now: datetime) -> int:
    """Queue again the papers whose print failed or vanished and return how many."""
    with unit_of_work():
        found = _without_paper(now)
        for report in found:
            queue_pdf(report, actor=None, now=now)
        return len(found)
