"""Reading the job log and the lease."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from drillreg.core.db import db
from drillreg.core.paging import Page, keyset_page
from drillreg.scheduler.models import JobRun, JobState, Lease


def _conditions(name: str, only_failed: bool) -> list[Any]:
    found: list[Any] = [JobRun.name == name] if name else []
    return [*found, JobRun.error.is_not(None)] if only_failed else found


def runs_page(
    *, name: str = "", only_failed: bool = False, cursor: str | None = None, size: int = 50
) -> Page[JobRun]:
    """Return a page of the job log, newest first."""
    statement = select(JobRun).where(*_conditions(name, only_failed))
    return keyset_page(statement, order=[(JobRun.id, "desc")], cursor=cursor, size=size)


def runs_count(*, name: str = "", only_failed: bool = False) -> int:
    """Return how many runs the log holds under a filter."""
    statement = select(func.count()).select_from(JobRun).where(*_conditions(name, only_failed))
    return db.session.scalar(statement) or 0


def states() -> Mapping[str, JobState]:
    """Return when each job last began and is due again."""
    return {row.name: row for row in db.session.scalars(select(JobState))}


def last_runs() -> Mapping[str, JobRun]:
    """Return the newest logged run of each job."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.name)
    rows = db.session.scalars(select(JobRun).where(JobRun.id.in_(newest)))
    return {row.name: row for row in rows}


def lease_until(role: str) -> datetime | None:
    """Return until when somebody plays a role, or None when nobody ever did."""
    return db.session.scalar(select(Lease.until).where(Lease.role == role))
