"""What people typed stays text in every export."""

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from drillreg.sheets.operations import read_table
from drillreg.sheets.write import csv_bytes, sheet_title, xlsx_bytes

NASTY = ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "http://a.example", "{=1}", "a\x0bb", "1e5"]


def sheets_of(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_text_is_never_a_formula_a_link_or_a_number():
    sheet = sheets_of(xlsx_bytes([("表", ["文字"], [[text] for text in NASTY])]))["表"]
    cells = [sheet.cell(row, 1) for row in range(2, 2 + len(NASTY))]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == [text.replace("\x0b", "") for text in NASTY]
    assert not any(cell.hyperlink for cell in cells)
    assert sheet.freeze_panes == "A2"


def test_values_keep_their_kind():
    shanghai = ZoneInfo("Asia/Shanghai")
    row = [
        3,
        2.5,
        True,
        date(2026, 5, 12),
        datetime(2026, 5, 12, 16, 30, tzinfo=UTC),
        None,
        float("inf"),
        360728199001011234,
    ]
    sheet = sheets_of(xlsx_bytes([("表", list("abcdefgh"), [row])], zone=shanghai))["表"]
    assert [cell.value for cell in sheet[2]] == [
        3,
        2.5,
        True,
        datetime(2026, 5, 12),  # noqa: DTZ001 - as a workbook holds it
        datetime(2026, 5, 13, 0, 30),  # noqa: DTZ001
        None,
        None,
        "360728199001011234",
    ]
    with pytest.raises(ValueError, match="zone"):
        xlsx_bytes([("表", ["a"], [[datetime.now(UTC)]])])


def test_csv_neutralises_formulas_and_reads_back():
    data = csv_bytes(["名称", "数"], [[text, -1] for text in [*NASTY, "＝1", "后山"]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    assert [row[0] for row in rows][:5] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", "'\tx"]
    assert rows[-2:] == [["'＝1", "-1"], ["后山", "-1"]]
    assert read_table(data, synonyms={"name": ["名称"]}).rows[-1] == ["后山", "-1"]


def test_sheet_titles_fit_the_format():
    assert sheet_title("a/b[c]:*?\\", []) == "a b c"
    assert sheet_title("", []) == "Sheet"
    assert sheet_title("History", []) == "History_"
    long = sheet_title("台" * 40, [])
    assert len(long) == 31
    assert len(sheet_title("台" * 40, [long])) <= 31
    assert sheet_title("表", ["表", "表 (2)"]) == "表 (3)"


def test_choices_are_offered_short_and_long():
    towns = [f"第{n}镇人民政府" for n in range(60)]
    data = xlsx_bytes([("表", ["级别", "乡镇"], [])], choices={"级别": ["红", "橙"], "乡镇": towns})
    book = sheets_of(data)
    rules = [rule.formula1 for rule in book["表"].data_validations.dataValidation]
    assert rules == ['"红,橙"', "'list 1'!$A$1:$A$60"]
    assert book["list 1"].sheet_state == "hidden"


def test_what_is_written_reads_back():
    data = xlsx_bytes([("隐患点", ["名称", "人数"], [["后山", 43], ["𠮷地", None]])])
    table = read_table(data, synonyms={"name": ["名称"]})
    assert (table.sheet, table.rows) == ("隐患点", [["后山", "43"], ["𠮷地", ""]])
