import threading
from datetime import date

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.evidence.models import Evidence, Grade
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import VersionState

ISSUE = {"number": "白府发[2026]18号", "issued_on": "2026-05-11", "review_on": "2029-05-11"}


def checked(browser, plan, **changes):
    """Walk to the check page and return what its form would send."""
    page = browser.page(f"/plans/{plan.id}/issue/check", query_string={**ISSUE, **changes})
    fields = page.main.select_one("form[method=post]").select("input[type=hidden]")
    sent = {}
    for field in fields:
        sent.setdefault(field["name"], []).append(field["value"])
    return sent


def test_a_version_is_entered_checked_issued_and_confirmed(as_role, county, make_plan, reading):
    plan = make_plan(county.town, draft=True)
    town = as_role("town_staff", county.town)
    form = town.page(f"/plans/{plan.id}/issue")
    assert form.find(id="f-issued_on")["value"] == "2026-05-12"
    assert form.find(id="f-review_on")["value"] == "2029-05-12"
    page = town.page(f"/plans/{plan.id}/issue/check", query_string=ISSUE)
    assert "白府发〔2026〕18号" in page.text
    assert "正文0.pdf" in page.text
    assert "第1版" in page.text
    response = town.post(f"/plans/{plan.id}/issue", data=checked(town, plan))
    assert response.location == f"/plans/{plan.id}/issued"
    done = town.page(response.location)
    assert done.select_one(".dr-done .no").text == "白府发〔2026〕18号"
    assert "2026年6月8日" in done.text  # 20 working days after 11 May 2026
    old, new = reading.scalars(select(PlanVersion).order_by(PlanVersion.number)).all()
    assert (old.state, old.ended_on) == (VersionState.SUPERSEDED, date(2026, 5, 11))
    assert (new.state, new.issued_on, new.review_on) == (
        VersionState.CURRENT,
        date(2026, 5, 11),
        date(2029, 5, 11),
    )
    proof = reading.scalar(select(Evidence))
    assert (proof.kind, proof.org_id, proof.on_date, proof.grade) == (
        "plan-issued",
        county.town.id,
        date(2026, 5, 11),
        Grade.EVIDENCED,
    )
    act = reading.scalar(select(AuditRow).where(AuditRow.action == "plan-issued"))
    assert act.detail["number"] == "白府发〔2026〕18号"
    assert len(act.detail["papers"]) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": " "}, "请填写文号"),
        ({"issued_on": "2026-05-13"}, "不能晚于今天"),
        ({"issued_on": "2026-02-01"}, "不能更早"),
        ({"issued_on": "yesterday"}, "应为日期"),
        ({"review_on": "2026-05-11"}, "要晚于印发日期"),
        ({"number": "机\u200b密"}, "看不见的字符"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_issued(
    as_role, county, make_plan, reading, change, said
):
    plan = make_plan(county.town, draft=True)
    town = as_role("town_staff", county.town)
    answer = town.get(f"/plans/{plan.id}/issue/check", query_string={**ISSUE, **change})
    assert answer.status_code == 422
    assert said in answer.text
    posted = town.post(f"/plans/{plan.id}/issue", data={**checked(town, plan), **change})
    assert posted.status_code == 422
    assert said in posted.text
    assert reading.get(Plan, plan.id).current.number == 1


def test_a_draft_without_text_is_not_issued(as_role, county, make_plan):
    plan = make_plan(county.town, issued_on=None, papers=0)
    town = as_role("town_staff", county.town)
    assert "还没有上传预案正文" in town.page(f"/plans/{plan.id}/issue").text
    answer = town.get(f"/plans/{plan.id}/issue/check", query_string=ISSUE)
    assert answer.status_code == 422


def test_a_liaison_drafts_but_the_town_issues(as_role, county, make_plan):
    plan = make_plan(county.school, "fire", issued_on=None)
    school = as_role("unit_liaison", county.school)
    assert "有印发权限的人" in school.page(f"/plans/{plan.id}").text
    assert school.get(f"/plans/{plan.id}/issue").status_code == 403
    assert school.post(f"/plans/{plan.id}/issue", data=ISSUE).status_code == 403
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/issue", data=checked(town, plan)).status_code == 303


def test_who_issues_second_is_told_what_the_first_issued(as_role, county, make_plan, reading):
    plan = make_plan(county.town, draft=True)
    first, second = as_role("town_staff", county.town), as_role("county_staff")
    mine, yours = checked(first, plan), checked(second, plan, number="青府发〔2026〕1号")
    assert first.post(f"/plans/{plan.id}/issue", data=mine).status_code == 303
    late = second.post(f"/plans/{plan.id}/issue", data=yours)
    assert late.status_code == 409
    assert "白府发〔2026〕18号" in late.text
    assert "青府发〔2026〕1号" in late.text
    assert len(reading.scalars(select(Evidence)).all()) == 1


def test_a_paper_that_came_after_the_check_stops_the_issue(as_role, county, make_plan, keep):
    plan = make_plan(county.town, issued_on=None, papers=2)
    town = as_role("town_staff", county.town)
    sent = checked(town, plan)
    sent["papers"] = sent["papers"][:1]
    late = town.post(f"/plans/{plan.id}/issue", data=sent)
    assert late.status_code == 409
    assert "正文1.pdf" in late.text


def test_of_two_who_issue_at_the_same_moment_one_wins(as_role, county, make_plan, app, reading):
    plan = make_plan(county.town, draft=True)
    people = [as_role("town_staff", county.town), as_role("county_staff")]
    sent = [checked(each, plan, number=f"第{n}号") for n, each in enumerate(people)]
    start, answers = threading.Barrier(2), {}

    def issue(number):
        start.wait()
        answers[number] = people[number].post(f"/plans/{plan.id}/issue", data=sent[number])

    threads = [threading.Thread(target=issue, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reading.rollback()
    assert sorted(answer.status_code for answer in answers.values()) == [303, 409]
    states = reading.scalars(select(PlanVersion.state).order_by(PlanVersion.number)).all()
    assert states == [VersionState.SUPERSEDED, VersionState.CURRENT]
    assert len(reading.scalars(select(Evidence)).all()) == 1
    winner = next(n for n, answer in answers.items() if answer.status_code == 303)
    assert reading.get(Plan, plan.id).current.document_number == f"第{winner}号"


def test_of_two_who_begin_a_revision_at_once_one_wins(as_role, county, make_plan, app, reading):
    plan = make_plan(county.town)
    people = [as_role("town_staff", county.town), as_role("county_staff")]
    start, answers = threading.Barrier(2), []

    def revise(browser):
        start.wait()
        answers.append(browser.post(f"/plans/{plan.id}/revise", data={"reason": "x"}).status_code)

    threads = [threading.Thread(target=revise, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reading.rollback()
    assert sorted(answers) in ([303, 409], [303, 422])
    assert len(reading.scalars(select(PlanVersion)).all()) == 2


def test_a_plan_is_abolished_with_a_reason_and_its_draft_given_up(
    as_role, county, make_plan, reading
):
    plan = make_plan(county.town, draft=True, title="白岩镇预案")
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/abolish", data={"reason": ""}).status_code == 422
    assert town.post(f"/plans/{plan.id}/abolish", data={"reason": "并入总体"}).status_code == 303
    states = [version.state for version in reading.get(Plan, plan.id).versions]
    assert states == [VersionState.WITHDRAWN, VersionState.ABOLISHED]
    page = town.page(f"/plans/{plan.id}")
    assert "并入总体" in page.text
    assert page.find("a", string="修订") is None
    assert "已废止" in town.page("/plans/?state=abolished").tbody.text
    assert town.post(f"/plans/{plan.id}/revise", data={"reason": "x"}).status_code == 422
    assert town.post(f"/plans/{plan.id}/abolish", data={"reason": "x"}).status_code == 422


def test_only_a_plan_in_force_is_abolished(as_role, county, make_plan, reading):
    plan = make_plan(county.town, issued_on=None)
    town = as_role("town_staff", county.town)
    assert town.post(f"/plans/{plan.id}/abolish", data={"reason": "x"}).status_code == 422
    assert reading.scalar(select(PlanFile.voided_at)) is None
    assert town.get(f"/plans/{plan.id}/issued").status_code == 404
