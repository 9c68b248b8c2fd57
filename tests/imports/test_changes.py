"""Rows about records that stand: skipped or updated, and undone as a whole."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.core.db import db, unit_of_work
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.orgs.models import Org, OrgVersion
from drillreg.work.models import ImportBatch, ImportChange, WorkItem
from drillreg.work.rules import ImportState

SITES = "编号,名称,类型,风险等级,经度,纬度,责任人,威胁人数\n"
SCHOOLS = "单位名称,单位类型,所属镇村,在校生数,值班电话\n"


def update(clerk, address):
    answer = clerk.post(f"{address}/rows", data={"existing": "update"})
    assert answer.status_code == 303, answer.text


@pytest.fixture
def site(places, county, make_site):
    return make_site(county.village, "H-1")


def test_a_row_about_a_site_that_stands_is_explained_until_told_to_update(site, clerk, send):
    row = f"H-1,新名称,滑坡,蓝,{site.lon},{site.lat},钟福生,12\n"
    address = send(SITES + row)
    page = clerk.page(address)
    assert "共 1 行：0 行可导入，1 行有说明" in page.text
    assert "1 行对应已有记录，且内容不同" in page.text
    assert "新名称" in page.select_one(f'form[action="{address}/rows"]').text
    update(clerk, address)
    assert "其中 1 行更新已有记录" in clerk.page(address).text


def test_updated_sites_change_when_the_import_is_applied_and_back_when_undone(
    site, clerk, send, work_off, reading
):
    moved = f"{site.lon + 0.001:.6f}"
    address = send(SITES + f"H-1,新名称,滑坡,蓝,{moved},{site.lat},钟福生,\n")
    update(clerk, address)
    before = reading.get_one(HazardSite, site.id)
    old = (before.name, before.level, before.threatened_people, before.morton)
    assert clerk.post(f"{address}/apply").status_code == 303
    reading.rollback()
    assert reading.get_one(HazardSite, site.id).name == old[0]
    work_off()
    reading.rollback()
    found = reading.get_one(HazardSite, site.id)
    assert (found.name, found.level, found.level_rank) == ("新名称", RiskLevel.BLUE, 3)
    assert found.responsible_name == "钟福生"
    assert found.threatened_people == old[2]
    assert found.morton != old[3]
    assert found.row_version == 2
    assert clerk.post(f"{address}/undo").status_code == 303
    reading.rollback()
    back = reading.get_one(HazardSite, site.id)
    assert (back.name, back.level, back.threatened_people, back.morton) == old


def test_undo_is_refused_once_an_updated_record_was_changed_again(app, site, clerk, send, work_off):
    address = send(SITES + f"H-1,新名称,滑坡,蓝,{site.lon},{site.lat},,\n")
    update(clerk, address)
    clerk.post(f"{address}/apply")
    work_off()
    with app.app_context(), unit_of_work():
        db.session.get_one(HazardSite, site.id).name = "又改了"
    answer = clerk.post(f"{address}/undo")
    assert answer.status_code == 422
    assert "不能再撤回" in answer.text


def test_a_row_that_says_what_stands_is_counted_and_changes_nothing(site, clerk, send, reading):
    level = site.level.value
    address = send(SITES + f"H-1,{site.name},{site.kind},{level},{site.lon},{site.lat},,\n")
    page = clerk.page(address)
    assert "1 行与已有记录相同" in page.text
    assert clerk.post(f"{address}/apply").status_code == 422


def test_a_site_that_was_struck_out_is_not_changed(app, site, clerk, send, frozen):
    with app.app_context(), unit_of_work():
        db.session.get_one(HazardSite, site.id).voided_at = frozen.now
    address = send(SITES + f"H-1,新名称,滑坡,蓝,{site.lon},{site.lat},,\n")
    page = clerk.page(address)
    assert "已有编号为 H-1 的风险点" in page.select_one("#problems").text
    assert "更新" not in page.select_one("main").text


def test_updated_organisations_keep_what_they_were_as_a_version(
    county, clerk, send, work_off, reading
):
    row = "白岩镇中心小学,学校,白岩镇,436,0797-1\n"
    address = send(SCHOOLS + row, kind="organisations")
    update(clerk, address)
    clerk.post(f"{address}/apply")
    work_off()
    school = reading.get_one(Org, county.school.id)
    assert (school.attributes, school.duty_phone) == ({"students": 436}, "0797-1")
    newest = reading.scalars(
        select(OrgVersion).where(OrgVersion.org_id == school.id).order_by(OrgVersion.id.desc())
    ).first()
    assert (newest.from_on, newest.attributes) == (date(2026, 5, 12), {"students": 436})
    reading.rollback()
    assert clerk.post(f"{address}/undo").status_code == 303
    reading.expire_all()
    school = reading.get_one(Org, county.school.id)
    assert (school.attributes, school.duty_phone) == ({}, None)
    reading.expire_all()
    assert reading.get_one(OrgVersion, newest.id).attributes == {}


@pytest.mark.parametrize(
    ("kind", "text", "table"),
    [
        ("organisations", SCHOOLS + "新小学,学校,白岩镇,1,\n", Org),
        ("divisions", "code,name\n360728,青岭县\n360728100,白岩镇\n", Org),
    ],
)
def test_a_cancelled_import_leaves_nothing_of_any_kind(
    app, county, clerk, send, work_off, reading, kind, text, table
):
    before = reading.scalar(select(func.count()).select_from(table))
    address = send(text, kind=kind, govern="1")
    reading.rollback()
    clerk.post(f"{address}/apply")
    with app.app_context(), unit_of_work():
        db.session.scalars(select(WorkItem)).one().cancel_asked = True
    work_off()
    assert reading.scalar(select(func.count()).select_from(table)) == before
    assert reading.scalar(select(func.count()).select_from(ImportChange)) == 0
    assert reading.scalars(select(ImportBatch.state)).one() is ImportState.PREVIEW
    reading.rollback()
    clerk.post(f"{address}/apply")
    assert work_off() == 1
    assert reading.scalars(select(ImportBatch.state)).one() is ImportState.APPLIED


def test_divisions_left_out_take_those_below_with_them(county, clerk, send):
    text = "code,name\n360728,青岭县\n360728400,工业园\n360728400201,园区村\n360728100,白岩镇\n"
    address = send(text, kind="divisions")
    form = clerk.page(address).select_one(f'form[action="{address}/rows"]')
    groups = [box["value"] for box in form.select('input[name="take_group"]')]
    rows = [box["value"] for box in form.select('input[name="take_row"]')]
    assert rows == ["3", "4"]
    taken = {"take_group": groups, "take_row": ["4"]}
    data = {"existing": "skip", "group": groups, "row": rows, **taken}
    assert clerk.post(f"{address}/rows", data=data).status_code == 303
    page = clerk.page(address)
    assert "共 4 行：2 行可导入，2 行有说明" in page.text
    assert "上级区划 360728400000 未导入" in page.text


def test_one_row_of_the_trail_holds_counts_and_digest(site, places, clerk, send, work_off, reading):
    text = SITES + f"H-1,新名称,滑坡,蓝,{site.lon},{site.lat},,\nH-2,坡,滑坡,红,115.05,24.05,,\n"
    address = send(text + "H-3,无,滑坡,红,,,,\n")
    update(clerk, address)
    clerk.post(f"{address}/apply")
    work_off()
    (row,) = reading.scalars(select(AuditRow).where(AuditRow.action == "import-applied"))
    detail = row.detail
    assert (detail["imported"], detail["changed"], detail["explained"]) == (2, 1, 1)
    assert len(detail["digest"]) == 64


def test_the_same_list_again_is_noticed_but_may_be_looked_at(county, clerk, send, work_off):
    text = SCHOOLS + "新小学,学校,白岩镇,1,\n"
    address = send(text, kind="organisations")
    clerk.post(f"{address}/apply")
    work_off()
    again = send(text, kind="organisations", name="别名.csv")
    page = clerk.page(again)
    assert "这个文件在 2026-05-12 09:30 导入过" in page.text
    assert "1 行与已有记录相同" in page.text


def test_an_import_cannot_be_changed_once_it_is_in(places, clerk, send, work_off):
    address = send(SITES + "H-2,坡,滑坡,红,115.05,24.05,,\n")
    clerk.post(f"{address}/apply")
    busy = clerk.post(f"{address}/apply")
    assert busy.status_code == 422
    assert "已在处理" in busy.text
    work_off()
    for step, data in (
        ("rows", {"existing": "update"}),
        ("columns", {"field_0": "number"}),
        ("header", {"header_row": "1"}),
    ):
        assert clerk.post(f"{address}/{step}", data=data).status_code == 422
    assert clerk.post(f"{address}/rows", data={"existing": "?"}).status_code == 422


def test_a_file_of_another_sort_is_refused_with_a_sentence(county, clerk):
    for kind, words in (
        ("organisations", "只能导入 CSV 和 Excel"),
        ("boundaries", "只能导入 GeoJSON"),
        ("hazards", "只能导入 CSV、Excel、GeoJSON"),
    ):
        form = {"kind": kind, "org_id": county.county.id, "file": (io.BytesIO(b"x"), "a.docx")}
        answer = clerk.post("/imports/new", data=form)
        assert answer.status_code == 422
        assert words in answer.text
