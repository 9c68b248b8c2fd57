import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from drillreg.accounts.models import Person, Post
from drillreg.core.codes import code_list
from drillreg.drills.models import Drill, Observation
from drillreg.duties.models import DutyState
from drillreg.filings.models import PlanClock
from drillreg.geo.morton import encode
from drillreg.hazards.models import HazardSite
from drillreg.patrols.models import PatrolDay, PatrolPick, PatrolPlan
from drillreg.plans.models import Plan, PlanVersion
from drillreg.reports.models import CorrectiveAction, Finding, Report
from drillreg.signoffs.models import Consultation, SignOff, SignOffStage
from drillreg.steps.models import Step
from drillreg.tasks.models import Task
from tests.architecture.things.dangers import danger_at


@pytest.fixture
def drill(keep, today, frozen):
    def make(org, days, title="防汛演练", **columns):
        due = today + timedelta(days=days)
        return keep(
            Drill(
                org_id=org.id,
                title=title,
                event_type="flood",
                due_on=due,
                changed_at=frozen.now,
                **columns,
            )
        )

    return make


@pytest.fixture
def contact(keep, today):
    def make(org, name="谭志勇", phone="0000-000 3301"):
        person = keep(Person(name=name))
        keep(
            Post(
                person_id=person.id,
                org_id=org.id,
                title="应急办主任",
                phone=phone,
                from_on=today - timedelta(days=300),
            )
        )

    return make


@pytest.fixture
def everything_late(keep, county, drill, today, frozen):
    """One late thing of each kind at the town."""
    town, ago = county.town, timedelta
    drill(town, -12)
    bare = drill(
        town, -50, "无总结的演练", status="held", held_on=today - ago(days=50), participants=9
    )
    keep(Observation(drill_id=bare.id, text="广播不响", is_strength=False))
    held = drill(town, -60, "有总结的演练", status="held", held_on=today - ago(days=60))
    report = keep(
        Report(
            drill_id=held.id, org_id=town.id, title="总结", state="approved", created_at=frozen.now
        )
    )
    finding = keep(Finding(report_id=report.id, text="广播不响"))
    keep(
        CorrectiveAction(
            finding_id=finding.id,
            org_id=town.id,
            text="加备用电池",
            person_name="曾雨晴",
            due_on=today - ago(days=4),
        )
    )
    keep(danger_at(town, stage="assigned", due_on=today - ago(days=6), round_number=1))
    sites = [
        keep(
            HazardSite(
                org_id=town.id,
                number=f"S{number}",
                name=name,
                kind="landslide",
                level="red",
                lon=113.9,
                lat=26.9,
                morton=encode(113.9, 26.9),
                source_crs="WGS84",
                created_at=datetime(2026, 4, 1, tzinfo=UTC),
                last_check_on=None if checked is None else today - ago(days=checked),
            )
        )
        for number, (name, checked) in enumerate(
            [("后山滑坡", 20), ("河岸崩塌", None), ("刚查过的点", 1)]
        )
    ]
    patrol = keep(
        PatrolPlan(
            org_id=town.id,
            within_id=town.id,
            name="周巡查",
            kind="weekly",
            doer="keeper",
            from_on=today - ago(days=30),
            created_at=frozen.now,
        )
    )
    keep(PatrolPick(plan_id=patrol.id, what="site", code=str(sites[0].id), site_id=sites[0].id))
    keep(PatrolDay(plan_id=patrol.id, first_on=today - ago(days=9), last_on=today - ago(days=7)))
    plan = keep(
        Plan(
            org_id=town.id,
            kind="special",
            event_type="flood",
            title="白岩镇防汛预案",
            created_at=frozen.now,
        )
    )
    version = keep(
        PlanVersion(
            plan_id=plan.id,
            number=1,
            state="current",
            review_on=today - ago(days=30),
            created_at=frozen.now,
        )
    )
    for kind, route in (("file", "town"), ("publish", "public")):
        keep(
            PlanClock(
                plan_id=plan.id,
                version_id=version.id,
                org_id=town.id,
                kind=kind,
                route=route,
                issued_on=today - ago(days=60),
                due_on=today - ago(days=25),
            )
        )
    keep(
        DutyState(
            org_id=town.id,
            rule="T1",
            key=0,
            event_type="",
            owed="train",
            rule_from=today,
            due_on=today - ago(days=3),
            have=0,
            need=1,
            proofs=[],
            late_days=0,
        )
    )
    keep(
        Task(
            kind="general",
            title="报送台账",
            org_id=town.id,
            due_on=today - ago(days=2),
            assigned_at=frozen.now,
        )
    )
    _signed_late(keep, town, today, frozen.now)


def _signed_late(keep, town, today, now):
    """A step of a sign-off, and an opinion that was asked for at it."""
    sign_off = keep(
        SignOff(
            subject_kind="plan-version",
            subject_id=1,
            title="白岩镇森林火灾应急预案",
            url="/plans/1/sign",
            org_id=town.id,
            route="town",
            stages=[],
            started_at=now,
            started_by_id=0,
            started_by_name="刘美云",
        )
    )
    stage = keep(
        SignOffStage(
            sign_off_id=sign_off.id,
            round=1,
            key="consult",
            state="open",
            org_id=town.id,
            permission="edit-plans",
            due_on=today - timedelta(days=1),
        )
    )
    keep(
        Consultation(
            stage_id=stage.id,
            org_id=town.id,
            asked_at=now,
            asked_by_name="周敏",
            answer_by=today - timedelta(days=5),
        )
    )


def rows_of(page):
    return page.select("main table.dr-chase tbody > tr")


def kinds_of(page):
    return [row.select("td.two")[1].small.text for row in rows_of(page)]


def test_one_list_has_what_is_late_of_every_kind(as_role, county, everything_late):
    page = as_role("county_staff").page("/chasing/")
    labels = {item.label["zh"] for item in code_list("chase_kind")}
    assert set(kinds_of(page)) == labels
    assert "河岸崩塌" in page.text
    assert "刚查过的点" not in page.text
    assert "有总结的演练" not in page.text
    late = [int(row.select_one(".dr-late").text.split()[1]) for row in rows_of(page)]
    assert late == sorted(late, reverse=True)
    assert "共 14 条" in page.text


@pytest.mark.parametrize("kind", code_list("chase_kind").codes())
def test_each_kind_can_be_seen_alone_and_has_its_words(as_role, everything_late, kind):
    browser = as_role("county_staff")
    page = browser.page(f"/chasing/?kind={kind}")
    label = code_list("chase_kind").get(kind).label["zh"]
    assert set(kinds_of(page)) == {label}
    for button in page.select("main [data-copy]"):
        text = button["data-copy"]
        assert text.startswith("白岩镇")
        assert "年" in text
        assert "{" not in text
        assert text.endswith("。")


def test_the_reminder_names_the_article_where_there_is_one(as_role, everything_late):
    page = as_role("county_staff").page("/chasing/?kind=plan-review")
    assert "国办发〔2024〕5号）第三十四条" in page.select_one("[data-copy]")["data-copy"]


def test_the_list_shows_whom_to_call_and_notes_the_call(
    as_role, county, drill, contact, reading, everything_late
):
    contact(county.town)
    clerk = as_role("county_staff")
    page = clerk.page("/chasing/?kind=drill-overdue")
    row = rows_of(page)[0]
    assert "谭志勇" in row.text
    assert row.select_one("a[href^=tel]")["href"] == "tel:0000-0003301"
    form = row.select_one("form")
    answer = clerk.post(
        form["action"],
        data={"remark": "本周五补做", "next": form.select_one("[name=next]")["value"]},
    )
    assert answer.location == "/chasing/?kind=drill-overdue"
    row = rows_of(clerk.page(answer.location))[0]
    assert "周敏已打电话" in row.text
    assert "本周五补做" in row.text
    assert "本周五补做" in clerk.page(f"/orgs/{county.town.id}").text
    drill_page = row.select("td.two")[1].a["href"]
    assert "本周五补做" in clerk.page(drill_page).text
    step = reading.scalars(select(Step)).one()
    assert (step.code, step.org_id, step.to_name) == ("phoned", county.town.id, "谭志勇")


def test_only_what_is_late_and_in_reach_can_be_called_about(as_role, county, drill):
    here, there = drill(county.town, -3), drill(county.other_town, -3)
    later = drill(county.town, 3)
    town = as_role("town_staff", county.town)
    assert town.post(f"/chasing/drill-overdue/{here.id}/phoned").status_code == 303
    assert town.post(f"/chasing/drill-overdue/{there.id}/phoned").status_code == 404
    assert town.post(f"/chasing/drill-overdue/{later.id}/phoned").status_code == 404
    assert town.post(f"/chasing/task-late/{here.id}/phoned").status_code == 404
    assert town.post(f"/chasing/nothing/{here.id}/phoned").status_code == 404


def test_a_department_chases_the_units_it_supervises_and_nobody_else(as_role, county, drill):
    drill(county.school, -9, "疏散演练")
    drill(county.village, -9, "转移演练")
    page = as_role("dept_staff", county.bureau).page("/chasing/")
    assert "疏散演练" in page.text
    assert "转移演练" not in page.text
    assert as_role("unit_liaison", county.school).get("/chasing/").status_code == 403


def test_filters_by_town_and_by_department(as_role, county, drill):
    drill(county.school, -9, "疏散演练")
    drill(county.other_town, -9, "防汛演练")
    clerk = as_role("county_staff")

    def shown(**filters):
        query = "&".join(f"{k}={v}" for k, v in filters.items())
        rows = rows_of(clerk.page(f"/chasing/?{query}"))
        return [row.select("td.two")[1].a.text for row in rows]

    assert shown(org=county.town.id) == ["疏散演练"]
    assert shown(org=county.bureau.id) == ["疏散演练"]  # what it supervises
    assert shown(org=county.other_town.id) == ["防汛演练"]
    assert shown(words="防汛") == ["防汛演练"]
    assert clerk.get(f"/chasing/?org={county.other_county.id}").status_code == 404


def test_the_list_is_paged_and_asks_a_fixed_number_of_queries(
    as_role, county, drill, count_queries
):
    clerk = as_role("county_staff")
    with count_queries() as empty:
        clerk.page("/chasing/")
    for number in range(25):
        drill(county.town, -number - 1, f"演练{number}")
    with count_queries() as full:
        page = clerk.page("/chasing/")
    assert len(full) == len(empty)
    assert len(rows_of(page)) == 20
    following = page.select_one("a[rel=next]")["href"]
    assert len(rows_of(clerk.page(following))) == 5


def test_the_workbook_has_the_filtered_rows_with_telephone_and_answer(
    as_role, county, contact, everything_late
):
    contact(county.town)
    clerk = as_role("county_staff")
    row = rows_of(clerk.page("/chasing/?kind=task-late"))[0]
    clerk.post(row.select_one("form")["action"], data={"remark": "明天报"})
    data = clerk.get("/chasing.xlsx?kind=task-late").data
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert len(rows) == 2
    cells = rows[1]
    assert cells[0] == "白岩镇"
    assert cells[4] == 2
    assert (cells[5], cells[6], cells[9]) == ("谭志勇", "0000-000 3301", "明天报")


def test_the_numbers_of_the_first_page_lead_to_their_rows(as_role, everything_late):
    clerk = as_role("county_staff")
    links = {a["href"]: a.text for a in clerk.page("/").select(".dr-figs .s a")}
    for kind in ("plan-review", "check-stale", "drill-overdue", "action-late"):
        address = f"/chasing/?kind={kind}"
        (count,) = [int(word) for word in links[address].split() if word.isdigit()] or [
            int("".join(c for c in links[address] if c.isdigit()))
        ]
        assert len(rows_of(clerk.page(address))) == count


def test_the_to_do_list_has_the_same_things_for_their_own_unit(as_role, county, everything_late):
    town = as_role("town_staff", county.town)
    page = town.page("/todo")
    groups = [row.text.strip() for row in page.select("tr.dr-group")]
    assert groups == ["已过期　10"]
    assert "报送台账" in page.text
    assert "加备用电池" in page.text
    assert "白岩镇防汛预案" in page.text
    only = town.page("/todo?kind=drill")
    assert [a.text for a in only.select("main td.two a")] == ["防汛演练"]
    data = town.get("/todo.xlsx").data
    assert len(list(openpyxl.load_workbook(io.BytesIO(data)).active.values)) == 11
