"""Tables as people send them, and archives as nobody should."""

import io
import random
import time
import zipfile

import pytest
import xlsxwriter

from drillreg.sandbox.refusals import SandboxRefused
from drillreg.sheets.gate import column_number
from drillreg.sheets.operations import read_table
from drillreg.sheets.read import cell_text, decode, number_text
from drillreg.sheets.write import xlsx_bytes

WORDS = {"name": ["名称", "隐患点名称"], "town": ["乡镇"], "people": ["威胁人数", "人数"]}


def book(fill, **options):
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True, **options})
    fill(made)
    made.close()
    return stream.getvalue()


def with_members(data, **members):
    """Return the archive with members put in place of or beside its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            if name not in members:
                new.writestr(name, old.read(name))
        for name, content in members.items():
            new.writestr(name, content)
    return out.getvalue()


SIMPLE = xlsx_bytes([("表", ["名称", "乡镇"], [["后山", "白岩镇"]])])
SHEET = "xl/worksheets/sheet1.xml"


# The far cell lies across the border of two pieces of a megabyte.
NOISE = random.Random(1).randbytes(524_150).hex()
LONG_ROW = f'<row r="1"><c r="A1"><v>{NOISE}</v></c><c note=">" r="XFD9"><v>1</v></c></row>'


def sheet_with(inner, before=""):
    return (
        '<?xml version="1.0"?><worksheet '
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{before}<sheetData>{inner}</sheetData></worksheet>"
    ).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_usual_form(encoding, delimiter):
    text = "名称,乡镇,威胁人数\r\n后山滑坡,白岩镇,43\r\n河边,历市镇,7\r\n".replace(",", delimiter)
    table = read_table(text.encode(encoding), synonyms=WORDS)
    assert table.header == ["名称", "乡镇", "威胁人数"]
    assert table.rows == [["后山滑坡", "白岩镇", "43"], ["河边", "历市镇", "7"]]
    assert table.encoding == encoding.removesuffix("-sig")
    assert (table.header_row, table.row_number(0), table.matched) == (1, 2, 3)


def test_western_text_is_not_taken_for_chinese():
    assert decode("place,note\nSão José,à côté – “près”\n".encode("cp1252")) == (
        "place,note\nSão José,à côté – “près”\n",
        "cp1252",
    )


def test_a_quoted_cell_keeps_its_lines():
    table = read_table('名称,乡镇\n"后山,\n北坡",白岩镇\n'.encode(), synonyms=WORDS)
    assert table.rows == [["后山,\n北坡", "白岩镇"]]


def test_title_rows_and_a_header_of_two_rows_with_merged_cells():
    def fill(made):
        sheet = made.add_worksheet("台账")
        sheet.merge_range("A1:D1", "地质灾害隐患点台账")
        sheet.merge_range("A2:D2", "填报单位：县自然资源局")
        sheet.merge_range("A3:A4", "名称")
        sheet.merge_range("B3:B4", "乡镇")
        sheet.merge_range("C3:D3", "威胁")
        sheet.write_row("C4", ["人数", "户数"])
        sheet.write_row("A5", ["后山", "白岩镇", 43, 11])
        sheet.merge_range("B6:B7", "历市镇")
        sheet.write_column("A6", ["河边", "桥头"])

    table = read_table(book(fill), synonyms={**WORDS, "homes": ["威胁户数"]})
    assert table.header == ["名称", "乡镇", "威胁 人数", "威胁 户数"]
    assert table.header_row == 4
    assert table.rows == [
        ["后山", "白岩镇", "43", "11"],
        ["河边", "历市镇", "", ""],
        ["桥头", "历市镇", "", ""],
    ]


def test_the_sheet_whose_header_fits_is_chosen_unless_one_is_asked_for():
    data = xlsx_bytes([("说明", ["填表说明", "x"], [["a", "b"]]), ("数据", ["名称", "乡镇"], [])])
    table = read_table(data, synonyms=WORDS)
    assert (table.sheet, table.sheets) == ("数据", ("说明", "数据"))
    assert read_table(data, synonyms=WORDS, sheet="说明").header == ["填表说明", "x"]
    with pytest.raises(SandboxRefused, match="no sheet"):
        read_table(data, synonyms=WORDS, sheet="没有")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (360728100000.0, "360728100000"),
        (0.1 + 0.2, "0.3"),
        (-2.0, "-2"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
    ],
)
def test_numbers_read_as_a_person_sees_them(value, text):
    assert number_text(value) == text


def test_cells_become_text():
    def fill(made):
        sheet = made.add_worksheet()
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        minute = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row("A1", ["名称", "乡镇", "人数", "d", "t", "b"])
        sheet.write_row("A2", [" 后山 ", "", 3.0])
        sheet.write_number("D2", 46000, day)
        sheet.write_number("E2", 46000.5, minute)
        sheet.write_boolean("F2", True)

    row = read_table(book(fill), synonyms=WORDS).rows[0]
    assert row == ["后山", "", "3", "2025-12-09", "2025-12-09 12:00:00", "TRUE"]
    assert cell_text(None) == ""


@pytest.mark.parametrize(
    "inner",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c s="1" r=\'XFD1\'><v>1</v></c></row>',
        f'<row r="1"><c s="{"0" * 5000}"\n r = "ZZZ1"><v>1</v></c></row>',
        '<row r="20001"></row>',
        LONG_ROW,
    ],
)
def test_a_far_cell_is_refused_at_once(inner):
    data = with_members(SIMPLE, **{SHEET: sheet_with(inner)})
    began = time.monotonic()
    with pytest.raises(SandboxRefused, match="reaches to row"):
        read_table(data, synonyms=WORDS)
    assert time.monotonic() - began < 25


def test_a_merged_range_cannot_fill_the_memory():
    merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    content = sheet_with("").replace(b"</worksheet>", merged.encode() + b"</worksheet>")
    with pytest.raises(SandboxRefused, match="reaches to row"):
        read_table(with_members(SIMPLE, **{SHEET: content}), synonyms=WORDS)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (with_members(SIMPLE, **{"xl/bomb.xml": b"<a>" + b"0" * 30_000_000}), "tightly"),
        (with_members(SIMPLE, **{f"xl/m{n}.xml": b"<a/>" for n in range(600)}), "unpacked"),
        (
            with_members(SIMPLE, **{SHEET: b'<!DOCTYPE a [<!ENTITY b "c">]>' + sheet_with("")}),
            "declarations",
        ),
        (with_members(SIMPLE, **{SHEET: sheet_with("").decode().encode("utf-16")}), "damaged"),
        (SIMPLE[:-300], "damaged"),
        (b"PK\x03\x04" + b"\x00" * 100, "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 2000, "damaged"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"", "no table"),
        (b"\x00\x01\x02", "damaged"),
        (b"a\n" * 20_001, "reaches to row"),
        (("," * 600).encode(), "reaches to row"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(SandboxRefused, match=sentence):
        read_table(data, synonyms=WORDS)


def test_column_numbers():
    assert [column_number(letters) for letters in (b"A", b"Z", b"AA", b"xfd")] == [1, 26, 27, 16384]
