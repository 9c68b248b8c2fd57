"""Evaluating plans: by the form of its kind, concluded only when whole, counted for its duty."""

import pytest
from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.errors import FormErrors
from drillreg.documents.paper import plain
from drillreg.duties.doing import PLACE
from drillreg.evidence.models import Evidence
from drillreg.orgs.scope import whole_installation
from drillreg.plans.models import PlanVersion
from drillreg.revisions.forms_of_evaluation import evaluation_forms, form_for
from drillreg.revisions.models import PlanEvaluation, PlanTrigger
from drillreg.revisions.papers import evaluation_paper
from drillreg.revisions.queries import get_evaluation
from drillreg.revisions.rules import ensure_rated
from tests.revisions.conftest import TODAY


def test_enterprises_are_asked_by_the_standard_and_governments_by_article_34():
    assert form_for("unit-special").source.startswith("AQ/T 9011-2019")
    assert [item.code for item in form_for("unit-special")][:4] == ["1.1", "1.2", "1.3", "1.4"]
    groups = [group.label["zh"] for group in form_for("special").groups]
    assert groups == ["针对性", "实用性", "可操作性"]
    for form in evaluation_forms().values():
        codes = [item.code for item in form]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": {}}, "rating-a"),
        ({"answers": {"a": {"rating": "not"}}}, "remark-a"),
        ({"people": 0}, "people"),
        ({"summary": ""}, "summary"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "revise", "advice": ""}, "advice"),
    ],
)
def test_what_a_conclusion_needs(change, field):
    whole = {
        "answers": {"a": {"rating": "fit"}},
        "people": 3,
        "summary": "适用",
        "outcome": "keep",
        "advice": "",
    }
    ensure_rated(["a"], bad={"not"}, **whole)
    with pytest.raises(FormErrors) as caught:
        ensure_rated(["a"], bad={"not"}, **(whole | change))
    assert [error.field for error in caught.value.errors] == [field]


def filled(kind="special", **change):
    fields = {
        "evaluated_on": "2026-05-10",
        "people": "周敏，应急办主任，组长\n王强，镇长",
        "course": "查阅资料、现场核对",
        "summary": "总体适用",
        "advice": "",
        "outcome": "keep",
        "act": "conclude",
    }
    fields |= {f"rating-{item.code}": "fit" for item in form_for(kind)}
    return fields | change


def test_an_evaluation_is_saved_in_part_and_concluded_when_whole(
    county, make_plan, as_role, reading
):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    address = f"/plans/{plan.id}/evaluate"
    town.page(address)
    town.post(address, data={"evaluated_on": "2026-05-10", "summary": "写到一半"})
    page = town.page(address)
    assert page.find(id="f-summary").text.strip() == "写到一半"
    version = page.find("input", {"name": "row_version"})["value"]
    refused = town.post(address, data=filled(row_version=version, outcome=""))
    assert refused.status_code == 422
    assert "请选择评估结论" in refused.text
    done = town.post(address, data=filled(row_version=version))
    assert done.status_code == 303
    assert "不需要修订" in town.page(done.location).text
    reading.rollback()
    found = reading.scalars(select(Evidence).where(Evidence.kind == "plan-evaluated")).one()
    assert found.attributes == {"plan_id": plan.id, "outcome": "keep"}
    current = reading.scalars(select(PlanVersion)).one()
    assert current.review_on.isoformat() == "2029-05-10"
    assert reading.scalars(select(PlanTrigger)).all() == []


def test_a_stale_saving_shows_both(county, make_plan, as_role):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    address = f"/plans/{plan.id}/evaluate"
    town.post(address, data={"evaluated_on": "2026-05-10", "summary": "先写的"})
    answer = town.post(address, data={"evaluated_on": "2026-05-10", "summary": "后写的"})
    assert answer.status_code == 409
    assert "先写的" in answer.text
    assert "后写的" in answer.text


def test_a_conclusion_to_revise_opens_a_reason_that_only_a_revision_answers(
    county, make_plan, as_role, reading
):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    address = f"/plans/{plan.id}/evaluate"
    town.post(address, data=filled(outcome="revise", advice="更新转移名单"))
    trigger = reading.scalars(select(PlanTrigger)).one()
    assert (trigger.origin, trigger.answered_at) == ("evaluation", None)
    assert "更新转移名单" in trigger.what
    trigger_id = trigger.id
    reading.rollback()
    answer = {"answer": "keep", "why": "不改了"}
    assert town.post(f"/plans/triggers/{trigger_id}", data=answer).status_code == 422
    town.post(f"/plans/triggers/{trigger_id}", data={"answer": "revise"})
    kinds = [each.kind for each in reading.scalars(select(Evidence)).all()]
    assert kinds == ["plan-evaluated"]  # the duty to revise begins once
    assert reading.scalars(select(PlanVersion).where(PlanVersion.state == "draft")).one()


def test_the_duty_leads_to_the_form(app):
    doing = next(d for d in app.extensions[PLACE] if d.endpoint == "revisions.evaluate")
    assert doing.kind == "plan-evaluated"


def test_the_report_says_what_was_found(county, make_plan, as_role, app):
    plan = make_plan(county.town)
    town = as_role("town_staff", county.town)
    town.post(f"/plans/{plan.id}/evaluate", data=filled())
    with app.app_context():
        number = db.session.scalars(select(PlanEvaluation.id)).one()
        said = str(plain(evaluation_paper(*get_evaluation(number, whole_installation(TODAY)))))
    assert "评估报告" in said
    assert "王强，镇长" in said
    assert "不需要修订" in said
