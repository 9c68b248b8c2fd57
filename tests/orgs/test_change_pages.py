"""The pages of moves, mergers, splits and returns: seen before, done, told afterwards."""

from datetime import date

from bs4 import BeautifulSoup
from sqlalchemy import select

from drillreg.drills.models import Drill
from drillreg.orgs.models import Org
from drillreg.plans.models import Plan, PlanVersion
from tests.conftest import NOW

TAIL = "from_on=2026-05-10&reason=县编办〔2026〕3号"


def text_of(page):
    return " ".join(page.select_one("main").get_text().split())


def answers(page):
    """Return what a check page would send, as a browser does."""
    form = page.select_one("main form[method=post]")
    found: dict[str, list[str]] = {}
    for field in form.select("input[name]"):
        found.setdefault(field["name"], []).append(field["value"])
    return form["action"], found


def current(reading, org):
    return reading.get_one(Org, org.id, populate_existing=True)


def plan_drill(keep, org, **more):
    values = {"title": "疏散演练", "event_type": "fire", "due_on": date(2026, 6, 1)}
    return keep(Drill(org_id=org.id, changed_at=NOW, **{**values, **more}))


def test_a_move_is_shown_before_it_is_done(as_role, county, reading, make_account, keep):
    clerk = as_role("county_staff")
    make_account("town_staff", county.town, username="baiyan")
    make_account("town_staff", county.other_town, username="zhuyuan")
    plan_drill(keep, county.school)
    form = clerk.page(f"/orgs/{county.school.id}/change/move")
    places = [option.get_text() for option in form.select("#f-target_id option[value]")]
    assert "竹源镇（青岭县）" in places
    assert "白岩镇（青岭县）" not in places
    address = f"/orgs/{county.school.id}/change/move/check?target_id={county.other_town.id}&{TAIL}"
    check = clerk.page(address)
    said = text_of(check)
    assert "竹源镇将能看到（镇应急办工作人员 1）" in said
    assert "白岩镇今后看不到（镇应急办工作人员 1）" in said
    assert "白岩镇仍能看到 2026-05-10 之前的内容" in said
    assert "县教育局（教育）的主管关系不变" in said
    assert "1 次计划中的演练" in said
    assert current(reading, county.school).parent_id == county.town.id
    action, fields = answers(check)
    done = clerk.post(action, data=fields)
    assert done.status_code == 303
    assert current(reading, county.school).parent_id == county.other_town.id
    page = text_of(clerk.page(done.location))
    assert "由白岩镇划归竹源镇" in page
    assert "县编办〔2026〕3号" in page


def test_a_refused_move_shows_the_form_again(as_role, county):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.village.id}/change/move/check?target_id={county.county.id}&{TAIL}"
    answer = clerk.get(address)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert "不能放在那里" in page.select_one(".dr-errsum").get_text()
    assert page.select_one("#f-reason").get_text().strip() == "县编办〔2026〕3号"


def test_a_target_beyond_ones_reach_is_not_there(as_role, county):
    town = as_role("town_staff", county.town)
    address = f"/orgs/{county.school.id}/change/move/check?target_id={county.other_town.id}&{TAIL}"
    assert town.get(address).status_code == 404


def test_a_merger_says_what_passes_and_what_stays(as_role, county, make_org, keep, reading):
    other = make_org("白岩镇第二小学", "school", county.town, attributes={"students": 9})
    plan = keep(
        Plan(org_id=other.id, kind="special", event_type="fire", title="消防预案", created_at=NOW)
    )
    issued = date(2025, 3, 1)
    keep(PlanVersion(plan_id=plan.id, number=1, state="current", issued_on=issued, created_at=NOW))
    plan_drill(keep, other)
    held = plan_drill(keep, other, title="已演练", held_on=date(2026, 4, 1), status="held")
    clerk = as_role("county_staff")
    check = clerk.page(f"/orgs/{other.id}/change/merge/check?target_id={county.school.id}&{TAIL}")
    said = text_of(check)
    assert "转由白岩镇中心小学承接：1 次计划中的演练" in said
    assert "保留原名称，待白岩镇中心小学承接：1 件现行预案" in said
    assert "原单位的数字不会自动相加" in said
    assert "学生数 9 人" in said
    action, fields = answers(check)
    assert clerk.post(action, data=fields).status_code == 303
    school = text_of(clerk.page(f"/orgs/{county.school.id}"))
    assert "白岩镇第二小学并入" in school
    assert "并入单位的预案，待承接" in school
    assert "消防预案" in school
    closed = clerk.page(f"/orgs/{other.id}")
    assert "已于 2026-05-10 合并" in text_of(closed)
    assert "白岩镇第二小学" in text_of(clerk.page(f"/drills/{held.id}"))
    assert clerk.get(f"/orgs/{other.id}/change/reopen").status_code == 200


def test_a_split_asks_what_goes_with_it(as_role, county, keep, reading):
    drill, stays = plan_drill(keep, county.school), plan_drill(keep, county.school, title="留下")
    clerk = as_role("county_staff")
    form = clerk.page(f"/orgs/{county.school.id}/split")
    assert [box["value"] for box in form.select("[name=thing]")] == [
        f"drills:{drill.id}",
        f"drills:{stays.id}",
    ]
    check = clerk.page(
        f"/orgs/{county.school.id}/split/check?name=白岩镇分校&kind=school"
        f"&target_id={county.town.id}&thing=drills:{drill.id}&{TAIL}"
    )
    assert "疏散演练" in text_of(check)
    assert "留下" not in text_of(check)
    action, fields = answers(check)
    done = clerk.post(action, data=fields)
    new = reading.scalar(select(Org).where(Org.name == "白岩镇分校"))
    assert done.location.endswith(f"/orgs/{new.id}")
    assert reading.get_one(Drill, drill.id).org_id == new.id
    assert reading.get_one(Drill, stays.id).org_id == county.school.id
    assert "由白岩镇中心小学分设" in text_of(clerk.page(done.location))


def test_what_was_not_offered_is_not_taken(as_role, county):
    answer = as_role("county_staff").get(
        f"/orgs/{county.school.id}/split/check?name=分校&kind=school"
        f"&target_id={county.town.id}&thing=plans:1&{TAIL}"
    )
    assert answer.status_code == 422
    assert "请从所列事项中选择" in answer.text


def test_a_wrongly_closed_one_is_opened_again(as_role, county, reading):
    clerk = as_role("county_staff")
    address = f"/orgs/{county.school.id}"
    clerk.post(f"{address}/close", data={"closed_on": "2026-05-09", "reason": "误操作"})
    form = clerk.page(f"{address}/change/reopen")
    assert form.select_one("#f-from_on")["value"] == "2026-05-09"
    assert form.select_one("#f-target_id option[selected]")["value"] == str(county.town.id)
    check = clerk.page(
        f"{address}/change/reopen/check?target_id={county.town.id}&from_on=2026-05-09&reason=误操作"
    )
    action, fields = answers(check)
    assert clerk.post(action, data=fields).status_code == 303
    assert current(reading, county.school).closed_on is None


def test_closing_says_what_is_still_open(as_role, county, keep):
    plan_drill(keep, county.school)
    page = as_role("county_staff").page(f"/orgs/{county.school.id}/close")
    assert "1 次计划中的演练" in text_of(page)


def test_a_school_that_moves_is_renamed_and_merges_keeps_the_names_on_its_papers(
    as_role, county, make_org, keep, frozen
):
    """Its drills and plans of each date print the name of that date, in lists and exports too."""
    clerk = as_role("county_staff")
    school, address = county.school, f"/orgs/{county.school.id}"
    plan = keep(
        Plan(org_id=school.id, kind="special", event_type="fire", title="消防预案", created_at=NOW)
    )
    issued = date(2026, 5, 3)
    keep(PlanVersion(plan_id=plan.id, number=1, state="current", issued_on=issued, created_at=NOW))
    days = {"甲": date(2026, 5, 2), "乙": date(2026, 5, 5), "丙": date(2026, 5, 8)}
    drills = {
        title: plan_drill(keep, school, title=title, held_on=day, status="held", due_on=day)
        for title, day in days.items()
    }
    moved = {"target_id": county.other_town.id, "from_on": "2026-05-04", "reason": "划转"}
    assert clerk.post(f"{address}/change/move", data=moved).status_code == 303
    clerk.post(
        f"{address}/edit",
        data={
            "row_version": school.row_version + 1,
            "name": "竹源镇第一小学",
            "kind": "school",
            "from_on": "2026-05-05",
        },
    )
    renamed = clerk.page(address)
    assert renamed.h1.get_text() == "竹源镇第一小学"
    other = make_org("竹源镇中心小学", "school", county.other_town)
    merged = {"target_id": other.id, "from_on": "2026-05-10", "reason": "批复"}
    assert clerk.post(f"{address}/change/merge", data=merged).status_code == 303
    clerk.post(
        f"/orgs/{other.id}/edit",
        data={
            "row_version": other.row_version,
            "name": "竹源镇学校",
            "kind": "school",
            "from_on": "2026-05-11",
        },
    )
    names = {"甲": "白岩镇中心小学", "乙": "竹源镇第一小学", "丙": "竹源镇第一小学"}
    listed = clerk.page("/drills/?state=held")
    for row in listed.select("tbody tr"):
        title = row.select_one("td.two a").get_text()
        assert row.select_one("td:nth-child(2)").get_text(strip=True) == names[title]
    for title, drill in drills.items():
        assert names[title] in text_of(clerk.page(f"/drills/{drill.id}"))
    assert "印发时为白岩镇中心小学" in text_of(clerk.page(f"/plans/{plan.id}"))
    assert "并入竹源镇学校" in text_of(clerk.page(address))
