"""From the held drill to the approved report, through the pages, as three people."""

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from drillreg.accounts.models import Account
from drillreg.accounts.operations import give_role
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.evidence.models import Evidence, Grade
from drillreg.notices.models import Notice
from drillreg.orgs.models import Org
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.reports.rules import ReportState
from drillreg.steps.models import Step


def test_the_report_writes_itself_from_the_drill(desk, the_report, the_findings):
    address = desk.write()
    report = the_report()
    assert report.title == "关于白岩镇地质灾害转移避险演练的总结报告"
    assert report.addressee == "青岭县人民政府"
    assert "实到436人，其中学生400人、教师36人" in report.summary
    assert "用时2分41秒，目标3分钟，比目标快19秒" in report.summary
    assert "模拟连续降雨" in report.summary
    assert report.strengths == "疏散有序，没有拥挤。"
    assert [finding.text for finding in the_findings()] == ["停电后广播不响。"]
    page = desk.author.page(address)
    assert "白府发〔2026〕12号" in page.text
    assert [li.select_one(".k").text for li in page.select(".dr-thread li")] == [
        "风险点", "预案", "演练", "报告", "整改措施",
    ]  # fmt: skip


def test_a_drill_has_one_report(desk):
    desk.write()
    again = desk.author.get(f"/reports/new/{desk.drill.id}")
    assert again.status_code == 303
    response = desk.author.post(f"/reports/new/{desk.drill.id}", data={"title": "二"})
    assert response.status_code == 303  # the refused form leads to the report that is there


def test_a_finding_without_an_answer_stops_the_submission(desk, the_report):
    address = desk.write()
    response = desk.author.post(f"{address}/submit")
    assert response.status_code == 422
    assert "既没有整改措施" in response.text
    assert the_report().state is ReportState.DRAFT


def test_a_reason_for_no_action_is_an_answer_too(desk, the_report):
    address = desk.write()
    fields = desk.fields(address) | {"finding-0-reason": "已当场更换。"}
    assert desk.author.post(f"{address}/edit", data=fields).status_code == 303
    assert desk.author.post(f"{address}/submit").status_code == 303
    assert the_report().state is ReportState.SUBMITTED


def test_rows_are_added_and_removed_without_saving(desk, the_findings):
    address = desk.write()
    fields = desk.fields(address) | {"summary": "改过还没保存", "rows": "add-finding"}
    response = desk.author.post(f"{address}/rows", data=fields)
    assert response.status_code == 200
    assert 'name="finding-1-text"' in response.text
    assert "改过还没保存" in response.text
    fields["rows"] = "remove-finding-0"
    response = desk.author.post(f"{address}/rows", data=fields)
    assert 'name="finding-0-text"' not in response.text
    assert len(the_findings()) == 1


def test_a_removed_finding_is_struck_not_deleted(desk, the_findings, look):
    address = desk.write()
    fields = {n: v for n, v in desk.fields(address).items() if not n.startswith("finding-0-")}
    fields |= {"finding-5-id": "", "finding-5-text": "新的问题"}
    assert desk.author.post(f"{address}/edit", data=fields).status_code == 303
    assert [finding.text for finding in the_findings()] == ["新的问题"]
    assert len(look(select(Finding))) == 2


def test_half_a_row_is_refused_with_its_fields(desk):
    address = desk.write()
    response = desk.fill(address, **{"action-0-0-person": "", "action-0-0-due": "2026-13-01"})
    assert response.status_code == 422
    assert 'href="#f-action-0-0-person"' in response.text
    assert 'href="#f-action-0-0-due"' in response.text
    assert "广播加备用电池" in response.text


def test_an_action_before_the_drill_is_refused(desk):
    address = desk.write()
    response = desk.fill(address, **{"action-0-0-due": "2026-05-01"})
    assert response.status_code == 422
    assert "不能早于演练日期" in response.text


def test_a_foreign_organisation_cannot_be_charged(desk):
    address = desk.write()
    response = desk.fill(address, **{"action-0-0-org": str(desk.county.other_county.id)})
    assert response.status_code == 422


def test_a_stale_edit_shows_both_texts(desk):
    address = desk.write()
    old = desk.fields(address)
    assert desk.fill(address, summary="先保存的").status_code == 303
    response = desk.author.post(f"{address}/edit", data=old | {"summary": "后保存的"})
    assert response.status_code == 409
    assert "先保存的" in response.text
    assert "后保存的" in response.text
    assert "广播加备用电池" in response.text


def test_a_change_of_an_action_alone_makes_older_forms_stale(desk):
    address = desk.write()
    desk.fill(address)
    old = desk.fields(address)
    assert desk.fill(address, **{"action-0-0-person": "钟福生"}).status_code == 303
    assert desk.author.post(f"{address}/edit", data=old).status_code == 409


def test_the_whole_way_with_a_return(desk, the_report, look):
    address = desk.submit()
    assert desk.author.get(f"{address}/edit").status_code == 422
    drill = look(select(Drill))[0]
    assert drill.closed_at is not None
    waiting = desk.leader.page("/reports/")
    assert waiting.select_one(".ld-d h3").text == the_report().title
    # The county's leader may decide, but is not asked while the town has one.
    assert not desk.county_leader.page("/reports/").select(".ld-d")

    response = desk.decide(address, "return")
    assert response.status_code == 422
    response = desk.decide(address, "return", "请补充停电的处置。")
    assert response.status_code == 303
    report = the_report()
    assert report.state is ReportState.RETURNED
    page = desk.author.page(address)
    assert "请补充停电的处置。" in page.text
    response = desk.fill(address, summary="补充了停电的处置。")
    assert response.status_code == 303, response.text
    assert desk.author.post(f"{address}/submit").status_code == 303
    assert desk.decide(address, "approve", "同意。").status_code == 303

    report = the_report()
    assert report.state is ReportState.APPROVED
    assert report.number == "白岩镇演练报〔2026〕1号"
    assert report.approved_by_name == "叶怀远"
    steps = look(select(Step.code).where(Step.subject_kind == "report").order_by(Step.id))
    ways = ["submitted", "returned", "submitted", "approved"]
    assert steps == [f"report-{way}" for way in ways]
    kinds = look(select(Notice.kind).order_by(Notice.id))
    assert kinds.count("report-waiting") == 2
    assert kinds.count("report-returned") == kinds.count("report-approved") == 1
    assert kinds.count("action-due") == 1
    grades = look(select(Evidence.grade).order_by(Evidence.id))
    # The town's own leader signs: with evidence, but nobody from outside has verified it.
    assert grades == [Grade.EVIDENCED, Grade.EVIDENCED]


def test_nobody_decides_on_what_they_submitted(
    app, desk, county, make_account, sign_in, the_report
):
    both = make_account("town_staff", county.town, username="both")
    with app.app_context(), unit_of_work():
        give_role(
            db.session.get(Account, both),
            role="leader",
            org=db.session.get(Org, county.town.id),
            from_on=date(2026, 1, 1),
            actor=None,
            now=desk.drill.recorded_at,
        )
    address = desk.write()
    desk.fill(address)
    browser = sign_in(both)
    assert browser.post(f"{address}/submit").status_code == 303
    assert browser.get(f"{address}/decide").status_code == 403
    response = desk.decide(address, "approve", browser=browser, version=the_report().row_version)
    assert response.status_code == 403
    assert the_report().state is ReportState.SUBMITTED
    assert desk.decide(address, "approve").status_code == 303


def test_without_a_leader_a_report_cannot_be_submitted(county, make_held, as_role):
    drill = make_held(county.other_town, title="竹源镇演练")
    author = as_role("town_staff", county.other_town)
    author.post(f"/reports/new/{drill.id}", data={"title": "总结"})
    page = author.page("/reports/")
    address = page.select_one("td.two a")["href"]
    fields = {"title": "总结", "summary": "一", "version": "1"}
    author.post(f"{address}/edit", data=fields)
    response = author.post(f"{address}/submit")
    assert response.status_code == 422
    assert "没有领导账号" in response.text


def test_only_the_first_of_two_decisions_counts(desk, the_report):
    address = desk.submit()
    page = desk.leader.page(f"{address}/decide")
    version = page.select_one("[name=version]")["value"]
    assert desk.decide(address, "approve", version=version).status_code == 303
    second = desk.decide(address, "return", "太晚了", browser=desk.county_leader, version=version)
    assert second.status_code == 422
    assert the_report().state is ReportState.APPROVED


def test_a_decision_on_an_older_reading_is_refused(desk, the_report):
    address = desk.submit()
    page = desk.leader.page(f"{address}/decide")
    version = page.select_one("[name=version]")["value"]
    desk.decide(address, "return", "改")
    desk.fill(address, summary="另一个意思")
    desk.author.post(f"{address}/submit")
    assert desk.decide(address, "approve", version=version).status_code == 409
    assert the_report().state is ReportState.SUBMITTED


def test_after_approval_nothing_changes(desk, the_report):
    address = desk.submit()
    desk.decide(address, "approve")
    before = the_report().snapshot
    assert desk.author.get(f"{address}/edit").status_code == 422
    fields = {"title": "别的题目", "summary": "x", "version": str(the_report().row_version)}
    assert desk.author.post(f"{address}/edit", data=fields).status_code == 422
    assert desk.author.post(f"{address}/submit").status_code == 422
    assert the_report().snapshot == before


def test_outside_the_scope_there_is_no_report(desk, county, as_role):
    address = desk.submit()
    stranger = as_role("town_staff", county.other_town)
    other_leader = as_role("leader", county.other_town)
    for path in ("", "/edit", "/report.pdf", "/preview.pdf"):
        assert stranger.get(address + path).status_code == 404
    assert other_leader.get(f"{address}/decide").status_code == 404
    assert stranger.post(f"{address}/submit").status_code == 404
    assert stranger.get(f"/reports/new/{desk.drill.id}").status_code == 404
    assert not stranger.page("/reports/").select("td.two")


def test_in_scope_without_the_right_is_refused(desk, county, as_role):
    address = desk.write()
    monitor = as_role("monitor", county.town)
    assert monitor.get(address).status_code == 200
    assert monitor.get(f"{address}/edit").status_code == 403
    assert monitor.post(f"{address}/submit").status_code == 403
    assert desk.author.get(f"{address}/decide").status_code == 403
    assert desk.leader.get(f"{address}/edit").status_code == 403


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_the_list_filters_and_exports(desk, county, as_role, locale):
    desk.submit()
    browser = as_role("county_staff", county.county, locale)
    assert len(browser.page("/reports/").select("td.two")) == 1
    assert len(browser.page("/reports/?state=draft").select("td.two")) == 0
    assert len(browser.page(f"/reports/?org={county.town.id}").select("td.two")) == 1
    assert len(browser.page(f"/reports/?org={county.other_town.id}").select("td.two")) == 0
    assert len(browser.page("/reports/?words=转移避险").select("td.two")) == 1
    response = browser.get("/reports/export.xlsx?state=submitted")
    sheet = openpyxl.load_workbook(io.BytesIO(response.data)).active
    assert sheet.max_row == 2
    assert browser.get(f"/reports/?org={county.other_county.id}").status_code == 404


def test_the_charged_organisation_notes_its_action_as_done(desk, county, as_role, frozen, look):
    address = desk.write()
    desk.fill(address, **{"action-0-0-org": str(county.village.id)})
    desk.author.post(f"{address}/submit")
    village = as_role("unit_liaison", county.village)
    assert not village.page("/reports/actions").select("td.two")
    desk.decide(address, "approve")
    page = village.page("/reports/actions")
    action = page.select_one("td.two a")["href"]
    assert "待完成" in page.text
    frozen.now = frozen.now.replace(month=6, day=20)
    browser = as_role("town_staff", county.town, username="again")
    late = browser.page("/reports/actions?standing=late")
    assert late.select_one("td.dr-late")
    assert "超期" in browser.page(action).text

    stranger = as_role("town_staff", county.other_town)
    assert stranger.get(action).status_code == 404
    monitor = as_role("monitor", county.village)
    assert monitor.post(action, data={"done_on": "2026-06-01", "note": "x"}).status_code == 403
    response = browser.post(action, data={"done_on": "2026-06-21", "note": "早了"})
    assert response.status_code == 422
    response = browser.post(action, data={"done_on": "2026-06-18", "note": "已装电池"})
    assert response.status_code == 303
    found = look(select(CorrectiveAction))[0]
    assert (found.done_on.isoformat(), found.done_note) == ("2026-06-18", "已装电池")
    assert browser.post(action, data={"done_on": "2026-06-18", "note": "再"}).status_code == 422
    sheet = openpyxl.load_workbook(
        io.BytesIO(browser.get("/reports/actions.xlsx?standing=done").data)
    ).active
    assert sheet["A2"].value == "岭下村"


def test_panels_lead_to_the_report_and_the_actions(desk, county):
    page = desk.author.page(f"/drills/{desk.drill.id}")
    assert page.select_one(f'a[href="/reports/new/{desk.drill.id}"]')
    address = desk.submit()
    desk.decide(address, "approve")
    page = desk.author.page(f"/drills/{desk.drill.id}")
    assert page.select_one(f'a[href="{address}"]')
    page = desk.author.page(f"/orgs/{county.town.id}")
    assert "广播加备用电池" in page.text


def test_pages_need_a_fixed_number_of_queries(desk, count_queries):
    address = desk.submit()
    desk.decide(address, "approve")
    for path, most in (
        ("/reports/", 14),
        ("/reports/actions", 14),
        (address, 22),
    ):
        with count_queries() as seen:
            desk.author.page(path)
        assert len(seen) <= most, (path, len(seen), seen)


def test_one_county_counts_its_numbers_by_issuer(desk, county, make_held, as_role, look):
    first = desk.submit()
    desk.decide(first, "approve")
    drill = make_held(title="第二次演练")
    desk.drill = drill
    second = desk.submit()
    desk.decide(second, "approve")
    numbers = look(select(Report.number).order_by(Report.id))
    assert numbers == ["白岩镇演练报〔2026〕1号", "白岩镇演练报〔2026〕2号"]
