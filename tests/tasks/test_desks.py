"""Every open task is seen at exactly one place, whatever happens to people and organisations."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from drillreg.accounts.models import Account, Person, RoleAssignment
from drillreg.accounts.queries import actor_of
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.orgs.models import Org
from drillreg.orgs.rules import child_path
from drillreg.orgs.scope import whole_installation
from drillreg.tasks.desks import holders
from drillreg.tasks.facts import Order, Receiver, Subject
from drillreg.tasks.models import Task
from drillreg.tasks.operations.giving import assign
from drillreg.tasks.operations.moving import carry_tasks, hand_over, pass_on
from drillreg.tasks.operations.settling import finish_of
from drillreg.tasks.queries import count_open, open_at, open_tasks, open_tasks_of
from drillreg.tasks.rules import Bearing, TaskState
from tests.conftest import NOW

TODAY = date(2026, 5, 12)
ROLES = ["county_staff", "town_staff", "unit_liaison", "leader", "monitor", "sysadmin"]
DESKS = ["staff", "leader", "checker"]
GIVER = Actor(0, None, "系统")

# A tree as the parent of each organisation, people as (organisation, role, still there), tasks as
# (organisation, desk, person or none).
worlds = st.tuples(
    st.lists(st.integers(0, 7), min_size=1, max_size=7),
    st.lists(
        st.tuples(st.integers(0, 7), st.sampled_from(ROLES), st.booleans()), min_size=1, max_size=8
    ),
    st.lists(
        st.tuples(st.integers(0, 7), st.sampled_from(DESKS), st.integers(-1, 8)),
        min_size=1,
        max_size=6,
    ),
)


def _orgs(parents):
    root = Org(name="县", kind="county", path="x", attributes={})
    orgs = [root]
    db.session.add(root)
    db.session.flush()
    root.path = child_path("", root.id)
    for number, parent in enumerate(parents):
        above = orgs[parent % len(orgs)]
        org = Org(name=f"单位{number}", kind="town", parent_id=above.id, path="x", attributes={})
        db.session.add(org)
        db.session.flush()
        org.path = child_path(above.path, org.id)
        orgs.append(org)
    db.session.flush()
    return orgs


def _person(org, role, *, there=True, number=0):
    person = Person(name=f"某人{number}")
    db.session.add(person)
    db.session.flush()
    account = Account(
        person_id=person.id,
        username=f"u{person.id}",
        password_hash="x",
        created_at=NOW,
        disabled_at=None if there else NOW,
    )
    db.session.add(account)
    db.session.flush()
    db.session.add(
        RoleAssignment(account_id=account.id, role=role, org_id=org.id, from_on=date(2026, 1, 1))
    )
    db.session.flush()
    return account


def _seen_by(accounts):
    """Return by task the accounts that find it in their list, from the condition of lists."""
    seen = {}
    for account in accounts:
        if account.disabled_at is None:
            for task in open_tasks(actor_of(account, on=TODAY), on=TODAY):
                seen.setdefault(task.id, set()).add(account.id)
    return seen


class _UndoError(Exception):
    """Takes a made-up world away again."""


def _in_a_world(app, check):
    """Run a check in a unit of work that leaves nothing behind."""
    with app.app_context():
        try:
            with unit_of_work():
                check()
                raise _UndoError
        except _UndoError:
            pass


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds)
def test_every_open_task_is_seen_at_exactly_one_place(app, world):
    parents, people, wanted = world

    def check():
        orgs = _orgs(parents)
        clerk = _person(orgs[0], "county_staff")
        accounts = [clerk] + [
            _person(orgs[at % len(orgs)], role, there=there, number=number)
            for number, (at, role, there) in enumerate(people)
        ]
        tasks = [
            Task(
                kind="general",
                title="x",
                org_id=orgs[at % len(orgs)].id,
                desk=desk,
                account_id=accounts[who % len(accounts)].id if who >= 0 else None,
                assigned_at=NOW,
            )
            for at, desk, who in wanted
        ]
        db.session.add_all(tasks)
        db.session.flush()
        by_id = {org.id: org for org in orgs}
        seen = _seen_by(accounts)
        homes = {
            row.account_id: row.org_id for row in db.session.scalars(select(RoleAssignment)).all()
        }
        for task in tasks:
            named = holders(by_id[task.org_id], task.desk, task.account_id, TODAY)
            assert seen.get(task.id) == set(named) != set()
            assert named == [task.account_id] or len({homes[each] for each in named}) == 1

    _in_a_world(app, check)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds, way=st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 8)), max_size=6))
def test_passing_on_handing_over_and_merging_lose_nothing(app, world, way):
    parents, people, wanted = world

    def check():
        orgs = _orgs(parents)
        clerk = _person(orgs[0], "county_staff")
        accounts = [clerk] + [
            _person(orgs[at % len(orgs)], role, number=number)
            for number, (at, role, _) in enumerate(people)
        ]
        leaving = accounts[-1]
        given_ = [
            assign(
                Order("general", "x"),
                Receiver(orgs[at % len(orgs)], desk=desk),
                actor=GIVER,
                today=TODAY,
                now=NOW,
            )
            for at, desk, _ in wanted
        ]
        for step, (at, who) in enumerate(way):
            task, org = given_[step % len(given_)], orgs[at % len(orgs)]
            to = Receiver(org, accounts[who % len(accounts)] if who >= 0 else None)
            if (task.org_id, task.account_id) != (org.id, to.account.id if to.account else None):
                pass_on(
                    task,
                    to,
                    Bearing(holds=True),
                    remark="",
                    actor=GIVER,
                    today=TODAY,
                    now=NOW,
                )
        hand_over(leaving, None, remark="调离", actor=GIVER, today=TODAY, now=NOW)
        leaving.disabled_at = NOW
        old, new = orgs[-1], orgs[0]
        before = count_open(Org.id == old.id)
        assert before == len(open_at(old))
        carried = carry_tasks(old, new, remark="合并", actor=GIVER, today=TODAY, now=NOW)
        db.session.flush()
        assert carried == before
        assert count_open(Org.id == old.id) == 0
        assert set(_seen_by(accounts)) == {task.id for task in given_}
        assert all(task.state is TaskState.OPEN for task in given_)

    _in_a_world(app, check)


def test_a_person_who_left_leaves_the_task_to_the_office(
    desk, county, app, titles, make_account, sign_in, frozen
):
    account = make_account("town_staff", county.town, username="leaving", name="曾雨晴")
    desk.give(county.town, to=f"person:{account}")
    assert titles(desk.town) == []
    with app.app_context(), unit_of_work():
        db.session.get(Account, account).disabled_at = frozen.now
    assert titles(desk.town) == ["报送防汛物资台账"]


def test_hand_over_moves_all_in_one_act_and_tells_the_successor(
    desk, county, app, titles, make_account, sign_in, reading
):
    leaving = make_account("town_staff", county.town, username="leaving", name="曾雨晴")
    following = make_account("town_staff", county.town, username="following", name="钟福生")
    for number in range(3):
        desk.give(county.town, to=f"person:{leaving}", title=f"第{number}项")
    with app.app_context(), unit_of_work():
        moved = hand_over(
            db.session.get(Account, leaving),
            db.session.get(Account, following),
            remark="调离",
            actor=GIVER,
            today=TODAY,
            now=NOW,
        )
    assert moved == 3
    browser = sign_in(following)
    assert sorted(titles(browser)) == ["第0项", "第1项", "第2项"]
    assert "工作交接" in browser.page("/tasks/1").select_one(".aside").text


def test_the_record_that_a_task_is_about_finishes_it(app, county, desk, reading):

    with app.app_context(), unit_of_work():
        org = db.session.get(Org, county.town.id)
        assign(
            Order("drill", "补录演练"),
            Receiver(org),
            actor=None,
            today=TODAY,
            now=NOW,
            subject=Subject("drill", 7, "/drills/7"),
        )
    scope = whole_installation(TODAY)
    with app.app_context():
        assert len(open_tasks_of(scope, org=db.session.get(Org, county.county.id))) == 1
    with app.app_context(), unit_of_work():
        assert finish_of("drill", 7, note="已录入", actor=None, now=NOW) == 1
        assert finish_of("drill", 7, note="已录入", actor=None, now=NOW) == 0
    with app.app_context():
        assert open_tasks_of(scope) == []
