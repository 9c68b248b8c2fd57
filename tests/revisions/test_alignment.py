"""Plans above and below: who is told, who has followed, what is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.plans.models import Plan, PlanVersion
from drillreg.plans.rules import Secrecy
from drillreg.revisions.models import PlanTrigger
from drillreg.revisions.operations.triggers import tell_children
from drillreg.revisions.rules import Above, Follow, follow
from drillreg.tasks.models import Task
from tests.revisions.conftest import NOW, TODAY

IN_FORCE, ENDED = Above(7, True), Above(7, False)


@pytest.mark.parametrize(
    ("above", "rests_on", "issued", "writing_on", "confirmed", "how"),
    [
        (IN_FORCE, 7, True, None, False, Follow.FOLLOWED),
        (IN_FORCE, 5, True, None, False, Follow.BEHIND),
        (IN_FORCE, 5, True, 7, False, Follow.WRITING),
        (IN_FORCE, 5, True, None, True, Follow.CONFIRMED),
        (IN_FORCE, None, True, None, False, Follow.UNSTATED),
        (IN_FORCE, None, False, 5, False, Follow.BEHIND),
        (ENDED, 7, True, None, False, Follow.ORPHANED),
        (ENDED, 7, True, None, True, Follow.CONFIRMED),
        (Above(None, False), None, True, None, False, Follow.WAITING),
    ],
)
def test_how_a_plan_stands_to_the_one_above(above, rests_on, issued, writing_on, confirmed, how):
    found = follow(
        above, rests_on=rests_on, issued=issued, writing_on=writing_on, confirmed=confirmed
    )
    assert found is how


@pytest.fixture
def line(county, make_plan, make_child, make_account):
    """A plan of the county, plans of two towns that rest on it, somebody to answer for one."""
    top = make_plan(county.county, title="县预案")
    first = make_child(county.town, top, title="镇预案")
    second = make_child(county.other_town, top, title="另一镇预案", issued_on=None)
    make_account("town_staff", county.town, name="镇里的人")
    make_account("county_staff", county.county, name="县里的人")
    return top, first, second


def tasks(reading):
    rows = reading.scalars(select(Task).order_by(Task.id)).all()
    return [(task.org_id, task.subject_kind, task.state.value) for task in rows]


def test_every_plan_below_gets_one_task_for_a_version(reading, line, reissue, county, app):
    top = line[0]
    version_id = reissue(top)
    kind = "revision-trigger"
    wanted = [(county.town.id, kind, "open"), (county.other_town.id, kind, "open")]
    assert tasks(reading) == wanted
    task = reading.scalars(select(Task).order_by(Task.id)).first()
    assert task.title.startswith(f"上位预案变化：《{top.title}》")
    assert "镇预案" in task.detail
    with app.test_request_context(), unit_of_work():
        version = db.session.get_one(PlanVersion, version_id)
        plan = db.session.get_one(Plan, top.id)
        assert tell_children(version, plan, now=NOW, today=TODAY) == 0
    reading.rollback()
    assert tasks(reading) == wanted


def test_two_who_tell_at_once_tell_once(reading, line, reissue, app, county):
    top = line[0]
    version_id = reissue(top)
    with app.app_context(), unit_of_work():
        db.session.query(PlanTrigger).delete()

    def tell(_):
        with app.test_request_context(), unit_of_work():
            version = db.session.get_one(PlanVersion, version_id)
            plan = db.session.get_one(Plan, top.id)
            return tell_children(version, plan, now=NOW, today=TODAY)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(tell, range(2))) == 2
    reading.rollback()
    assert len(reading.scalars(select(PlanTrigger)).all()) == 2


def test_a_first_issue_gives_no_task(reading, county, make_plan, make_child, make_account, reissue):
    make_account("county_staff", county.county)
    top = make_plan(county.county, issued_on=None, draft=True)
    make_plan(county.town, parent=top)
    reissue(top)
    assert tasks(reading) == []


def test_an_abolished_plan_tells_those_below(reading, line, abolish):
    abolish(line[0])
    found = reading.scalars(select(PlanTrigger)).all()
    assert {(each.plan_id, each.origin) for each in found} == {
        (line[1].id, "parent-ended"),
        (line[2].id, "parent-ended"),
    }


def test_the_tree_shows_who_has_not_followed_until_it_is_confirmed(line, reissue, as_role, county):
    top, first, _ = line
    reissue(top)
    clerk = as_role("county_staff", username="clerk")
    page = clerk.page(f"/plans/{top.id}/alignment").text
    assert "仍依据旧版本" in page
    assert "已衔接现行版本" not in page
    town = as_role("town_staff", county.town, username="town")
    town.page(f"/plans/{first.id}/alignment/confirm")
    assert town.post(f"/plans/{first.id}/alignment/confirm", data={"why": ""}).status_code == 422
    town.post(f"/plans/{first.id}/alignment/confirm", data={"why": "只改了县级机构"})
    shown = clerk.page(f"/plans/{top.id}/alignment").text
    assert "已确认无须修订" in shown
    assert "只改了县级机构" in shown
    again = town.post(f"/plans/{first.id}/alignment/confirm", data={"why": "再来"})
    assert again.status_code == 409


def test_issuing_on_the_new_version_ends_the_task(reading, line, reissue, as_role):
    top, first, _ = line
    reissue(top)
    reissue(first, "白府发〔2026〕31号")
    assert [state for _, _, state in tasks(reading)] == ["done", "open"]
    reading.rollback()
    page = as_role("county_staff", username="clerk").page(f"/plans/{top.id}/alignment").text
    assert "已衔接现行版本" in page


def test_a_plan_above_out_of_reach_keeps_its_title(county, make_plan, make_child, as_role):
    top = make_plan(county.county, title="内部县预案", secrecy=Secrecy.INTERNAL)
    child = make_child(county.town, top)
    town = as_role("town_staff", county.town)
    assert "内部县预案" not in town.page(f"/plans/{child.id}/alignment").text
    assert town.get(f"/plans/{top.id}/alignment").status_code == 404


def test_what_is_out_of_reach_is_only_counted(county, make_plan, make_child, as_role):
    top = make_plan(county.town, title="镇预案")
    make_child(county.other_town, top, title="别镇预案")
    page = as_role("town_staff", county.town).page(f"/plans/{top.id}/alignment").text
    assert "别镇预案" not in page
    assert "权限以外：1个已衔接" in page


def test_a_plan_cannot_rest_on_itself(county, make_plan, as_role):
    top = make_plan(county.county, title="县预案")
    other = make_plan(county.county, "flood", title="县防汛", parent=top)
    clerk = as_role("county_staff")
    answer = clerk.post(
        f"/plans/{top.id}/edit",
        data={"title_en": "", "parent": str(other.id), "secrecy": "public", "row_version": "1"},
    )
    assert answer.status_code == 422
    assert "所选上位预案本身以本预案为依据" in answer.text


def test_plans_that_should_rest_on_another_are_listed(county, make_plan, make_child, as_role):
    top = make_plan(county.county, title="县预案")
    make_child(county.town, top, title="有上位")
    make_plan(county.other_town, title="缺上位的")
    listed = as_role("county_staff").page("/plans/without-parent").find("tbody").text
    assert "缺上位的" in listed
    assert "有上位" not in listed


def test_the_tree_takes_a_fixed_number_of_queries(
    county, make_plan, make_child, as_role, count_queries
):
    top = make_plan(county.county)
    clerk = as_role("county_staff")
    make_child(county.town, top)
    with count_queries() as few:
        clerk.page(f"/plans/{top.id}/alignment")
    for number in range(4):
        make_child(county.town, top, title=f"预案{number}")
    with count_queries() as many:
        clerk.page(f"/plans/{top.id}/alignment")
    assert len(many) == len(few)
