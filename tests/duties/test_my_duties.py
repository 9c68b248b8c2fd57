"""The pages a unit, a town, a department and a leader see of what is owed, and who is reminded."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from drillreg.accounts.models import Person, Post
from drillreg.app import DOING
from drillreg.drills.models import Drill
from drillreg.duties.evaluating import nodes_of
from drillreg.duties.models import DutyCount, DutyOrg, DutyState
from drillreg.duties.reading import shipped_rules
from drillreg.duties.reminding import remind_of_duties, steps_of
from drillreg.notices.models import Notice
from drillreg.plans.models import Plan, PlanVersion

RULES = {rule.id: rule for rule in shipped_rules()}


@pytest.fixture
def owe(app, keep, today):
    """Keep a result of an organisation that is due in so many days, and count it."""

    def make(org, rule="D1", days=-5, met_for=None, grade=None, **columns):
        levels = [int(part) for part in org.path.strip("/").split("/")]
        owed = RULES[rule].owed.value
        good = None if met_for is None else today + timedelta(days=met_for)
        counted = {
            "rule": rule,
            "owed": owed,
            "event_type": columns.pop("event_type", ""),
            "grade": grade,
            "good_until": good,
            "due_on": today + timedelta(days=days),
            "waived_until": None,
        }
        with app.app_context():
            nodes = nodes_of(org.path, {org.kind})
        counts = [DutyCount(node_id=node, n=1, **counted) for node in nodes]
        row = DutyState(
            org_id=org.id,
            key=columns.pop("key", 0),
            rule_from=RULES[rule].starts_on,
            have=0 if good is None else 1,
            need=1,
            proofs=[],
            late_days=0,
            **counted,
            **{f"at{n}": level for n, level in enumerate(levels, start=1)},
            **columns,
        )
        return keep(row, *counts)

    return make


@pytest.fixture
def contact(keep, today):
    def make(org, name="罗玉兰", phone="0000-000 3316"):
        person = keep(Person(name=name))
        since = today - timedelta(days=300)
        keep(Post(person_id=person.id, org_id=org.id, title="副校长", phone=phone, from_on=since))

    return make


def panels_of(page):
    """Return the titles of the duties below each heading."""
    found = {}
    for panel in page.select("main section.dr-panel"):
        if panel.h2 is not None:
            found[panel.h2.text] = [each.text for each in panel.select("h3 .dr-break")]
    return found


def test_a_unit_sees_what_it_owes_by_when_with_the_button_that_does_it(as_role, county, owe, keep):
    school = county.school
    owe(school, "D1", -5)
    owe(school, "P7-school", 2, event_type="fire")
    owe(school, "T5", 18)
    owe(school, "O15-check-org", 49)
    owe(school, "T1", 200)
    owe(school, "P13", 300, met_for=290, grade="verified")
    page = as_role("unit_liaison", school).page("/duties/")
    found = panels_of(page)
    assert list(found) == ["超期", "本周到期", "本月到期", "本半年到期", "以后到期"]
    assert found["超期"] == ["学校应急演练"]
    assert found["本周到期"] == ["学校预案 · 火灾"]
    assert page.select_one("#s1 h3 .dr-tag.red") is not None
    assert "第四十三条" in page.select_one("#s1").text
    buttons = [button["href"] for button in page.select("main .ld-a a.btn")]
    assert buttons[0] == f"/drills/due?org={school.id}"
    assert buttons[1] == f"/plans/new?org={school.id}&event_type=fire"
    assert buttons[2].startswith(f"/filings/trainings/new?org={school.id}&kind=training-held")
    met = page.select_one("details.dr-fold")
    assert "人员密集场所预案" in met.text
    assert not met.has_attr("open")


def test_the_button_of_a_plan_names_it_and_many_of_one_kind_are_one_line(as_role, county, owe):
    for key in (7, 8, 9):
        owe(county.school, "O4-unit", -3, key=key)
    liaison = as_role("unit_liaison", county.school)
    page = liaison.page("/duties/")
    (button,) = page.select("main .ld-a a.btn")
    assert button["href"] == "/filings/plans/7/publish"
    assert "另有同类2项" in page.text
    more = page.find("a", string="另有同类2项")["href"]
    listed = liaison.page(more)
    assert len(listed.select("main table tbody tr")) == 3


def test_every_button_leads_to_a_page_that_is_there(app):
    assert [each.endpoint for each in DOING if each.endpoint not in app.view_functions] == []


def test_a_monitor_gets_no_button_for_what_others_do(as_role, county, owe):
    owe(county.village, "T1", -3)
    page = as_role("monitor", county.village).page("/duties/?view=own")
    assert page.select("main .ld-a a.btn") == []


def test_the_button_of_a_drill_leads_to_the_one_that_is_planned(as_role, county, keep, frozen):
    liaison = as_role("unit_liaison", county.school)
    answer = liaison.get(f"/drills/due?org={county.school.id}")
    assert answer.location == f"/drills/?within={county.school.id}"
    drill = keep(
        Drill(
            org_id=county.school.id,
            title="疏散",
            event_type="fire",
            due_on=date(2026, 5, 20),
            changed_at=frozen.now,
        )
    )
    answer = liaison.get(f"/drills/due?org={county.school.id}&event_type=fire")
    assert answer.location == f"/drills/{drill.id}/record"
    town = as_role("town_staff", county.other_town)
    assert town.get(f"/drills/due?org={county.school.id}").status_code == 404
    bureau = as_role("dept_staff", county.bureau)
    own = bureau.get(f"/drills/due?org={county.bureau.id}&event_type=fire")
    assert own.location == f"/drills/new?org={county.bureau.id}&event_type=fire"
    form = bureau.page(own.location)
    assert form.select_one("#f-event_type option[selected]")["value"] == "fire"


def test_results_say_when_they_were_worked_out_and_when_they_may_be_old(
    as_role, county, owe, keep, frozen, today
):
    owe(county.school)
    kept = {"org_id": county.school.id, "evaluated_at": frozen.now, "evaluated_on": today}
    keep(DutyOrg(nodes=[], stale_since=frozen.now, **kept))
    page = as_role("unit_liaison", county.school).page("/duties/")
    assert "截至2026-05-12 09:30" in page.text
    assert "正在重新计算" in page.text


def test_a_town_sees_it_rolled_up_with_the_late_first_and_numbers_that_lead_on(
    as_role, county, owe, contact
):
    owe(county.school, "D1", -9)
    owe(county.school, "T5", -5)
    owe(county.village, "P6", -20, event_type="fire")
    owe(county.village, "T1", 100, met_for=90, grade="self-reported")
    owe(county.other_town, "P5", -50, event_type="fire")
    contact(county.school)
    town = as_role("town_staff", county.town)
    page = town.page("/duties/")
    number = page.select_one(".dr-figs .v.red a")
    assert number.text == "3"
    names = [item.a.text for item in page.select("#late li")]
    assert names == ["岭下村", "白岩镇中心小学"]
    late = page.select_one("#late").text
    assert "罗玉兰" in late
    assert "0000-000 3316" in late
    words = page.select("#late [data-copy]")[1]["data-copy"]
    assert words.startswith("白岩镇中心小学：“学校应急演练”应于2026年5月3日前完成")
    assert "竹源镇" not in page.select_one("main").text
    listed = town.page(number["href"])
    assert len(listed.select("main table tbody tr")) == 3


def test_the_bureau_sees_the_units_of_its_field(as_role, county, owe):
    owe(county.school, "D1", -9)
    owe(county.village, "P6", -20, event_type="fire")
    bureau = as_role("dept_staff", county.bureau)
    page = bureau.page("/duties/")
    assert page.select_one(".dr-figs .v.red a").text == "1"
    assert "学校" in page.select_one("main").text
    listed = bureau.page(page.select_one(".dr-figs .v.red a")["href"])
    assert [row.a.text for row in listed.select("main table tbody tr")] == ["白岩镇中心小学"]
    home = bureau.page("/")
    assert home.find("div", string="未尽职责").find_next("a").text == "1"
    # The county may look at the field of a department, too.
    upper = as_role("county_staff").page(f"/duties/?org={county.bureau.id}")
    assert upper.select_one(".dr-figs .v.red a").text == "1"


def test_a_leader_sees_the_red_names_at_home(as_role, county, owe):
    owe(county.other_town, "P5", -50, event_type="fire")
    owe(county.school, "D1", -9)
    page = as_role("leader").page("/")
    assert [item.a.text for item in page.select("#red li")] == ["竹源镇", "白岩镇中心小学"]
    assert page.select_one("#red header a")["href"] == "/duties/list"
    assert page.find("div", string="未尽职责").find_next("a").text == "2"


def test_strangers_find_nothing(as_role, county, owe):
    row = owe(county.school)
    stranger = as_role("town_staff", county.other_town)
    for address in (
        f"/duties/?org={county.school.id}",
        f"/duties/list?node={county.school.id}",
        f"/duties/list.xlsx?node={county.school.id}",
        f"/duties/month?node={county.school.id}",
        f"/duties/open/{row.id}",
    ):
        assert stranger.get(address).status_code == 404, address
    assert "白岩镇中心小学" not in stranger.page("/duties/list?state=all").text


def test_the_list_is_filtered_counted_paged_and_handed_out(as_role, county, owe, contact):
    for key in range(1, 26):
        owe(county.school, "O4-unit", -key, key=key)
    owe(county.village, "P6", -40, event_type="fire")
    owe(county.town, "T1", 20)
    contact(county.school)
    clerk = as_role("county_staff")
    page = clerk.page("/duties/list")
    rows = page.select("main table tbody tr")
    assert len(rows) == 20
    assert rows[0].a.text == "岭下村"
    assert "共 26 条" in page.text
    assert len(clerk.page(page.select_one("a[rel=next]")["href"]).select("tbody tr")) == 6
    assert len(clerk.page("/duties/list?all=1").select("tbody tr")) == 26
    chosen = f"node={county.town.id}&rule=O4-unit&owed=publish&kind=school"
    assert "共 25 条" in clerk.page(f"/duties/list?{chosen}").text
    assert "共 1 条" in clerk.page("/duties/list?state=due").text
    assert "共 27 条" in clerk.page("/duties/list?state=all").text
    assert "共 1 条" in clerk.page("/duties/list?event=fire").text
    answer = clerk.get(f"/duties/list.xlsx?{chosen}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_row == 26
    assert "罗玉兰" in [cell.value for cell in sheet[2]]


@pytest.mark.parametrize("address", ["/duties/", "/duties/list", "/duties/month", "/"])
def test_pages_ask_the_same_however_much_there_is(as_role, county, owe, count_queries, address):
    clerk = as_role("county_staff")
    owe(county.village, "O4-unit", -30, key=1)
    owe(county.school, "O4-unit", -29, key=1)
    clerk.page(address)
    with count_queries() as few:
        clerk.page(address)
    for key in range(2, 18):
        owe(county.school, "O4-unit", -key, key=key)
        owe(county.village, "O4-unit", -key, key=key)
    with count_queries() as many:
        clerk.page(address)
    assert len(many) == len(few)


def test_the_calendar_shows_what_is_due_on_each_day(as_role, county, owe):
    owe(county.school, "D1", 3)
    owe(county.village, "O4-unit", 3, key=1)
    owe(county.village, "O4-unit", 3, key=2)
    owe(county.village, "T1", -2)
    clerk = as_role("county_staff")
    page = clerk.page("/duties/month?m=2026-05")
    entries = [entry.text for entry in page.select(".dr-cal .dr-ev")]
    assert entries == ["超期： 预案培训", "学校应急演练", "预案公开（单位和村、社区） ×2"]
    address = page.select(".dr-cal .dr-ev")[-1]["href"]
    assert "共 2 条" in clerk.page(address).text
    assert page.select(".dr-cal .dr-ev")[-1].find_parent("td").b.text == "15"


def test_the_organisation_shows_its_duties_and_where_they_are(as_role, county, owe):
    owe(county.school, "D1", -3)
    page = as_role("county_staff").page(f"/orgs/{county.school.id}")
    assert page.find("a", href=f"/duties/?org={county.school.id}") is not None
    assert "超期 1" in page.text


def test_late_duties_are_chased_and_stand_in_the_to_do_list_once(as_role, county, owe):
    row = owe(county.school, "T5", -5)
    owe(county.school, "D1", -9)
    page = as_role("county_staff").page("/chasing/?kind=duty-late")
    whats = [cell.text for cell in page.select("tbody td.two:nth-of-type(2) .dr-break")]
    assert whats == ["学校应急演练", "学校应急教育"]
    assert page.find("a", string="学校应急教育")["href"] == f"/duties/open/{row.id}"
    todo = as_role("unit_liaison", county.school).page("/todo?kind=duty")
    # Drills to hold are listed by their own dates.
    assert [cell.a.text for cell in todo.select("td.two")] == ["学校应急教育"]


def test_the_ladder_tells_each_step_once(app, as_role, county, owe, today, frozen, reading):
    as_role("unit_liaison", county.school)
    owe(county.school, "T5", 30)
    owe(county.school, "D1", 7)
    owe(county.school, "T1", 12)
    owe(county.school, "P13", 1, met_for=1)
    for at in range(4):
        owe(county.school, "O4-unit", -8, key=at + 1)
    assert remind_of_duties(frozen.now) == 3
    assert remind_of_duties(frozen.now) == 0
    told = reading.scalars(select(Notice).where(Notice.kind.like("duty-%"))).all()
    assert {(each.kind, (each.due_on - today).days) for each in told} == {
        ("duty-30", 30),
        ("duty-7", 7),
        ("duty-late", -8),
    }
    assert next(each for each in told if each.kind == "duty-late").params["count"] == 4
    frozen.now += timedelta(days=7)
    # The drill is due today, the training in 5 days, and the plans are late for two weeks now.
    kinds = remind_of_duties(frozen.now)
    assert kinds == 3


def test_steps_begin_on_their_days_and_are_made_up_for(today):
    steps = steps_of(today)
    assert steps[today + timedelta(days=30)].kind == "duty-30"
    assert steps[today + timedelta(days=27)].code == "30"
    assert today + timedelta(days=20) not in steps
    assert steps[today + timedelta(days=7)].code == "7"
    assert steps[today + timedelta(days=1)].code == "1"
    assert steps[today].code == "1"
    assert steps[today - timedelta(days=1)].code == "w0"
    assert today - timedelta(days=6) not in steps
    assert steps[today - timedelta(days=8)].code == "w1"


def test_the_feed_has_what_the_own_unit_owes_with_an_alarm(as_role, county, owe):
    owe(county.school, "T5", 20)
    owe(county.village, "T1", 20)
    liaison = as_role("unit_liaison", county.school)
    page = BeautifulSoup(liaison.post("/drills/feed").text, "html.parser")
    address = next(b.text for b in page.select(".dr-break b") if ".ics" in b.text)
    path = address[address.index("/drills/") :]
    text = liaison.get(path).text.replace("\r\n ", "")
    assert "到期：学校应急教育" in text
    assert text.count("BEGIN:VEVENT") == 1
    assert "BEGIN:VALARM" in text
    assert liaison.get(path).data == liaison.get(path).data


def test_the_late_list_has_what_weighs_most_first_unless_asked_by_date(as_role, county, owe):
    weights = {
        rule.severity.value: rule.id for rule in RULES.values() if rule.owed.value == "drill"
    }
    heavy, light = weights["high"], weights["medium"]
    owe(county.school, light, -50)
    owe(county.village, heavy, -5)
    clerk = as_role("county_staff")
    page = clerk.page("/duties/list")
    names = [row.select_one("td a").text for row in page.select("tbody tr")]
    assert names == ["岭下村", "白岩镇中心小学"]
    link = page.select_one("th a")["href"]
    assert "sort=date" in link
    page = clerk.page("/duties/list?sort=date")
    names = [row.select_one("td a").text for row in page.select("tbody tr")]
    assert names == ["白岩镇中心小学", "岭下村"]
    text = clerk.get("/duties/list.csv?sort=date").data.decode("utf-8-sig")
    assert text.index("白岩镇中心小学") < text.index("岭下村")


def test_the_explanation_of_what_is_late_hands_out_the_reminder(as_role, county, owe):
    owe(county.school, "T5", -20)
    page = as_role("town_staff", county.town).page(f"/duties/{county.school.id}/T5")
    reminder = page.find("button", string="复制提醒")["data-copy"]
    assert "白岩镇中心小学" in reminder
    assert "学校应急教育" in reminder


def test_the_matrix_says_what_is_being_written(as_role, county, owe, keep, frozen, count_queries):
    owe(county.town, "P5", -5, event_type="flood")
    owe(county.other_town, "P5", -5, event_type="flood")
    clerk = as_role("county_staff")
    clerk.page("/duties/matrix")
    with count_queries() as before:
        assert "编制中" not in clerk.page("/duties/matrix").text
    plan = Plan(
        org_id=county.town.id,
        kind="special",
        event_type="flood",
        title="镇防汛预案",
        created_at=frozen.now,
        versions=[PlanVersion(number=1, created_at=frozen.now)],
    )
    keep(plan)
    with count_queries() as after:
        page = clerk.page("/duties/matrix")
    assert len(page.find_all("small", string="编制中")) == 1
    assert len(after) == len(before)
    assert "编制中" in clerk.get("/duties/matrix.csv").data.decode("utf-8-sig")
