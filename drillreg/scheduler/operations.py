"""The lease that lets one process at a time play a role, and the job log."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.scheduler.models import JobRun, JobState, Lease
from drillreg.work.models import WorkItem
from drillreg.work.operations import enqueue

JOB_WORK = "scheduler.job"

LEASE = timedelta(seconds=15)
KEEP_RUNS = timedelta(days=90)


def take_lease(role: str, *, holder: str, now: datetime) -> bool:
    """Take or renew the lease of a role; False while another holder's is still good."""
    renewed = db.session.execute(
        update(Lease)
        .where(Lease.role == role, or_(Lease.holder == holder, Lease.until < now))
        .values(holder=holder, until=now + LEASE)
        .returning(Lease.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if renewed is not None:
        return True
    if db.session.scalar(select(Lease.id).where(Lease.role == role)) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(Lease(role=role, holder=holder, until=now + LEASE))
    except IntegrityError:
        return False
    return True


def give_lease_back(role: str, *, holder: str) -> None:
    """Let a waiting process take over at once instead of after the lease has run out."""
    db.session.execute(delete(Lease).where(Lease.role == role, Lease.holder == holder))


def note_start(name: str, *, now: datetime, next_at: datetime) -> None:
    """Note that a job begins and when it is due again."""
    noted = db.session.execute(
        update(JobState)
        .where(JobState.name == name)
        .values(started_at=now, next_at=next_at)
        .returning(JobState.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if noted is None:
        db.session.add(JobState(name=name, started_at=now, next_at=next_at))


def ask_to_run(name: str, *, title: str, actor: Actor, now: datetime) -> WorkItem:
    """Queue a scheduled job to run once, now, in the background process."""
    item = enqueue(JOB_WORK, {"name": name}, title=title, actor=actor, org_id=None, now=now)
    record("job-asked", subject_kind="job", subject_id=item.id, actor=actor, now=now, name=name)
    return item


def log_run(
    name: str,
    *,
    started_at: datetime,
    finished_at: datetime,
    outcome: str | None,
    error: str | None = None,
) -> None:
    """Write one run into the job log."""
    db.session.add(
        JobRun(
            name=name,
            started_at=started_at,
            finished_at=finished_at,
            outcome=outcome,
            error=error,
        )
    )


def refresh_statistics() -> None:
    """Let SQLite look at how its rows are spread; PostgreSQL does so by itself."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA analysis_limit = 1000"))
        db.session.execute(text("PRAGMA optimize = 0x10002"))


def forget_old_runs(*, now: datetime) -> int:
    """Remove job runs older than 90 days and return how many."""
    gone = db.session.scalars(
        delete(JobRun).where(JobRun.started_at < now - KEEP_RUNS).returning(JobRun.id)
    ).all()
    return len(gone)
