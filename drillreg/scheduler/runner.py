"""The background process: APScheduler ticks the timetable, a thread does queued work."""

import logging
import os
import signal
import socket
import threading
import traceback
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from flask import Flask

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.office.queries import setting
from drillreg.sandbox.limits import work_at_once
from drillreg.scheduler.jobs import JOBS, Job
from drillreg.scheduler.operations import give_lease_back, log_run, note_start, take_lease
from drillreg.work.worker import run_next

log = logging.getLogger(__name__)
ROLE = "scheduler"
IDLE_SECONDS = 0.5
STANDBY = timedelta(seconds=5)


def holder_name() -> str:
    """Return a name that no other process ever has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def run_job(app: Flask, job: Job, holder: str) -> bool:
    """Run one job if this process holds the lease, and say whether it does.

    A failure is logged and left to the next run.
    """
    with app.app_context():
        started = clock.now()
        try:
            with unit_of_work():
                ours = take_lease(ROLE, holder=holder, now=started)
                if ours:
                    due = started + timedelta(seconds=job.seconds)
                    note_start(job.name, now=started, next_at=due)
            if not ours:
                return False
            outcome = job.run(started)
        except Exception:
            log.exception("job %s failed", job.name)
            db.session.rollback()
            _log(job, started, None, traceback.format_exc(limit=-3))
        else:
            if outcome and not job.quiet:
                _log(job, started, str(outcome), None)
    return True


def tick(scheduler: BaseScheduler, app: Flask, job: Job, holder: str) -> None:
    """Run a job; without the lease ask again soon, so that a new holder catches up at once."""
    if not run_job(app, job, holder):
        scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + STANDBY)


def _log(job: Job, started: datetime, outcome: str | None, error: str | None) -> None:
    try:
        with unit_of_work():
            log_run(
                job.name,
                started_at=started,
                finished_at=clock.now(),
                outcome=outcome,
                error=error,
            )
    except Exception:
        log.exception("the run of job %s could not be logged", job.name)


def add_jobs(scheduler: BaseScheduler, app: Flask, holder: str) -> None:
    """Put the timetable into an APScheduler; every job runs once right away, to catch up."""
    for job in JOBS:
        scheduler.add_job(
            tick,
            "interval",
            seconds=job.seconds,
            args=[scheduler, app, job, holder],
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )


def _work_at_once() -> int:
    return int(setting("machine.work-at-once"))


def work_until(app: Flask, over: threading.Event, worker: str) -> None:
    """Do queued work, one piece after the other, until told to stop."""
    while not over.is_set():
        try:
            busy = run_next(app, worker, at_once=_work_at_once)
        except Exception:
            log.exception("the worker stumbled")
            busy = False
        if not busy:
            over.wait(IDLE_SECONDS)


def run_background(app: Flask) -> None:
    """Run the scheduler and the worker of one machine until SIGTERM or SIGINT."""
    holder = holder_name()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    # Two threads: sealing goes on while a long sweep runs.
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(2)}, timezone=UTC)
    add_jobs(scheduler, app, holder)
    scheduler.start()
    workers = [
        threading.Thread(target=work_until, args=(app, over, f"{holder}/{number}"))
        for number in range(work_at_once())
    ]
    for worker in workers:
        worker.start()
    log.info("background process %s is at work", holder)
    over.wait()
    scheduler.shutdown(wait=True)
    for worker in workers:
        worker.join()
    with app.app_context(), unit_of_work():
        give_lease_back(ROLE, holder=holder)


def run_asked(args: dict[str, Any], progress: Any) -> dict[str, Any]:
    """Run one job that somebody asked for, as background work; its run is logged in any case."""
    (job,) = (job for job in JOBS if job.name == args["name"])
    started = clock.now()
    progress(0, 1)
    try:
        outcome = job.run(started)
    except Exception:
        db.session.rollback()
        _log(job, started, None, traceback.format_exc(limit=-3))
        raise
    _log(job, started, str(outcome), None)
    progress(1, 1)
    return {"outcome": outcome, "url": "/system/jobs/"}
