import io

import openpyxl
import pytest
from sqlalchemy import func, select

from drillreg.audit.models import AuditRow
from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.imports.applying import apply_batch
from drillreg.orgs.divisions import division_or_none
from drillreg.orgs.models import Division, DivisionName, Org, OrgVersion
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import child_path
from drillreg.work.models import ImportBatch, WorkItem
from drillreg.work.rules import WorkState
from drillreg.work.worker import run_next

TOWNS = "code,name\n360728,青岭县\n360728100,白岩镇\n360728101,竹源镇\n360728400,青岭县工业园\n"
VILLAGES = (
    "code,name,streetCode\n360728100201,岭下村,360728100\n360728100202,坳背村,360728100\n"
    "360728999201,无主村,360728999\n36072810,坏码村,\n361100100201,外地村,\n"
)
HEADLESS = (
    "360728000000,360700000000,青岭县,county,115.027845,24.784410\n"
    "360728100000,360728000000,白岩镇,town,115.030347,24.769316\n"
    "360728101000,360728000000,竹源镇,town,114.893271,24.667415\n"
)


@pytest.fixture
def upload(county):
    """Upload a table for the county and return the answer."""

    def send(browser, text, address="/imports/new", name="表.csv", **fields):
        data = text if isinstance(text, bytes) else text.encode()
        form = {"kind": "divisions", "org_id": county.county.id, "govern": "1", "shift": ""}
        if "what" in fields:
            fields = {"kind": fields.pop("what"), **fields}
        return browser.post(address, data={**form, **fields, "file": (io.BytesIO(data), name)})

    return send


@pytest.fixture
def bring_in(app, upload):
    """Upload, apply and let the worker write; return the address of the import."""

    def run(browser, text, **fields):
        answer = upload(browser, text, **fields)
        assert answer.status_code == 303, answer.text
        assert browser.post(f"{answer.location}/apply").status_code == 303
        assert run_next(app, "test")
        return answer.location

    return run


def test_from_upload_to_done(as_role, county, bring_in, reading):
    clerk = as_role("county_staff")
    address = bring_in(clerk, TOWNS)
    page = clerk.page(address)
    assert page.select_one(".dr-done").h2.get_text() == "已导入 4 行，0 行有说明"
    assert "撤回这次导入" in page.get_text()
    assert "青岭县工业园" in page.get_text()
    towns = reading.scalars(select(Org.name).where(Org.kind == "town").order_by(Org.id)).all()
    assert towns == ["白岩镇", "竹源镇", "青岭县工业园"]
    linked = reading.get_one(Org, county.town.id)
    assert linked.division.code == "360728100000"
    assert reading.get_one(Org, county.county.id).division.code == "360728000000"
    assert reading.scalar(select(WorkItem.state)) is WorkState.DONE
    assert reading.scalar(select(AuditRow.detail).where(AuditRow.action == "import-applied"))


@pytest.mark.parametrize("text", [TOWNS, "\ufeff" + TOWNS, TOWNS.encode("gb18030"), HEADLESS])
def test_with_and_without_header_and_in_any_encoding(as_role, upload, text):
    clerk = as_role("county_staff")
    page = clerk.page(upload(clerk, text).location)
    assert "白岩镇" in page.get_text()
    assert not page.select_one("#problems")


def test_nothing_is_seen_before_it_is_applied(as_role, upload, reading):
    clerk = as_role("county_staff")
    page = clerk.page(upload(clerk, TOWNS).location)
    assert "导入这 4 行" in page.get_text()
    assert reading.scalar(select(func.count()).select_from(Division)) == 0


def test_bad_rows_are_listed_and_come_back_as_a_workbook(as_role, bring_in, upload):
    clerk = as_role("county_staff")
    bring_in(clerk, TOWNS)
    address = upload(clerk, VILLAGES).location
    listed = clerk.page(address).select_one("#problems").get_text()
    for words in ("360728999000", "36072810", "不在青岭县范围内"):
        assert words in listed
    book = openpyxl.load_workbook(
        io.BytesIO(clerk.get(f"{address}/explained.xlsx", buffered=True).data)
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["文件中的行号", 4, 5, 6]
    assert rows[1][2] == "无主村"


def test_only_codes_beginning_with(as_role, bring_in, upload):
    clerk = as_role("county_staff")
    bring_in(clerk, TOWNS)
    page = clerk.page(upload(clerk, VILLAGES, under="3607281002").location)
    assert "导入这 2 行" in page.get_text()
    assert upload(clerk, VILLAGES, under="定南").status_code == 422


def test_villages_stand_below_their_town_and_take_the_twin(as_role, county, bring_in, reading):
    clerk = as_role("county_staff")
    bring_in(clerk, TOWNS)
    bring_in(clerk, VILLAGES)
    villages = reading.scalars(select(Org).where(Org.kind == "village").order_by(Org.id)).all()
    assert [(org.name, org.parent_id) for org in villages] == [
        ("岭下村", county.town.id),
        ("坳背村", county.town.id),
    ]
    assert villages[1].path == child_path(county.town.path, villages[1].id)
    assert villages[0].id == county.village.id
    assert reading.scalar(select(func.count()).where(OrgVersion.org_id == villages[1].id)) == 1


def test_a_known_code_with_another_name_gets_a_new_name(as_role, bring_in, reading):
    clerk = as_role("county_staff")
    bring_in(clerk, TOWNS)
    address = bring_in(clerk, "code,name\n360728100,白岩街道\n")
    division = division_or_none("360728100000")
    assert division.name == "白岩街道"
    names = reading.execute(
        select(DivisionName.name, DivisionName.to_on.is_(None))
        .where(DivisionName.division_id == division.id)
        .order_by(DivisionName.id)
    ).all()
    assert [tuple(row) for row in names] == [("白岩镇", False), ("白岩街道", True)]
    assert clerk.post(f"{address}/undo").status_code == 303
    reading.expire_all()
    assert division_or_none("360728100000").name == "白岩镇"


def test_undo_hides_everything_and_the_same_file_comes_in_again(as_role, county, bring_in, reading):
    clerk = as_role("county_staff")
    address = bring_in(clerk, TOWNS)
    assert clerk.post(f"{address}/undo").status_code == 303
    assert "已撤回" in clerk.page(address).get_text()
    reading.expire_all()
    assert division_or_none("360728100000") is None
    assert reading.get_one(Org, county.town.id).division_id is None
    visible = select(Org.name).where(Org.kind == "town", is_imported(Org)).order_by(Org.id)
    assert reading.scalars(visible).all() == ["白岩镇", "竹源镇"]
    bring_in(clerk, TOWNS)
    reading.expire_all()
    assert division_or_none("360728100000").name == "白岩镇"
    assert reading.scalars(visible).all() == ["白岩镇", "竹源镇", "青岭县工业园"]


def test_undo_is_refused_while_others_build_on_it(as_role, bring_in, upload):
    clerk = as_role("county_staff")
    address = bring_in(clerk, TOWNS)
    bring_in(clerk, "code,name\n360728400201,园区村\n")
    answer = clerk.post(f"{address}/undo")
    assert answer.status_code == 422
    assert "用到了这次导入" in answer.text


def test_work_that_was_killed_is_taken_up_without_doubles(as_role, app, upload, reading):
    clerk = as_role("county_staff")
    upload(clerk, TOWNS + "360728100202,坳背村\n")
    batch_id = reading.scalar(select(ImportBatch.id))
    reading.remove()

    def killed(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with app.app_context():
        with pytest.raises(KeyboardInterrupt):
            apply_batch(batch_id, attempt=1, actor=None, progress=killed)
        assert division_or_none("360728100000") is None
        apply_batch(batch_id, attempt=2, actor=None)
        with pytest.raises(DomainError):
            apply_batch(batch_id, attempt=2, actor=None)
        with unit_of_work():
            assert division_or_none("360728100000").name == "白岩镇"
    codes = reading.scalars(select(Division.code).order_by(Division.code)).all()
    assert len(codes) == len(set(codes))
    assert reading.scalar(select(func.count()).where(Org.name == "坳背村")) == 1


def test_several_counties_ask_which_is_meant(as_role, upload):
    clerk = as_role("county_staff")
    answer = upload(clerk, TOWNS + "360729100,外镇\n")
    assert answer.status_code == 422
    assert "2 个县" in answer.text


def test_the_county_of_somebody_else_is_refused(as_role, county, bring_in, upload):
    bring_in(as_role("county_staff"), TOWNS)
    neighbour = as_role("county_staff", county.other_county, username="neighbour")
    answer = upload(neighbour, TOWNS, org_id=county.other_county.id)
    assert answer.status_code == 422
    assert "已是青岭县的区划" in answer.text


def test_a_list_of_schools(as_role, county, bring_in, reading):
    clerk = as_role("county_staff")
    table = (
        "序号,学校名称,所属乡镇,在校生数,联系电话\n1,竹源中学,竹源镇,812,0797-2\n"
        "2,白岩镇中心小学,白岩镇,436,\n3,岭下教学点,白岩镇岭下村,12,\n4,某小学,没有的镇,1,\n"
    )
    address = bring_in(clerk, table, what="organisations")
    school = reading.scalar(select(Org).where(Org.name == "竹源中学"))
    assert (school.parent_id, school.kind) == (county.other_town.id, "school")
    assert (school.attributes, school.duty_phone) == ({"students": 812}, "0797-2")
    assert reading.scalar(select(Org.parent_id).where(Org.name == "岭下教学点")) == (
        county.village.id
    )
    assert reading.scalar(select(func.count()).where(Org.name == "白岩镇中心小学")) == 1
    assert "没有的镇" in clerk.page(address).select_one("#problems").get_text()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "没有表格"),
        (b"PK\x03\x04 no", "损坏|不是"),
    ],
)
def test_what_is_no_table_is_refused(as_role, upload, data, words):
    answer = upload(as_role("county_staff"), data)
    assert answer.status_code == 422
    assert any(word in answer.text for word in words.split("|")), answer.text


def test_a_table_whose_columns_are_not_known_asks_for_them(as_role, upload):
    clerk = as_role("county_staff")
    address = upload(clerk, b"a,b\n1,2\n").location
    assert clerk.get(address).location == f"{address}/columns"
    assert "没有找到这些列：区划代码、区划名称" in clerk.page(f"{address}/columns").get_text()
    assert clerk.post(f"{address}/apply").status_code == 422


def test_imports_of_others_are_not_found(as_role, county, upload):
    address = upload(as_role("county_staff"), TOWNS).location
    stranger = as_role("county_staff", county.other_county, username="stranger")
    for path in ("", "/explained.xlsx", "/map.geojson"):
        assert stranger.get(address + path).status_code == 404
    assert stranger.post(f"{address}/apply").status_code == 404
    assert (
        as_role("dept_staff", county.bureau).get("/imports/new?kind=divisions").status_code == 403
    )
