"""From the file to the result, as a person sees it."""

import io
from datetime import date

import openpyxl
import pytest
import xlsxwriter
from sqlalchemy import select

from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org

HEADER = "编号,名称,灾害类型,风险等级,经度,纬度,威胁人数,发现日期"
GOOD = "H-1,老虎坳滑坡,滑坡,重大,115.05,24.05,73人,2026年5月1日"
ODD_KIND = "H-2,高排崩塌,怪石,较大,115.4,24.2,38,"
ODD_DAY = "H-3,岭下滑坡,滑坡,一般,115.06,24.06,,五月初"
NOWHERE = "H-4,没坐标,滑坡,重大,,,,"


def table(*rows, header=HEADER):
    return "\n".join([header, *rows])


def merged_ledger():
    """A ledger as towns keep it: title, a line of facts, two header rows, merged cells."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.merge_range("A1:I1", "白岩镇地质灾害隐患点台账")
    sheet.write_string("A2", "填报单位：白岩镇人民政府")
    sheet.merge_range("G2:I2", "填报时间：2026年5月")
    for column, title in ((0, "编号"), (1, "名称"), (2, "类型"), (8, "发现日期")):
        sheet.merge_range(2, column, 3, column, title)
    sheet.merge_range(2, 3, 2, 4, "坐标")
    sheet.merge_range(2, 5, 2, 7, "防灾责任")
    for column, title in enumerate(("经度", "纬度", "责任人", "联系电话", "威胁人数"), start=3):
        sheet.write_string(3, column, title)
    rows = [
        ("B-1", "屋后坡", "滑坡", "115.05", "24.05", "钟福生", "13800000000", "约12人", "2026.5.1"),
        ("B-2", "路边坡", "崩塌", "115.06", "24.06", "李四", "13900000000", "３", "2026/4/30"),
    ]
    for at, row in enumerate(rows, start=4):
        for column, text in enumerate(row):
            sheet.write_string(at, column, text)
    sheet.merge_range("A7:I7", "说明：本表由镇应急办填写。")
    book.close()
    return stream.getvalue()


def rows_of(browser, address, sheet=0):
    answer = browser.get(f"{address}/explained.xlsx", buffered=True)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return [list(row) for row in book.worksheets[sheet].iter_rows(values_only=True)]


def test_a_merged_ledger_with_title_and_two_header_rows_comes_in(places, clerk, bring_in, reading):
    address = bring_in(merged_ledger(), name="台账.xlsx")
    sites = reading.scalars(select(HazardSite).order_by(HazardSite.number)).all()
    assert [(s.number, s.name, s.kind) for s in sites] == [
        ("B-1", "屋后坡", "landslide"),
        ("B-2", "路边坡", "collapse"),
    ]
    assert [(s.threatened_people, s.found_on) for s in sites] == [
        (12, date(2026, 5, 1)),
        (3, date(2026, 4, 30)),
    ]
    assert sites[0].responsible_phone == "13800000000"
    assert "已导入 2 行，1 行有说明" in clerk.page(address).text


def test_the_header_row_is_shown_and_can_be_moved(places, clerk, send):
    address = send(merged_ledger(), name="台账.xlsx")
    page = clerk.page(f"{address}/header")
    chosen = page.select_one('input[name="header_row"][checked]')
    assert chosen["value"] == "4"
    assert "填报单位：白岩镇人民政府" in page.select_one("table").text
    moved = clerk.post(f"{address}/header", data={"header_row": "1", "sheet": "台账"})
    assert moved.status_code == 303
    assert clerk.get(address).location == f"{address}/columns"
    back = {"header_row": "4", "sheet": "台账"}
    clerk.post(f"{address}/header", data=back)
    assert "共 3 行：2 行可导入，1 行有说明" in clerk.page(address).text
    refused = clerk.post(f"{address}/header", data={"header_row": "x", "sheet": "台账"})
    assert refused.status_code == 422


def test_another_sheet_can_be_chosen(places, clerk, send):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name, number in (("一季度", "H-1"), ("二季度", "H-2")):
        sheet = book.add_worksheet(name)
        for at, row in enumerate([HEADER, GOOD.replace("H-1", number)]):
            for column, text in enumerate(row.split(",")):
                sheet.write_string(at, column, text)
    book.close()
    address = send(stream.getvalue(), name="台账.xlsx")
    assert "H-1" in clerk.page(address).text
    answer = clerk.post(f"{address}/header", data={"header_row": "1", "sheet": "二季度"})
    assert answer.location == f"{address}/header"
    assert "H-2" in clerk.page(address).text


def test_unknown_columns_are_mapped_by_hand_and_remembered_for_the_sender(
    places, county, clerk, send, as_role
):
    header = "甲,乙,丙,丁"
    address = send(table("A-1,坡,115.05,24.05", header=header))
    page = clerk.page(f"{address}/columns")
    assert "没有找到这些列：经度、纬度" in page.text
    twice = {"field_0": "lon", "field_1": "lon"}
    refused = clerk.post(f"{address}/columns", data=twice)
    assert refused.status_code == 422
    assert "“经度”已对应到“甲”列" in refused.text
    mapping = {"field_0": "number", "field_1": "name", "field_2": "lon", "field_3": "lat"}
    assert clerk.post(f"{address}/columns", data=mapping).status_code == 303
    assert "共 1 行：1 行可导入" in clerk.page(address).text
    again = send(table("A-2,坡,115.06,24.06", header=header))
    page = clerk.page(again)
    assert "已按 2026-05-12 导入同样表头时的对应关系填好" in page.text
    assert "共 1 行：1 行可导入" in page.text
    stranger = as_role("town_staff", county.other_town)
    other = send(
        table("A-3,坡,115.06,24.06", header=header), browser=stranger, org=county.other_town
    )
    assert stranger.get(other).location == f"{other}/columns"


def test_a_remembered_header_is_found_again_below_other_title_rows(places, clerk, send):
    header = "甲,乙,丙,丁"
    address = send(table("A-1,坡,115.05,24.05", header=header))
    mapping = {"field_0": "number", "field_1": "name", "field_2": "lon", "field_3": "lat"}
    clerk.post(f"{address}/columns", data=mapping)
    titled = "五月台账,五月台账,共一处,共一处\n" + table("A-2,坡,115.06,24.06", header=header)
    assert "共 1 行：1 行可导入" in clerk.page(send(titled)).text


def test_every_reason_and_remark_is_grouped_with_its_rows(places, clerk, send):
    address = send(table(GOOD, ODD_KIND, ODD_DAY, NOWHERE))
    page = clerk.page(address)
    assert "共 4 行：3 行可导入，1 行有说明" in page.text
    groups = [group.text for group in page.select("#problems .im-group")]
    assert len(groups) == 1
    assert "没有坐标" in groups[0]
    assert "H-4 没坐标" in groups[0]
    decisions = page.select(f'form[action="{address}/rows"] .im-group')
    assert any("怪石" in each.text for each in decisions)
    assert any("发现日期：日期“五月初”" in each.text for each in decisions)


def test_a_group_or_a_single_row_can_be_left_out(places, clerk, send, work_off, reading):
    address = send(table(GOOD, ODD_KIND, ODD_DAY, NOWHERE))
    form = clerk.page(address).select_one(f'form[action="{address}/rows"]')
    groups = [box["value"] for box in form.select('input[name="take_group"]')]
    rows = [box["value"] for box in form.select('input[name="take_row"]')]
    assert rows == ["3", "4"]
    everything = {"group": groups, "row": rows, "existing": "skip"}
    kept = {**everything, "take_group": groups[1:], "take_row": rows}
    assert clerk.post(f"{address}/rows", data=kept).status_code == 303
    page = clerk.page(address)
    assert "共 4 行：2 行可导入，2 行有说明" in page.text
    assert "1 行按选择不导入" in page.text
    single = {**everything, "take_group": groups, "take_row": rows[:1]}
    clerk.post(f"{address}/rows", data=single)
    assert clerk.post(f"{address}/apply").status_code == 303
    work_off()
    found = reading.scalars(select(HazardSite.number).order_by(HazardSite.number)).all()
    assert found == ["H-1", "H-2"]
    reasons = [row[-1] for row in rows_of(clerk, address)[1:]]
    assert reasons == ["按选择未导入。", "没有坐标。"]


def test_explained_rows_can_be_put_right_and_sent_again(places, clerk, bring_in, send, reading):
    address = bring_in(table(GOOD, NOWHERE))
    data = clerk.get(f"{address}/explained.xlsx", buffered=True).data
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    assert sheet["A1"].value == "文件中的行号"
    sheet["F2"], sheet["G2"] = "115.07", "24.07"
    stream = io.BytesIO()
    book.save(stream)
    again = send(stream.getvalue(), name="更正.xlsx")
    page = clerk.page(again)
    assert "共 1 行：1 行可导入" in page.text
    assert "文件中的行号" not in page.select_one(".im-grid").text


@pytest.mark.parametrize("kind", ["hazards", "organisations", "divisions"])
@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_templates_have_the_headings_the_choices_and_an_example(county, as_role, kind, locale):
    browser = as_role("county_staff", locale=locale)
    address = f"/imports/template.xlsx?kind={kind}&org_id={county.county.id}"
    answer = browser.get(address)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert answer.status_code == 200
    sheet, notes = (each for each in book.worksheets if each.sheet_state == "visible")
    headings = [cell.value for cell in sheet[1]]
    assert any(str(title).endswith(" *") for title in headings)
    assert [row[0].value for row in notes.iter_rows(min_row=2)] == headings
    assert any(str(cell.value or "").startswith(("示例：", "Example: ")) for cell in sheet[2])
    if kind != "divisions":
        assert len(sheet.data_validations.dataValidation) >= 1


def test_a_filled_template_comes_in_without_its_example(places, county, clerk, send):
    answer = clerk.get(f"/imports/template.xlsx?kind=hazards&org_id={county.county.id}")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    titles = {cell.value.removesuffix(" *"): cell.column for cell in sheet[1]}
    for title, value in (("编号", "T-1"), ("经度", "115.05"), ("纬度", "24.05"), ("种类", "滑坡")):
        sheet.cell(3, titles[title], value)
    stream = io.BytesIO()
    book.save(stream)
    page = clerk.page(send(stream.getvalue(), name="模板.xlsx"))
    assert "共 1 行：1 行可导入" in page.text
    assert "示例行已跳过" in page.text


def test_the_preview_shows_a_map_and_the_first_rows(places, clerk, send):
    address = send(table(GOOD))
    page = clerk.page(address)
    assert page.select_one(".dr-map")["data-url"] == f"{address}/map.geojson"
    points = clerk.get(f"{address}/map.geojson").get_json(force=True)["features"]
    assert [point["properties"]["name"] for point in points] == ["老虎坳滑坡"]
    assert "岭下村" in page.text


def test_organisations_are_imported_by_names_aliases_and_places(
    county, clerk, bring_in, keep, reading
):
    text = (
        "单位名称,所属镇村,值班电话\n新小学,白岩镇岭下村,０７９７－１２３\n老中学,不知名镇,\n"
        "某公司,竹源镇,找经理\n"
    )
    address = bring_in(text, kind="organisations")
    school = reading.scalar(select(Org).where(Org.name == "新小学"))
    assert (school.parent_id, school.duty_phone) == (county.village.id, "0797-123")
    problems = clerk.page(address).select_one("#problems").text
    assert "值班电话：“找经理”不是电话号码" in problems
    assert "没有" in problems


def test_a_person_without_the_right_sees_nothing_to_import(county, as_role):
    leader = as_role("leader")
    assert "没有可以导入的内容" in leader.page("/imports/").text
    assert leader.get("/imports/new").status_code == 302
    for kind in ("hazards", "organisations", "divisions", "boundaries"):
        assert leader.get(f"/imports/new?kind={kind}").status_code == 403
        assert leader.get(f"/imports/template.xlsx?kind={kind}").status_code == 403
        assert leader.post("/imports/new", data={"kind": kind}).status_code == 403
    assert leader.get("/imports/new?kind=nothing").status_code == 404


def test_the_list_shows_ones_own_imports_only(county, clerk, send, as_role):
    send(table(GOOD), name="县里.csv")
    town = as_role("town_staff", county.town)
    assert "县里.csv" in clerk.page("/imports/").text
    assert "县里.csv" not in town.page("/imports/").text


def test_the_wizard_speaks_english(places, county, as_role, send):
    browser = as_role("county_staff", locale="en", username="english")
    address = send(table(GOOD, ODD_KIND, NOWHERE), browser=browser)
    assert "2 of 3 rows come in; explained: 1" in browser.page(address).text
    for page in ("", "/header", "/columns"):
        assert browser.page(address + page)
