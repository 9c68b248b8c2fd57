"""Loading the demo: interrupted, broken, refused, and from the command line."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from drillreg.accounts.models import Account
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.demo import load as loading
from drillreg.demo.people import PASSWORD
from tests.conftest import NOW

SCALE = 0.05


def load(today, *, stages):
    found = loading.load_demo(today, NOW, scale=SCALE)
    return [next(found) for _ in range(stages)]


def test_an_interrupted_load_goes_on_where_it_stopped(app, today):
    later = today + timedelta(days=3)
    with app.app_context():
        assert [stage.name for stage in load(today, stages=2)] == ["county", "people"]
        rest = loading.load_demo(later, NOW, scale=SCALE)
        assert next(rest).name == "office"
        assert set(loading.stages_done().values()) == {today.isoformat()}


def test_a_stage_that_fails_leaves_nothing_half(app, today, monkeypatch):
    def fail(known):
        loading.load_people(known)
        raise RuntimeError("power cut")

    broken = [loading.STAGES[0], loading.Stage("people", fail)]
    monkeypatch.setattr(loading, "STAGES", broken)
    with app.app_context():
        with pytest.raises(RuntimeError):
            list(loading.load_demo(today, NOW))
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
        assert list(loading.stages_done()) == ["county"]


def test_the_demo_stays_out_of_an_office_in_use(app, county, today):
    with app.app_context(), pytest.raises(DomainError):
        list(loading.load_demo(today, NOW))


def test_load_if_empty_does_nothing_where_there_is_an_organisation(app, county):
    done = app.test_cli_runner().invoke(args=["demo", "load", "--if-empty"])
    assert done.exit_code == 0
    assert "the demo stays out" in done.output
    with app.app_context():
        assert loading.stages_done() == {}


def test_the_sign_ins_stand_in_columns(app):
    shown = app.test_cli_runner().invoke(args=["demo", "accounts"]).output
    assert "zhoumin" in shown
    assert "县应急办工作人员" in shown
    assert PASSWORD in shown


def test_a_day_can_be_chosen_for_the_load(app, today, monkeypatch):
    seen = []

    def note(day, now, scale=1.0):
        seen.append(day)
        return iter(())

    monkeypatch.setattr("drillreg.demo.cli.load_demo", note)
    done = app.test_cli_runner().invoke(args=["demo", "load", "--today", "2025-07-31"])
    assert done.exit_code == 0
    assert seen[0].isoformat() == "2025-07-31"
