"""Tasks of gaps: chosen, given once, to whom it was said, until when."""

import pytest
from sqlalchemy import select

from drillreg.core.db import db
from drillreg.duties.following import sweep_duties
from drillreg.duties.models import DutyState
from drillreg.tasks.models import Task


@pytest.fixture
def gaps(app, county, frozen):
    """The county evaluated: nobody has a plan."""
    with app.app_context():
        sweep_duties(frozen.now)
        found = db.session.scalars(
            select(DutyState).where(
                DutyState.org_id == county.other_town.id, DutyState.owed == "plan"
            )
        ).all()
        return {row.event_type: row.id for row in found}


def tasks(app):
    with app.app_context():
        return db.session.scalars(select(Task).order_by(Task.id)).all()


def filled(*ids, to="own", **changed):
    return {"gap": list(ids), "to": to, "working_days": "20", "detail": "请编制", **changed}


def test_the_choice_names_the_gaps_with_the_article(gaps, county, as_role):
    page = as_role("county_staff").page(
        f"/duties/give?node={county.other_town.id}&event=flood&owed=plan"
    )
    assert [box["value"] for box in page.select("input[name=gap][checked]")] == [str(gaps["flood"])]
    assert "依据：" in page.select_one("#f-detail").get_text()
    assert page.select_one("#f-working_days")["value"] == "20"


def test_tasks_are_made_once(app, gaps, county, as_role):
    clerk = as_role("county_staff")
    ids = [gaps["flood"], gaps["fire"]]
    assert clerk.post("/duties/give", data=filled(*ids)).status_code == 303
    made = tasks(app)
    assert [task.subject_id for task in made] == sorted(ids)
    assert {task.org_id for task in made} == {county.other_town.id}
    assert {str(task.due_on) for task in made} == {"2026-06-09"}
    assert made[0].detail == "请编制"
    again = clerk.post("/duties/give", data=filled(*ids))
    assert again.status_code == 422
    assert "都已交办" in again.text
    assert clerk.post("/duties/give", data=filled(*ids, gaps["general"])).status_code == 303
    assert len(tasks(app)) == 3
    page = clerk.page(f"/duties/give?node={county.other_town.id}&owed=plan&event=flood")
    assert page.select_one("input[name=gap]").has_attr("disabled")
    assert "已交办竹源镇" in page.get_text()


def test_an_office_or_the_town_can_be_charged_and_the_task_names_the_unit(
    app, gaps, county, as_role
):
    with app.app_context():
        school = db.session.scalar(
            select(DutyState.id).where(
                DutyState.org_id == county.school.id, DutyState.event_type == "food"
            )
        )
    clerk = as_role("county_staff")
    clerk.post("/duties/give", data=filled(school, to="town"))
    clerk.post("/duties/give", data=filled(gaps["flood"], to=f"office:{county.bureau.id}"))
    first, second = tasks(app)
    assert (first.org_id, second.org_id) == (county.town.id, county.bureau.id)
    assert first.title.startswith("白岩镇中心小学：")
    assert second.title.startswith("竹源镇：")


def test_a_list_that_posts_its_filter_is_led_to_the_choice(gaps, county, as_role):
    found = as_role("county_staff").post(
        "/duties/give", data={"node": county.town.id, "owed": "plan"}
    )
    assert found.status_code == 303
    assert found.location == f"/duties/give?node={county.town.id}&owed=plan"


def test_only_within_reach_and_with_the_right(app, gaps, county, as_role):
    town = as_role("town_staff", county.town)
    assert town.get(f"/duties/give?node={county.other_town.id}").status_code == 404
    assert town.post("/duties/give", data=filled(gaps["flood"])).status_code == 404
    stranger = as_role("county_staff", county.other_county)
    assert stranger.post("/duties/give", data=filled(gaps["flood"])).status_code == 404
    school = as_role("unit_liaison", county.school)
    assert school.get("/duties/give").status_code == 403
    assert school.post("/duties/give", data=filled(gaps["flood"])).status_code == 403
    assert tasks(app) == []


def test_mistakes_are_said_and_nothing_is_given(app, gaps, as_role):
    clerk = as_role("county_staff")
    for wrong in (
        filled(),
        filled(gaps["flood"], to=""),
        filled(gaps["flood"], due_on="2026-06-01"),
        filled(gaps["flood"], to="office:999"),
        filled(gaps["flood"], working_days="", due_on="2026-05-01"),
    ):
        assert clerk.post("/duties/give", data=wrong).status_code == 422
    assert clerk.post("/duties/give", data=filled("x")).status_code == 404
    assert clerk.post("/duties/give", data=filled("999999")).status_code == 404
    assert tasks(app) == []
