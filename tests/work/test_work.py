import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.work.models import WorkItem
from drillreg.work.operations import claim_next, enqueue, finish, take_up_dropped
from drillreg.work.rules import WorkState
from drillreg.work.worker import register_work, run_next


@pytest.fixture
def queue(app, frozen):
    """Queue one piece of a kind and return its id."""

    def put(kind="count", actor=None, **args):
        with app.app_context():
            with unit_of_work():
                item = enqueue(kind, args, title="数一数", actor=actor, org_id=None, now=frozen.now)
            return item.id

    return put


@pytest.fixture
def kinds(app):
    """What the worker can do during a test; the product's own kinds come back afterwards."""
    before = dict(app.extensions["drillreg.work"])

    def count(args, progress):
        for step in range(args["upto"]):
            progress(step + 1, args["upto"])
        return {"counted": args["upto"]}

    def refuse(args, progress):
        raise DomainError("no %(what)s", what="data")

    def break_down(args, progress):
        raise RuntimeError("a bug")

    register_work(app, {"count": count, "refuse": refuse, "break": break_down})
    yield
    register_work(app, before)


def item_of(app, item_id):
    with app.app_context():
        return db.session.get(WorkItem, item_id)


def test_work_is_done_once_and_its_result_kept(app, queue, kinds):
    item_id = queue(upto=3)
    assert run_next(app, "w1")
    assert not run_next(app, "w1")
    item = item_of(app, item_id)
    assert (item.state, item.done, item.total, item.result) == ("done", 3, 3, {"counted": 3})


def test_a_refusal_is_told_with_its_sentence(app, queue, kinds):
    item_id = queue("refuse")
    run_next(app, "w1")
    item = item_of(app, item_id)
    assert (item.state, item.message, item.message_params) == (
        "failed",
        "no %(what)s",
        {"what": "data"},
    )


def test_a_bug_fails_the_piece_and_not_the_worker(app, queue, kinds, caplog):
    broken, good = queue("break"), queue(upto=1)
    assert run_next(app, "w1")
    assert run_next(app, "w1")
    assert item_of(app, broken).state == "failed"
    assert item_of(app, good).state == "done"
    assert "a bug" in caplog.text


def test_two_workers_never_take_the_same_piece(app, queue):
    for _ in range(10):
        queue(upto=1)
    taken, lock = [], threading.Lock()

    def claim(worker):
        for _ in range(10):
            with app.app_context(), unit_of_work():
                item = claim_next(worker=worker, now=clock_now)
                if item is not None:
                    with lock:
                        taken.append(item.id)

    with app.app_context():
        clock_now = db.session.scalar(select(WorkItem.created_at).limit(1))
    threads = [threading.Thread(target=claim, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 10


def test_dropped_work_is_taken_up_again_and_given_up_after_the_third_time(app, queue, frozen):
    item_id = queue(upto=1)
    for attempt in (1, 2, 3):
        with app.app_context(), unit_of_work():
            assert claim_next(worker="dead", now=frozen.now).attempts == attempt
        frozen.now += timedelta(seconds=90)
        with app.app_context(), unit_of_work():
            assert take_up_dropped(now=frozen.now) == 1
    item = item_of(app, item_id)
    assert (item.state, "three times" in item.message) == ("failed", True)


def test_a_worker_that_was_taken_for_dead_cannot_end_the_piece(app, queue, frozen):
    item_id = queue(upto=1)
    with app.app_context(), unit_of_work():
        claim_next(worker="slow", now=frozen.now)
    with app.app_context(), unit_of_work():
        take_up_dropped(now=frozen.now + timedelta(seconds=90))
    with app.app_context(), unit_of_work():
        claim_next(worker="second", now=frozen.now + timedelta(seconds=91))
    with app.app_context(), unit_of_work():
        assert not finish(item_id, attempt=1, state=WorkState.DONE, now=frozen.now)
    assert item_of(app, item_id).worker == "second"


def test_a_person_sees_only_their_own_work(app, as_role, county, queue, kinds, reading):
    owner, other = as_role("county_staff"), as_role("town_staff", county.town)
    item_id = queue(upto=2)
    with app.app_context(), unit_of_work():
        item = db.session.get(WorkItem, item_id)
        item.account_id = 1
        public_id = item.public_id
    assert "数一数" in owner.page("/work/").text
    assert owner.page(f"/work/{public_id}").h1.text == "数一数"
    assert other.get(f"/work/{public_id}").status_code == 404
    assert owner.post(f"/work/{public_id}/cancel").status_code == 303
    assert not run_next(app, "w1")
    assert "已取消" in owner.page(f"/work/{public_id}").text
