import pytest

from drillreg.app import WORK
from drillreg.core.access import Actor
from drillreg.core.codes import shipped_list
from drillreg.core.db import db, unit_of_work
from drillreg.sandbox import limits
from drillreg.work.models import WorkItem
from drillreg.work.operations import enqueue


@pytest.fixture
def piece(app, frozen):
    def put(org, kind="reports.pdf", title="不能外传的标题"):
        with app.app_context(), unit_of_work():
            actor = Actor(77, 1, "某人")
            item = enqueue(kind, {}, title=title, actor=actor, org_id=org.id, now=frozen.now)
            return item.id, item.public_id

    return put


def test_the_administrator_sees_kinds_and_places_but_no_titles_and_can_stop(
    app, as_role, county, piece
):
    here, public_id = piece(county.town)
    _, foreign = piece(county.other_county)
    browser = as_role("sysadmin")
    page = browser.page("/system/work")
    assert "生成报告文件" in page.text
    assert "白岩镇" in page.text
    assert "不能外传" not in page.text
    assert "云川县" not in page.text
    assert "最多同时2项" in page.text
    assert "排版页数" in page.text
    assert browser.post(f"/system/stop-work/{foreign}").status_code == 404
    assert browser.post(f"/system/stop-work/{public_id}").status_code == 303
    with app.app_context():
        assert db.session.get(WorkItem, here).state == "cancelled"
    assert browser.post(f"/system/stop-work/{public_id}").status_code == 422
    assert "已取消" in browser.page("/system/work?state=cancelled").text
    assert as_role("county_staff").get("/system/work").status_code == 403


@pytest.mark.one_database
def test_every_kind_of_work_has_words():
    assert [kind for kind in WORK if shipped_list("work_kind").get(kind) is None] == []


@pytest.mark.one_database
def test_background_limits_are_wider_and_every_limit_says_why():
    for row in limits.rows():
        assert row.background >= row.interactive
        assert row.source
    assert limits.BACKGROUND.wall_seconds == limits.amount("wall_seconds", "background") == 360
