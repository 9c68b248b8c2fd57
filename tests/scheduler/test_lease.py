from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.scheduler import runner
from drillreg.scheduler.jobs import JOBS, Job
from drillreg.scheduler.models import JobRun
from drillreg.scheduler.operations import LEASE, give_lease_back, take_lease


@pytest.fixture
def lease(app, frozen):
    def take(holder):
        with app.app_context(), unit_of_work():
            return take_lease("scheduler", holder=holder, now=frozen.now)

    return take


def test_one_process_at_a_time_holds_the_lease(lease, frozen):
    assert lease("first")
    assert not lease("second")
    assert lease("first")


def test_a_silent_holder_is_followed_after_the_lease_ran_out(lease, frozen):
    lease("first")
    frozen.now += LEASE - timedelta(seconds=1)
    assert not lease("second")
    frozen.now += timedelta(seconds=2)
    assert lease("second")
    assert not lease("first")


def test_a_lease_given_back_is_free_at_once(app, lease):
    lease("first")
    with app.app_context(), unit_of_work():
        give_lease_back("scheduler", holder="first")
    assert lease("second")


def runs(app):
    with app.app_context():
        return [
            (run.name, run.outcome, run.error is not None)
            for run in db.session.scalars(select(JobRun))
        ]


def test_a_job_that_did_something_is_logged_and_one_that_did_nothing_is_not(app, frozen):
    runner.run_job(app, Job("busy", 60, lambda now: 3), "me")
    runner.run_job(app, Job("idle", 60, lambda now: 0), "me")
    assert runs(app) == [("busy", "3", False)]


def test_a_failing_job_is_logged_with_its_reason_and_does_not_stop_the_next(app, frozen, caplog):
    def break_down(now):
        raise RuntimeError("power cut")

    runner.run_job(app, Job("broken", 60, break_down), "me")
    runner.run_job(app, Job("busy", 60, lambda now: 1), "me")
    assert runs(app) == [("broken", None, True), ("busy", "1", False)]
    assert "power cut" in caplog.text


def test_a_second_process_runs_nothing_while_the_first_is_alive(app, frozen):
    runner.run_job(app, Job("busy", 60, lambda now: 1), "first")
    runner.run_job(app, Job("busy", 60, lambda now: 1), "second")
    assert len(runs(app)) == 1


def test_a_waiting_process_asks_again_soon_so_that_it_catches_up_when_it_takes_over(app, frozen):
    ours, theirs = (BackgroundScheduler(timezone=UTC) for _ in range(2))
    runner.run_job(app, JOBS[0], "first")
    for scheduler, holder in ((ours, "first"), (theirs, "second")):
        runner.add_jobs(scheduler, app, holder)
        scheduler.start(paused=True)
        runner.tick(scheduler, app, JOBS[2], holder)
    wait = theirs.get_job(JOBS[2].name).next_run_time - datetime.now(UTC)
    assert timedelta(seconds=2) < wait <= runner.STANDBY < timedelta(seconds=JOBS[2].seconds)
    for scheduler in (ours, theirs):
        scheduler.shutdown(wait=False)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_on_an_empty_installation_and_again(app, frozen, job):
    for _ in range(2):
        runner.run_job(app, job, "me")
    assert [error for _, _, error in runs(app) if error] == []


def test_the_job_page_says_when_nobody_is_at_work(app, frozen, as_role, lease):
    administrator = as_role("sysadmin")
    assert "后台进程没有运行" in administrator.page("/system/jobs/").text
    lease("first")
    assert "后台进程没有运行" not in administrator.page("/system/jobs/").text
    assert as_role("county_staff").get("/system/jobs/").status_code == 403


def test_ready_says_what_is_missing(app, lease):
    browser = app.test_client()
    assert browser.get("/healthz").json == {"status": "ok"}
    found = browser.get("/readyz").json["checks"]
    assert found["background"] == "warn"
    lease("first")
    assert browser.get("/readyz").json["checks"]["background"] == "ok"
