"""A plan from its first line to its filing, as seven people walk it in Chinese, through pages."""

import re
import subprocess

import pytest

from drillreg.core import clock
from drillreg.core.db import unit_of_work
from drillreg.orgs.operations import OrgFacts, create_org
from tests.journeys import made
from tests.journeys.site import PASSWORD

pytestmark = pytest.mark.usefixtures("site")

COUNTY, TOWN = made.COUNTY, made.TOWN
OFFICE, LAND, POWER = "青岭县应急管理局", "青岭县自然资源局", "青岭供电公司"
COUNTY_PLAN = f"{COUNTY}地质灾害专项应急预案"
TOWN_PLAN = f"{TOWN}地质灾害专项应急预案"
MISSING, MET = "应有1，达到0", "应有1，达到1"
SAID_ITSELF, VERIFIED = f"{MET}，其中仅自报1", f"{MET}，其中仅自报0"
REASONS = "疏散路线与县预案的转移点不一致，请改"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files people bring along."""
    return made.keep(tmp_path_factory.mktemp("brought"))


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What one step leaves for the next: addresses and numbers."""
    return {}


@pytest.fixture(scope="module", autouse=True)
def people(site, add_account):
    """A county with two departments and a town, and who works there."""
    now = clock.now()
    with site.app.app_context(), unit_of_work():

        def make(name, kind, parent=None, **more):
            facts = OrgFacts(name=name, kind=kind, attributes={}, **more)
            return create_org(
                facts, parent=parent, actor=None, now=now, today=clock.local_date(now)
            )

        county = make(COUNTY, "county")
        make(OFFICE, "department", county, field="emergency")
        make(LAND, "department", county, field="natural-resources")
        make(TOWN, "town", county)
    add_account("zhoumin", "周敏", "county_staff", COUNTY)
    add_account("fangmingyuan", "方明远", "leader", COUNTY)
    add_account("heqing", "何清", "dept_staff", OFFICE)
    add_account("luzhigang", "陆志刚", "dept_staff", LAND)
    add_account("liumeiyun", "刘美云", "town_staff", TOWN)
    add_account("tanwei", "谭伟", "town_staff", TOWN)
    add_account("caizhen", "蔡镇", "leader", TOWN)


def cell(reader, duty: str) -> str:
    """Return what the coverage matrix says of the landslides of the town for one duty."""
    reader.go("/duties/matrix")
    reader.choose("owed", duty)
    reader.press("查询")
    row = reader.page.locator("tr", has=reader.page.get_by_role("rowheader", name="地质灾害"))
    return row.locator(f".dr-cell[title*='{TOWN}']").get_attribute("title") or ""


def pdf_text(reader, link: str) -> str:
    """Return the words of a PDF that a link of the page in sight leads to, without spaces."""
    answer = reader.context.request.get(reader.origin + link)
    assert answer.headers["content-type"] == "application/pdf", link
    words = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.body(), capture_output=True, check=True
    ).stdout.decode()
    return re.sub(r"\s", "", words)


def open_step(person, found, title: str) -> None:
    """Go to the sign-off of the plan and open a step of it that is to be done now."""
    sign_off(person, found)
    person.press(person.page.locator("main").get_by_role("link", name=f"打开 {title}"))


def sign_off(person, found) -> None:
    """Go to the sign-off of the plan of the town from the page of the plan."""
    person.go(found["plan"])
    person.press(person.page.locator("main").get_by_role("link", name=re.compile("^审签过程")))


def write_next(author) -> bool:
    """Write the first section that is needed and still empty; say whether there was one."""
    mark = author.page.get_by_text("未写", exact=True)
    empty = author.page.locator(".pw-outline li", has=mark).locator("a")
    if not empty.count():
        return False
    author.press(empty.first)
    author.fill(body="由镇应急办牵头，各村配合。\n- 预警后立即转移")
    author.press("保存")
    author.sees("本节已保存")
    return True


def test_the_county_has_its_plan(person, files, found, today) -> None:
    clerk = person("zhoumin")
    clerk.go("/plans/")
    clerk.press("登记预案")
    clerk.page.get_by_label("专项应急预案").check()
    clerk.fill(event_type="geological", title=COUNTY_PLAN, text="attach", papers=files["paper"])
    clerk.press("登记为草稿")
    found["county plan"] = clerk.page.url
    issue_on_paper(clerk, f"青政发〔{today.year}〕3号", today)


def issue_on_paper(clerk, number: str, today) -> None:
    """Enter that the draft in sight was issued on paper."""
    clerk.press("补录纸质印发")
    clerk.fill(number=number, issued_on=today.isoformat())
    clerk.press("下一步，核对")
    clerk.press("确认印发")
    clerk.sees(number, "现行")


def test_a_town_writes_its_plan_from_the_template(person, found) -> None:
    town = person("liumeiyun")
    assert MISSING in cell(town, "预案")
    town.go("/plans/")
    town.press("登记预案")
    town.page.get_by_label("专项应急预案").check()
    town.fill(event_type="geological", title=TOWN_PLAN, text="write")
    town.choose("parent", COUNTY_PLAN)
    town.press("登记为草稿")
    town.sees("还有 ", "个必填章节未写")
    found["plan"] = re.sub(r"/write.*", "", town.page.url)
    write_next(town)
    sign_off(town, found)
    town.press("送审")
    town.press("确认送审")
    town.sees("以下必填章节还没有内容", "人员疏散与安置", "请补充后再送审")
    town.go(found["plan"])
    town.press("办理草稿")
    while write_next(town):
        pass
    town.sees("必填章节均已编写")
    town.press("通读全文")
    town.sees("由镇应急办牵头")


def test_it_is_submitted_and_two_bodies_are_asked(person, files, found) -> None:
    town = person("liumeiyun")
    sign_off(town, found)
    town.sees("尚未送审", "征求意见 → 专家论证")
    town.press("送审")
    town.press("确认送审")
    town.sees("草稿已送审，文本已锁定")
    open_step(town, found, "征求意见")
    town.choose("org", LAND)
    town.fill(outside=POWER)
    town.press("发出征求意见")
    town.sees(LAND, POWER, "尚未答复")

    land = person("luzhigang")
    land.go("/todo")
    land.press(TOWN_PLAN)
    land.sees(TOWN_PLAN, "征求你单位意见")
    link = land.page.get_by_role("link", name="阅读征求意见稿（PDF）").get_attribute("href")
    assert "由镇应急办牵头" in pdf_text(land, link)
    land.fill(reply="remarks", opinion="监测预警一节应写明与县级平台对接")
    land.press("提交答复")
    land.sees("答复已送达征求意见单位")

    open_step(town, found, "征求意见")
    town.press(town.page.get_by_role("link", name=f"打开 {POWER}"))
    town.fill(reply="agreed", scan=files["paper"])
    town.press("登记")
    town.sees("答复已登记")
    open_step(town, found, "征求意见")
    town.press(town.page.get_by_role("link", name=f"打开 {LAND}"))
    town.fill(outcome="adopted")
    town.press("保存")
    town.sees("监测预警一节应写明与县级平台对接", "采纳")
    town.press("办结这个环节")
    open_step(town, found, "专家论证")
    town.fill(reason="已由县地质灾害专家组在县预案中论证")
    town.press("省略")


def test_it_is_aligned_returned_and_sent_in_again(person, found) -> None:
    clerk = person("zhoumin")
    open_step(clerk, found, "衔接协调")
    clerk.press("同意")
    clerk.sees("已记录：衔接协调")

    reviewer = person("tanwei")
    open_step(reviewer, found, "审核")
    reviewer.press("正文（在线阅读）")
    reviewer.sees("由镇应急办牵头")
    open_step(reviewer, found, "审核")
    reviewer.press("退回修改")
    reviewer.sees("意见")
    reviewer.fill(remark=REASONS)
    reviewer.press("退回修改")
    reviewer.sees("草稿已退回")

    town = person("liumeiyun")
    town.go("/todo")
    town.press(town.page.locator("main").get_by_role("link", name=re.compile(TOWN_PLAN)).first)
    town.sees(REASONS)
    town.press("办理草稿")
    town.press(town.page.locator(".pw-outline").get_by_role("link", name="人员疏散与安置"))
    box = town.page.locator("#f-body")
    box.fill(f"{box.input_value()}\n转移点与县预案一致。")
    town.press("保存")
    town.sees("本节已保存")
    sign_off(town, found)
    town.press("再次送审")
    town.fill(remark="疏散路线已改")
    town.press("确认送审")
    town.sees("第2轮")


def test_it_is_reviewed_approved_and_signed(person, found) -> None:
    reviewer = person("tanwei")
    open_step(reviewer, found, "审核")
    for name in ("law", "alignment", "structure", "measures", "opinions", "others"):
        reviewer.fill(**{f"check-{name}": "yes"})
    reviewer.press("同意")
    reviewer.sees("已记录：审核")
    head = person("caizhen", phone=True)
    open_step(head, found, "审批")
    head.fill(password=PASSWORD)
    head.press("批准")
    head.sees("已记录：审批")
    open_step(head, found, "签发")
    head.fill(password="not it")
    head.press("签发")
    head.sees("密码")
    head.fill(password=PASSWORD)
    head.press("签发")
    head.sees("已记录：签发")


def test_it_is_proofread_and_issued(person, found, site, today) -> None:
    town, second = person("liumeiyun"), person("tanwei")
    assert MISSING in cell(town, "预案")
    open_step(second, found, "校对")
    for _ in range(60):
        if not second.page.get_by_text("校对稿还在生成").count():
            break
        second.page.wait_for_timeout(500)
        second.page.reload()
    second.press("校对无误")
    second.sees("已记录：校对")
    assert MISSING in cell(town, "预案")
    open_step(town, found, "印发")
    town.press("确认印发")
    town.sees("已印发，文号")
    found["number"] = re.search(rf"文号(\S+〔{today.year}〕[0-9]+号)", town.text())[1]
    assert MET in cell(town, "预案")


def test_the_town_files_it_and_the_county_records_it(person, found, files, today) -> None:
    town, clerk = person("liumeiyun"), person("zhoumin")
    assert MISSING in cell(town, "备案")
    town.go(found["plan"])
    town.press(town.page.locator("#filing").get_by_role("link", name="报送备案"))
    town.sees(OFFICE)
    town.fill(explanation=files["paper"])
    town.press("报送备案")
    town.sees("已按期报送备案")
    town.sees("待登记", OFFICE)
    assert SAID_ITSELF in cell(town, "备案")  # the town says so, nobody has recorded it
    clerk.go("/filings/")
    clerk.press("收到的备案")
    clerk.press(clerk.page.get_by_role("link", name=TOWN_PLAN))
    link = clerk.page.get_by_role("link", name=re.compile("pdf$")).first.get_attribute("href")
    paper = pdf_text(clerk, link)
    assert found["number"] in paper
    assert f"第1版{TOWN}{today.year}年{today.month}月{today.day}日" in paper
    clerk.press("核对登记")
    clerk.press("登记备案")
    clerk.sees("已登记，备案编号", "已备案")
    assert VERIFIED in cell(town, "备案")
    town.go(found["plan"])
    assert "已备案" in town.page.locator("#filing").inner_text()


def test_a_new_county_plan_is_a_task_of_the_town(person, files, found, today) -> None:
    clerk, town = person("zhoumin"), person("liumeiyun")
    town.go("/todo")
    assert "上位预案变化" not in town.text()
    clerk.go(found["county plan"])
    clerk.press("修订")
    clerk.fill(reason="县指挥机构调整")
    clerk.press("开始修订")
    clerk.fill(papers=files["paper"])
    clerk.press("上传")
    clerk.go(found["county plan"])
    issue_on_paper(clerk, f"青政发〔{today.year}〕9号", today)
    town.go("/todo")
    town.press(f"上位预案变化：《{COUNTY_PLAN}》（青政发〔{today.year}〕9号）")
    town.sees("上位预案变化", TOWN_PLAN)
