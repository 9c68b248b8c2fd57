"""A school moves town, is renamed, changes its head and merges: nothing is lost on the way."""

from datetime import date

import pytest

from drillreg.accounts.models import Account, Person, Post
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.network.operations.contacts import PostFacts, replace
from drillreg.network.queries.contacts import holder_on
from drillreg.orgs.history import name_on
from drillreg.orgs.mergers import merge_org
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.moves import move_org
from drillreg.orgs.operations import OrgFacts, change_org, create_org
from drillreg.tasks.models import Task
from tests.conftest import NOW

TODAY = date(2026, 5, 12)
MOVED, RENAMED, NEW_HEAD = date(2026, 4, 1), date(2026, 4, 10), date(2026, 4, 20)
CLERK = Actor(account_id=1, person_id=1, name="周敏")
BY_PAPER = {"actor": CLERK, "now": NOW, "today": TODAY, "reason": "教函〔2026〕8号"}


def drill(org, title, day):
    return Drill(
        org_id=org.id,
        title=title,
        event_type="fire",
        due_on=day,
        held_on=day,
        status="held",
        participants=300,
        changed_at=NOW,
    )


@pytest.fixture
def story(app, county, keep, make_account):
    """Live through the year of the school; return what was made on the way."""
    liaison = make_account("unit_liaison", county.school, name="梁秀英", username="liang")
    head = keep(Person(name="邓光明"))
    post = keep(
        Post(
            person_id=head.id,
            org_id=county.school.id,
            kind="leader",
            title="校长",
            phone="0000-000 5501",
            from_on=date(2020, 9, 1),
        )
    )
    early = keep(drill(county.school, "三月消防演练", date(2026, 3, 10)))
    late = keep(drill(county.school, "四月防震演练", date(2026, 4, 15)))
    task = keep(
        Task(
            kind="asked",
            title="补报应急物资清单",
            org_id=county.school.id,
            account_id=liaison,
            assigned_at=NOW,
            due_on=date(2026, 5, 20),
        )
    )
    with app.app_context(), unit_of_work():
        school = db.session.get_one(Org, county.school.id)
        town = db.session.get_one(Org, county.other_town.id)
        move_org(school, town, from_on=MOVED, **BY_PAPER)
    with app.app_context(), unit_of_work():
        school = db.session.get_one(Org, county.school.id)
        facts = OrgFacts("竹源镇第二小学", "school", dict(school.attributes))
        given = {key: BY_PAPER[key] for key in ("actor", "now", "today")}
        change_org(school, facts, from_on=RENAMED, **given)
        found = db.session.get_one(Post, post.id)
        new = PostFacts("温世昌", "leader", "校长", "0000-000 5502")
        replace(found, new, from_on=NEW_HEAD, verified_on=None, actor=CLERK, now=NOW)
    with app.app_context(), unit_of_work():
        town = db.session.get_one(Org, county.other_town.id)
        other = create_org(
            OrgFacts("竹源镇中心小学", "school", {}, opened_on=date(2000, 9, 1)),
            parent=town,
            actor=None,
            now=NOW,
            today=TODAY,
        )
        merge_org(db.session.get_one(Org, county.school.id), other, from_on=TODAY, **BY_PAPER)
        other_id = other.id
    return {"early": early, "late": late, "task": task, "other": other_id, "liaison": liaison}


def test_papers_print_the_name_and_the_head_of_their_date(app, county, story):
    with app.app_context():
        school = db.session.get_one(Org, county.school.id)
        assert name_on(school, date(2026, 3, 10)) == "白岩镇中心小学"
        assert name_on(school, date(2026, 4, 15)) == "竹源镇第二小学"
        assert holder_on(school, "leader", date(2026, 4, 15)).person.name == "邓光明"
        other = db.session.get_one(Org, story["other"])
        heads = (holder_on(each, "leader", TODAY) for each in (school, other))
        assert [head.person.name for head in heads if head] == ["温世昌"]


def test_each_town_finds_the_records_of_its_time(county, story, as_role):
    old, new = as_role("town_staff", county.town), as_role("town_staff", county.other_town)
    assert "白岩镇中心小学" in old.page(f"/drills/{story['early'].id}").text
    assert old.get(f"/drills/{story['late'].id}").status_code == 404
    for name in ("early", "late"):
        assert new.get(f"/drills/{story[name].id}").status_code == 200
    listed = new.page("/drills/").text
    assert "三月消防演练" in listed
    assert "四月防震演练" in listed


def test_the_task_and_the_person_went_along(app, story, sign_in):
    with app.app_context():
        task = db.session.get_one(Task, story["task"].id)
        assert (task.state, task.org_id) == ("open", story["other"])
        assert db.session.get_one(Account, story["liaison"]).disabled_at is None
    assert "补报应急物资清单" in sign_in(story["liaison"]).page("/todo").text


def test_the_bureau_keeps_the_school_in_its_field(app, county, story, as_role):
    with app.app_context():
        overseen = db.session.query(Oversight).filter_by(org_id=story["other"], to_on=None).all()
        assert [each.overseer_id for each in overseen] == [county.bureau.id]
    bureau = as_role("dept_staff", county.bureau)
    assert bureau.get(f"/orgs/{story['other']}").status_code == 200
