"""The Word file says the same as the PDF, on the same grid; read by its XML, no office needed."""

import io
import zipfile
from xml.etree import ElementTree

import docx
import pytest

from drillreg.documents.layouts import Wishes, layout_of, with_wishes
from drillreg.documents.paper import Blank, Cell, CheckBox, Column, Paper, Paragraph, Table
from drillreg.documents.samples import SAMPLES, sample_of
from drillreg.documents.word import word_of
from drillreg.documents.word_xml import qn

pytestmark = pytest.mark.one_database

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def letter(worker_app):
    with worker_app[0].app_context():
        return word_of(sample_of("official"))


def part(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return ElementTree.fromstring(archive.read(name))  # noqa: S314 - made a moment ago


def test_page_margins_and_grid_are_those_of_the_rule(letter):
    section = docx.Document(io.BytesIO(letter)).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
    assert [round(each.mm) for each in margins] == [37, 26, 35, 28]
    (grid,) = section._sectPr.findall(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert abs(int(grid.get(qn("w:linePitch"))) / 20 * 25.4 / 72 * 22 - 225) < 0.2
    pitch = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert abs(pitch * 28 * 25.4 / 72 - 156) < 0.2


def test_fonts_are_named_for_chinese_with_alternatives(letter):
    styles = {style.get(f"{W}styleId"): style for style in part(letter, "word/styles.xml")}
    wanted = {
        "Normal": "FangSong_GB2312",
        "Heading1": "SimHei",
        "Heading2": "KaiTi_GB2312",
        "Title": "FZXiaoBiaoSong-B05S",
    }
    for style, name in wanted.items():
        assert styles[style].find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == name
    named = part(letter, "word/fontTable.xml").findall(f"{W}font")
    assert any(font.find(f"{W}altName") is not None for font in named)


def test_heads_are_styles_that_count_themselves(letter):
    document = docx.Document(io.BytesIO(letter))
    heads = [p for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert [p.text for p in heads][:4] == ["总体要求", "任务安排", "核对路线和责任人", "开展演练"]
    numbering = part(letter, "word/numbering.xml")
    texts = [
        level.find(f"{W}lvlText").get(f"{W}val")
        for abstract in numbering.findall(f"{W}abstractNum")
        if abstract.get(f"{W}abstractNumId") == "71"
        for level in abstract
        if level.tag == f"{W}lvl"
    ]
    assert texts == ["%1、", "（%2）", "%3.", "（%4）"]


def test_page_numbers_are_fields_outside_on_both_sides(letter):
    document = docx.Document(io.BytesIO(letter))
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in (
        (document.sections[0].footer, "right"),
        (document.sections[0].even_page_footer, "left"),
    ):
        paragraph = footer.paragraphs[0]
        assert paragraph.text == "— 1 —"
        assert " PAGE " in [e.text for e in paragraph._p.iter(qn("w:instrText"))]
        assert paragraph._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side


def test_table_heads_repeat_and_the_head_is_red(letter):
    document = part(letter, "word/document.xml")
    assert document.findall(f".//{W}tblHeader")
    colours = {each.get(f"{W}val") for each in document.iter(f"{W}color")}
    assert "D7000F" in colours
    instructions = {each.text.strip().split()[0] for each in document.iter(f"{W}instrText")}
    assert "SEQ" in instructions


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_says_the_same_in_word(app, name):
    paper = sample_of(name)
    with app.app_context():
        data = word_of(paper)
    text = "".join(each.text or "" for each in part(data, "word/document.xml").iter(f"{W}t"))
    for block in paper.blocks:
        if isinstance(block, Paragraph) and isinstance(block.text, str):
            assert block.text in text
        if isinstance(block, Table):
            assert all(column.title in text for column in block.columns)
    assert paper.title.split("\n")[0] in text


def test_contents_and_figures(app):
    paper = sample_of("report")
    with app.app_context():
        data = word_of(Paper("report", "x", paper.blocks, contents=True))
    document = part(data, "word/document.xml")
    assert any("TOC" in (each.text or "") for each in document.iter(f"{W}instrText"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pictures = [archive.read(n) for n in archive.namelist() if n.startswith("word/media/")]
    assert len(pictures) == 2
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_spanning_cells_boxes_and_blanks(app):
    table = Table(
        [Column("a"), Column("b"), Column("c")],
        [(Cell("高", down=2), Cell("宽", across=2)), ("x", "y")],
    )
    line = Paragraph([CheckBox("同意", ticked=True), CheckBox("不同意"), Blank(4)])
    with app.app_context():
        data = word_of(Paper("official", "x", [table, line], signed=False))
    found = docx.Document(io.BytesIO(data)).tables[0]
    assert found.cell(1, 0)._tc is found.cell(2, 0)._tc
    assert found.cell(1, 1)._tc is found.cell(1, 2)._tc
    assert [cell.text for cell in found.rows[2].cells] == ["高", "x", "y"]
    text = "".join(each.text or "" for each in part(data, "word/document.xml").iter(f"{W}t"))
    assert "☑同意☐不同意　　　　" in text


def test_an_office_names_its_own_fonts(app):
    wanted = with_wishes(layout_of("official"), Wishes({"body": "仿宋_GB18030"}, head_word=""))
    with app.app_context():
        data = word_of(sample_of("official"), layout=wanted)
    styles = {style.get(f"{W}styleId"): style for style in part(data, "word/styles.xml")}
    assert styles["Normal"].find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == "仿宋_GB18030"
