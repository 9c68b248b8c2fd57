import json
from datetime import UTC, date, datetime

import pytest

from drillreg.core.db import unit_of_work
from drillreg.workdays.operations import Imported, import_days
from drillreg.workdays.queries import calendar_days, calendar_for
from drillreg.workdays.rules import DayKind, NamedDay

SATURDAY = date(2027, 1, 9)


@pytest.fixture
def now():
    return datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def enter(now, *days, owner=None):
    with unit_of_work():
        return import_days(days=days, owner_org_id=owner, source="test.json", now=now)


def test_importing_twice_changes_nothing_and_a_new_notice_replaces(app, now):
    with app.app_context():
        work = NamedDay(SATURDAY, DayKind.WORK, "元旦")
        assert enter(now, work) == Imported(1, 0, 0)
        assert enter(now, work) == Imported(0, 0, 1)
        assert enter(now, NamedDay(SATURDAY, DayKind.OFF, "元旦")) == Imported(0, 1, 0)
        assert len(calendar_days(None, 2027)) == 1


def test_an_imported_notice_makes_the_year_known(app, now):
    with app.app_context():
        assert not calendar_for().is_known_year(2027)
        enter(now, NamedDay(SATURDAY, DayKind.WORK, "元旦"))
        assert calendar_for().is_known_year(2027)
        assert calendar_for().is_working_day(SATURDAY)


def test_an_organisation_has_its_own_days_before_those_of_all(app, now):
    with app.app_context():
        enter(now, NamedDay(SATURDAY, DayKind.WORK, "元旦"))
        enter(now, NamedDay(SATURDAY, DayKind.OFF, "校历"), owner=7)
        assert not calendar_for(7).is_working_day(SATURDAY)
        assert calendar_for(8).is_working_day(SATURDAY)
        assert [day.name_zh for day in calendar_days(7, 2027)] == ["校历"]


def test_the_command_imports_a_file_and_refuses_a_bad_one(app, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    days = [{"name": "元旦", "date": "2027-01-09", "isOffDay": False}]
    good.write_text(json.dumps({"days": days}), encoding="utf-8")
    bad.write_text("{}", encoding="utf-8")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["calendar", "import", str(good)])
    assert done.output == "1 days added, 0 changed, 0 unchanged\n"
    refused = runner.invoke(args=["calendar", "import", str(bad)])
    assert refused.exit_code == 1
