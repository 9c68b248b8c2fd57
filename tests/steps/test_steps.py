import pytest
from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.steps.models import Step
from drillreg.steps.operations import Addressee, add_step
from drillreg.steps.queries import newest_steps, steps_at, steps_of
from drillreg.steps.timeline import timeline

ACTOR = Actor(7, None, "周敏")


@pytest.fixture
def step(app, frozen):
    def make(code="task-passed", subject_id=1, actor=ACTOR, **more):
        with app.app_context(), unit_of_work():
            return add_step(
                code,
                subject_kind="task",
                subject_id=subject_id,
                actor=actor,
                now=frozen.now,
                **more,
            ).id

    return make


def test_a_step_can_neither_be_changed_nor_removed(app, step):
    made = step(remark="原话")
    with app.app_context():
        with pytest.raises(RuntimeError, match="neither"), unit_of_work():
            db.session.get(Step, made).remark = "改过的话"
        with pytest.raises(RuntimeError, match="neither"), unit_of_work():
            db.session.delete(db.session.get(Step, made))
        assert db.session.scalars(select(Step.remark)).all() == ["原话"]


def test_steps_are_read_by_record_code_and_organisation(app, county, step):
    step(subject_id=1)
    step("phoned", subject_id=1, org_id=county.town.id)
    newest = step("phoned", subject_id=1, org_id=county.town.id)
    step("phoned", subject_id=2, org_id=county.town.id)
    with app.app_context():
        assert [each.code for each in steps_of("task", 1)] == ["task-passed", "phoned", "phoned"]
        assert len(steps_of("task", 1, code="phoned")) == 2
        found = newest_steps("phoned", [("task", 1), ("task", 2), ("drill", 1)])
        assert set(found) == {("task", 1), ("task", 2)}
        assert found["task", 1].id == newest
        assert len(steps_at(county.town, "phoned")) == 3
        assert newest_steps("phoned", []) == {}


def test_the_timeline_names_who_did_what_to_whom(app, step):
    step(to=Addressee("白岩镇 刘美云"), remark="请办")
    step("report-returned")
    step("task-assigned", actor=None)
    with app.test_request_context():
        entries = timeline(steps_of("task", 1))
    assert entries[0]["title"] == "周敏"
    assert entries[0]["text"] == "转交 → 白岩镇 刘美云"
    assert entries[0]["remark"] == "请办"
    assert entries[0]["small"] == "2026-05-12 09:30"
    assert entries[1]["state"] == "bad"
    assert entries[2]["title"] == "系统"
