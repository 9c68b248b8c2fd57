import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.notices.models import Notice
from drillreg.work.models import WorkItem
from drillreg.work.operations import (
    ask_to_cancel,
    claim_next,
    enqueue,
    finish,
    start_again,
    take_up_dropped,
)
from drillreg.work.rules import WorkState
from drillreg.work.worker import Cancelled, register_work, run_next


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
                item = claim_next(worker=worker, now=clock_now, at_once=99, per_person=99)
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
            assert claim_next(worker="dead", now=frozen.now, at_once=2).attempts == attempt
        frozen.now += timedelta(seconds=90)
        with app.app_context(), unit_of_work():
            assert take_up_dropped(now=frozen.now) == 1
    item = item_of(app, item_id)
    assert (item.state, "three times" in item.message) == ("failed", True)


def test_a_worker_that_was_taken_for_dead_cannot_end_the_piece(app, queue, frozen):
    item_id = queue(upto=1)
    with app.app_context(), unit_of_work():
        claim_next(worker="slow", now=frozen.now, at_once=2)
    with app.app_context(), unit_of_work():
        take_up_dropped(now=frozen.now + timedelta(seconds=90))
    with app.app_context(), unit_of_work():
        claim_next(worker="second", now=frozen.now + timedelta(seconds=91), at_once=2)
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


def simulate(app, frozen, queued, *, seconds, at_once=2):
    """Run a queue in which each piece takes so many seconds; return (second, person) of starts."""
    started, running = [], []
    for second in range(200):
        frozen.now += timedelta(seconds=1)
        for item_id, attempt, until in list(running):
            if second >= until:
                with app.app_context(), unit_of_work():
                    finish(item_id, attempt=attempt, state=WorkState.DONE, now=frozen.now)
                running.remove((item_id, attempt, until))
        for person in queued.pop(second, ()):
            actor = Actor(person, None, f"person {person}")
            with app.app_context(), unit_of_work():
                enqueue("count", {}, title="x", actor=actor, org_id=None, now=frozen.now)
        for _ in range(at_once):
            with app.app_context(), unit_of_work():
                item = claim_next(worker="w", now=frozen.now, at_once=at_once)
                if item is not None:
                    started.append((second, item.account_id))
                    running.append((item.id, item.attempts, second + seconds))
        assert len(running) <= at_once
        if not queued and not running:
            break
    return started


def test_ten_queued_pieces_of_one_person_do_not_hold_up_anothers_first(app, frozen):
    started = simulate(app, frozen, {0: [1] * 10, 3: [2], 4: [3]}, seconds=5)
    first = {}
    for second, person in started:
        first.setdefault(person, second)
    assert first == {1: 0, 2: 3, 3: 5}
    assert len(started) == 12


def test_people_take_turns(app, frozen):
    started = simulate(app, frozen, {0: [1, 1, 1, 1, 2, 2, 2, 3, 3]}, seconds=4, at_once=1)
    assert [person for _, person in started] == [1, 2, 3, 1, 2, 3, 1, 2, 1]


def test_failed_work_goes_on_from_what_it_noted_when_started_again(app, queue, kinds, frozen):
    steps = []

    def in_steps(args, progress):
        for step in range(progress.kept.get("done", 0), 4):
            if step == 2 and not progress.kept.get("tried"):
                progress.keep(step, 4, tried=True)
                raise RuntimeError("power cut")
            steps.append(step)
            progress.keep(step + 1, 4, done=step + 1)
        return {"steps": 4}

    register_work(app, {"count": in_steps})
    item_id = queue()
    run_next(app, "w1")
    assert item_of(app, item_id).state == "failed"
    with app.app_context(), unit_of_work():
        start_again(db.session.get(WorkItem, item_id), now=frozen.now)
    run_next(app, "w1")
    item = item_of(app, item_id)
    assert (item.state, item.message, steps) == ("done", None, [0, 1, 2, 3])
    with app.app_context(), pytest.raises(DomainError):
        start_again(db.session.get(WorkItem, item_id), now=frozen.now)


def test_running_work_stops_at_its_next_step_when_cancelled(app, queue, kinds, frozen):
    def cancel_myself(args, progress):
        with unit_of_work():
            ask_to_cancel(db.session.get(WorkItem, progress.item_id), now=frozen.now)
        with pytest.raises(Cancelled):
            progress(1, 2)
        raise Cancelled

    register_work(app, {"count": cancel_myself})
    item_id = queue()
    run_next(app, "w1")
    assert item_of(app, item_id).state == "cancelled"


def test_whoever_asked_is_told_of_the_end_in_the_inbox(app, queue, kinds, as_role, reading):
    owner = as_role("county_staff")
    actor = Actor(1, 1, "周敏")
    queue(actor=actor, upto=1)
    queue("refuse", actor=actor)
    run_next(app, "w1")
    run_next(app, "w1")
    texts = [(notice.account_id, notice.message) for notice in reading.scalars(select(Notice))]
    assert len(texts) == 2
    assert {account for account, _ in texts} == {1}
    inbox = owner.page("/inbox/").text
    assert "“数一数”已完成" in inbox
    assert "“数一数”没有完成" in inbox
    page = owner.page("/work/?state=failed")
    assert len(page.select("tbody tr")) == 1
    link = page.select_one("tbody a")["href"]
    assert owner.post(f"{link}/again").status_code == 303
    assert "重新开始" not in owner.page(link).text
