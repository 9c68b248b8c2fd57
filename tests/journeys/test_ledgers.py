"""Last year's ledger with merged headers comes in: what came, what is explained, the way back."""

import re

import pytest
from python_calamine import CalamineWorkbook

from tests.imports.danger_book import CLOSED, OPEN, SCHOOL, TEAM, book


@pytest.fixture
def ledger(tmp_path):
    """The ledger as a file on the clerk's desk."""
    path = tmp_path / "2025年隐患排查治理台账.xlsx"
    path.write_bytes(book(CLOSED, OPEN, ("配电箱未上锁", *OPEN[1:]), TEAM))
    return path


def test_a_clerk_loads_the_ledger_and_can_take_it_back(demo_person, ledger, demo_site) -> None:
    clerk = demo_person("zhoumin")
    clerk.go("/dangers/")
    clerk.press("导入")
    clerk.fill(file=ledger)
    clerk.press("读取文件")
    clerk.sees("共 4 行：3 行可导入，1 行有说明", "施工一队", SCHOOL)
    with clerk.page.expect_download() as coming:
        clerk.page.get_by_role("link", name="下载有说明的行").first.click()
    rows = CalamineWorkbook.from_path(coming.value.path()).get_sheet_by_index(0).to_python()
    assert len(rows) == 2
    assert "施工一队" in rows[1][-1]
    clerk.press(clerk.page.get_by_role("button", name=re.compile("^导入这 3 行$")))
    clerk.finish_work()
    clerk.sees("已导入")
    undo = clerk.page.url
    clerk.press("查看导入的内容")
    clerk.sees("隐患台账")
    for what in ("配电箱未上锁", "手拉葫芦损坏"):
        clerk.go(f"/dangers/?q={what}")
        clerk.sees(what, SCHOOL)
    clerk.go(undo.removeprefix(demo_site.origin))
    clerk.press("撤回这次导入")
    clerk.press(clerk.page.locator("dialog .btn-primary"))
    clerk.sees("已撤回")
