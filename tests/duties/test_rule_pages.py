"""The rules, the explanation of a result, decisions and waivers, read as people read them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.duties.book import book_of
from drillreg.duties.following import sweep_duties
from drillreg.duties.models import DutyState, DutyWaiver, RuleDecision
from drillreg.duties.queries import reads
from drillreg.evidence.models import Evidence
from drillreg.evidence.rules import Grade

JANUARY = datetime(2026, 1, 1, 1, tzinfo=UTC)
DECIDED = {
    "on": "1",
    "count": "2",
    "every": "1",
    "unit": "year",
    "least_grade": "self-reported",
    "from_on": "2026-05-12",
    "reason": "青应急委〔2026〕3号",
}


@pytest.fixture
def swept(app, frozen):
    def sweep():
        with app.app_context():
            sweep_duties(frozen.now)

    return sweep


@pytest.fixture
def proof(app):
    """Write a drill as the drills feature would, and return its id."""

    def write(org, on, *, entered=None, grade=Grade.SELF_REPORTED, **said):
        with app.app_context(), unit_of_work():
            found = Evidence(
                kind="drill-held",
                org_id=org.id,
                subject_kind="drill",
                subject_id=said.pop("drill_id", 1),
                on_date=on,
                entered_at=entered or datetime(on.year, on.month, on.day, 4, tzinfo=UTC),
                attributes={"event_type": "fire", "mode": "full", **said},
                grade=grade,
            )
            db.session.add(found)
            db.session.flush()
            return found.id

    return write


def states(app, today, rule):
    with app.app_context():
        rows = db.session.scalars(select(DutyState).where(DutyState.rule == rule))
        return {row.org_id: (reads(row, today), row.need) for row in rows}


# ---- reading


def test_every_rule_stands_in_the_list_also_those_that_are_off(as_role, county):
    page = as_role("unit_liaison", county.school).page("/duties/rules")
    text = page.text
    for word in (
        "O11",
        "O13",
        "O18-year",
        "引用，未持有原文，本县未启用",
        "规范性文件",
        "部门规章",
    ):
        assert word in text
    assert "O11" in page.find("a", href="/duties/rules/O11").find_parent("td").text


def test_a_rule_says_everything_in_words_with_its_article(as_role, county):
    page = as_role("town_staff", county.town).page("/duties/rules/O13").text
    assert "至少每年组织一次演练" in page
    assert "每个自然年至少1次" in page
    assert "违反规定" in page
    guide = as_role("town_staff", county.town, username="t2").page("/duties/rules/O11").text
    assert "引用，未持有原文" in guide
    assert "未达要求" in guide


def test_a_text_holds_its_articles_with_anchors(as_role, county):
    page = as_role("unit_liaison", county.school).page("/duties/texts/fire-61")
    assert page.find(id="a40").text.startswith("第四十条")


def test_what_does_not_exist_is_not_found(as_role, county):
    browser = as_role("county_staff")
    for address in ("/duties/rules/O99", "/duties/texts/none", "/duties/rules/O99/decide"):
        assert browser.get(address).status_code == 404
    assert browser.get(f"/duties/{county.school.id}/O99").status_code == 404
    assert browser.get(f"/duties/{county.school.id}/O13?key=x").status_code == 404
    assert browser.get(f"/duties/{county.school.id}/O13?on=2020-01-01").status_code == 404


def test_a_school_reads_why_and_a_stranger_finds_nothing(as_role, county, proof, swept):
    proof(county.school, date(2026, 4, 10), participants=212)
    proof(county.school, date(2026, 4, 20), mode="tabletop", drill_id=2)
    swept()
    school = as_role("unit_liaison", county.school)
    page = school.page(f"/duties/{county.school.id}/O13")
    rows = {row.find_all("td")[1].text.strip(): row.text for row in page.select("#looked tbody tr")}
    assert "符合全部要求" in rows["2026-04-10"]
    assert "形式：桌面推演；要求：形式为实战演练" in rows["2026-04-20"]
    assert "已完成" in page.find("h1").find_parent().text
    for word in ("看了2条，1条算数", "公安部令第61号第四十条", "部门规章", "消防安全重点单位"):
        assert word in page.text
    stranger = as_role("town_staff", county.other_town)
    assert stranger.get(f"/duties/{county.school.id}/O13").status_code == 404
    bureau = as_role("dept_staff", county.bureau)
    assert bureau.get(f"/duties/{county.school.id}/O13").status_code == 200


def test_struck_out_evidence_stays_with_its_reason(app, as_role, county, proof):
    key = proof(county.school, date(2026, 4, 10))
    with app.app_context(), unit_of_work():
        found = db.session.get(Evidence, key)
        found.voided_at, found.void_reason = JANUARY, "照片是去年的"
    page = as_role("unit_liaison", county.school).page(f"/duties/{county.school.id}/O13")
    assert "不予认可：照片是去年的" in page.find(id="looked").text


def test_a_rule_that_does_not_bind_says_which_test_failed(as_role, county):
    page = as_role("town_staff", county.town).page(f"/duties/{county.school.id}/O13-key").text
    assert "不适用" in page
    assert "不符合：是“消防安全重点单位”" in page
    assert "不详" in page
    page = as_role("town_staff", county.town, username="t2").page(f"/duties/{county.village.id}/O6")
    assert "不适用。适用对象：企业" in page.text


def test_a_rule_that_is_off_says_so(as_role, county):
    page = as_role("unit_liaison", county.school).page(f"/duties/{county.school.id}/O11").text
    assert "引用，未持有原文" in page
    assert "本规则在本县未启用" in page


def test_a_closed_period_keeps_what_was_known_and_shows_what_came_late(
    app, as_role, county, frozen, proof, swept
):
    frozen.now = datetime(2026, 1, 20, 1, tzinfo=UTC)
    swept()
    proof(county.school, date(2025, 10, 8), entered=datetime(2026, 2, 1, tzinfo=UTC))
    frozen.now = datetime(2026, 2, 2, 1, tzinfo=UTC)
    with app.app_context(), unit_of_work():
        announce("duties", org_ids=[county.school.id])
    swept()
    school = as_role("unit_liaison", county.school)
    page = school.page(f"/duties/{county.school.id}/O13?on=2025-12-31")
    assert "违反规定" in page.find("h1").find_parent().text
    assert "补录1条" in page.text
    assert "列在旁边" in page.find(id="looked").text
    assert "1条，迟" in page.find(id="periods").text


def test_the_page_of_a_drill_says_what_it_counts_toward(as_role, county, app, swept):
    school = as_role("unit_liaison", county.school)
    answer = school.post(
        "/drills/record",
        data={
            "org": county.school.id,
            "title": "消防疏散演练",
            "event_type": "fire",
            "mode": "full",
            "held_on": "2026-05-11",
            "participants": "212",
        },
    )
    assert answer.status_code in (200, 303)
    swept()
    with app.app_context():
        drill_id = db.session.scalar(select(Drill.id))
    page = school.page(f"/drills/{drill_id}").find(id="counts-toward")
    assert "消防演练" in page.text


# ---- deciding


def test_a_town_may_not_decide(as_role, county):
    town = as_role("town_staff", county.town)
    assert town.get("/duties/rules/O13/decide").status_code == 403
    assert town.get("/duties/rules/new").status_code == 403
    assert town.post("/duties/rules/O13/decide", data=DECIDED).status_code == 403
    assert town.get(f"/duties/{county.school.id}/O13/waive").status_code == 403


def test_the_preview_is_what_happens(app, as_role, county, today, proof, swept, reading):
    proof(county.school, date(2026, 4, 10))
    swept()
    before = states(app, today, "O13")
    clerk = as_role("county_staff")
    page = clerk.page("/duties/rules/O13/decide/check", query_string=DECIDED)
    assert reading.scalar(select(RuleDecision.id)) is None
    named = {row.find("td").text for row in page.select("#affected tbody tr")}
    figures = [each.text.strip() for each in page.select(".dr-figs .v")]
    assert clerk.post("/duties/rules/O13/decide", data=DECIDED).status_code == 303
    swept()
    after = states(app, today, "O13")
    moved = {key for key in before if before[key][0] is not after[key][0]}
    assert moved == {county.school.id}
    assert named == {"白岩镇中心小学"}
    assert figures == ["0", "0", "1"]
    assert after[county.school.id][1] == 2
    assert "rule-decided" in set(reading.scalars(select(AuditRow.action)))
    shown = clerk.page("/duties/rules/O13").text
    for word in ("青应急委〔2026〕3号", "周敏", "本县有调整", "每个自然年至少2次"):
        assert word in shown
    reason = clerk.page(f"/duties/{county.school.id}/O13").find(id="decided").text
    assert "青应急委〔2026〕3号" in reason


def test_a_decision_of_a_later_day_waits_for_it(app, as_role, county, today, frozen, swept):
    clerk = as_role("county_staff")
    later = {**DECIDED, "unit": "half-year", "count": "1", "from_on": "2026-07-01"}
    swept()
    clerk.post("/duties/rules/O13/decide", data=later)
    swept()
    with app.app_context():
        (row,) = db.session.scalars(
            select(DutyState).where(DutyState.rule == "O13", DutyState.org_id == county.school.id)
        )
        assert row.period_last == date(2026, 12, 31)
        assert book_of(county.county.id).on("O13", date(2026, 7, 1)).asks.unit.value == "half-year"
    frozen.now = datetime(2026, 7, 2, 1, tzinfo=UTC)
    swept()
    with app.app_context():
        (row,) = db.session.scalars(
            select(DutyState).where(DutyState.rule == "O13", DutyState.org_id == county.school.id)
        )
        assert (row.period_first, row.period_last) == (date(2026, 7, 1), date(2026, 12, 31))


def test_mistakes_name_the_field_and_keep_what_was_typed(as_role, county, reading):
    clerk = as_role("county_staff")
    wrong = {**DECIDED, "count": "0", "from_on": "2026-05-01", "reason": "暂定"}
    answer = clerk.get("/duties/rules/O13/decide/check", query_string=wrong)
    assert answer.status_code == 422
    for word in ("次数", "请说明为何从已过去的日期起施行", "暂定"):
        assert word in answer.text
    laxer = {**DECIDED, "count": "1", "every": "2"}
    answer = clerk.get("/duties/rules/O13/decide/check", query_string=laxer)
    assert "不能更长" in answer.text
    assert clerk.post("/duties/rules/O13/decide", data=laxer).status_code == 422
    assert reading.scalar(select(RuleDecision.id)) is None


def test_a_cited_rule_is_switched_on_and_off_and_who_decided_is_kept(app, as_role, county, swept):
    clerk = as_role("county_staff")
    on = {
        "on": "1",
        "reading-0": "0",
        "unit": "month",
        "every": "1",
        "least_grade": "self-reported",
        "from_on": "2026-05-12",
        "reason": "青教〔2026〕8号",
    }
    assert clerk.post("/duties/rules/O11/decide", data=on).status_code == 303
    swept()
    assert "本县决定启用" in clerk.page("/duties/rules/O11").text
    with app.app_context():
        decision = db.session.scalar(select(RuleDecision))
        assert book_of(county.county.id).on("O11", date(2026, 5, 12)).is_on
        key = decision.id
    page = clerk.page(f"/duties/decisions/{key}/take-back")
    assert "青教〔2026〕8号" in page.text
    assert clerk.post(f"/duties/decisions/{key}/take-back", data={"reason": ""}).status_code == 422
    answer = clerk.post(f"/duties/decisions/{key}/take-back", data={"reason": "发错了"})
    assert answer.status_code == 303
    with app.app_context():
        assert not book_of(county.county.id).on("O11", date(2026, 5, 12)).is_on
    shown = clerk.page("/duties/rules/O11").text
    assert "已收回：发错了" in shown
    assert "引用，未持有原文，本县未启用" in shown


def test_a_county_adds_a_rule_of_its_own(app, as_role, county, today, swept):
    clerk = as_role("county_staff")
    new = {
        **DECIDED,
        "copy_of": "O13",
        "suffix": "fire",
        "title_zh": "乡镇消防演练",
        "title_en": "Fire drill of towns",
        "text": "local-rule",
        "citation": "青政办〔2026〕5号第三条",
        "kinds": "town",
        "grace": "10",
    }
    page = clerk.page("/duties/rules/new/check", query_string=new)
    assert {row.find("td").text for row in page.select("#affected tbody tr")} == {
        "白岩镇",
        "竹源镇",
    }
    assert clerk.post("/duties/rules/new", data=new).status_code == 303
    swept()
    assert set(states(app, today, "L-fire")) == {county.town.id, county.other_town.id}
    shown = clerk.page("/duties/rules/L-fire").text
    for word in ("乡镇消防演练", "本县规定", "青政办〔2026〕5号第三条", "宽限10日"):
        assert word in shown
    again = clerk.post("/duties/rules/new", data=new)
    assert again.status_code == 422
    assert "已有规则L-fire" in again.text


def test_a_decision_that_cannot_be_read_takes_nothing_down(app, as_role, county, keep, swept):
    for rule, body in (("O13", {"id": "O13", "nonsense": 1}), ("L-gone", {"x": []})):
        keep(
            RuleDecision(
                owner_id=county.county.id,
                rule=rule,
                from_on=date(2026, 1, 1),
                body=body,
                reason="旧数据",
                decided_at=JANUARY,
                decided_by_id=1,
                decided_by_name="周敏",
            )
        )
    with app.app_context():
        book = book_of(county.county.id)
        assert set(book.broken.values()) == {"O13", "L-gone"}
        assert book.on("O13", date(2026, 5, 12)).decision_id is None
    swept()
    clerk = as_role("county_staff")
    assert "本县关于O13的决定无法读取" in clerk.page("/duties/rules").text
    assert "L-gone" in clerk.page("/duties/rules").text
    assert "无法读取" in clerk.page("/duties/rules/O13").text


# ---- waivers


def test_a_waiver_holds_at_once_and_is_taken_back(app, as_role, county, today, swept, reading):
    swept()
    clerk = as_role("county_staff")
    address = f"/duties/{county.school.id}/O13/waive"
    clerk.page(address)
    wrong = clerk.post(address, data={"what": "rule", "until_on": "2028-01-01", "reason": ""})
    assert wrong.status_code == 422
    assert "豁免最长一年" in wrong.text
    good = {"what": "rule", "until_on": "2026-12-31", "reason": "校舍重建，借读邻校"}
    assert clerk.post(address, data=good).status_code == 303
    state, _ = states(app, today, "O13")[county.school.id]
    assert state.value == "waived"
    page = clerk.page(f"/duties/{county.school.id}/O13")
    assert "校舍重建，借读邻校" in page.find(id="decided").text
    assert "豁免至2026-12-31" in page.text
    waiver = reading.scalar(select(DutyWaiver.id))
    end = f"/duties/{county.school.id}/waivers/{waiver}/end"
    clerk.page(end)
    assert clerk.post(end, data={"reason": "已复课"}).status_code == 303
    state, _ = states(app, today, "O13")[county.school.id]
    assert state.value != "waived"
    assert {"duty-waived", "duty-waiver-ended"} <= set(reading.scalars(select(AuditRow.action)))
    other = f"/duties/{county.village.id}/waivers/{waiver}/end"
    assert clerk.get(other).status_code == 404
