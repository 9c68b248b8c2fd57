import io
import threading
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from drillreg.audit.models import AuditRow
from drillreg.notices.models import Notice
from drillreg.steps.models import Step
from drillreg.tasks.rules import TaskState

PDF = b"%PDF-1.7 not really a paper"


def test_a_task_is_given_accepted_and_finished(desk, county, titles, reading):
    address = desk.give(county.town, working_days="3", detail="按新表填报")
    assert titles(desk.town) == ["报送防汛物资台账"]
    page = desk.town.page(address)
    assert "2026年5月15日" in page.text  # three working days after Tuesday 12 May
    assert "按新表填报" in page.text
    assert desk.town.post(f"{address}/accept").status_code == 303
    assert "这项任务已经签收" in desk.town.post(f"{address}/accept").text
    refused = desk.town.post(f"{address}/finish", data={"remark": ""})
    assert refused.status_code == 422
    assert desk.town.post(f"{address}/finish", data={"remark": "已报送"}).status_code == 303
    page = desk.county.page(address)
    assert "已办结" in page.select_one(".dr-head").text
    assert [li.b.text for li in page.select(".aside .dr-time li")] == ["周敏", "刘美云", "刘美云"]
    assert titles(desk.town) == []
    assert titles(desk.town, standing="done") == ["报送防汛物资台账"]
    codes = reading.scalars(select(Step.code).order_by(Step.id)).all()
    assert codes == ["task-assigned", "task-accepted", "task-finished"]
    trail = reading.scalars(select(AuditRow.action).where(AuditRow.subject_kind == "task"))
    assert sorted(trail) == sorted(codes)
    kinds = reading.scalars(select(Notice.kind).order_by(Notice.id)).all()
    assert kinds == ["task-assigned", "task-settled"]


def test_only_whom_a_task_lies_with_finishes_it(desk, county):
    address = desk.give(county.town)
    for browser in (desk.county, desk.school):
        answer = browser.post(f"{address}/finish", data={"remark": "x"})
        assert answer.status_code in {403, 404}
    assert desk.school.get(address).status_code == 404


def test_a_task_goes_on_to_the_school_and_back(desk, county, titles, app, reading, task_of):
    address = desk.give(county.town)
    form = desk.town.page(f"{address}/pass?org={county.school.id}").select_one("form.dr-form")
    assert "梁秀英" in form.text
    answer = desk.town.post(form["action"], data={"to": "desk:staff", "remark": "请学校填写"})
    assert answer.status_code == 303
    assert titles(desk.town) == []
    assert titles(desk.school) == ["报送防汛物资台账"]
    assert "请学校填写" in desk.school.page(address).select_one(".aside").text

    assert desk.school.post(f"{address}/return", data={"remark": ""}).status_code == 422
    back = desk.school.post(f"{address}/return", data={"remark": "应由镇里汇总"})
    assert back.location == "/tasks/"
    assert titles(desk.town) == ["报送防汛物资台账"]
    assert desk.town.post(f"{address}/return", data={"remark": "请县里定"}).status_code == 303
    assert titles(desk.county) == ["报送防汛物资台账"]
    found = task_of(address, reading)
    assert (found.state, found.org_id) == (TaskState.OPEN, county.county.id)


def test_a_task_that_cannot_be_done_says_why(desk, county, titles):
    address = desk.give(county.school)
    desk.school.post(f"{address}/not-done", data={"remark": "没有物资库"})
    page = desk.county.page(address)
    assert "无法办理" in page.select_one(".dr-head").text
    assert "没有物资库" in page.text
    assert titles(desk.county, "given", standing="not-done") == ["报送防汛物资台账"]


def test_who_gave_a_task_withdraws_it_and_a_colleague_may_too(desk, county, as_role, titles):
    first, second = desk.give(county.town), desk.give(county.town, title="第二项")
    colleague = as_role("county_staff", username="colleague", name="何晓兰")
    assert desk.town.post(f"{first}/withdraw", data={"remark": "x"}).status_code == 403
    assert desk.county.post(f"{first}/withdraw", data={"remark": "另行安排"}).status_code == 303
    assert colleague.post(f"{second}/withdraw", data={"remark": "另行安排"}).status_code == 303
    assert titles(desk.town) == []


def test_what_a_colleague_gave_to_oneself_cannot_be_withdrawn(desk, county, as_role):
    leader = as_role("leader", name="方明远")
    address = desk.give(county.county, giver=leader)
    assert "撤回" not in desk.county.page(address).select_one(".dr-head").text
    assert desk.county.post(f"{address}/withdraw", data={"remark": "x"}).status_code == 403
    assert leader.post(f"{address}/withdraw", data={"remark": "另行安排"}).status_code == 303


def test_asking_for_a_task_reaches_its_holder_at_once(desk, county):
    address = desk.give(county.town)
    assert desk.town.page("/inbox/").select_one("header .dr-dotnum") is None
    assert desk.county.post(f"{address}/remind").status_code == 303
    assert desk.town.page("/inbox/").select_one("header .dr-dotnum").text == "1"
    assert "催办" in desk.town.page("/inbox/").text
    assert desk.town.post(f"{address}/remind").status_code == 403


def test_two_who_finish_at_once_one_wins(desk, county, as_role, reading, task_of):
    address = desk.give(county.town)
    other = as_role("town_staff", county.town, username="other", name="曾雨晴")
    barrier, answers = threading.Barrier(2), []

    def finish(browser):
        barrier.wait()
        answers.append(browser.post(f"{address}/finish", data={"remark": "办了"}))

    threads = [threading.Thread(target=finish, args=(each,)) for each in (desk.town, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (loser,) = [answer for answer in answers if answer.status_code == 409]
    assert "已先办理了这项任务" in loser.text
    assert task_of(address, reading).state is TaskState.DONE
    finished = select(Step.id).where(Step.code == "task-finished")
    assert len(reading.scalars(finished).all()) == 1


def test_the_same_task_goes_to_many_and_each_settles_its_own(desk, county, titles):
    page = desk.county.page("/tasks/new?kind=town")
    assert [box["value"] for box in page.select("main input[name=org]")] == [
        str(county.town.id),
        str(county.other_town.id),
    ]
    everyone = page.select_one(".dr-actions a")["href"]
    form = desk.county.page(everyone).select_one("form.dr-form")
    typed = {"title": "核对联络员", "kind": "contact", "to": "desk:staff", "due_on": "2026-05-20"}
    answer = desk.county.post(form["action"], data=typed)
    assert answer.status_code == 303
    table = desk.county.page(answer.location)
    assert len(table.select("main td.two")) == 2
    assert "同一任务交办2个单位，已办结0个" in table.text
    mine = desk.town.page("/tasks/").select_one("main td.two a")["href"]
    desk.town.post(f"{mine}/finish", data={"remark": "已核对"})
    assert "已办结1个" in desk.county.page(answer.location).text


def test_tasks_are_given_within_reach_only(desk, county, as_role):
    outside = desk.county.post(f"/tasks/new/what?org={county.other_county.id}", data={"title": "x"})
    assert outside.status_code == 404
    bureau = as_role("dept_staff", county.bureau, name="樊志华")
    assert desk.give(county.school, giver=bureau).startswith("/tasks/")
    assert bureau.get(f"/tasks/new/what?org={county.village.id}").status_code == 404
    assert desk.school.get("/tasks/new").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"to": "person:999"}, "to"),
        ({"due_on": "2026-05-20", "working_days": "3"}, "working_days"),
        ({"due_on": "2026-05-01"}, ""),
    ],
)
def test_a_wrong_form_is_shown_again(desk, county, wrong, field):
    typed = {"title": "某事", "kind": "general", "to": "desk:staff", **wrong}
    answer = desk.county.post(f"/tasks/new/what?org={county.town.id}", data=typed)
    assert answer.status_code == 422
    assert not field or f'href="#f-{field}"' in answer.text


def test_a_named_person_has_the_task_alone(desk, county, as_role, titles):
    as_role("town_staff", county.town, username="other", name="曾雨晴")
    form = desk.county.page(f"/tasks/new/what?org={county.town.id}").select_one("select#f-to")
    person = next(o["value"] for o in form.select("option") if "刘美云" in o.text)
    desk.give(county.town, to=person)
    assert titles(desk.town) == ["报送防汛物资台账"]
    colleague = as_role("town_staff", county.town, username="third", name="钟福生")
    assert titles(colleague) == []


def test_papers_are_kept_in_versions(desk, county):
    address = desk.give(county.town)

    def add(name, data=PDF):
        return desk.town.post(f"{address}/papers", data={"paper": (io.BytesIO(data), name)})

    assert add("第一稿.pdf").status_code == 303
    assert add("第二稿.pdf", PDF + b"2").status_code == 303
    assert add("x.exe", b"MZ").status_code == 422
    panel = desk.county.page(address).select_one("#paper")
    shown = panel.select_one("a")
    assert shown.text == "第二稿.pdf"
    assert "第2版" in panel.text
    with desk.county.get(shown["href"]) as file:
        assert file.data == PDF + b"2"
    assert desk.school.get(shown["href"]).status_code == 404
    void = next(a["href"] for a in panel.select("a") if a["href"].endswith("/void"))
    assert desk.town.post(void, data={"remark": "传错了"}).status_code == 303
    panel = desk.county.page(address).select_one("#paper")
    assert panel.select_one("a").text == "第一稿.pdf"
    assert "作废：传错了" in panel.text


def test_the_table_counts_filters_and_exports(desk, county, frozen, titles, count_queries):
    desk.give(county.town, due_on="2026-05-13")
    desk.give(county.school, title="演练方案", kind="drill", due_on="2026-05-30")
    with count_queries() as few:
        desk.county.page("/tasks/?view=reach")
    for number in range(5):
        desk.give(county.village, title=f"第{number}项")
    with count_queries() as many:
        page = desk.county.page("/tasks/?view=reach")
    assert len(few) == len(many)
    assert "7项未完成" in page.text or "7" in page.select_one(".dr-head .dr-meta").text
    assert titles(desk.county, "reach", kind="drill") == ["演练方案"]
    assert titles(desk.county, "reach", org=county.school.id) == ["演练方案"]
    assert titles(desk.county, "reach", words="演练") == ["演练方案"]
    data = desk.county.get("/tasks/export.xlsx?view=reach&kind=drill").data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    rows = list(sheet.values)
    assert len(rows) == 2
    assert rows[1][0] == "演练方案"
    assert rows[1][6].date() == date(2026, 5, 30)


def test_the_page_of_an_organisation_shows_its_tasks(desk, county):
    desk.give(county.school)
    page = desk.town.page(f"/orgs/{county.town.id}")
    assert "报送防汛物资台账" in page.select_one("#tasks").text
    link = page.select_one("#tasks header a")["href"]
    assert link == f"/tasks/new/what?org={county.town.id}"
