"""A danger from its finding to its strike-off, as those who act on it see the pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from drillreg.dangers.models import DangerRound
from drillreg.dangers.rules import Stage
from drillreg.dangers.sweeps import raise_late_dangers
from drillreg.evidence.models import Evidence, Grade
from drillreg.notices.models import Notice
from tests.dangers.conftest import act, answer, fields_of, number_of, order, picture, report, review


def test_on_the_spot_is_one_step_with_two_photos(people, kept):
    photos = {"before": picture(), "after": picture("后.jpg", (10, 200, 10))}
    danger = kept(number_of(report(people.unit, spot="1", measure="当场装门", **photos)))
    assert danger.stage is Stage.CLOSED
    assert danger.close_number == "青岭县隐患销〔2026〕1号"
    page = people.town.page(f"/dangers/{danger.id}")
    assert "尚未经他人复查" in page.text
    assert len(page.select(".dg-sides img")) == 2
    # Somebody from above may still look at it.
    review(people.town, danger.id)
    assert "尚未经他人复查" not in people.town.page(f"/dangers/{danger.id}").text


def test_what_is_missing_is_named_and_what_was_typed_stays(people):
    answered = report(people.unit, spot="1", measure="装门", before=picture())
    assert answered.status_code == 422
    assert "整改后照片各一张" in answered.text
    assert "配电箱无门" in answered.text
    assert report(people.unit, level="major", spot="1", measure="x").status_code == 422


def test_a_form_sent_twice_is_kept_once(people):
    fixed = {"client_id": "6f2d7a53-6c1b-4f0e-8a51-6f3f6f8f0a11"}
    first = report(people.unit, **fixed)
    assert report(people.unit, **fixed).location == first.location
    assert report(people.unit, what="另一处", **fixed).status_code == 409


def test_ordered_answered_verified_by_another_struck_off(people, kept, reading):
    key = number_of(report(people.unit))
    order(people.town, key, people.works.id)
    danger = kept(key)
    assert danger.stage is Stage.ASSIGNED
    assert danger.due_on.isoformat() == "2026-05-22"
    assert reading.scalars(select(DangerRound.paper_number)).all() == ["白岩镇隐交〔2026〕1号"]
    answer(people.unit, key, cost_yuan="800")
    assert people.unit.get(f"/dangers/{key}/review").status_code == 403
    # What was ordered from above is not verified within the unit.
    assert people.colleague.get(f"/dangers/{key}/review").status_code == 403
    review(people.town, key)
    danger = kept(key)
    assert (danger.stage, danger.close_number, danger.cost_yuan) == (
        Stage.CLOSED,
        "青岭县隐患销〔2026〕1号",
        800,
    )
    strip = people.county.page(f"/dangers/{key}").select(".dr-thread li")
    assert [each.select_one(".k").text for each in strip] == ["发现", "处理", "上报", "复查"]
    assert ["2026-05-12" in each.text for each in strip] == [True] * 4
    removed = reading.scalar(select(Evidence).where(Evidence.kind == "danger-removed"))
    assert removed.grade is Grade.VERIFIED


def test_a_unit_sets_its_own_deadline_and_a_colleague_verifies(people, kept):
    key = number_of(report(people.unit, due_on="2026-05-20"))
    assert kept(key).stage is Stage.ASSIGNED
    answer(people.unit, key)
    review(people.colleague, key)
    assert kept(key).closed_by_name == "王班长"


def test_returned_it_goes_into_a_second_round_with_its_own_deadline(people, kept):
    key = number_of(report(people.unit))
    order(people.town, key, people.works.id)
    answer(people.unit, key)
    missing = {"outcome": "returned", "days": ""}
    answered = people.town.post(
        f"/dangers/{key}/review", data={**missing, "reviewed_on": "2026-05-12", "text": "未接地"}
    )
    assert answered.status_code == 422
    review(people.town, key, outcome="returned", text="未接地", days="5", counted="working")
    danger = kept(key)
    assert (danger.stage, danger.round_number) == (Stage.ASSIGNED, 2)
    assert danger.due_on.isoformat() == "2026-05-19"
    page = people.unit.page(f"/dangers/{key}")
    assert "退回，二次督查" in page.text
    paper = people.town.get(f"/dangers/{key}/papers/order/2.docx")
    assert paper.status_code == 200
    answer(people.unit, key)
    review(people.town, key)
    assert kept(key).stage is Stage.CLOSED


def test_working_days_are_those_of_the_place(people, kept):
    key = number_of(report(people.unit))
    order(people.town, key, people.works.id, days="5", counted="working")
    assert kept(key).due_on.isoformat() == "2026-05-19"


def test_more_time_is_asked_before_the_deadline_and_decided(people, kept, frozen, as_role):
    key = number_of(report(people.unit))
    order(people.town, key, people.works.id)
    act(people.unit, key, "extension", wanted_on="2026-06-10", reason="配件未到")
    assert "答复延期申请" in people.town.page(f"/dangers/{key}").text
    act(
        people.town,
        key,
        "extension/answer",
        answer="yes",
        new_due_on="2026-06-01",
        reason="同意延至六月一日",
    )
    assert kept(key).due_on.isoformat() == "2026-06-01"
    frozen.now += timedelta(days=40)
    later = as_role("unit_liaison", people.works, username="later")
    refused = later.get(f"/dangers/{key}/extension")
    assert refused.status_code == 422
    assert "应当在到期前申请" in refused.text


def test_what_is_late_rises_level_by_level_and_only_once_a_day(
    people, app, frozen, reading, as_role, county
):
    key = number_of(report(people.unit, due_on="2026-05-13"))
    sweep = lambda: raise_late_dangers(frozen.now)  # noqa: E731
    with app.app_context():
        assert sweep() == 0
    frozen.now += timedelta(days=4)
    with app.app_context():
        assert (sweep(), sweep()) == (1, 0)
    holders = select(DangerRound.raised_org_id, DangerRound.raised)
    first = reading.execute(holders).one()
    frozen.now += timedelta(days=3)
    with app.app_context():
        assert sweep() == 1
    reading.rollback()
    second = reading.execute(holders).one()
    assert (first.raised, second.raised) == (1, 2)
    assert first.raised_org_id != second.raised_org_id
    told = reading.scalars(select(Notice.kind).where(Notice.kind == "danger-raised")).all()
    assert len(told) == 2
    reading.rollback()
    frozen.now += timedelta(days=30)
    with app.app_context():
        assert (sweep(), sweep()) == (0, 0)  # nobody stands above the county
    later = as_role("county_staff", county.county, username="later")
    page = later.page("/todo")
    assert page.select_one(f'a[href="/dangers/{key}"]') is not None
    chased = later.page("/chasing/?kind=danger-late")
    assert chased.select_one(f'a[href="/dangers/{key}"]') is not None


def test_two_who_act_at_once(people, kept):
    key = number_of(report(people.unit))
    order(people.town, key, people.works.id)
    again = people.county.post(
        f"/dangers/{key}/order",
        data={"kind": "order", "to": people.works.id, "requirement": "x", "days": "3"},
    )
    assert again.status_code == 422
    assert kept(key).round_number == 1


def test_a_stale_correction_is_answered_with_both_texts(people, kept):
    key = number_of(report(people.unit))
    fields = {**fields_of(people.town.page(f"/dangers/{key}/edit"))}
    saved = people.town.post(f"/dangers/{key}/edit", data={**fields, "what": "配电箱无门（东侧）"})
    assert saved.status_code == 303
    stale = people.town.post(f"/dangers/{key}/edit", data={**fields, "what": "另一种说法"})
    assert stale.status_code == 409
    assert "配电箱无门（东侧）" in stale.text
    assert "另一种说法" in stale.text


@pytest.mark.parametrize("role", ["leader", "monitor"])
def test_who_only_reads_is_offered_nothing(people, as_role, county, role):
    key = number_of(report(people.unit))
    browser = as_role(role, county.county)
    page = browser.page(f"/dangers/{key}")
    assert page.select(".dr-actions a") == []
    assert browser.get(f"/dangers/{key}/order").status_code == 403
