"""Closed periods: who did not drill last month, what the rule says, and what came in late."""

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill
from drillreg.duties.book import book_of
from drillreg.duties.closed import calendar_rules, counts_in, last_ended
from drillreg.duties.following import sweep_duties
from drillreg.duties.models import DutyPeriod, RuleDecision
from drillreg.duties.naming import period_name
from drillreg.duties.reading import shipped_rules
from drillreg.duties.states import State
from drillreg.evidence.operations import add_evidence
from drillreg.evidence.rules import Grade
from drillreg.orgs.models import Oversight
from drillreg.orgs.scope import whole_installation
from drillreg.workdays.models import CalendarSeason

APRIL, TODAY = date(2026, 4, 1), date(2026, 5, 12)


def held(org, on, now, grade=Grade.EVIDENCED):
    add_evidence(
        "drill-held",
        org_id=org.id,
        subject_kind="drill",
        subject_id=org.id,
        on_date=on,
        grade=grade,
        now=now,
        attributes={"event_type": "fire", "mode": "full", "participants": 90, "drill_id": org.id},
    )


@pytest.fixture
def spring(app, county, make_org, keep, frozen):
    """A county that decided that schools drill monthly: one did in April, one did not."""
    other = make_org("竹源镇中心小学", "school", county.other_town)
    keep(
        Oversight(
            overseer_id=county.bureau.id,
            org_id=other.id,
            field="education",
            from_on=date(2020, 1, 1),
        )
    )
    (shipped,) = [rule for rule in shipped_rules() if rule.id == "O11"]
    body = {key: value for key, value in shipped.raw.items() if key != "from"}
    keep(
        CalendarSeason(
            owner_org_id=county.county.id,
            kind="term",
            name_zh="春季学期",
            first_on=date(2026, 2, 17),
            last_on=date(2026, 7, 4),
            entered_at=frozen.now,
        ),
        RuleDecision(
            owner_id=county.county.id,
            rule="O11",
            from_on=date(2026, 1, 1),
            body={**body, "on": True},
            reason="县府办〔2026〕1号",
            decided_at=frozen.now,
            decided_by_id=1,
            decided_by_name="周敏",
        ),
    )
    with app.app_context():
        with unit_of_work():
            held(county.school, date(2026, 4, 8), datetime(2026, 4, 8, 9, tzinfo=UTC))
            db.session.add(
                Drill(
                    org_id=other.id,
                    title="补练",
                    event_type="fire",
                    due_on=date(2026, 5, 20),
                    changed_at=frozen.now,
                )
            )
        sweep_duties(frozen.now)
        db.session.rollback()
    return other


def names(page, section):
    found = page.select_one(f"#{section}")
    return [a.get_text(strip=True) for a in found.select("td.two a")] if found else []


def test_who_did_not_drill_in_april_with_town_department_and_next_date(spring, as_role):
    page = as_role("county_staff").page("/duties/periods?rule=O11&on=2026-04-01")
    assert page.h1.get_text(strip=True) == "2026年4月　中小学应急疏散演练"
    assert "应完成2个，其中1个未开展" in page.get_text()
    assert names(page, "missed") == ["竹源镇中心小学"]
    assert names(page, "met") == ["白岩镇中心小学"]
    row = [td.get_text(" ", strip=True) for td in page.select("#missed tbody td")]
    assert row[1:3] == ["竹源镇", "县教育局"]
    assert row[3].startswith("0/1次")
    assert row[5] == "2026-05-20"
    assert page.select_one("#met .dr-grade.g2") is not None


def test_a_guide_is_never_said_to_be_breached_and_the_source_stands_there(spring, as_role):
    page = as_role("county_staff").page("/duties/periods?rule=O11&on=2026-04-01")
    assert "教基一厅〔2014〕2号" in page.get_text()
    assert "未持有原文" in page.get_text()
    assert "违反" not in page.get_text()


def test_the_article_stands_there_in_full(spring, as_role):
    page = as_role("county_staff").page("/duties/periods?rule=D1")
    assert "对学生及教职工开展应急知识教育和应急演练" in page.get_text()


def test_the_page_equals_the_rows(app, spring, county, as_role):
    page = as_role("county_staff").page("/duties/periods?rule=O11&on=2026-04-01")
    with app.app_context():
        rows = db.session.scalars(
            select(DutyPeriod).where(DutyPeriod.rule == "O11", DutyPeriod.first_on == APRIL)
        ).all()
        ended = {state: sum(row.state is state for row in rows) for state in State}
        rules = calendar_rules(book_of(county.county.id), TODAY)
        spans = {"O11": last_ended(rules["O11"], TODAY)}
        counts = counts_in(whole_installation(TODAY), spans)["O11"]
    assert len(names(page, "missed")) == ended[State.BREACHED] == counts[State.BREACHED] == 1
    assert len(names(page, "met")) == ended[State.MET] == counts.met == 1


def test_what_comes_in_late_stands_beside_and_changes_nothing(app, spring, as_role, frozen):
    with app.app_context(), unit_of_work():
        held(spring, date(2026, 4, 20), frozen.now)
    page = as_role("county_staff").page("/duties/periods?rule=O11&on=2026-04-01")
    assert names(page, "missed") == ["竹源镇中心小学"]
    assert "补录，晚12天" in page.select_one("#missed").get_text()


def test_a_month_that_runs_is_shown_as_of_now(spring, as_role):
    page = as_role("county_staff").page("/duties/periods?rule=O11&on=2026-05-01")
    assert "尚未关账" in page.get_text()
    assert set(names(page, "missed")) == {"白岩镇中心小学", "竹源镇中心小学"}
    offered = [option["value"] for option in page.select("#q-on option")]
    assert offered[1:3] == ["2026-05-01", "2026-04-01"]


def test_each_sees_its_own(spring, county, as_role):
    address = "/duties/periods?rule=O11&on=2026-04-01"
    town = as_role("town_staff", county.town).page(address)
    assert (names(town, "missed"), names(town, "met")) == ([], ["白岩镇中心小学"])
    bureau = as_role("dept_staff", county.bureau).page(address)
    assert names(bureau, "missed") == ["竹源镇中心小学"]
    stranger = as_role("county_staff", county.other_county)
    assert stranger.get(f"{address}&node={county.county.id}").status_code == 404
    assert stranger.get(address).status_code == 404
    assert "竹源镇中心小学" not in stranger.get("/duties/periods").text
    clerk = as_role("county_staff", name="乙", username="b")
    assert clerk.get("/duties/periods?rule=nothing").status_code == 404
    assert clerk.get("/duties/periods?rule=O11&on=soon").status_code == 404


@pytest.mark.parametrize("role", ["county_staff", "dept_staff"])
def test_two_clicks_lead_from_home_to_the_names(spring, county, as_role, role):
    browser = as_role(role, county.bureau if role == "dept_staff" else county.county)
    home = browser.page("/").select_one("#last-month")
    link = next(a for a in home.select("a") if "中小学" in a.get_text())
    assert "2026年4月：2个（学校）中1个未开展" in home.get_text()
    assert names(browser.page(link["href"]), "missed") == ["竹源镇中心小学"]


def test_the_export_has_everybody_with_the_result(spring, as_role):
    data = as_role("county_staff").get("/duties/periods.xlsx?rule=O11&on=2026-04-01").data
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active.rows]
    results = {row[0]: row[rows[0].index("结果")] for row in rows[1:]}
    assert results == {"竹源镇中心小学": "未达要求", "白岩镇中心小学": "已完成"}


def test_the_page_asks_equally_often_for_many_schools(
    app, spring, county, as_role, make_org, frozen, count_queries
):
    browser, address = as_role("county_staff"), "/duties/periods?rule=O11&on=2026-04-01"
    browser.get(address)
    with count_queries() as few:
        browser.get(address)
    for number in range(12):
        make_org(f"小学{number}", "school", county.town)
    with app.app_context():
        sweep_duties(frozen.now)
    with count_queries() as many:
        assert "小学11" in browser.get(address).text
    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("months", "day", "name"),
    [
        (1, date(2026, 10, 31), "2026年10月"),
        (3, date(2026, 7, 1), "2026年第3季度"),
        (6, date(2026, 12, 31), "2026年下半年"),
        (12, date(2026, 2, 28), "2026年"),
        (36, date(2026, 2, 28), "2024-01-01"),
    ],
)
def test_periods_are_named_as_people_say_them(app, months, day, name):
    with app.test_request_context():
        assert period_name(day, months).startswith(name)
