"""A deputy who acts for a leader: their tasks, both names in every record."""

from dataclasses import replace

import pytest

from drillreg.accounts.acting import both_names
from drillreg.accounts.models import Account
from drillreg.accounts.queries import actor_of
from drillreg.core.db import db, unit_of_work
from drillreg.orgs.models import Org
from drillreg.orgs.scope import whole_installation
from drillreg.steps.queries import steps_of
from drillreg.tasks.facts import Order, Receiver
from drillreg.tasks.operations.giving import assign
from drillreg.tasks.operations.settling import finish
from drillreg.tasks.queries import bearing_of, open_tasks
from tests.conftest import NOW


@pytest.fixture
def deputy(app, county, make_account, today):
    """Return the leader's account and the actor of a clerk who acts for the leader."""
    leader = make_account("leader", county.county, name="方明远")
    clerk = make_account("county_staff", county.county, name="周敏")
    with app.app_context():
        own = actor_of(db.session.get(Account, leader), on=today)
    acting = replace(
        own,
        account_id=clerk,
        name=both_names("周敏", "方明远"),
        acting_for_account_id=leader,
        acting_for_name="方明远",
    )
    return leader, acting


def test_a_deputy_has_the_leaders_tasks_and_the_log_has_both(app, county, deputy, today):
    leader, acting = deputy
    with app.app_context(), unit_of_work():
        to = Receiver(db.session.get(Org, county.county.id), db.session.get(Account, leader))
        task = assign(Order("general", "批阅方案"), to, actor=None, today=today, now=NOW)
        assert [each.id for each in open_tasks(acting, on=today)] == [task.id]
        bearing = bearing_of(task, acting, whole_installation(today), on=today)
        finish(task, bearing, note="已阅", actor=acting, now=NOW)
        step = steps_of("task", task.id)[-1]
        assert (step.account_id, step.for_account_id) == (acting.account_id, leader)
        assert (step.name, step.for_name) == ("周敏（代方明远办理）", "方明远")


def test_what_a_deputy_gives_is_the_leaders_task(app, county, deputy, sign_in, today):
    leader, acting = deputy
    with app.app_context(), unit_of_work():
        to = Receiver(db.session.get(Org, county.county.id))
        assign(Order("general", "报送台账"), to, actor=acting, today=today, now=NOW)
    page = sign_in(leader).page("/tasks/?view=given")
    assert [cell.a.text for cell in page.select("main td.two")] == ["报送台账"]
    assert "周敏（代方明远办理）" in page.text
