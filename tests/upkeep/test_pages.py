from datetime import timedelta

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.config import settings
from drillreg.core.access import Actor
from drillreg.core.db import unit_of_work
from drillreg.files.operations import store
from drillreg.notices.models import Notice
from drillreg.office.operations import set_value
from drillreg.office.rules import definitions
from drillreg.scheduler.jobs import queue_backup
from drillreg.scheduler.operations import take_lease
from drillreg.scheduler.runner import ROLE
from drillreg.upkeep.backup import LAST
from drillreg.upkeep.checks import LABELS
from drillreg.upkeep.health import ALL, HOME, examine
from drillreg.upkeep.running import check_backup_age, check_calendar
from drillreg.upkeep.trial import backup_folder, backups
from drillreg.work.models import WorkItem
from drillreg.work.worker import run_next


@pytest.fixture
def sysadmin(as_role):
    return as_role("sysadmin")


@pytest.fixture(autouse=True)
def no_backups(app):
    """Every test begins without a backup."""

    def clear():
        with app.app_context():
            folder = backup_folder(settings())
            for path in folder.glob("*.tar") if folder.exists() else ():
                path.unlink()
            (settings().data_dir / LAST).unlink(missing_ok=True)

    clear()
    yield
    clear()


def state_of(page, label):
    row = next(row for row in page.select("tbody tr") if label in row.td.text)
    return row.select("td")[1].text.strip()


def test_the_first_page_of_the_administrator_tells_at_a_glance(app, sysadmin, frozen):
    page = sysadmin.page("/system/")
    assert "需要留意" in page.text
    assert state_of(page, "后台进程") == "留意"
    assert state_of(page, "备份") == "留意"
    assert state_of(page, "日历") == "正常"
    with app.app_context(), unit_of_work():
        take_lease(ROLE, holder="w", now=frozen.now)
    assert state_of(sysadmin.page("/system/"), "后台进程") == "正常"


def test_every_check_has_words_and_a_remedy_where_it_is_not_well(app, sysadmin):
    with app.app_context():
        for check in examine(ALL):
            assert check.name in LABELS, check
            assert check.state == "ok" or check.mend, check
            assert check.text
    page = sysadmin.page("/system/health")
    assert len(page.select("tbody tr")) == len(ALL)
    assert len(HOME) <= 8


def test_a_backup_is_made_by_the_background_process_and_restored_on_trial(
    app, sysadmin, county, frozen, reading
):
    with app.app_context(), unit_of_work():
        store(b"%PDF-1.7 plan", name="预案.pdf", org_id=1, actor=None, now=frozen.now)
    assert "还没有备份" in sysadmin.page("/system/backups").text
    assert sysadmin.post("/system/backups").status_code == 303
    assert "正在备份" in sysadmin.page("/system/backups").text
    assert run_next(app, "test")
    page = sysadmin.page("/system/backups")
    assert "不在网页上提供下载" in page.text
    name = page.select_one("tbody td").text
    assert sysadmin.post(f"/system/backups/{name}/check").status_code == 303
    assert run_next(app, "test")
    page = sysadmin.page("/system/backups")
    assert "可以恢复" in page.text
    assert "个文件" in page.text
    assert sysadmin.post("/system/backups/drillreg-x.tar/check").status_code == 422
    acts = set(reading.scalars(select(AuditRow.action)))
    assert {"backup-asked", "restore-check-asked"} <= acts
    assert len(list(reading.scalars(select(Notice)))) == 2


def test_a_damaged_backup_is_told_with_its_reason(app, sysadmin):
    sysadmin.post("/system/backups")
    run_next(app, "test")
    with app.app_context():
        name = backups(settings())[0].name
        path = backup_folder(settings()) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x20
    path.write_bytes(data)
    sysadmin.post(f"/system/backups/{name}/check")
    run_next(app, "test")
    page = sysadmin.page("/system/backups")
    assert "失败" in page.text
    assert name in page.text


def test_only_as_many_backups_are_kept_as_are_set(app, sysadmin, county, frozen):
    with app.app_context(), unit_of_work():
        set_value(
            definitions()["machine.backups-kept"],
            2,
            owner=None,
            actor=Actor(1, 1, "贺建"),
            now=frozen.now,
        )
    for _ in range(4):
        frozen.now += timedelta(minutes=20)
        sysadmin.post("/system/backups")
        run_next(app, "test")
    with app.app_context():
        found = backups(settings())
        assert len(found) == 2
        assert f"{frozen.now:%Y%m%d-%H%M}" in found[0].name


def test_the_daily_backup_is_queued_once_when_its_hour_has_come(app, frozen):
    with app.app_context():
        frozen.now = frozen.now.replace(hour=17, minute=30)  # 01:30 the next day in Shanghai
        assert queue_backup(frozen.now) == 0
        frozen.now += timedelta(minutes=40)
        assert queue_backup(frozen.now) == 1
        assert queue_backup(frozen.now + timedelta(hours=3)) == 0
        assert queue_backup(frozen.now + timedelta(days=1)) == 1


def test_an_old_backup_is_warned_about(app, sysadmin, frozen):
    with app.app_context():
        assert check_backup_age().state == "warn"
    sysadmin.post("/system/backups")
    run_next(app, "test")
    with app.app_context():
        assert check_backup_age().state == "ok"
        frozen.now += timedelta(days=2, minutes=1)
        assert check_backup_age().state == "warn"


def test_the_doctor_asks_for_next_years_notice_from_december_on(app, county, frozen):
    with app.app_context():
        assert check_calendar().state == "ok"
        frozen.now = frozen.now.replace(month=12)
        assert check_calendar().state == "warn"
        frozen.now = frozen.now.replace(year=2027, month=1)
        assert check_calendar().state == "bad"


def test_a_job_runs_now_in_the_background_and_its_run_is_logged(app, sysadmin, reading):
    assert sysadmin.post("/system/jobs/tidy-job-log/run").status_code == 303
    assert reading.scalar(select(WorkItem)).kind == "scheduler.job"
    reading.rollback()
    assert run_next(app, "test")
    page = sysadmin.page("/system/jobs/?job=tidy-job-log")
    assert "共 1 条" in page.text
    assert sysadmin.post("/system/jobs/no-such/run").status_code == 404
    assert "没有符合条件" in sysadmin.page("/system/jobs/?failed=1").text


def test_nobody_else_comes_in(as_role):
    clerk = as_role("county_staff")
    for address in ("/system/", "/system/health", "/system/backups", "/system/settings"):
        assert clerk.get(address).status_code == 403
