import io

import docx
import pytest
from PIL import Image

from drillreg.documents.reading_word import escaped
from drillreg.documents.word_papers import read_paper
from drillreg.sandbox.refusals import SandboxRefused
from tests.documents import words

pytestmark = pytest.mark.one_database


def test_headings_tables_lists_and_pictures():
    document = docx.Document()
    document.add_heading("总则", 1)
    document.add_paragraph("一行\n另一行*星*")
    document.add_paragraph("甲", style="List Bullet")
    document.add_paragraph("乙", style="List Bullet")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "联系表"
    table.cell(1, 0).text, table.cell(1, 1).text = "镇长", "1|2"
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    document.add_picture(picture)
    found = read_paper(words.saved(document))
    assert [(b["kind"], b["body"]) for b in found.blocks] == [
        ("heading", "总则"),
        ("text", "一行"),
        ("text", "另一行\\*星\\*"),
        ("list", "- 甲\n- 乙"),
        ("table", "| 联系表 |  |\n| --- | --- |\n| 镇长 | 1\\|2 |"),
    ]
    assert found.blocks[4]["merged"] is True
    assert found.blocks[0]["level"] == 1
    assert (found.pictures, found.links) == (1, 0)


def test_notes_stand_behind_their_paragraph():
    name = "word/footnotes.xml"
    plain = words.plan_file("一、总则", "见注")
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = f'<w:footnotes {space}><w:footnote w:id="5"><w:p><w:r><w:t>出处</w:t></w:r></w:p></w:footnote></w:footnotes>'  # noqa: E501
    text = f'<w:document {space}><w:body><w:p><w:r><w:t>见下</w:t></w:r><w:r><w:footnoteReference w:id="5"/></w:r></w:p><w:p><w:r><w:t>后文</w:t></w:r></w:p></w:body></w:document>'  # noqa: E501
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    start = "http://schemas.openxmlformats.org/package/2006/relationships"
    relations = f'<Relationships xmlns="{start}"><Relationship Id="r9" Type="{kind}" Target="footnotes.xml"/></Relationships>'  # noqa: E501
    data = words.altered(
        plain,
        {
            name: notes.encode(),
            "word/document.xml": text.encode(),
            "word/_rels/document.xml.rels": relations.encode(),
        },
    )
    assert [b["text"] for b in read_paper(data).blocks] == ["见下（注1）", "注1：出处", "后文"]


def test_marks_of_a_head_of_pages_are_among_the_words():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "秘密★1年"
    assert "秘密★1年" in read_paper(words.saved(document)).text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (words.OLE, "Save as"),
        (words.ENCRYPTED, "password"),
        (words.with_macros(), "macros"),
        (words.plan_file("一、总则")[:900], "damaged"),
        (words.altered(words.plan_file("一"), {"word/document.xml": b"<w:p"}), "damaged"),
        (words.altered(words.plan_file("一"), {}, without=("word/document.xml",)), "damaged"),
        (words.with_entities(), "damaged"),
        (b"{\\rtf1 x}", "RTF"),
        (b"nothing", "damaged"),
        (words.bomb(), "unpacked"),
    ],
    ids=[
        "old",
        "encrypted",
        "macros",
        "torn",
        "broken",
        "empty",
        "entities",
        "rtf",
        "other",
        "bomb",
    ],
)
def test_what_cannot_be_taken_ends_in_a_sentence(data, said):
    with pytest.raises(SandboxRefused, match=said):
        read_paper(data)


def test_links_to_other_files_are_counted_and_not_followed():
    found = read_paper(words.linked())
    assert (found.links, found.blocks[0]["text"]) == (1, "一、总则")


def test_a_long_paper_is_only_looked_at_while_somebody_waits():
    data = words.long_plan()
    found = read_paper(data)
    assert found.blocks is None
    assert found.text.count("工作要求") == 300


def test_text_is_shown_letter_by_letter():
    assert escaped("1. 甲\n- 乙_丙_\n3.1 丁") == "1\\. 甲\n\\- 乙\\_丙\\_\n3.1 丁"
