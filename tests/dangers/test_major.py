"""A major danger: report, plan, listing, acceptance, and the duties O19 that live from them."""

from datetime import date

import pytest
from sqlalchemy import select

from drillreg.core.db import db
from drillreg.dangers.rules import Stage
from drillreg.duties.models import DutyState
from drillreg.duties.queries import reads
from tests.dangers.conftest import act, answer, number_of, order, report, review

SIX = {
    "item_aims": "消除破碎车间电气火灾隐患",
    "item_methods": "更换配电箱，线路穿管",
    "item_money": "三万元，企业自筹",
    "item_people": "安全科，李矿",
    "item_schedule": "六月底前完成",
    "item_safety": "停用该车间，断电挂牌，备灭火器",
    "cost_yuan": "30000",
    "made_on": "2026-05-12",
    "row_version": "0",
}
FIVE = ["duty", "measures", "funds", "time", "plan"]


@pytest.fixture
def duty(app):
    """Return how a duty of an organisation stands by its rule, as it was evaluated."""

    def read(org, rule):
        with app.app_context():
            rows = db.session.scalars(
                select(DutyState).where(DutyState.org_id == org.id, DutyState.rule == rule)
            ).all()
            return [reads(row, date(2026, 5, 12)) for row in rows]

    return read


def major(people):
    """Register a major danger at the works."""
    return number_of(report(people.unit, level="major"))


def test_the_duties_of_a_major_danger_turn_live(people, office, duty, kept, switched_on):
    works = people.works
    switched_on("O19-plan", "O19-accept")
    assert duty(works, "O19-report") == []
    key = major(people)
    for rule in ("O19-report", "O19-plan"):
        assert [state.value for state in duty(works, rule)] != ["met"], rule
    act(people.unit, key, "tell", to=office.id, text="线路老化，可能起火", on="2026-05-12")
    assert _value(duty(works, "O19-report")) == "met"
    assert duty(office, "O19-supervise") != []
    assert _value(duty(office, "O19-supervise")) != "met"
    act(people.unit, key, "plan", settled=FIVE, **SIX)
    assert _value(duty(works, "O19-plan")) == "met"
    act(people.office, key, "list", due_on="2026-06-30", note="按方案治理", is_public="1")
    assert _value(duty(office, "O19-supervise")) == "met"
    order(people.office, key, works.id, kind="notice")
    answer(people.unit, key)
    assert _value(duty(works, "O19-accept")) != "met"
    review(people.office, key, team="赵应急、专家二人")
    assert kept(key).stage is Stage.CLOSED
    assert _value(duty(works, "O19-accept")) == "met"
    act(people.office, key, "unlist", reason="验收合格")


def _value(states):
    (state,) = states
    return state.value


def test_without_all_five_it_is_not_accepted(people, office):
    key = major(people)
    act(people.unit, key, "plan", settled=FIVE[1:], **SIX)
    order(people.town, key, people.works.id)
    answer(people.unit, key)
    refused = people.town.post(
        f"/dangers/{key}/review",
        data={"outcome": "passed", "reviewed_on": "2026-05-12", "text": "x", "team": "钟镇"},
    )
    assert refused.status_code == 422
    assert "五落实" in refused.text


def test_all_six_contents_are_asked_for(people):
    key = major(people)
    refused = people.unit.post(f"/dangers/{key}/plan", data={**SIX, "item_safety": ""})
    assert refused.status_code == 422
    assert "安全措施和应急预案" in refused.text
    assert "更换配电箱，线路穿管" in refused.text


def test_a_town_puts_nothing_on_the_list_and_a_general_danger_needs_no_plan(people):
    key = major(people)
    assert people.town.post(f"/dangers/{key}/list", data={}).status_code == 422
    general = number_of(report(people.unit))
    assert people.unit.get(f"/dangers/{general}/plan").status_code == 422


def test_the_button_of_the_duty_leads_to_the_danger_or_to_evidence_by_hand(people, kept):
    key = major(people)
    found = kept(key).found_id
    there = people.unit.get(f"/dangers/owed?key={found}&org={people.works.id}&kind=danger-reported")
    assert there.location.endswith(f"/dangers/{key}")
    by_hand = people.unit.get(f"/dangers/owed?key=9&org={people.works.id}&kind=danger-reported")
    assert "/evidence/" in by_hand.location
