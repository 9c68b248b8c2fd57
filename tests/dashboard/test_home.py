from datetime import timedelta

import pytest

from drillreg.dashboard.home import figures
from drillreg.drills.models import Drill, Observation
from drillreg.orgs.scope import OrgScope
from drillreg.reports.models import CorrectiveAction, Finding, Report


@pytest.fixture
def drill(keep, today, frozen):
    def make(org, days=0, **columns):
        return keep(
            Drill(
                org_id=org.id,
                title=columns.pop("title", "疏散演练"),
                event_type="fire",
                due_on=today + timedelta(days=days),
                changed_at=frozen.now,
                **columns,
            )
        )

    return make


def test_a_liaison_sees_first_what_the_own_unit_owes(as_role, county, drill):
    drill(county.school, -3, title="10月疏散演练")
    drill(county.other_town, -5, title="别人的演练")
    page = as_role("unit_liaison", county.school).page("/")
    todo = page.select_one("#todo").text
    assert "10月疏散演练" in todo
    assert "晚 3 天" in todo
    assert "别人的演练" not in page.text


def test_the_county_sees_who_is_late_and_can_copy_the_reminder(as_role, county, drill):
    drill(county.other_town, -12, title="防汛演练")
    page = as_role("county_staff").page("/")
    aside = page.select_one(".aside").text
    assert "竹源镇" in aside
    assert "晚 12 天" in aside
    assert "竹源镇：防汛演练应于2026年4月30日开展" in str(page)
    assert page.select_one("#late header a")["href"] == "/chasing/"


def test_a_leader_sees_the_reports_that_wait_but_not_the_own_ones(
    as_role, county, drill, keep, frozen
):
    held = drill(county.town, -3, status="held", held_on=frozen.now.date())
    keep(
        Report(
            drill_id=held.id,
            org_id=county.town.id,
            title="白岩镇演练总结",
            state="submitted",
            submitted_at=frozen.now,
            submitted_by_id=99,
            created_at=frozen.now,
        )
    )
    assert "白岩镇演练总结" in as_role("leader").page("/").select_one("#decisions").text
    assert "没有待办" in as_role("county_staff").page("/").text


def test_threads_are_open_closed_or_broken(app, county, drill, keep, frozen, today):
    everything = OrgScope(today, everything=True)

    def thread(days, state=None, action=None, due=30):
        held = drill(
            county.town, days, status="held", held_on=today + timedelta(days=days), title=f"{days}"
        )
        if state is None:
            keep(Observation(drill_id=held.id, text="广播不响", is_strength=False))
            return
        report = keep(
            Report(
                drill_id=held.id,
                org_id=county.town.id,
                title="x",
                state=state,
                created_at=frozen.now,
            )
        )
        finding = keep(Finding(report_id=report.id, text="x"))
        keep(
            CorrectiveAction(
                finding_id=finding.id,
                org_id=county.town.id,
                text="x",
                person_name="x",
                due_on=today + timedelta(days=due),
                state=action,
            )
        )

    drill(county.town, -60, status="held", held_on=today - timedelta(days=60), title="无问题")
    thread(-5)  # just held: open
    thread(-40)  # no report after a month: broken
    thread(-41, "approved", "done")  # closed
    thread(-42, "approved", "open")  # open
    thread(-43, "approved", "open", due=-1)  # an action is late: broken
    with app.app_context():
        found = figures(everything, today)
    assert (found.threads_open, found.threads_closed, found.threads_broken) == (2, 1, 2)


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_administrators_see_no_plan_content(as_role, county, drill, role):
    drill(county.town, -3, title="疏散演练")
    page = as_role(role).page("/")
    assert "疏散演练" not in page.text
    assert as_role(role, county.town).get("/search?q=疏散").status_code == 403


def test_the_first_page_asks_a_fixed_number_of_queries(as_role, county, drill, count_queries):
    clerk = as_role("county_staff")
    with count_queries() as empty:
        clerk.page("/")
    for i in range(8):
        drill(county.other_town, -i - 1, title=f"演练{i}")
        drill(county.county, -i - 1, title=f"本级演练{i}")
    with count_queries() as full:
        clerk.page("/")
    assert len(full) == len(empty)


def test_the_search_finds_only_within_reach(as_role, county, drill):
    drill(county.town, title="山洪转移演练")
    drill(county.other_county, title="山洪转移演练（邻县）")
    found = as_role("town_staff", county.town).page("/search?q=山洪转移").select("main .dr-list li")
    assert [li.a.text for li in found] == ["山洪转移演练"]
    assert "没有找到" in as_role("town_staff", county.other_town).page("/search?q=山洪转移").text
