from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from drillreg.core.db import db, unit_of_work
from drillreg.evidence.models import Evidence
from drillreg.orgs.models import Org


def test_a_change_outside_a_unit_of_work_is_a_bug(app):
    with app.app_context():
        db.session.add(Org(name="甲县", kind="county", path="1/"))
        with pytest.raises(RuntimeError, match="outside a unit of work"):
            db.session.flush()
        db.session.rollback()


def test_an_error_leaves_nothing_behind(app, reading):
    def break_in_the_middle():
        with unit_of_work():
            db.session.add(Org(name="甲县", kind="county", path="1/"))
            db.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_in_the_middle()
    assert reading.scalars(select(Org)).all() == []


def test_units_of_work_do_not_nest(app):
    inner = unit_of_work()
    with app.app_context(), unit_of_work(), pytest.raises(RuntimeError, match="inside a unit"):
        inner.__enter__()


def test_a_naive_datetime_is_refused(app):
    stamped = Evidence(
        kind="x",
        org_id=1,
        subject_kind="x",
        subject_id=1,
        on_date=datetime(2026, 5, 12).date(),  # noqa: DTZ001 - the point of the test
        entered_at=datetime(2026, 5, 12),  # noqa: DTZ001
        attributes={},
        grade="self-reported",
    )
    with app.app_context(), unit_of_work():
        db.session.add(stamped)
        with pytest.raises(StatementError, match="naive datetime"):
            db.session.flush()
        db.session.rollback()


def test_keys_are_never_used_again(app, make_org, reading):
    first = make_org("甲县")
    with unit_of_work():
        db.session.execute(text("DELETE FROM org"))
    second = make_org("乙县")
    assert second.id > first.id


def test_a_committed_row_survives_a_power_cut_by_the_settings(app):
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA synchronous")) == 2
            assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
        else:
            assert db.session.scalar(text("SHOW synchronous_commit")) == "on"
            assert db.session.scalar(text("SHOW statement_timeout")) == "15s"


def test_paths_are_compared_byte_by_byte(app, make_org, reading):
    for name in ("a", "B", "c"):
        make_org(name)
    with unit_of_work():
        for org, path in zip(reading.scalars(select(Org).order_by(Org.id)), "aBc", strict=True):
            org.path = path
    assert reading.scalars(select(Org.path).order_by(Org.path)).all() == ["B", "a", "c"]
