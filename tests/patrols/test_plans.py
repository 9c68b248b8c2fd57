"""Patrol plans: made on the page, their days, what was due, done and missed."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select

from drillreg.core.db import db
from drillreg.hazards.rules import RiskLevel
from drillreg.notices.models import Notice
from drillreg.orgs.scope import OrgScope, whole_installation
from drillreg.patrols.due import DueFilter, count_due, due_page, tallies_by_plan
from drillreg.patrols.models import PatrolDay, PatrolPlan
from drillreg.patrols.rules import Doer
from drillreg.patrols.sweeps import remind_of_patrols, sweep_patrols
from drillreg.tasks.chasing import ChaseFilter, chase_page, count_chased

TODAY = date(2026, 5, 12)
CREATED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
FORM = {
    "name": "周五巡查",
    "kind": "weekly",
    "weekdays": "4",
    "shift": "next_working_day",
    "doer": "keeper",
    "from_on": "2026-05-12",
    "months": "1",
}


@pytest.fixture
def sites(county, make_site, frozen):
    """Three sites of the town, one of the other town, one of the school; known since January."""
    then, frozen.now = frozen.now, CREATED
    found = [
        make_site(county.town, "T-1", name="老虎坳滑坡", responsible_name="钟福生"),
        make_site(county.town, "T-2", name="后山危岩", level=RiskLevel.RED),
        make_site(county.town, "T-3", name="河口塌岸", kind="debris-flow"),
        make_site(county.other_town, "O-1", name="竹源滑坡"),
        make_site(county.school, "S-1", name="校门口边坡", level=RiskLevel.RED),
    ]
    frozen.now = then
    return found


def numbers(app, scope=None, **wanted):
    filled = {"first": date(2026, 4, 1), "last": TODAY, "today": TODAY, **wanted}
    with app.test_request_context():
        found = count_due(scope or whole_installation(TODAY), DueFilter(**filled))
    return found.due, found.done, found.missed


def test_a_town_makes_a_plan_and_reads_it_back(county, as_role, sites, reading):
    clerk = as_role("town_staff", county.town)
    page = clerk.page("/patrols/new")
    assert page.select_one("[name=within] [selected]")["value"] == str(county.town.id)
    made = clerk.post("/patrols/new", data={**FORM, "within": county.town.id, "levels": "red"})
    assert made.status_code == 303, made.text
    plan = reading.scalars(select(PatrolPlan)).one()
    first = reading.scalars(select(PatrolDay.first_on).order_by(PatrolDay.first_on).limit(2)).all()
    assert first == [date(2026, 5, 15), date(2026, 5, 22)]
    shown = clerk.page(made.location).text
    assert "每周星期五" in shown
    assert "红 重大" in shown
    # The school's red site lies below the town, too.
    assert "今天共2处" in shown
    assert "制定巡查计划" in shown
    reading.rollback()
    assert as_role("town_staff", county.other_town).get(f"/patrols/{plan.id}").status_code == 404


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"name": ""}, "计划名称"),
        ({"from_on": "2026-05-11"}, "最早从今天开始"),
        ({"to_on": "2026-05-11"}, "不能早于"),
        ({"kind": "level"}, "至少填写一个等级"),
        ({"weekdays": ""}, "至少选择一个"),
        ({"numbers": "T-9"}, "T-9"),
        ({"numbers": "O-1"}, "O-1"),
        ({"doer": "account"}, "账号"),
        ({"within": "1"}, "范围"),
    ],
)
def test_what_a_plan_cannot_be_is_said_and_what_was_typed_stays(
    county, as_role, sites, reading, fault, sentence
):
    clerk = as_role("town_staff", county.town)
    sent = {**FORM, "within": county.town.id, "goal": "坡面、水沟都看到", **fault}
    answer = clerk.post("/patrols/new", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "坡面、水沟都看到" in answer.text
    assert reading.scalar(select(func.count()).select_from(PatrolPlan)) == 0


def test_due_done_and_missed_are_counted_from_days_and_checks(
    app, county, sites, make_patrol, check
):
    make_patrol(county.town)
    # Fridays from 3 April: the 8th of May was the sixth; four sites lie below the town.
    assert numbers(app) == (24, 0, 24)
    check(sites[0], date(2026, 5, 8))
    check(sites[1], date(2026, 5, 10))  # within the two days of grace
    check(sites[2], date(2026, 5, 11))  # too late for the round
    assert numbers(app) == (24, 2, 22)
    assert numbers(app, within=county.school) == (6, 0, 6)
    assert numbers(app, level="red", first=date(2026, 5, 8)) == (2, 1, 1)
    assert numbers(app, words="钟福生", first=date(2026, 5, 8)) == (1, 1, 0)
    town = OrgScope(TODAY, frozenset({county.other_town.path}))
    assert numbers(app, town) == (0, 0, 0)


def test_kinds_levels_and_named_sites_narrow_a_plan(app, county, sites, make_patrol):
    make_patrol(county.county, site_kinds=("debris-flow",), from_on=date(2026, 5, 8))
    assert numbers(app)[0] == 1
    make_patrol(county.county, levels=("red",), sites=(sites[1].id,), from_on=date(2026, 5, 8))
    assert numbers(app)[0] == 2
    make_patrol(county.bureau, from_on=date(2026, 5, 8))  # oversees the school alone
    assert numbers(app)[0] == 3


def test_by_level_each_site_has_its_own_rhythm(app, county, sites, make_patrol):
    make_patrol(county.town, kind="level", every={"red": 7, "yellow": 30})
    # Red: six rounds of seven days since 1 April for two sites; yellow: two of thirty days.
    assert numbers(app, level="red")[0] == 12
    assert numbers(app, level="yellow")[0] == 4


def test_a_night_patrol_counts_by_its_hour(app, county, sites, make_patrol, check):
    make_patrol(county.school, kind="night", weekdays=(0,), from_on=date(2026, 4, 27))
    check(sites[4], date(2026, 4, 27), hour=16)
    check(sites[4], date(2026, 5, 4), hour=21)
    check(sites[4], date(2026, 5, 12), hour=5)  # the morning after Monday the 11th
    assert numbers(app) == (3, 2, 1)


def test_the_matrix_and_the_list_agree_and_lead_to_each_other(
    county, as_role, sites, make_patrol, check
):
    plan = make_patrol(county.county)
    check(sites[3], date(2026, 5, 8))
    clerk = as_role("county_staff", county.county)
    page = clerk.page(f"/patrols/{plan.id}")
    rows = {row.th.text: row for row in page.select("tbody tr") if row.th}
    cell = rows["竹源镇"].select("td")[-2]  # the week of 11 May has no Friday yet
    assert cell.text.strip() == "—"
    linked = rows["竹源镇"].select("td")[-3].a
    assert linked.text == "1/1"
    listed = clerk.page(linked["href"])
    assert [a.text for a in listed.select("td.two a")] == ["竹源滑坡"]
    missed = clerk.page(rows["白岩镇"].select("td")[-3].select_one(".dr-late")["href"])
    assert {a.text for a in missed.select("td.two a")} == {
        "老虎坳滑坡",
        "后山危岩",
        "河口塌岸",
        "校门口边坡",
    }
    book = clerk.get(missed.select_one("[data-export], a[href*='due.xlsx']")["href"])
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    assert sheet.max_row == 5
    people = clerk.page("/patrols/people")
    assert "钟福生" in people.text


def test_pages_of_the_list_join_without_gap_and_queries_stay_the_same(
    app, county, sites, make_patrol, count_queries, as_role
):
    make_patrol(county.county)
    scope = whole_installation(TODAY)
    seen, cursor = [], None
    with app.test_request_context():
        wanted = DueFilter(date(2026, 4, 1), TODAY, TODAY)
        while True:
            page = due_page(scope, wanted, cursor=cursor, size=7)
            seen += [(each.first_on, each.site.id) for each in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == 30
    clerk = as_role("county_staff", county.county)
    addresses = ("/patrols/", "/patrols/due", "/patrols/1", "/patrols/today")
    for address in addresses:
        clerk.page(address)
    counts = []
    for _ in range(2):
        with count_queries() as statements:
            for address in addresses:
                clerk.page(address)
        counts.append(len(statements))
        make_patrol(county.town, name="加密巡查")
    assert counts[0] == counts[1]


def test_a_plan_rests_goes_on_and_ends_without_touching_what_is_over(
    app, county, sites, make_patrol, as_role, frozen
):
    plan = make_patrol(county.town)
    frozen.now = datetime(2026, 5, 15, 1, 30, tzinfo=UTC)
    clerk = as_role("town_staff", county.town)
    friday = date(2026, 5, 15)
    assert numbers(app, last=friday, today=friday) == (28, 0, 24)
    refused = clerk.post(f"/patrols/{plan.id}/stop/pause", data={"reason": ""})
    assert refused.status_code == 422
    clerk.post(f"/patrols/{plan.id}/stop/pause", data={"reason": "道路中断"})
    assert numbers(app, last=friday, today=friday) == (24, 0, 24)
    assert "道路中断" in clerk.page(f"/patrols/{plan.id}").text
    clerk.post(f"/patrols/{plan.id}/resume")
    assert numbers(app, last=friday, today=friday) == (28, 0, 24)
    clerk.post(f"/patrols/{plan.id}/stop/end", data={"reason": "改由村里巡查"})
    with app.app_context():
        (last,) = sweep_last(plan)
    assert last == friday
    assert clerk.post(f"/patrols/{plan.id}/stop/end", data={"reason": "再来"}).status_code == 422


def sweep_last(plan):
    return db.session.execute(
        select(func.max(PatrolDay.first_on)).where(PatrolDay.plan_id == plan.id)
    ).one()


def test_a_stale_edit_and_another_kind_after_rounds_are_refused(
    county, sites, make_patrol, as_role
):
    plan = make_patrol(county.town)
    clerk = as_role("town_staff", county.town)
    same = {**FORM, "within": county.town.id, "from_on": "2026-04-01", "shift": "none"}
    stale = clerk.post(f"/patrols/{plan.id}/edit", data={**same, "row_version": "9"})
    assert stale.status_code == 409
    version = clerk.page(f"/patrols/{plan.id}/edit").select_one("[name=row_version]")["value"]
    other = {**same, "row_version": version, "kind": "night"}
    assert "不能再改" in clerk.post(f"/patrols/{plan.id}/edit", data=other).text
    saved = clerk.post(
        f"/patrols/{plan.id}/edit", data={**same, "row_version": version, "weekdays": "1"}
    )
    assert saved.status_code == 303, saved.text
    ahead = clerk.page(saved.location).select_one(".aside .dr-list li").text
    assert "2026-05-12" in ahead


def test_today_shows_ones_own_first_and_the_day_is_told_once(
    app, county, sites, make_patrol, make_account, sign_in, reading, frozen, check
):
    make_patrol(county.town)
    keeper = make_account("monitor", county.town, name="钟福生", username="zhong")
    other = make_account("monitor", county.village, name="罗招娣", username="luo")
    liaison = make_account("unit_liaison", county.school, name="梁秀英", username="liang")
    frozen.now = datetime(2026, 5, 15, 1, 30, tzinfo=UTC)
    with app.test_request_context():
        assert remind_of_patrols(frozen.now) == 2
        assert remind_of_patrols(frozen.now) == 0
    told = {n.account_id: n.params["count"] for n in reading.scalars(select(Notice))}
    # Who is named, or else who records checks at the place; nobody of the village is asked.
    assert told == {keeper: 3, liaison: 1}
    assert other not in told
    reading.rollback()
    phone = sign_in(keeper)
    page = phone.page("/patrols/today")
    assert "由您巡查：1处" in page.text
    assert "他人负责、您可以代为登记：3处" in page.text
    button = page.select_one(".ph-card .ph-btn")
    assert "记一次检查" in button.text
    phone.page(button["href"])
    assert "巡查：1处待查" in phone.page("/todo").text
    reading.rollback()
    check(sites[0], date(2026, 5, 15))
    assert "由您巡查" not in phone.page("/patrols/today").text
    assert "巡查：1处" not in phone.page("/todo").text


def test_what_was_missed_is_chased_until_somebody_looks(app, county, sites, make_patrol, check):
    make_patrol(county.town, doer=Doer.KEEPER, from_on=date(2026, 5, 1))
    scope, wanted = whole_installation(TODAY), ChaseFilter(TODAY, kind="patrol-missed")
    with app.test_request_context():
        rows = chase_page(scope, wanted).rows
        assert count_chased(scope, wanted)["patrol-missed"] == 4
    assert {row.since for row in rows} == {date(2026, 5, 3)}
    assert {row.person for row in rows} == {"钟福生", None}
    check(sites[0], date(2026, 5, 11))
    with app.test_request_context():
        assert count_chased(scope, wanted)["patrol-missed"] == 3


def test_days_are_laid_out_further_by_the_clock(app, county, make_patrol, frozen, reading):
    plan = make_patrol(county.town)
    frozen.now = datetime(2027, 4, 1, 1, 30, tzinfo=UTC)
    with app.test_request_context():
        assert sweep_patrols(frozen.now) > 0
        assert sweep_patrols(frozen.now) == 0
    last = reading.scalar(select(func.max(PatrolDay.first_on)).where(PatrolDay.plan_id == plan.id))
    assert last > date(2027, 4, 1) + timedelta(days=390)
    assert reading.scalars(select(PatrolPlan.row_version)).one() == 1


def test_the_list_of_plans_counts_in_one_query(app, county, sites, make_patrol, check):
    plans = [make_patrol(county.town), make_patrol(county.other_town)]
    check(sites[3], date(2026, 5, 8))
    with app.test_request_context():
        found = tallies_by_plan(
            whole_installation(TODAY), DueFilter(date(2026, 5, 1), TODAY, TODAY)
        )
    assert [(found[p.id].due, found[p.id].done) for p in plans] == [(8, 0), (2, 1)]
