"""kill -9 of the background process in mid-work: everything is finished later, nothing doubled."""

import time
from datetime import timedelta

from sqlalchemy import func, select, update

from drillreg.accounts.models import Person
from drillreg.audit.models import AuditRow
from drillreg.core import clock
from drillreg.core.db import unit_of_work
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.sweeps import sweep_drills, sweep_reminders
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of
from drillreg.notices.models import Notice
from drillreg.reports.models import Report
from drillreg.scheduler.models import JobRun, Lease
from drillreg.work.models import WorkItem
from drillreg.work.rules import MOST_ATTEMPTS, WorkState
from tests.faults.background import KIND
from tests.faults.county import make_county, make_programmes, queue_work
from tests.faults.installation import end, wait_for
from tests.faults.papers import Desk

LONG_AGO = timedelta(minutes=5)


def let_time_pass(installation) -> None:
    """Make the lease and the last heartbeats as old as if five minutes had gone by."""
    with installation.app.app_context(), unit_of_work():
        session = installation.app.extensions["sqlalchemy"].session
        then = clock.now() - LONG_AGO
        quiet = {"synchronize_session": False}
        session.execute(update(Lease).values(until=then).execution_options(**quiet))
        session.execute(
            update(WorkItem)
            .where(WorkItem.state == WorkState.RUNNING)
            .values(heartbeat_at=then)
            .execution_options(**quiet)
        )
    installation.let_go()


def read(installation, statement):
    with installation.reading() as session:
        return session.scalar(statement)


def item_of(installation, item_id: int) -> WorkItem:
    with installation.reading() as session:
        found = session.get(WorkItem, item_id)
        session.expunge(found)
        return found


def holder(installation) -> str | None:
    return read(installation, select(Lease.holder).where(Lease.until > clock.now()))


def count(model, *conditions):
    return select(func.count()).select_from(model).where(*conditions)


def test_work_of_many_steps_is_finished_after_kills(installation, is_long, results):
    kills = 0
    for number in range(10 if is_long else 1):
        item_id = queue_work(
            installation, KIND, {"name": f"步骤 {number} ·", "steps": 30, "seconds": 0.05}
        )
        for attempt in range(1, MOST_ATTEMPTS):
            process = installation.start_background()
            wait_for(
                lambda i=item_id, n=attempt: in_mid_work(item_of(installation, i), n),
                40,
                "work in hand",
            )
            end(process)
            kills += 1
            let_time_pass(installation)
        process = installation.start_background()
        wait_for(
            lambda i=item_id: item_of(installation, i).state is WorkState.DONE, 40, "the work done"
        )
        item = item_of(installation, item_id)
        assert (item.done, item.total, item.attempts) == (30, 30, MOST_ATTEMPTS)
        assert read(installation, count(Person, Person.name.startswith(f"步骤 {number} ·"))) == 30
        end(process)
        let_time_pass(installation)
    assert read(installation, count(JobRun, JobRun.name == "take-up-work")) >= 1
    results[f"kills in mid-work, {installation.backend}"] = {"kills": kills, "doubled": 0}


def in_mid_work(item: WorkItem, attempt: int) -> bool:
    running = item.state is WorkState.RUNNING and item.attempts == attempt
    return running and 3 <= item.done < 25


def test_drills_and_notices_are_made_once_in_spite_of_kills(installation, is_long, results):
    programmes = 400 if is_long else 80
    county = make_county(installation)
    make_programmes(installation, county, programmes)
    kills, seen = 0, 0
    for _ in range(20 if is_long else 2):
        process = installation.start_background()
        with_more = wait_for_drills(installation, seen)
        end(process)
        kills, seen = kills + 1, with_more
        let_time_pass(installation)
    installation.start_background()
    wait_for(lambda: all_planned(installation), 90, "all drills planned")
    drills = read(installation, count(Drill))
    each = read(
        installation,
        select(func.count()).select_from(Drill).group_by(Drill.programme_id).limit(1),
    )
    assert drills == programmes * each, "a programme has more or fewer drills than another"
    ensure_one_notice_each(installation)
    results[f"kills in the drill sweep, {installation.backend}"] = {
        "kills": kills,
        "drills": drills,
        "notices": read(installation, count(Notice)),
        "doubled": 0,
    }


def wait_for_drills(installation, before: int) -> int:
    """Wait until a sweep has made some more drills, but for a moment only."""
    over = time.monotonic() + 15
    while time.monotonic() < over:
        found = read(installation, count(Drill))
        if found > before or all_planned(installation):
            return found
        time.sleep(0.05)
    raise AssertionError("the sweep makes no drills")


def all_planned(installation) -> bool:
    return read(installation, count(DrillProgramme, DrillProgramme.planned_until.is_(None))) == 0


def ensure_one_notice_each(installation) -> None:
    """Run both sweeps by hand: nothing is left to do, and nobody was told twice."""
    end(installation.processes[-1])
    with installation.app.app_context():
        now = clock.now()
        sweep_reminders(now)
        assert sweep_reminders(now) == 0
        assert sweep_drills(now) == 0
    installation.let_go()
    with installation.reading() as session:
        key = (Notice.account_id, Notice.occasion)
        told = session.execute(select(*key, func.count()).group_by(*key)).all()
    assert {row[2] for row in told} == {1}


def test_each_report_gets_one_number_and_one_paper(installation, is_long, results):
    county = make_county(installation)
    installation.start_web()
    desk, kills = Desk(installation, county), 0
    for number in range(10 if is_long else 1):
        times = MOST_ATTEMPTS - 1 if is_long else 1
        kills += kill_in_mid_print(installation, desk.approved(number), times)
    wait_for(
        lambda: read(installation, count(Report, Report.pdf_file_id.is_(None))) == 0,
        60,
        "every report has its paper",
    )
    with installation.reading() as session:
        numbers = list(session.scalars(select(Report.number).order_by(Report.id)))
        papers = session.scalars(select(StoredFile).where(StoredFile.name.endswith(".pdf"))).all()
        attached = session.scalar(count(AuditRow, AuditRow.action == "report-pdf-attached"))
        names = [paper.name for paper in papers]
        starts = {bytes_of(paper)[:5] for paper in papers}
    assert len(set(numbers)) == len(papers) == attached == number + 1
    assert sorted(names) == sorted(f"{number}.pdf" for number in numbers)
    assert starts == {b"%PDF-"}
    results[f"kills in mid-print, {installation.backend}"] = {
        "kills": kills,
        "reports": len(numbers),
        "papers": len(papers),
    }


def kill_in_mid_print(installation, report_id: int, times: int) -> int:
    """Kill the background process while it prints one report, then let another one finish it."""
    item_id = read(installation, select(Report.work_item_id).where(Report.id == report_id))
    for attempt in range(1, times + 1):
        process = installation.start_background()
        wait_for(
            lambda n=attempt: is_printing(item_of(installation, item_id), n), 60, "a print begins"
        )
        end(process)
        let_time_pass(installation)
    process = installation.start_background()
    wait_for(
        lambda: item_of(installation, item_id).state is WorkState.DONE, 60, "the print is done"
    )
    end(process)
    let_time_pass(installation)
    return times


def is_printing(item: WorkItem, attempt: int) -> bool:
    running = item.state is WorkState.RUNNING and item.attempts == attempt
    return running and item.total is not None


def test_a_second_process_waits_and_takes_over(installation, is_long, results):
    waits = []
    first = installation.start_background()
    wait_for(lambda: holder(installation), 20, "the first process takes the lease")
    for _ in range(6 if is_long else 1):
        held_by = holder(installation)
        second = installation.start_background()
        time.sleep(3)
        assert holder(installation) == held_by
        end(first)
        killed_at = time.monotonic()
        wait_for(
            lambda h=held_by: (holder(installation) or h) != h, 25, "the second process takes over"
        )
        waits.append(round(time.monotonic() - killed_at, 1))
        first = second
    assert max(waits) <= 20
    results[f"takeover, {installation.backend}"] = {"seconds": waits}
