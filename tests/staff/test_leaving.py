"""Leaving: what somebody has in hand goes on in one act, and nothing is lost."""

from datetime import date

import pytest
from sqlalchemy import select

from drillreg.accounts.models import Account, Person, Post, RoleAssignment
from drillreg.core.db import db, unit_of_work
from drillreg.staff.models import Departure
from drillreg.tasks.models import Task

TODAY = date(2026, 5, 12)


@pytest.fixture
def leaver(county, make_account):
    return make_account("unit_liaison", county.school, name="梁秀英", username="liang")


@pytest.fixture
def account_of(app):
    """Return an account by its number, apart from any transaction of the test."""

    def find(account_id):
        with app.app_context():
            found = db.session.get_one(Account, account_id)
            db.session.expunge_all()
        return found

    return find


@pytest.fixture
def public_id(leaver, account_of):
    return account_of(leaver).public_id


@pytest.fixture
def in_hand(leaver, county, keep, account_of, frozen):
    """Give the leaver a task and a post."""
    person_id = account_of(leaver).person_id
    keep(
        Post(
            person_id=person_id,
            org_id=county.school.id,
            kind="liaison",
            title="安全办主任",
            phone="13800000001",
            from_on=date(2025, 1, 1),
        )
    )
    return keep(
        Task(
            kind="other",
            title="补报应急物资清单",
            org_id=county.school.id,
            account_id=leaver,
            assigned_at=frozen.now,
            due_on=date(2026, 5, 20),
        )
    )


def open_posts(reading, person):
    return reading.scalars(
        select(Post)
        .join(Person, Person.id == Post.person_id)
        .where(Person.name == person, Post.to_on.is_(None))
    ).all()


def test_the_page_says_what_somebody_has_in_hand(as_role, county, in_hand, public_id):
    page = as_role("town_staff", county.town).page(f"/staff/people/{public_id}/leaving-below")
    assert "补报应急物资清单" in page.text
    assert "安全办主任" in page.text
    assert "单位联络员" in page.text


def test_an_administrator_sees_how_much_but_not_what(as_role, county, in_hand, public_id):
    page = as_role("secadmin").page(f"/staff/people/{public_id}/leaving")
    assert "未办结任务" in page.text
    assert "补报应急物资清单" not in page.text


def test_everything_goes_to_the_successor_in_one_act(
    as_role, county, in_hand, leaver, public_id, make_account, reading
):
    make_account("unit_liaison", county.school, name="赖志成", username="lai")
    town = as_role("town_staff", county.town)
    answer = town.post(
        f"/staff/people/{public_id}/leaving-below",
        data={"successor": "lai", "with_posts": "1", "with_roles": "1", "reason": "调离"},
    )
    assert answer.status_code == 303, answer.text
    reading.expire_all()
    successor = reading.scalar(select(Account).where(Account.username == "lai"))
    assert reading.get_one(Task, in_hand.id).account_id == successor.id
    assert [post.title for post in open_posts(reading, "赖志成")] == ["安全办主任"]
    assert open_posts(reading, "梁秀英") == []
    assert reading.get_one(Account, leaver).disabled_at is not None
    reading.rollback()
    page = town.page(answer.location)
    assert "赖志成" in page.text
    assert "补报应急物资清单" in page.text


def test_without_a_successor_tasks_go_back_to_whoever_answers_there(
    as_role, county, in_hand, public_id, reading
):
    town = as_role("town_staff", county.town)
    answer = town.post(f"/staff/people/{public_id}/leaving-below", data={"reason": "退休"})
    assert answer.status_code == 303
    reading.expire_all()
    task = reading.get_one(Task, in_hand.id)
    assert (task.account_id, task.org_id, task.state) == (None, county.school.id, "open")
    reading.rollback()
    assert "补报应急物资清单" in town.page("/todo").text


def test_a_cookie_of_somebody_who_left_is_dead(as_role, county, leaver, public_id, sign_in):
    theirs = sign_in(leaver)
    assert theirs.get("/").status_code == 200
    town = as_role("town_staff", county.town)
    town.post(f"/staff/people/{public_id}/leaving-below", data={"reason": "退休"})
    assert theirs.get("/").status_code == 303


def test_posts_need_somebody_who_takes_them(as_role, county, in_hand, public_id, reading):
    town = as_role("town_staff", county.town)
    answer = town.post(
        f"/staff/people/{public_id}/leaving-below",
        data={"with_posts": "1", "reason": "退休"},
    )
    assert answer.status_code == 422
    assert "请选择接手人" in answer.text
    assert reading.scalar(select(Departure.id)) is None


def test_nobody_leaves_by_their_own_hand(county, make_account, account_of, sign_in):
    own = make_account("secadmin", county.county, username="self")
    address = f"/staff/people/{account_of(own).public_id}/leaving"
    answer = sign_in(own).post(address, data={"reason": "x"})
    assert answer.status_code == 403


def test_the_hand_over_sheet_names_what_was_open(as_role, county, in_hand, public_id, reading):
    town = as_role("town_staff", county.town)
    town.post(f"/staff/people/{public_id}/leaving-below", data={"reason": "退休"})
    departure = reading.scalar(select(Departure))
    reading.rollback()
    answer = town.get(f"/staff/departures-below/{departure.public_id}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_roles_end_and_the_record_stays(as_role, county, leaver, public_id, reading):
    town = as_role("town_staff", county.town)
    town.post(f"/staff/people/{public_id}/leaving-below", data={"reason": "退休"})
    reading.expire_all()
    held = reading.scalars(select(RoleAssignment).where(RoleAssignment.account_id == leaver)).all()
    assert [role.to_on for role in held] == [TODAY]
    reading.rollback()
    assert "梁秀英" in town.page("/staff/departures-below/").text


def test_nobody_out_of_reach_takes_over(
    as_role, county, in_hand, leaver, public_id, make_account, reading
):
    make_account("unit_liaison", county.other_county, username="far")
    for client, page in (
        (as_role("town_staff", county.town), "leaving-below"),
        (as_role("secadmin", county.county), "leaving"),
    ):
        answer = client.post(
            f"/staff/people/{public_id}/{page}",
            data={"successor": "far", "with_roles": "1", "reason": "调离"},
        )
        assert answer.status_code == 422
    reading.expire_all()
    assert reading.get_one(Account, leaver).disabled_at is None


def test_no_county_lets_somebody_leave_who_has_a_role_in_another(
    app, as_role, county, leaver, public_id, reading
):
    with app.app_context(), unit_of_work():
        far = RoleAssignment(
            account_id=leaver, org_id=county.other_county.id, role="unit_liaison", from_on=TODAY
        )
        db.session.add(far)
    answer = as_role("secadmin", county.county).post(
        f"/staff/people/{public_id}/leaving", data={"reason": "调离"}
    )
    assert answer.status_code == 403
    reading.expire_all()
    assert reading.get_one(Account, leaver).disabled_at is None


def test_who_has_left_ones_reach_takes_nothing_over(
    app, as_role, county, leaver, public_id, make_account, reading
):
    far = make_account("unit_liaison", county.other_county, username="far")
    once = {"account_id": far, "org_id": county.school.id, "role": "unit_liaison"}
    with app.app_context(), unit_of_work():
        gone = RoleAssignment(**once, from_on=date(2025, 1, 1), to_on=date(2026, 1, 1))
        db.session.add(gone)
    answer = as_role("town_staff", county.town).post(
        f"/staff/people/{public_id}/leaving-below",
        data={"successor": "far", "with_roles": "1", "reason": "调离"},
    )
    assert answer.status_code == 422
    reading.expire_all()
    assert reading.get_one(Account, leaver).disabled_at is None


def test_colleagues_in_another_county_are_not_offered(
    app, as_role, county, leaver, public_id, make_account
):
    make_account("unit_liaison", county.school, name="近人", username="near")
    make_account("unit_liaison", county.other_county, name="远人", username="far")
    with app.app_context(), unit_of_work():
        elsewhere = RoleAssignment(
            account_id=leaver, org_id=county.other_county.id, role="unit_liaison", from_on=TODAY
        )
        db.session.add(elsewhere)
    asked = as_role("secadmin", county.county).page(f"/staff/people/{public_id}/leaving")
    offered = [each["value"] for each in asked.select("[name=successor] option")]
    assert offered == ["", "near"]
