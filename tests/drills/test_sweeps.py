from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.operations.drills import postpone_drill
from drillreg.drills.rules import DrillStatus
from drillreg.drills.sweeps import plan_due_drills, sweep_drills, sweep_reminders
from drillreg.notices.models import Notice

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)


def dues(reading):
    reading.rollback()
    return reading.scalars(
        select(Drill.due_on).where(Drill.voided_at.is_(None)).order_by(Drill.due_on)
    ).all()


def test_a_new_programme_plans_400_days_at_once(county, make_programme, reading):
    make_programme(county.school)
    days = dues(reading)
    assert days[0] == date(2026, 5, 27)
    assert days[-1] == date(2027, 5, 26)
    assert len(days) == 13


def test_sweeping_again_makes_nothing(county, make_programme, app, reading):
    make_programme(county.school)
    with app.app_context():
        assert sweep_drills(NOON) == 0
        assert sweep_drills(NOON) == 0
    assert len(dues(reading)) == 13


def test_days_asleep_are_caught_up(county, make_programme, app, reading):
    make_programme(county.school)
    with app.app_context():
        made = sweep_drills(NOON + timedelta(days=500))
    assert made == 17
    days = dues(reading)
    assert len(days) == len(set(days)) == 30
    assert days[13] == date(2027, 6, 30)


def test_one_bad_programme_does_not_stop_the_others(county, make_programme, app, reading):
    bad = make_programme(county.town)
    make_programme(county.school)
    with app.app_context(), unit_of_work():
        db.session.execute(
            update(DrillProgramme).where(DrillProgramme.id == bad).values(rrule="FREQ=SECONDLY")
        )
    later = NOON + timedelta(days=60)
    with app.app_context():
        swept = plan_due_drills(today=later.date(), now=later)
    assert (swept.done, swept.failed) == (2, 1)


def test_two_sweeps_at_once_make_each_drill_once(county, make_programme, app, reading):
    for number in range(4):
        make_programme(county.school, title=f"演练{number}")
    later = NOON + timedelta(days=90)
    barrier, results = Barrier(2), []

    def sweep():
        with app.app_context():
            barrier.wait()
            results.append(sweep_drills(later))

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(results) == 4 * 3
    total, distinct = reading.execute(
        select(
            func.count(), func.count(func.distinct(Drill.programme_id * 1_000_000 + Drill.id))
        ).select_from(Drill)
    ).one()
    assert total == distinct == 4 * 16


def test_the_sweep_does_not_disturb_an_open_form(county, make_programme, app, reading):
    programme_id = make_programme(county.school)
    before = reading.get(DrillProgramme, programme_id).row_version
    with app.app_context():
        sweep_drills(NOON + timedelta(days=30))
    reading.rollback()
    reading.expire_all()
    assert reading.get(DrillProgramme, programme_id).row_version == before


@pytest.fixture
def liaison(county, make_account):
    return make_account("unit_liaison", county.school, name="梁秀英")


@pytest.fixture
def town_clerk(county, make_account):
    return make_account("town_staff", county.town, name="赵强")


def told(reading):
    reading.rollback()
    return {
        (row.account_id, row.kind)
        for row in reading.execute(select(Notice.account_id, Notice.kind))
    }


def test_each_rung_is_said_once_to_each_person(county, make_drill, liaison, app, reading):
    make_drill(county.school, due_on=date(2026, 5, 26))
    for days, said in ((0, 1), (0, 0), (1, 0), (7, 1), (13, 1), (14, 0), (15, 1), (30, 0)):
        with app.app_context():
            assert sweep_reminders(NOON + timedelta(days=days)) == said, days
    assert {kind for _, kind in told(reading)} == {"before-14", "before-7", "before-1", "overdue"}


def test_overdue_is_told_to_the_level_above_as_well(
    county, make_drill, liaison, town_clerk, app, reading
):
    drill = make_drill(county.school, due_on=date(2026, 5, 11))
    with app.app_context():
        assert sweep_reminders(NOON) == 2
    assert told(reading) == {(liaison, "overdue"), (town_clerk, "overdue")}
    notice = reading.scalar(select(Notice))
    assert (notice.occasion, notice.url) == (f"drill:{drill.id}", f"/drills/{drill.id}")


def test_without_a_liaison_the_nearest_level_above_is_told(
    county, make_drill, town_clerk, app, reading
):
    make_drill(county.school, due_on=date(2026, 5, 13))
    with app.app_context():
        assert sweep_reminders(NOON) == 1
    assert told(reading) == {(town_clerk, "before-1")}


def test_nobody_is_reminded_of_held_cancelled_or_struck_out_drills(
    county, make_drill, liaison, app
):
    make_drill(county.school, due_on=date(2026, 5, 13), status=DrillStatus.HELD)
    make_drill(county.school, due_on=date(2026, 5, 13), status=DrillStatus.CANCELLED)
    make_drill(county.school, due_on=date(2026, 5, 13), voided_at=NOON)
    with app.app_context():
        assert sweep_reminders(NOON) == 0


def test_a_postponed_drill_is_reminded_of_again(county, make_drill, liaison, app, actor):
    drill = make_drill(county.school, due_on=date(2026, 5, 13))
    with app.app_context():
        assert sweep_reminders(NOON) == 1
        with unit_of_work():
            found = db.session.get(Drill, drill.id)
            postpone_drill(
                found,
                row_version=found.row_version,
                new_on=date(2026, 5, 21),
                reason="暴雨",
                actor=actor,
                today=date(2026, 5, 12),
                now=NOON,
            )
        assert sweep_reminders(NOON + timedelta(days=8)) == 1
        assert sweep_reminders(NOON + timedelta(days=8)) == 0


def test_a_quiet_sweep_asks_the_database_little(county, make_drill, liaison, app, count_queries):
    for day in range(1, 11):
        make_drill(county.school, due_on=date(2026, 5, day))
    with app.app_context():
        sweep_reminders(NOON)
        with count_queries() as seen:
            assert sweep_reminders(NOON) == 0
    assert len(seen) <= 5
