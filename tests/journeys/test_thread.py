"""The thread as five people walk it, in Chinese, through real pages; then the pages in English."""

import re
import subprocess
from datetime import timedelta

import icalendar
import pytest

from drillreg.core import clock
from drillreg.core.db import Base, db, unit_of_work
from drillreg.orgs.operations import OrgFacts, create_org
from tests.journeys import made
from tests.journeys.site import PASSWORD

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files people bring along."""
    return made.keep(tmp_path_factory.mktemp("brought"))


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What one step leaves for the next: addresses and numbers."""
    return {}


@pytest.fixture(scope="module", autouse=True)
def first_minutes(site, add_account):
    """An installation with its county and one clerk, and nothing else."""
    now = clock.now()
    with site.app.app_context(), unit_of_work():
        facts = OrgFacts(name=made.COUNTY, kind="county", attributes={})
        create_org(facts, parent=None, actor=None, now=now, today=clock.local_date(now))
    add_account("zhoumin", "周敏", "county_staff", made.COUNTY)


def figure(person, label: str) -> int:
    """Return a number of the home page by its label."""
    person.go("/")
    box = person.page.locator(".dr-figs > div", has=person.page.get_by_text(label, exact=True))
    return int(box.locator(".v a").inner_text())


def submit(author) -> None:
    """Send the report in sight to the leader, and confirm."""
    author.press("送审")
    author.press(author.page.locator("dialog .btn-primary"))
    author.page.wait_for_load_state("load")


def wait_for_paper(reader) -> None:
    """Look at the report again until its paper is printed."""
    for _ in range(40):
        if reader.page.get_by_role("link", name="下载正式文件（PDF）").count():
            return
        reader.page.wait_for_timeout(500)
        reader.page.reload()
    raise AssertionError(reader.text())


def test_a_clerk_brings_in_organisations_and_boundaries(person, files, add_account) -> None:
    clerk = person("zhoumin")
    for what in ("divisions", "organisations"):
        clerk.go(f"/imports/new?kind={what}")
        clerk.fill(file=files[what])
        clerk.press("读取文件")
        clerk.press(clerk.page.get_by_role("button", name=re.compile("^导入这 [0-9]+ 行$")))
        clerk.finish_work()
        clerk.sees("已导入")
    clerk.go("/imports/new?kind=boundaries")
    clerk.fill(file=files["outlines"])
    clerk.press("读取文件")
    clerk.sees("WGS84", made.OTHER_VILLAGE)
    clerk.press(clerk.page.get_by_role("button", name=re.compile("^导入这 [0-9]+ 行$")))
    clerk.finish_work()
    clerk.press("查看导入的内容")
    clerk.sees(made.COUNTY, made.TOWN, made.VILLAGE, made.SCHOOL)
    clerk.press(clerk.page.locator("main").get_by_role("link", name=made.TOWN).first)
    clerk.go("/map")
    clerk.page.wait_for_selector(".dr-map[data-ready]")
    clerk.sees(made.VILLAGE)
    add_account("liumeiyun", "刘美云", "town_staff", made.TOWN)
    add_account("zhongfusheng", "钟福生", "monitor", made.TOWN)
    add_account("liangxiuying", "梁秀英", "unit_liaison", made.SCHOOL)
    add_account("fangmingyuan", "方明远", "leader", made.COUNTY)


def test_a_town_registers_a_plan_and_its_sites(person, files, found, today) -> None:
    town = person("liumeiyun")
    town.go("/plans/")
    town.press("登记预案")
    town.fill(event_type="geological", papers=files["paper"])
    town.page.get_by_label("专项应急预案").check()
    town.press("登记为草稿")
    town.sees("地质灾害", made.TOWN, files["paper"].name)
    found["plan"] = town.page.url
    town.press("补录纸质印发")
    town.fill(number=f"白府发〔{today.year}〕12号", issued_on=today.isoformat())
    town.press("下一步，核对")
    town.sees(f"白府发〔{today.year}〕12号")
    town.press("确认印发")
    town.sees(f"白府发〔{today.year}〕12号", "现行")

    town.go("/imports/new?kind=hazards")
    town.fill(file=files["ledger"])
    town.press("读取文件")
    town.sees("共 4 行：3 行可导入，1 行有说明", "不能导入的原因")
    with town.page.expect_download() as download:
        town.page.get_by_role("link", name=re.compile("Excel")).first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    town.press("导入这 3 行")
    town.finish_work()
    town.sees("已导入 3 行，1 行有说明")
    town.press("查看导入的内容")
    town.sees(made.SITE, "岭下村三组崩塌", "白岩河口低洼处")
    town.page.wait_for_selector(".dr-map[data-ready]")
    town.press(town.page.get_by_role("link", name=made.SITE).first)
    town.sees("钟福生", "640", made.VILLAGE)
    town.press("标牌")
    found["code"] = re.search(r"http://\S+/h/\S+", town.text())[0]


def test_a_monitor_logs_a_check_at_the_site(person, files, found) -> None:
    spot = {"longitude": 113.8713, "latitude": 26.8534, "accuracy": 12}
    monitor = person(phone=True, geolocation=spot, permissions=["geolocation"])
    page = monitor.page
    monitor.go(found["code"])
    assert "/sign-in" in page.url  # a passer-by is asked who he is, and led on
    monitor.give_password("zhongfusheng", PASSWORD)
    monitor.sees(made.SITE)
    page.wait_for_function("document.querySelector('[name=lon]').value !== ''")
    page.locator("[name=photo]").set_input_files(files["check_photo"])
    page.wait_for_selector(".ph-photos img")
    monitor.press("都正常，无异常")
    monitor.sees("检查已记录", "有佐证", made.SITE)
    monitor.go("/hazards/mine")
    monitor.sees("岭下村三组崩塌")


def test_a_school_holds_the_drill_of_a_programme(person, files, found, site, today) -> None:
    town = person("liumeiyun")
    before = figure(town, "本月演练")
    town.go("/drills/programmes/new")
    town.choose("org", made.SCHOOL)
    town.fill(title="全校避险疏散演练", event_type="geological", mode="full")
    town.page.locator("details.dr-more-fields summary").click()
    town.choose("plan", "地质灾害")
    town.choose("site", made.SITE)
    town.fill(expected=640, target_minutes=3, place="操场")
    town.fill(freq="monthly", day_way="start", shift="none", starts_on=today.isoformat())
    town.page.locator("#next-dates .dr-time li").first.wait_for()
    town.press("确定建立")
    town.sees("全校避险疏散演练", made.SCHOOL)
    site.sweep()

    school = person("liangxiuying", phone=True)
    school.sees("全校避险疏散演练")
    school.press("记录")
    school.fill(
        held_on=today.isoformat(),
        participants=631,
        evacuation_minutes=2,
        evacuation_seconds=41,
        photos=files["drill_photo"],
    )
    school.page.locator("details.dr-more-fields summary").click()
    school.fill(
        started_at="09:30",
        strengths="集合点位置合理，班主任清点迅速",
        improvements="二年级楼梯口出现拥挤",
        group_1="学生",
        people_1=598,
        group_2="教职工",
        people_2=33,
        at_1_minutes=0,
        at_1_seconds=0,
        who_1="总指挥",
        what_1="发出警报",
    )
    school.press("提交记录")
    school.sees("演练已记录", "631", "2分41秒")
    school.press("起草总结报告")
    school.press("起草报告")
    found["report"] = re.sub(r"/edit.*", "", school.page.url)
    if not school.page.url.endswith("/edit"):
        school.press("修改")
    assert "二年级楼梯口出现拥挤" in school.page.locator("[name='finding-0-text']").input_value()
    school.fill(**{"finding-0-cause": "疏散路线未分流"})
    school.press("增加一条措施")
    due = today + timedelta(days=20)
    school.choose("action-0-0-org", made.SCHOOL)
    school.fill(
        **{
            "action-0-0-text": "重新划定二年级疏散路线并张贴示意图",
            "action-0-0-person": "梁秀英",
            "action-0-0-due": due.isoformat(),
        }
    )
    school.press(school.page.locator(".dr-submit .btn-primary").last)
    submit(school)
    assert figure(town, "本月演练") == before + 1


def test_a_leader_returns_the_report_and_then_approves(
    person, found, site, tmp_path, today
) -> None:
    leader = person("fangmingyuan", phone=True)
    leader.sees("等您审批", "全校避险疏散演练")
    leader.go(found["report"])
    leader.press("审批")
    leader.press("退回修改")
    leader.sees("退回前请写明要改什么。")
    leader.fill(remark="请补充参演人员分组")
    leader.press("退回修改")

    school = person("liangxiuying")
    school.go(found["report"])
    school.sees("方明远退回：", "请补充参演人员分组")
    school.press(school.page.locator("main").get_by_role("link", name="修改", exact=True).first)
    text = school.page.locator("[name=summary]").input_value()
    school.fill(summary=f"{text}\n参演人员分为学生、教师两组。")
    school.press(school.page.locator(".dr-submit .btn-primary").last)
    submit(school)

    leader.go(found["report"])
    leader.press("审批")
    leader.press("批准签发")
    site.sweep()
    wait_for_paper(leader)
    link = leader.page.get_by_role("link", name="下载正式文件（PDF）").get_attribute("href")
    answer = leader.context.request.get(site.origin + link)
    assert answer.headers["content-type"] == "application/pdf"
    paper = tmp_path / "report.pdf"
    paper.write_bytes(answer.body())
    text = subprocess.run(
        ["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True
    ).stdout
    year = today.year
    number = re.search(rf"\S+〔{year}〕[0-9]+号", text)[0]
    words = ("全校避险疏散演练", "631", "二年级楼梯口", "梁秀英", "参演人员分为学生、教师两组")
    assert [word for word in words if word not in re.sub(r"\s", "", text)] == []
    leader.sees(number)
    found["number"] = number
    found["check"] = leader.page.get_by_role("link", name="公开核验页").get_attribute("href")


def test_anybody_can_check_the_paper(person, found) -> None:
    passer_by = person(phone=True)
    passer_by.go(found["check"])
    passer_by.sees("本报告真实有效", found["number"])


def test_the_corrective_action_is_done(person, today) -> None:
    school, clerk = person("liangxiuying"), person("zhoumin")
    assert figure(clerk, "未完成的整改措施") == 1
    school.go("/reports/actions")
    school.press(school.page.get_by_role("link", name=re.compile("重新划定")).first)
    school.fill(done_on=today.isoformat(), note="路线图已张贴并演示")
    school.press("登记完成")
    school.sees("已完成", "路线图已张贴并演示")
    assert figure(clerk, "未完成的整改措施") == 0
    assert figure(clerk, "现行预案") == 1
    assert figure(clerk, "风险点") == 3


def test_the_month_and_the_calendar_feed_hold_the_drills(person, site, today) -> None:
    school = person("liangxiuying")
    school.go("/drills/month")
    school.sees("全校避险疏散演练")
    school.press("订阅（.ics）")
    school.page.locator("main form .btn-primary").click()
    address = re.search(r"http://\S+\.ics", school.text())[0]
    passer_by = person()
    answer = passer_by.context.request.get(address)
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.body())
    events = calendar.walk("VEVENT")
    assert any("全校避险疏散演练" in event["SUMMARY"] for event in events)
    assert max(event["DTSTART"].dt for event in events) > today + timedelta(days=300)


# Names, titles and texts stay as people entered them; every other word is English.
CHINESE = re.compile(r"[一-鿿]+")
ENGLISH_PAGES = (
    "/",
    "/map",
    "/plans/",
    "/duties/matrix",
    "/plans/new",
    "/plans/1",
    "/hazards/",
    "/hazards/new",
    "/imports/new?kind=hazards",
    "/hazards/1",
    "/drills/",
    "/drills/1",
    "/drills/month",
    "/drills/feed",
    "/drills/programmes/",
    "/drills/programmes/1",
    "/drills/programmes/new",
    "/reports/",
    "/reports/1",
    "/reports/actions",
    "/orgs/",
    "/orgs/1",
    "/imports/new?kind=organisations",
    "/imports/",
    "/inbox/",
    "/inbox/settings",
    "/tasks/",
    "/tasks/new",
    "/todo",
    "/chasing/",
    "/evidence/",
    "/work/",
    "/account/password",
)


def entered_texts(site) -> str:
    """Return every text of the database: what people entered."""
    with site.app.app_context():
        rows = [
            row
            for table in Base.metadata.sorted_tables
            for row in db.session.execute(table.select())
        ]
    return " ".join(str(cell) for row in rows for cell in row)


def test_the_main_pages_in_english(person, site) -> None:
    entered = entered_texts(site)
    clerk = person("zhoumin")
    clerk.press("English")
    left = {}
    for path in ENGLISH_PAGES:
        clerk.go(path)
        assert clerk.page.locator("html").get_attribute("lang") == "en", path
        said = f"{clerk.page.title()}\n{clerk.text()}"
        words = {word for word in CHINESE.findall(said) if word not in entered} - {"中文"}
        if words:
            left[path] = words
    assert left == {}
