"""Background work: print the paper of an approved report from its snapshot and attach it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.reports.document import render_report
from drillreg.reports.models import Report
from drillreg.reports.operations.freezing import attach_pdf
from drillreg.reports.snapshot import digest
from drillreg.sandbox.limits import BACKGROUND


def print_report(args: dict[str, Any], progress: Callable[..., None]) -> dict[str, Any]:
    """Print and attach; repeated after a kill it finds the paper attached, or prints it again."""
    report_id: int = args["report_id"]
    row = db.session.execute(
        select(Report.id, Report.snapshot, Report.snapshot_sha256, Report.pdf_file_id).where(
            Report.id == report_id
        )
    ).one()
    db.session.rollback()  # nothing is held open while the child prints
    url = f"/reports/{report_id}"
    if row.pdf_file_id is not None:
        return {"url": url, "file_id": row.pdf_file_id}
    if row.snapshot is None or digest(row.snapshot) != row.snapshot_sha256:
        raise DomainError(N_("The snapshot of this report is not what was approved."))
    progress(0, 2)
    printed = render_report(row.snapshot, limits=BACKGROUND)
    progress(1, 2)
    with unit_of_work():
        file_id = attach_pdf(report_id, printed.pdf, now=clock.now())
    return {"url": url, "file_id": file_id}
