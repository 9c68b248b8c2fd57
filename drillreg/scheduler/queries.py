"""Reading the job log and the lease."""

from datetime import datetime

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.paging import Page, keyset_page
from drillreg.scheduler.models import JobRun, Lease


def runs_page(*, name: str = "", cursor: str | None = None, size: int = 50) -> Page[JobRun]:
    """Return a page of the job log, newest first."""
    statement = select(JobRun)
    if name:
        statement = statement.where(JobRun.name == name)
    return keyset_page(statement, order=[(JobRun.id, "desc")], cursor=cursor, size=size)


def lease_until(role: str) -> datetime | None:
    """Return until when somebody plays a role, or None when nobody ever did."""
    return db.session.scalar(select(Lease.until).where(Lease.role == role))
