"""Filing from the plan to the record: clocks, papers, check, answer, grades."""

import threading
from datetime import UTC, date, datetime

import pytest

from drillreg.evidence.models import Evidence, Grade
from drillreg.filings.models import Filing
from drillreg.filings.rules import FilingState
from drillreg.notices.models import Notice
from tests.filings.conftest import form_of, paper, send


@pytest.fixture
def proofs(kept):
    return lambda kind: kept(Evidence, kind=kind)


@pytest.fixture
def filings(kept):
    return lambda: kept(Filing)


def test_an_issue_starts_both_clocks_with_working_days(as_role, county, office, issued, clocks):
    plan_id = issued(county.town)
    found = clocks(plan_id)
    # 1 to 5 May are off, Saturday 9 May is worked instead.
    assert {kind: clock.due_on for kind, clock in found.items()} == {
        "file": date(2026, 5, 26),
        "publish": date(2026, 5, 26),
    }
    panel = as_role("town_staff", county.town).page(f"/plans/{plan_id}").select_one("#filing")
    assert panel.text.count("还剩10个工作日") == 2
    assert "国办发〔2024〕5号第二十六条（六）（规范性文件）" in panel.text
    assert panel.select_one(f"a[href='/filings/plans/{plan_id}/file']") is not None


def test_a_town_files_and_the_department_records_it(
    as_role, county, office, issued, clocks, proofs, filings
):
    plan_id = issued(county.town)
    town = as_role("town_staff", county.town, name="曾雨晴")
    page = town.page(f"/filings/plans/{plan_id}/file")
    assert "青岭县（径送县应急管理局）" in page.text
    assert "编制说明" in page.text
    answer = send(town, plan_id)
    assert answer.status_code == 303
    assert clocks(plan_id)["file"].done_on == date(2026, 5, 12)
    (filed,) = proofs("plan-filed")
    assert (filed.grade, filed.attributes["plan_id"]) == (Grade.SELF_REPORTED, plan_id)
    assert proofs("filing-received") == []  # no check is asked for
    (filing,) = filings()
    clerk = as_role("dept_staff", office, name="汪海")
    inbox = clerk.page("/filings/inbox")
    assert "滑坡预案" in inbox.text
    assert "待登记" in inbox.text
    todo = clerk.page("/todo")
    assert todo.select_one(f"a[href='/filings/{filing.id}/answer']") is not None
    shown = clerk.page(f"/filings/{filing.id}")
    assert shown.select_one(f"a[href='/plans/{plan_id}']") is None  # beyond its own reach
    opened = shown.select_one("a[href*='/papers/']")["href"]
    with clerk.get(opened) as answer:
        assert answer.data.startswith(b"%PDF")
    form = form_of(clerk.page(f"/filings/{filing.id}/answer"))
    assert clerk.post(f"/filings/{filing.id}/answer", data=form).status_code == 303
    (filing,) = filings()
    assert (filing.state, filing.number) == (
        FilingState.RECORDED,
        "县应急管理局预案备〔2026〕1号",
    )
    (filed,) = proofs("plan-filed")
    assert (filed.grade, filed.attributes["number"]) == (Grade.VERIFIED, filing.number)
    assert "已备案" in town.page(f"/plans/{plan_id}").select_one("#filing").text
    again = clerk.post(f"/filings/{filing.id}/answer", data=form)
    assert again.status_code == 422
    assert "已由汪海于2026-05-12登记" in again.text


def test_what_governments_file_is_never_returned_or_deemed(
    as_role, county, office, issued, frozen, filings
):
    plan_id = issued(county.town)
    send(as_role("town_staff", county.town), plan_id)
    (filing,) = filings()
    frozen.now = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
    clerk = as_role("dept_staff", office)
    assert "待登记" in clerk.page(f"/filings/{filing.id}").select_one("h1").parent.text
    answer = clerk.post(
        f"/filings/{filing.id}/answer", data={"answer": "return", "missing": "explanation"}
    )
    assert answer.status_code == 422
    assert "不是审批" in answer.text
    assert filings()[0].state is FilingState.SENT


def test_late_filing_is_taken_and_says_how_late(as_role, county, office, issued, frozen):
    plan_id = issued(county.town)
    frozen.now = datetime(2026, 5, 28, 2, 0, tzinfo=UTC)  # two working days after 26 May
    town = as_role("town_staff", county.town)
    assert "逾期2个工作日" in town.page(f"/plans/{plan_id}").select_one("#filing").text
    assert "晚 2 天" in town.page("/filings/?state=late").text
    chased = as_role("county_staff").page("/chasing/?kind=filing-late")
    assert "滑坡预案" in chased.text
    answer = send(town, plan_id)
    assert "逾期2个工作日" in town.page(answer.location).text


def test_every_paper_must_be_there_and_what_was_typed_stays(as_role, mine, issued, filings):
    plan_id = issued(mine, "unit-overall")
    unit = as_role("unit_liaison", mine)
    form = form_of(unit.page(f"/filings/plans/{plan_id}/file"))
    form |= {"head": "罗建国", "note": "请查收"}
    answer = unit.post(
        f"/filings/plans/{plan_id}/file",
        data={**form, "contact_phone": "", "risk": paper()},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    for said in ("应急预案评审意见", "应急资源调查清单", "电话", "罗建国", "请查收"):
        assert said in answer.text
    assert "缺少“风险评估结果”" not in answer.text
    assert filings() == []


@pytest.fixture
def at_office(as_role, mine, office, issued, filings):
    """A plan that the mine filed, and the clerk who has it to check."""
    plan_id = issued(mine, "unit-overall", title="采石场综合应急预案")
    unit = as_role("unit_liaison", mine, name="罗建国")
    answer = send(unit, plan_id, head="罗建国", contact_phone="0000-1234567")
    assert answer.status_code == 303, answer.text
    (filing,) = filings()
    return unit, as_role("dept_staff", office, name="汪海"), plan_id, filing.id


def test_an_enterprise_gets_its_registration_form(at_office, proofs, filings):
    unit, clerk, _, filing_id = at_office
    (filing,) = filings()
    assert filing.check_due_on == date(2026, 5, 19)
    (received,) = proofs("filing-received")
    assert received.attributes == {"filer_kind": "enterprise", "filing_id": received.id}
    duty = clerk.get(f"/filings/received?key={received.id}")
    assert duty.location == f"/filings/{filing_id}"
    with unit.get(f"/filings/{filing_id}/application.pdf") as answer:
        assert answer.data.startswith(b"%PDF")
    assert unit.get(f"/filings/{filing_id}/registration.pdf").status_code == 404
    clerk.post(f"/filings/{filing_id}/answer", data={"answer": "record"})
    (answered,) = proofs("filing-answered")
    assert answered.attributes == {"filing_id": received.id, "answer": "filed"}
    page = unit.page(f"/filings/{filing_id}")
    link = page.find("a", string="备案登记表")
    with unit.get(link["href"]) as answer:
        assert answer.data.startswith(b"%PDF")
    assert unit.post(f"/filings/{filing_id}/take-back", data={"reason": "错"}).status_code == 422


def test_a_second_refusal_cannot_name_anything_new(at_office, clocks, proofs, filings):
    unit, clerk, plan_id, filing_id = at_office
    sent_back = {"answer": "return", "missing": ["risk", "review"], "other": "专家签名"}
    assert clerk.post(f"/filings/{filing_id}/answer", data={"answer": "return"}).status_code == 422
    assert clerk.post(f"/filings/{filing_id}/answer", data=sent_back).status_code == 303
    assert clocks(plan_id)["file"].done_on is None
    assert proofs("plan-filed")[0].voided_at is not None
    assert proofs("filing-answered")[0].attributes["answer"] == "refused"
    page = unit.page(f"/filings/{filing_id}")
    assert "应急预案评审意见、风险评估结果、专家签名" in page.text
    assert unit.page("/todo").select_one(f"a[href='/filings/plans/{plan_id}/file']") is not None
    assert send(unit, plan_id, head="罗建国", contact_phone="1").status_code == 303
    second = filings()[-1]
    assert second.attempt == 2
    refused = clerk.post(
        f"/filings/{second.id}/answer", data={"answer": "return", "missing": ["risk", "resources"]}
    )
    assert refused.status_code == 422
    assert "当时没有列出的，现在不能再要求补" in refused.text
    assert "应急资源调查清单" in refused.text
    still = clerk.post(f"/filings/{second.id}/answer", data={"answer": "return", "missing": "risk"})
    assert still.status_code == 303


def test_without_an_answer_it_is_deemed_filed_and_not_verified(
    as_role, at_office, mine, office, frozen, proofs
):
    filing_id = at_office[-1]
    frozen.now = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)  # the day after the fifth working day
    unit = as_role("unit_liaison", mine, username="unit-later")
    clerk = as_role("dept_staff", office, username="clerk-later")
    page = unit.page(f"/filings/{filing_id}")
    assert "依第二十八条视为备案" in page.select_one("h1").parent.text
    assert "未经核查" in page.text
    assert proofs("plan-filed")[0].grade is Grade.SELF_REPORTED
    late = clerk.post(f"/filings/{filing_id}/answer", data={"answer": "return", "missing": "risk"})
    assert late.status_code == 422
    assert "视为已经备案" in late.text
    assert clerk.post(f"/filings/{filing_id}/answer", data={"answer": "record"}).status_code == 303
    assert proofs("plan-filed")[0].grade is Grade.VERIFIED


def test_of_two_who_record_at_once_one_does(as_role, at_office, office, proofs, filings):
    _, clerk, _, filing_id = at_office
    people = [clerk, as_role("county_staff")]
    start, answers = threading.Barrier(2), []

    def record(browser):
        start.wait()
        answer = browser.post(f"/filings/{filing_id}/answer", data={"answer": "record"})
        answers.append(answer.status_code)

    threads = [threading.Thread(target=record, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in ([303, 409], [303, 422])
    assert len(proofs("filing-answered")) == 1
    assert filings()[0].number.endswith("〔2026〕1号")


def test_what_nobody_answered_is_taken_back(at_office, clocks, proofs):
    unit, clerk, plan_id, filing_id = at_office
    assert unit.post(f"/filings/{filing_id}/take-back", data={"reason": ""}).status_code == 422
    assert unit.post(f"/filings/{filing_id}/take-back", data={"reason": "传错"}).status_code == 303
    assert clocks(plan_id)["file"].done_on is None
    for kind in ("plan-filed", "filing-received"):
        assert proofs(kind)[0].void_reason == "传错"
    assert clerk.post(f"/filings/{filing_id}/answer", data={"answer": "record"}).status_code == 422


def test_a_county_files_outside_with_its_receipt(as_role, county, office, issued, proofs, filings):
    plan_id = issued(county.county, "overall")
    clerk = as_role("county_staff")
    page = clerk.page(f"/filings/plans/{plan_id}/file")
    assert page.select_one("input[name=way]") is None
    answer = send(
        clerk,
        plan_id,
        recipient_name="赣中市人民政府",
        sent_on="2026-05-08",
        number="市应急备[2026]7号",
        receipt=paper("回执.pdf"),
    )
    assert answer.status_code == 303
    (filing,) = filings()
    assert (filing.state, filing.number) == (FilingState.OUTSIDE, "市应急备〔2026〕7号")
    assert proofs("plan-filed")[0].grade is Grade.EVIDENCED
    shown = clerk.page(answer.location)
    assert "系统外备案" in shown.text
    with clerk.get(shown.find("a", string="回执.pdf")["href"]) as receipt:
        assert receipt.status_code == 200
    early = send(clerk, plan_id, recipient_name="市政府", sent_on="2026-04-01")
    assert early.status_code == 422


def test_a_filing_is_seen_by_who_sent_it_and_who_takes_it(as_role, at_office, county, mine):
    _, _, plan_id, filing_id = at_office
    assert as_role("town_staff", county.town).get(f"/filings/{filing_id}").status_code == 200
    assert as_role("town_staff", county.other_town).get(f"/filings/{filing_id}").status_code == 404
    assert as_role("dept_staff", county.bureau).get(f"/filings/{filing_id}").status_code == 404
    town = as_role("town_staff", county.town, username="town-2")
    assert town.get(f"/filings/{filing_id}/answer").status_code == 403
    assert (
        as_role("unit_liaison", county.school).get(f"/filings/plans/{plan_id}/file").status_code
        == 404
    )


def test_a_unit_of_a_central_enterprise_files_outside_and_enters_the_number(
    as_role, county, make_org, office, issued, clocks
):
    unit = make_org(
        "国能青岭分公司",
        "enterprise",
        county.town,
        attributes={"trades": ["flammable"], "special_filing": "central-unit"},
    )
    plan_id = issued(unit, "unit-overall")
    liaison = as_role("unit_liaison", unit)
    page = liaison.page(f"/filings/plans/{plan_id}/file")
    assert "省级或者设区的市级人民政府" in page.text
    assert "第二十六条" in page.text
    form = form_of(page) | {
        "recipient_name": "市能源局",
        "sent_on": "2026-05-11",
        "number": "市能备[2026]8号",
        "head": "罗建国",
        "contact_phone": "0000-1234567",
    }
    papers = {name: paper() for name in ("risk", "resources", "review")}
    answer = liaison.post(
        f"/filings/plans/{plan_id}/file",
        data={**form, **papers},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    assert clocks(plan_id)["file"].done_on == date(2026, 5, 11)
    done = as_role("county_staff").get("/filings/export.csv?state=done")
    text = done.data.decode("utf-8-sig")
    assert "市能源局" in text
    assert "市能备〔2026〕8号" in text
    assert "预案公布" not in text  # that clock still runs, so the filter leaves it out


def test_who_filed_is_told_what_became_of_it(as_role, county, office, mine, issued, kept):
    plan_id = issued(mine, "unit-overall")
    unit = as_role("unit_liaison", mine)
    send(unit, plan_id, head="罗建国", contact_phone="0000-1234567")
    (filing,) = kept(Filing)
    clerk = as_role("dept_staff", office)
    back = {"answer": "return", "missing": "review"}
    assert clerk.post(f"/filings/{filing.id}/answer", data=back).status_code == 303
    (told,) = kept(Notice, kind="filing-returned")
    assert told.params["items"] == "应急预案评审意见"
    assert "退回" in unit.page("/inbox/").text
    send(unit, plan_id, head="罗建国", contact_phone="0000-1234567")
    second = kept(Filing)[-1]
    form = form_of(clerk.page(f"/filings/{second.id}/answer"))
    assert clerk.post(f"/filings/{second.id}/answer", data=form).status_code == 303
    (told,) = kept(Notice, kind="filing-recorded")
    assert told.params["number"] == "县应急管理局预案备〔2026〕1号"
    assert "应急预案评审意见" in clerk.get("/filings/inbox/export.csv?state=returned").text
