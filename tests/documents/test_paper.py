"""Papers as they come out: nothing of a caller is markup, forms and slips hold what they should."""

import io
from dataclasses import replace
from datetime import datetime

import pypdf
import pytest

from drillreg.documents.composing import font_list, paper_html
from drillreg.documents.figures import MapPoint, map_svg
from drillreg.documents.layouts import Wishes, all_versions, layout_of, layouts, with_wishes
from drillreg.documents.paper import (
    Blank,
    Cell,
    CheckBox,
    Column,
    Figure,
    FormGrid,
    Heading,
    Kai,
    NumberedList,
    Paper,
    Paragraph,
    Photo,
    Photos,
    Place,
    QrCode,
    SheetCode,
    Signatures,
    Slip,
    Slips,
    Strong,
    Table,
    digest,
)
from drillreg.documents.pdf import print_paper
from drillreg.documents.samples import SAMPLES, sample_of
from drillreg.documents.staff_papers import AccountSlip, account_slips

pytestmark = pytest.mark.one_database

EVIL = "<u>&'</u><script>x</script>"
EVERYWHERE = Paper(
    "official",
    EVIL,
    [
        Heading(EVIL),
        Paragraph([EVIL, Strong(EVIL), Kai(EVIL), Blank(3), CheckBox(EVIL)]),
        NumberedList([EVIL]),
        Table([Column(EVIL)], [(EVIL,), (Cell(EVIL),)], EVIL),
        Photos([Photo("a", EVIL)]),
        FormGrid([[Place(EVIL, EVIL)]]),
        Signatures([EVIL]),
        QrCode("https://x.example/<b>", [EVIL]),
        Slips([Slip(EVIL, [(EVIL, EVIL)], "https://x.example/", [EVIL])]),
    ],
    issuers=[EVIL],
    red_head=True,
    copy_number=EVIL,
    secrecy=EVIL,
    urgency=EVIL,
    number=EVIL,
    signer=EVIL,
    addressee=EVIL,
    attachments=[EVIL],
    notes=EVIL,
    copies=EVIL,
    printed_by=EVIL,
    contents=True,
    draft=EVIL,
    code=SheetCode("https://x.example/s/1", EVIL),
)


def text_of(pdf):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("name", all_versions())
def test_no_text_of_a_caller_becomes_markup(app, name):
    with app.app_context():
        html = paper_html(EVERYWHERE, layout_of(name))
    assert "<script" not in html
    assert "<u>" not in html


def test_a_font_of_an_office_cannot_leave_its_place(app):
    assert font_list(['x"; } body { display: none', "仿宋_GB2312", "Fang Song-B05S"]) == (
        '"仿宋_GB2312", "Fang Song-B05S"'
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_every_layout_prints_its_sample(app, name):
    with app.app_context():
        printed = print_paper(sample_of(name))
    assert printed.missing == printed.refused == ()
    box = pypdf.PdfReader(io.BytesIO(printed.pdf)).pages[0].mediabox
    page = layout_of(name).page
    assert abs(float(box.width) * 25.4 / 72 - page.width) < 0.1


def test_every_layout_has_a_sample_and_says_where_it_comes_from():
    assert {each.id for each in layouts()} == set(SAMPLES)
    assert all(each.source and each.effective for each in layouts())


def test_without_its_red_head_a_paper_still_has_its_number(app):
    paper = sample_of("official")
    plain = with_wishes(layout_of("official"), Wishes(red_head=False))
    with app.app_context():
        with_head = print_paper(paper).pdf
        without = print_paper(paper, layout=plain).pdf
    assert "青岭县应急管理局文件" in text_of(with_head)
    assert "青岭县应急管理局文件" not in text_of(without)
    assert "青应急发〔2026〕18号" in text_of(without)


def test_several_issuers_stand_in_one_head_and_all_sign(app):
    paper = replace(sample_of("official"), issuers=["县应急管理局", "县教育局", "县自然资源局"])
    with app.app_context():
        text = text_of(print_paper(paper).pdf)
    for name in paper.issuers:
        assert text.count(name) >= 2


def test_contents_name_the_page_of_each_head(app):
    blocks = [Heading("甲"), *[Paragraph("内容" * 300)] * 4, Heading("乙")]
    with app.app_context():
        printed = print_paper(Paper("official", "目录", blocks, contents=True, signed=False))
    first = pypdf.PdfReader(io.BytesIO(printed.pdf)).pages[0].extract_text()
    lines = [line.replace(" ", "") for line in first.splitlines()]
    entry = next(line for line in lines if line.startswith("二、乙"))
    assert entry.rstrip("—0123456789").rstrip(".") == "二、乙"
    assert entry.endswith(str(printed.pages))


def test_a_long_table_repeats_its_head(app):
    table = Table([Column("项目"), Column("数量")], [(f"第{n}项", "1") for n in range(90)])
    with app.app_context():
        printed = print_paper(Paper("official", "清单", [table], signed=False))
    pages = pypdf.PdfReader(io.BytesIO(printed.pdf)).pages
    assert len(pages) > 2
    assert all("数量" in page.extract_text() for page in pages)


@pytest.mark.parametrize("lines", [8, 9, 10, 11, 12])
def test_no_page_is_left_a_third_empty_before_a_figure(app, lines):
    drawn = map_svg([MapPoint(115, 25, "后山")], around_m=500, height=300)
    blocks = [
        *[Paragraph("甲" * 26)] * lines,
        Figure(drawn, "图"),
        Heading("后面"),
        *[Paragraph("乙" * 50)] * 6,
    ]
    with app.app_context():
        printed = print_paper(Paper("official", "标题", blocks, signed=False))
    first = pypdf.PdfReader(io.BytesIO(printed.pdf)).pages[0]
    lowest = []
    first.extract_text(
        visitor_text=lambda text, _, matrix, *__: lowest.append(matrix[5]) if text.strip() else None
    )
    body = sorted(y for y in lowest if y > 35 / 25.4 * 72)
    assert body[0] - 35 / 25.4 * 72 < 225 / 3 / 25.4 * 72
    whole = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed.pdf)).pages)
    assert whole.count("甲" * 26) == lines
    assert "图1" in whole


def test_slips_are_cut_four_from_a_page(app):
    until = datetime(2026, 5, 19, 18, 0)  # noqa: DTZ001 - the clock on the wall
    rows = [
        AccountSlip(
            f"张三{n}", "某校", "单位联络员", f"user{n}", "7QK4-M9TX", until, "https://x.example/"
        )
        for n in range(9)
    ]
    with app.app_context():
        printed = print_paper(account_slips(rows))
    assert printed.pages == 3
    text = text_of(printed.pdf)
    for row in rows:
        assert row.username in text
    assert "2026年5月19日18:00" in text
    assert text.count("一次性密码") >= 9


def test_the_digest_tells_papers_apart():
    paper = sample_of("notice")
    assert digest(paper) == digest(sample_of("notice"))
    assert digest(replace(paper, title="别的")) != digest(paper)
    strong, kai = (Paper("official", "x", [Paragraph([kind("a")])]) for kind in (Strong, Kai))
    assert digest(strong) != digest(kai)
