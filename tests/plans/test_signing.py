"""A draft on its way through those who sign, as the pages show it."""

import io
import threading
from dataclasses import dataclass
from datetime import date, timedelta

import PIL.Image
import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.documents.models import IssuedNumber
from drillreg.evidence.models import Evidence
from drillreg.notices.models import Notice
from drillreg.plans.models import Plan, PlanSection, PlanVersion
from drillreg.plans.rules import VersionState
from drillreg.signoffs.models import Consultation, Expert, SignOff, SignOffStage
from drillreg.signoffs.rules import SignOffState, StageState
from drillreg.steps.models import Step
from drillreg.tasks.models import Task
from drillreg.work.worker import run_next

PASSWORD = "a good pass-phrase"
POINTS = ("law", "alignment", "structure", "measures", "opinions", "others")
CHECKED = {f"check-{point}": "yes" for point in POINTS}


def picture():
    """Return a photo of a sheet."""
    stream = io.BytesIO()
    PIL.Image.new("RGB", (320, 240), (90, 140, 170)).save(stream, "JPEG")
    return stream.getvalue()


@dataclass
class Way:
    """The people of a town's sign-off, each at a browser, and the plan."""

    plan: Plan
    clerk: object
    colleague: object
    mayor: object
    bureau: object
    county: object

    def at(self, key=""):
        return f"/plans/{self.plan.id}/sign" + (f"/{key}" if key else "")

    def submit(self, **fields):
        return self.clerk.post(self.at("submit"), data=fields)

    def take(self, browser, key, **fields):
        return browser.post(self.at(key), data={"decision": "yes", **fields})

    def skip(self, *keys):
        for key in keys:
            answer = self.clerk.post(self.at(f"{key}/skip"), data={"reason": "不涉及"})
            assert answer.status_code == 303, answer.text

    def consult(self):
        """Ask nobody but a body outside, which has no objection."""
        day = "2026-05-20"
        self.clerk.post(self.at("consult/ask"), data={"outside": "供电公司", "answer_by": day})
        page = self.clerk.page(self.at("consult"))
        opinion = page.select_one("td a[href*=opinions]")["href"]
        assert self.clerk.post(opinion, data={"reply": "agreed"}).status_code == 303
        assert self.take(self.clerk, "consult").status_code == 303

    def to_approval(self):
        """Go on until the meeting of the town has to approve."""
        self.consult()
        self.skip("experts", "align")
        answer = self.take(self.colleague, "review", **CHECKED)
        assert answer.status_code == 303, answer.text

    def to_proof(self):
        self.to_approval()
        for key in ("approve", "sign"):
            answer = self.take(self.mayor, key, password=PASSWORD)
            assert answer.status_code == 303, answer.text

    def proofread(self):
        page = self.colleague.page(self.at("proofread"))
        frozen = page.select_one("input[name=frozen]")["value"]
        return self.take(self.colleague, "proofread", frozen=frozen)

    def issue(self, browser=None, day="2026-05-12"):
        fields = {"issued_on": day, "review_on": "2029-05-12"}
        return self.take(browser or self.clerk, "issue", **fields)


@pytest.fixture
def way(as_role, county, make_plan):
    plan = make_plan(county.town, draft=True, title="白岩镇地质灾害应急预案")
    return Way(
        plan,
        as_role("town_staff", county.town, name="刘美云"),
        as_role("town_staff", county.town, name="曾雨晴", username="second"),
        as_role("leader", county.town, name="肖建中"),
        as_role("dept_staff", county.bureau, name="范志华"),
        as_role("county_staff", name="周敏"),
    )


def version_of(reading, plan, number=2):
    reading.rollback()
    return reading.scalar(
        select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.number == number)
    )


def codes(reading):
    return reading.scalars(select(Step.code).order_by(Step.id)).all()


def test_a_plan_goes_its_way_and_is_current_from_issue(way, reading):
    assert "征求意见 → 专家论证" in way.clerk.page(way.at()).text
    assert way.submit().status_code == 303
    page = way.clerk.page(way.at())
    assert [b.text for b in page.select(".dr-steps li.now b")] == ["征求意见", "专家论证"]
    assert "还剩5个工作日" in page.text
    way.to_proof()
    draft = version_of(reading, way.plan)
    assert draft.frozen_file_id == draft.papers[0].file_id
    assert draft.document_number.endswith("〔2026〕1号")
    assert draft.state is VersionState.DRAFT
    assert way.proofread().status_code == 303
    answer = way.issue()
    assert answer.status_code == 303, answer.text
    issued = version_of(reading, way.plan)
    assert (issued.state, issued.issued_on, issued.locked_at) == (
        VersionState.CURRENT,
        date(2026, 5, 12),
        None,
    )
    assert version_of(reading, way.plan, 1).state is VersionState.SUPERSEDED
    assert [e.kind for e in reading.scalars(select(Evidence))] == ["plan-issued"]
    sign_off = reading.scalar(select(SignOff))
    assert sign_off.state is SignOffState.DONE
    assert [code for code in codes(reading) if code.startswith("sign-")] == [
        "sign-submitted",
        "sign-asked",
        "sign-answered",
        "sign-consult",
        "sign-skipped",
        "sign-skipped",
        "sign-review",
        "sign-approve",
        "sign-sign",
        "sign-proofread",
        "sign-issue",
    ]
    assert {step.subject_kind for step in reading.scalars(select(Step))} == {"plan-version"}
    page = way.clerk.page(way.at())
    assert "已签发印发" in page.text
    assert "系统内办理，已验密码" in page.text
    assert "肖建中" in page.text


def test_a_draft_without_text_is_not_submitted(way, as_role, county, make_plan, reading):
    bare = make_plan(county.town, "flood", issued_on=None, papers=0)
    refused = way.clerk.post(f"/plans/{bare.id}/sign/submit")
    assert refused.status_code == 422
    assert "先编写正文" in refused.text
    assert reading.scalar(select(SignOff)) is None


def test_what_is_signed_is_not_changed_meanwhile(way, reading):
    way.submit()
    plan = f"/plans/{way.plan.id}"
    upload = {"papers": (io.BytesIO(b"%PDF-1.7"), "新.pdf")}
    assert "正在送审签批" in way.clerk.post(f"{plan}/papers", data=upload).text
    assert way.clerk.post(f"{plan}/withdraw", data={"reason": "x"}).status_code == 422
    issue = {"number": "第1号", "issued_on": "2026-05-11"}
    assert way.clerk.post(f"{plan}/issue", data=issue).status_code == 422
    assert way.clerk.get(f"{plan}/issue/check", query_string=issue).status_code == 422
    assert version_of(reading, way.plan).state is VersionState.DRAFT
    way.clerk.post(way.at("withdraw"), data={"reason": "还要改"})
    assert version_of(reading, way.plan).locked_at is None
    assert way.submit().status_code == 303


def test_returned_with_reasons_a_new_round_begins_where_it_was_said(way, reading):
    way.submit()
    way.to_approval()
    refused = way.take(way.mayor, "approve", decision="return", resume="review", password=PASSWORD)
    assert refused.status_code == 422
    answer = way.take(
        way.mayor,
        "approve",
        decision="return",
        resume="review",
        remark="责任人没有写全",
        password=PASSWORD,
    )
    assert answer.status_code == 303, answer.text
    assert version_of(reading, way.plan).locked_at is None
    page = way.clerk.page(way.at())
    assert "已退回" in page.text
    assert "责任人没有写全" in page.text
    assert "退回的预案" in way.clerk.page("/todo").text
    assert (
        "责任人没有写全"
        in reading.scalar(select(Notice).where(Notice.kind == "sign-returned")).params["remark"]
    )
    assert way.submit(remark="已补全").status_code == 303
    rows = reading.scalars(select(SignOffStage).where(SignOffStage.round == 2)).all()
    assert {row.key: row.state for row in rows} == {
        "consult": StageState.KEPT,
        "experts": StageState.KEPT,
        "align": StageState.KEPT,
        "review": StageState.OPEN,
        "approve": StageState.WAITING,
        "sign": StageState.WAITING,
        "proofread": StageState.WAITING,
        "issue": StageState.WAITING,
    }
    page = way.clerk.page(way.at())
    assert "第2轮" in page.text
    assert "第1轮" in page.text


def test_the_number_of_a_returned_plan_is_kept(way, reading):
    way.submit()
    way.to_proof()
    number = version_of(reading, way.plan).document_number
    frozen = way.colleague.page(way.at("proofread")).select_one("input[name=frozen]")["value"]
    fields = {"decision": "return", "resume": "sign", "remark": "第3页电话有误"}
    assert way.take(way.colleague, "proofread", frozen=frozen, **fields).status_code == 303
    assert version_of(reading, way.plan).frozen_file_id is None
    way.submit()
    assert way.take(way.mayor, "sign", password=PASSWORD).status_code == 303
    assert version_of(reading, way.plan).document_number == number
    assert reading.scalar(select(func.count()).select_from(IssuedNumber)) == 1


def test_bodies_are_asked_and_answer_on_a_page_of_their_own(way, county, reading, as_role):
    stranger = as_role("town_staff", county.other_town)
    way.submit()
    page = way.clerk.page(way.at("consult"))
    offered = {o.text for o in page.select("#f-org option")}
    assert {"县教育局", "青岭县"} <= offered
    data = {"org": [county.bureau.id], "outside": "供电公司\n供电公司", "answer_by": "2026-05-15"}
    assert way.clerk.post(way.at("consult/ask"), data=data).status_code == 303
    assert way.clerk.post(way.at("consult/ask"), data=data).status_code == 303
    assert reading.scalar(select(func.count()).select_from(Consultation)) == 2
    todo = way.bureau.page("/todo")
    link = todo.find("a", string="白岩镇地质灾害应急预案")["href"]
    assert way.bureau.get(f"/plans/{way.plan.id}").status_code == 404  # the question opens no more
    asked = way.bureau.page(link)
    assert "2026年5月15日" in asked.text
    assert asked.find("a", string="正文0.pdf")["href"].startswith(link)
    assert way.bureau.post(link, data={"reply": "remarks"}).status_code == 422
    sent = {"reply": "remarks", "opinion": "学校的集合点改在操场西侧"}
    assert way.bureau.post(link, data=sent).status_code == 303
    assert way.bureau.post(link, data=sent).status_code == 422
    assert stranger.get(link).status_code == 404
    # Not finished: one still has time, one opinion is not dealt with.
    assert "还有1个单位" in way.take(way.clerk, "consult").text
    ours = [a["href"] for a in way.clerk.page(way.at()).select("#opinions td a")]
    assert way.clerk.post(ours[1], data={"reply": "agreed"}).status_code == 303
    assert "还有1条意见" in way.take(way.clerk, "consult").text
    refused = way.clerk.post(f"{ours[0]}/outcome", data={"outcome": "refused"})
    assert refused.status_code == 422
    kept = {"outcome": "partly", "note": "改为操场北侧，更近"}
    assert way.clerk.post(f"{ours[0]}/outcome", data=kept).status_code == 303
    assert way.take(way.clerk, "consult").status_code == 303
    assert "改为操场北侧" in way.bureau.page(link).text


def test_who_does_not_answer_in_time_is_chased_and_counts_as_silent(way, county, frozen, as_role):
    way.submit()
    data = {"org": [county.bureau.id], "answer_by": "2026-05-13"}
    way.clerk.post(way.at("consult/ask"), data=data)
    frozen.now += timedelta(days=20)  # which ends everybody's session
    way.clerk = as_role("town_staff", county.town, username="clerk-later")
    way.county = as_role("county_staff", username="county-later")
    chasing = way.county.page("/chasing/")
    assert "意见逾期未复" in chasing.text
    assert "签批超期" in chasing.text
    assert "已超" in way.clerk.page(way.at()).text
    assert way.take(way.clerk, "consult").status_code == 303


def test_experts_are_entered_with_attendance_and_votes(way, reading):
    way.submit()
    assert "至少要有" in way.take(way.clerk, "experts").text
    meeting = {"held_on": "2026-05-11", "place": "镇政府会议室", "conclusion": "修改后通过"}
    for at, name in enumerate(("陈一", "林二", "何三", "郑四")):
        meeting |= {f"name-{at}": name, f"unit-{at}": "省地质院", f"present-{at}": "1"}
    votes = {f"vote-{at}": "revise" for at in range(4)}
    assert way.clerk.post(way.at("experts/experts"), data=meeting | votes).status_code == 303
    del meeting["name-3"], meeting["present-2"]
    assert way.clerk.post(way.at("experts/experts"), data=meeting | votes).status_code == 303
    standing = reading.scalars(select(Expert).where(Expert.voided_at.is_(None))).all()
    assert [(e.name, e.present) for e in standing] == [
        ("陈一", True),
        ("林二", True),
        ("何三", False),
    ]
    assert "至少要有3名" in way.take(way.clerk, "experts").text
    assert (
        way.clerk.post(
            way.at("experts/experts"), data=meeting | votes | {"present-2": "1"}
        ).status_code
        == 303
    )
    assert way.take(way.clerk, "experts").status_code == 303
    page = way.clerk.page(way.at())
    assert "修改后通过" in page.text
    assert "省地质院" in page.text


def test_the_points_of_article_24_are_a_check_list(way):
    way.submit()
    way.consult()
    way.skip("experts", "align")
    page = way.colleague.page(way.at("review"))
    assert len(page.select("fieldset")) == 6
    assert "符合上位预案要求" in page.text
    refused = way.take(way.colleague, "review", **(CHECKED | {"check-opinions": "no"}))
    assert refused.status_code == 422
    assert "写明理由退回" in refused.text
    assert way.take(way.colleague, "review", **(CHECKED | {"check-law": ""})).status_code == 422


def test_other_eyes_review_and_proofread(way):
    way.submit()
    way.consult()
    way.skip("experts", "align")
    assert way.take(way.clerk, "review", **CHECKED).status_code == 403
    assert "sign" not in {
        a["href"].rsplit("/", 1)[-1] for a in way.clerk.page("/todo").select("main a")
    }
    assert "待办签批" in way.colleague.page("/todo").text
    assert way.take(way.mayor, "review", **CHECKED).status_code == 403
    assert way.take(way.colleague, "review", **CHECKED).status_code == 303


def test_approval_and_signature_ask_for_the_password_again(way, as_role, county, reading):
    above = as_role("leader", county.county, name="方明远")
    way.submit()
    way.to_approval()
    assert way.take(way.mayor, "approve").status_code == 422
    wrong = way.take(way.mayor, "approve", password="wrong", remark="同意")
    assert wrong.status_code == 422
    assert "密码不正确" in wrong.text
    assert "同意" in wrong.text
    # The leader of the county does not stand in for the town's meeting.
    assert way.take(above, "approve", password=PASSWORD).status_code == 403
    for _ in range(5):
        way.take(way.mayor, "approve", password="wrong")
    locked = way.take(way.mayor, "approve", password=PASSWORD)
    assert locked.status_code == 422
    assert (
        reading.scalar(select(SignOffStage.state).where(SignOffStage.key == "approve"))
        is StageState.OPEN
    )


def test_the_urgent_path_needs_a_reason_and_is_shorter(way, reading):
    assert way.submit(urgent="1").status_code == 422
    assert way.submit(urgent="1", urgent_reason="汛期在即").status_code == 303
    page = way.clerk.page(way.at())
    assert "紧急程序：汛期在即" in page.text
    assert "还剩3个工作日" in page.text


def test_an_error_found_later_lies_with_its_step(way, reading):
    way.submit()
    way.to_proof()
    way.proofread()
    way.issue()
    form = way.clerk.page(way.at("error"))
    assert "校对" in form.text
    assert way.clerk.post(way.at("error"), data={"step": "proofread"}).status_code == 422
    data = {"step": "proofread", "text": "第2页值班电话少一位"}
    assert way.clerk.post(way.at("error"), data=data).status_code == 303
    task = reading.scalar(select(Task))
    assert task.account_id == reading.scalar(
        select(SignOffStage.done_by_id).where(SignOffStage.key == "proofread")
    )
    assert "值班电话少一位" in task.detail
    step = reading.scalars(select(Step).where(Step.code == "sign-error")).one()
    assert (step.decision, step.to_name) == ("proofread", "曾雨晴")
    assert "值班电话少一位" in way.clerk.page(way.at()).text


def both(first, second):
    """Call two things at the same moment and return their status codes."""
    start, answers = threading.Barrier(2), []

    def go(act):
        start.wait()
        answers.append(act().status_code)

    threads = [threading.Thread(target=go, args=(act,)) for act in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_two_who_submit_at_once_submit_once(way, reading):
    found = both(
        lambda: way.clerk.post(way.at("submit")), lambda: way.colleague.post(way.at("submit"))
    )
    assert found[0] == 303
    assert found[1] in {409, 422}
    reading.rollback()
    assert reading.scalar(select(func.count()).select_from(SignOff)) == 1


def test_two_who_sign_at_once_sign_once(way, as_role, county, reading):
    other = as_role("leader", county.town, name="赖国平", username="deputy")
    way.submit()
    way.to_approval()
    fields = {"password": PASSWORD}
    found = both(
        lambda: way.take(way.mayor, "approve", **fields),
        lambda: way.take(other, "approve", **fields),
    )
    assert found == [303, 409]
    reading.rollback()
    assert codes(reading).count("sign-approve") == 1
    assert way.take(other, "approve", **fields).status_code == 409


def test_a_version_is_issued_once(way, reading):
    way.submit()
    way.to_proof()
    way.proofread()
    found = both(lambda: way.issue(way.clerk), lambda: way.issue(way.county))
    assert found == [303, 409]
    reading.rollback()
    assert codes(reading).count("sign-issue") == 1
    assert len(reading.scalars(select(Evidence)).all()) == 1
    assert way.issue().status_code == 409


def test_of_an_approval_and_a_return_at_once_one_wins(way, as_role, county, reading):
    other = as_role("leader", county.town, name="赖国平", username="deputy")
    way.submit()
    way.to_approval()
    back = {"decision": "return", "resume": "consult", "remark": "重来", "password": PASSWORD}
    found = both(
        lambda: way.take(way.mayor, "approve", password=PASSWORD),
        lambda: way.take(other, "approve", **back),
    )
    assert found == [303, 409]


def test_a_written_text_is_frozen_by_the_worker_and_proofread(way, app, keep, reading):
    draft = version_of(reading, way.plan)
    keep(
        PlanSection(
            version_id=draft.id,
            key="warning",
            position=1,
            heading="预警",
            body="村广播、鸣锣、电话三种方式预警。",
            edited_at=draft.created_at,
        )
    )
    reading.rollback()
    way.submit()
    assert "预警" in way.mayor.page(way.at()).text  # what changed
    way.to_proof()
    assert version_of(reading, way.plan).frozen_file_id is None
    assert "校对稿还在生成" in way.colleague.page(way.at("proofread")).text
    assert way.take(way.colleague, "proofread").status_code == 422
    assert way.clerk.post(way.at("freeze")).status_code == 303
    while run_next(app, "test"):
        pass
    frozen = version_of(reading, way.plan).frozen_file_id
    assert frozen is not None
    assert len(reading.scalars(select(AuditRow).where(AuditRow.action == "plan-frozen")).all()) == 1
    with way.colleague.get(way.at("frozen.pdf")) as response:
        assert response.data.startswith(b"%PDF")
    assert way.take(way.colleague, "proofread", frozen=0).status_code == 422
    assert way.proofread().status_code == 303
    assert way.issue().status_code == 303
    issued = version_of(reading, way.plan)
    assert frozen in {paper.file_id for paper in issued.papers}


def test_a_step_is_signed_on_paper_and_entered_when_the_sheet_is_back(way, reading):
    way.submit()
    way.to_approval()
    assert way.take(way.clerk, "approve", on_paper="1").status_code == 422
    printed = way.clerk.post(way.at("approve/sheet"))
    assert printed.status_code == 303, printed.text
    scan = (io.BytesIO(picture()), "签字单.jpg")
    sent = {"signed_by": "肖建中", "signed_on": "2026-05-12", "scan": scan}
    answer = way.clerk.post(printed.location, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    page = way.clerk.page(way.at("approve"))
    assert "签字单已传回：肖建中" in page.text
    assert page.find(id="f-password") is None
    fields = {"on_paper": "1", "remark": "镇长办公会纪要〔2026〕3号"}
    assert way.take(way.bureau, "approve", **fields).status_code == 404
    assert way.take(way.clerk, "approve", **fields).status_code == 303
    row = reading.scalar(select(SignOffStage).where(SignOffStage.key == "approve"))
    assert (row.state, row.signed_by, row.done_by_name) == (StageState.DONE, "肖建中", "刘美云")
    assert "纸质签字　肖建中" in way.clerk.page(way.at()).text
    steps = reading.scalars(select(Step).where(Step.code == "sign-on-paper")).all()
    assert [step.to_name for step in steps] == ["肖建中"]


def test_a_deputy_signs_in_both_names_with_their_own_password(way, county, sign_in, make_account):
    secretary = make_account("town_staff", county.town, name="赖国平", username="secretary")
    lent = {
        "deputy": "secretary",
        "roles": ["leader"],
        "from_on": "2026-05-12",
        "last_on": "2026-05-20",
    }
    assert way.mayor.post("/account/acting", data=lent).status_code == 303
    deputy = sign_in(secretary)
    begin = deputy.page("/account/acting").select_one("form[action$='/begin']")["action"]
    assert deputy.post(begin).status_code == 303
    way.submit()
    way.to_approval()
    assert way.take(deputy, "approve", password=PASSWORD).status_code == 303
    assert "赖国平（代肖建中办理）" in way.clerk.page(way.at()).text


def test_a_village_signs_on_paper_and_the_town_reviews(as_role, county, make_plan):
    plan = make_plan(county.village, "general", kind="village", issued_on=None)
    village = as_role("unit_liaison", county.village)
    town = as_role("town_staff", county.town)
    leader = as_role("leader", county.town)
    address = f"/plans/{plan.id}/sign"
    assert village.post(f"{address}/submit").status_code == 303
    skipped = {"reason": "已在村民代表会议上讨论"}
    assert village.post(f"{address}/consult/skip", data=skipped).status_code == 303
    assert town.post(f"{address}/review", data={"decision": "yes", **CHECKED}).status_code == 303
    page = village.page(address)
    assert "没有账号，用纸质送审单签字" in page.text
    assert f"{address}/sign" in {a["href"] for a in village.page("/todo").select("main a")}
    sign = {"decision": "yes", "password": PASSWORD}
    assert leader.post(f"{address}/sign", data=sign).status_code == 403


def test_a_marking_of_secrecy_is_refused_in_every_remark(way):
    way.submit()
    way.consult()
    refused = way.clerk.post(way.at("experts/skip"), data={"reason": "秘密★5年"})
    assert refused.status_code == 422
    way.skip("experts", "align")
    refused = way.take(way.colleague, "review", remark="见 机密★ 附件", **CHECKED)
    assert refused.status_code == 422
    assert "国家秘密不得录入" in refused.text
    assert "签批中" in way.clerk.page(f"/plans/{way.plan.id}").text


def test_a_merger_passes_what_is_being_signed_to_the_successor(
    way, county, as_role, reading, today
):
    way.submit()
    sent = {"target_id": county.other_town.id, "from_on": today.isoformat(), "reason": "撤并"}
    clerk = as_role("county_staff", username="merging")
    answer = clerk.post(f"/orgs/{county.town.id}/change/merge", data=sent)
    assert answer.status_code == 303, answer.text
    sign_off = reading.scalar(select(SignOff))
    assert sign_off.org_id == county.other_town.id
    open_steps = select(SignOffStage).where(SignOffStage.state == StageState.OPEN)
    assert {step.org_id for step in reading.scalars(open_steps)} == {county.other_town.id}


def test_one_question_is_withdrawn_with_a_reason_and_may_be_asked_again(way, county, reading):
    way.submit()
    data = {"org": [county.bureau.id], "outside": "供电公司", "answer_by": "2026-05-15"}
    way.clerk.post(way.at("consult/ask"), data=data)
    first, outside = [a["href"] for a in way.clerk.page(way.at()).select("#opinions td a")]
    link = way.bureau.page("/todo").find("a", string="白岩镇地质灾害应急预案")["href"]
    assert way.clerk.post(f"{first}/withdraw", data={"reason": ""}).status_code == 422
    assert way.clerk.post(f"{first}/withdraw", data={"reason": "职责已划出"}).status_code == 303
    assert "职责已划出" in way.clerk.page(way.at()).text
    assert "白岩镇" not in way.bureau.page("/todo").text
    asked = way.bureau.page(link)
    assert "本次征求意见已结束" in asked.text
    with way.bureau.get(f"{link}/papers/{version_of(reading, way.plan).papers[0].id}") as paper:
        assert paper.status_code == 404
    assert way.bureau.post(link, data={"reply": "agreed"}).status_code == 422
    assert way.clerk.post(f"{first}/withdraw", data={"reason": "再撤"}).status_code == 422
    # What was withdrawn is not waited for; asked again it is open as before.
    way.clerk.post(outside, data={"reply": "agreed"})
    way.clerk.post(way.at("consult/ask"), data=data)
    assert reading.scalar(select(func.count()).select_from(Consultation)) == 2
    assert "还有1个单位" in way.take(way.clerk, "consult").text
    assert way.bureau.post(link, data={"reply": "agreed"}).status_code == 303
    assert way.take(way.clerk, "consult").status_code == 303


def test_a_person_named_for_a_step_has_it_to_do_and_nobody_else(way, as_role, county, reading):
    third = as_role("town_staff", county.town, name="吴小英", username="third")
    page = way.clerk.page(way.at("submit"))
    offered = {o.text: o["value"] for o in page.select("#f-named-review option")}
    assert {"曾雨晴", "吴小英"} <= set(offered)
    assert "刘美云" not in offered  # who submits it does not review it
    assert way.submit(**{"named-review": "999999"}).status_code == 422
    assert way.submit(**{"named-review": offered["吴小英"]}).status_code == 303
    assert "吴小英" in way.clerk.page(way.at()).select_one(".dr-steps").text
    way.consult()
    way.skip("experts", "align")
    assert "待办签批" in third.page("/todo").text
    assert "白岩镇地质灾害" not in way.colleague.page("/todo").text
    assert "指定：吴小英" in way.clerk.page(way.at()).text
    told = reading.scalars(select(Notice).where(Notice.kind == "sign-waiting")).all()
    assert [n.account_id for n in told if n.params["step"] == "审核"] == [int(offered["吴小英"])]
    # Whoever holds the right may stand in.
    assert way.take(way.colleague, "review", **CHECKED).status_code == 303


def test_a_photo_of_an_answer_loses_what_the_camera_wrote(way, reading):
    exif = PIL.Image.Exif()
    exif[0x010F] = "SECRETCAM"
    stream = io.BytesIO()
    PIL.Image.new("RGB", (64, 48), (90, 140, 170)).save(stream, "JPEG", exif=exif)
    way.submit()
    way.clerk.post(way.at("consult/ask"), data={"outside": "供电公司", "answer_by": "2026-05-20"})
    opinion = way.clerk.page(way.at()).select_one("#opinions td a")["href"]
    sent = {"reply": "agreed", "scan": (io.BytesIO(stream.getvalue()), "答复.jpg")}
    assert way.clerk.post(opinion, data=sent).status_code == 303
    with way.clerk.get(f"{opinion}/scan") as kept:
        assert kept.data.startswith(b"\xff\xd8")
        assert b"SECRETCAM" not in kept.data
    page = way.clerk.page(way.at("experts"))
    assert "省略" in {button.text for button in page.select("button")}
