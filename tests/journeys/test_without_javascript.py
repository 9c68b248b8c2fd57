"""What people must be able to do works without any script."""

import re

import pytest

from tests.journeys import made


@pytest.fixture
def plain_person(demo_person):
    """Seat somebody whose browser runs no script."""

    def seat(username: str, **options):
        return demo_person(username, java_script_enabled=False, **options)

    return seat


def test_a_list_is_filtered(plain_person) -> None:
    clerk = plain_person("zhoumin")
    clerk.go("/hazards/")
    every = int(re.search(r"共 ([0-9]+) 条", clerk.text())[1])
    clerk.fill(level="red", q="滑坡")
    clerk.press("查询")
    some = int(re.search(r"共 ([0-9]+) 条", clerk.text())[1])
    assert 0 < some < every
    clerk.sees("地图需要浏览器脚本")


def test_a_plan_is_registered(plain_person, tmp_path, today) -> None:
    town = plain_person("liumeiyun")
    paper = tmp_path / "预案.pdf"
    paper.write_bytes(made.paper())
    town.go("/plans/new")
    town.page.get_by_label("专项应急预案").check()
    town.fill(event_type="food", papers=paper)
    town.press("登记为草稿")
    town.sees("食品安全", "草稿")
    town.press("补录纸质印发")
    town.fill(number="白府发〔2026〕99号", issued_on=today.isoformat())
    town.press("下一步，核对")
    town.press("确认印发")
    town.sees("白府发〔2026〕99号", "现行")


def test_a_check_is_logged(plain_person, tmp_path) -> None:
    monitor = plain_person("zhongfusheng", phone=True)
    photo = tmp_path / "坡脚.jpg"
    photo.write_bytes(made.photo("sienna"))
    monitor.go("/hazards/mine")
    monitor.press(monitor.page.locator("main a[href*='/h/']").first)
    monitor.fill(photo=photo, note="坡脚新裂缝，长约 3 米")
    monitor.press("报有异常")
    monitor.sees("检查已记录", "坡脚新裂缝，长约 3 米")


def test_a_drill_is_recorded(plain_person, today) -> None:
    school = plain_person("liangxiuying", phone=True)
    school.go("/drills/record")
    school.fill(event_type="fire", title="宿舍楼夜间疏散演练", participants="一百")
    school.press("提交记录")
    assert school.page.locator(".dr-errsum li a[href='#f-participants']").count() == 1
    assert school.page.locator("[name=title]").input_value() == "宿舍楼夜间疏散演练"
    school.fill(participants=96, evacuation_minutes=1, evacuation_seconds=50)
    school.press("再加几行")
    assert school.page.locator("[name=participants]").input_value() == "96"
    school.press("提交记录")
    school.sees("演练已记录", "96", "1分50秒")


def test_language_and_sign_out(plain_person) -> None:
    # The language stays with the account: this one is used by no other test.
    clerk = plain_person("zouyonggui")
    clerk.press("English")
    clerk.sees("Home", "For me to do")
    clerk.page.locator("details.dr-who summary").click()
    clerk.press("Sign out")
    clerk.sees("Sign in")
