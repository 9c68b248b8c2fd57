from datetime import date

import pytest

from drillreg.core.codes import code_list
from drillreg.orgs.division_rows import (
    columns_by_content,
    is_quasi,
    read_divisions,
)
from drillreg.orgs.org_rows import kind_of_name, kind_of_text, org_fields, read_orgs
from drillreg.sheets.cells import position_or_none
from drillreg.sheets.columns import match_columns
from drillreg.work.importers import Grid, Source, fields_of


def read(*rows, under=()):
    columns = {"code": 0, "name": 1, "parent": 2}
    grid = Grid(["code", "name", "parent"], [list(row) for row in rows], list(range(2, 50)))
    return read_divisions(grid, columns, under)


def columns_by_header(header):
    words = {each.code: each.words for each in fields_of("division_column")}
    return match_columns(header, words)


def test_the_full_name_and_code_win_over_the_short_ones():
    header = ["id", "pid", "deep", "name", "pinyin_prefix", "pinyin", "ext_id", "ext_name"]
    assert columns_by_header(header) == {"code": 6, "name": 7, "parent": 1}


def test_a_table_without_header_is_known_by_its_cells():
    rows = [
        ["360728000000", "360700000000", "青岭县", "county", "115.027845", "24.784410", "江西省"],
        ["360728100000", "360728000000", "白岩镇", "town", "115.030347", "24.769316", "江西省"],
        ["360728100201", "360728100000", "岭下村", "village", "", "", "江西省"],
    ]
    found = columns_by_content(rows)
    assert found == {"code": 0, "parent": 1, "name": 2, "lon": 4, "lat": 5}
    assert not {"code", "name"} & columns_by_header(rows[0]).keys()


def test_a_table_of_something_else_has_no_columns():
    assert columns_by_content([["甲", "12"], ["乙", "13"]]) is None
    assert columns_by_content([]) is None


@pytest.mark.parametrize(
    ("code", "full", "level", "parent"),
    [
        ("360728", "360728000000", "county", None),
        ("360728100", "360728100000", "town", "360728000000"),
        ("360728100201", "360728100201", "village", "360728100000"),
        ("３６０７２８", "360728000000", "county", None),
    ],
)
def test_codes_of_each_length(code, full, level, parent):
    (row,) = read((code, "某地", "")).rows
    assert (row.code, row.level, row.parent) == (full, level, parent)


def test_a_stated_parent_counts_only_when_it_is_one_level_up():
    moved, wrong = read(
        ("360728100201", "甲村", "360728101"), ("360728100202", "乙村", "3607")
    ).rows
    assert moved.parent == "360728101000"
    assert wrong.parent == "360728100000"


def test_bad_rows_are_explained_and_others_counted():
    reading = read(
        ("36072810", "甲镇", ""),
        ("360728100", "", ""),
        ("", "丙镇", ""),
        ("360728101", "丁镇", ""),
        ("360728101000", "又是丁镇", ""),
        ("3607", "赣州", ""),
        ("360700000000", "赣州市", ""),
        ("360729100", "外镇", ""),
        ("360728102", "戊\u200b镇", ""),
        under=("360728",),
    )
    assert [row.name for row in reading.rows] == ["丁镇"]
    assert [note.at + 2 for note in reading.problems] == [2, 3, 4, 6, 10]
    assert reading.problems[3].params == {"code": "360728101000", "other": 5}
    assert (reading.above, reading.elsewhere) == (2, 1)


def test_codes_of_parks_and_the_like_are_told_apart():
    assert is_quasi("360728400000")
    assert is_quasi("360728100498")
    assert not is_quasi("360728100201")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("小学", "school"), ("School", "school"), ("卫生院", "hospital"), ("不知道", None)],
)
def test_kinds_by_their_word(text, kind):
    assert kind_of_text(text, code_list("org_kind")) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("白岩镇中心小学", "school"),
        ("白岩镇中心幼儿园", "kindergarten"),
        ("青岭县人民医院", "hospital"),
        ("青岭稀土有限公司", "enterprise"),
        ("青岭县教育局", "department"),
        ("某处", None),
    ],
)
def test_kinds_by_the_end_of_the_name(name, kind):
    assert kind_of_name(name, code_list("org_kind")) == kind


def org_source(header, rows, first=3):
    words = {each.code: each.words for each in org_fields()}
    grid = Grid(header, rows, list(range(first, first + len(rows))))
    return Source(grid, match_columns(header, words), {}, None, date(2026, 5, 12))


def test_organisation_rows():
    header = ["序号", "学校名称", "所属乡镇", "在校生数", "联系电话", "经度", "纬度"]
    rows = [
        ["1", "白岩镇中心小学", "白岩镇", "约436人", "0797-1", "115.1", "24.7"],
        ["2", "白岩镇中心小学", "白岩镇", "436", "", "", ""],
        ["3", "某中学", "白岩镇", "四百", "", "", ""],
        ["4", "看不出", "白岩镇", "", "", "", ""],
        ["5", "", "白岩镇", "", "", "", ""],
        ["6", "另一小学", "白岩镇", "", "找校长", "", ""],
    ]
    reading = read_orgs(org_source(header, rows), kinds=code_list("org_kind"))
    (row,) = reading.rows
    assert (row.kind, row.parent, row.attributes) == ("school", "白岩镇", {"students": 436})
    assert (row.phone, row.position) == ("0797-1", (115.1, 24.7))
    assert [(note.at, note.column) for note in reading.problems] == [
        (1, ""),
        (2, "在校生数"),
        (3, ""),
        (4, ""),
        (5, "联系电话"),
    ]
    assert reading.problems[0].params["other"] == 3


@pytest.mark.parametrize(
    ("lon", "lat"), [("", "24"), ("0", "0"), ("200", "24"), ("1e5", "24"), ("nan", "24")]
)
def test_what_is_no_position(lon, lat):
    assert position_or_none(lon, lat) is None
