"""What comes out of the printer: the right words, the right shapes, the data inside, no leaks."""

import http.server
import io
import re
import shutil
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path

import PIL.Image
import PIL.ImageChops
import pylopdf_fonts_zh_cn
import pypdf
import pytest
from PIL import ImageDraw, ImageFont

from drillreg import documents
from drillreg.core.errors import DomainError
from drillreg.documents.checking import SPAN
from drillreg.documents.composing import paper_html
from drillreg.documents.layouts import all_versions, layout_of
from drillreg.documents.paper import CheckBox, Column, Heading, Paper, Paragraph, Table
from drillreg.documents.pdf import Attachment, print_paper, render_document
from drillreg.sandbox.limits import INTERACTIVE, amount
from drillreg.sandbox.refusals import SandboxCrashed, SandboxRefused, SandboxTimeout

pytestmark = pytest.mark.one_database

TEXT = "青岭县应急管理局关于白岩镇輋下村岿美山演练的总结报告"
REPORT = Paper(
    "official",
    TEXT,
    [
        Heading("基本情况"),
        Paragraph("参加436人，㙟上组〇户，喆。"),
        Table([Column("序号"), Column("目标")], [("1", "险情上报")]),
    ],
    issuers=["青岭县应急管理局"],
    red_head=True,
)
DATA = Attachment("演练数据.csv", "目标,评定\n险情上报,优\n".encode(), "report data")

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not here")


@pytest.fixture(scope="module")
def report(worker_app):
    with worker_app[0].app_context():
        return print_paper(REPORT, attachments=[DATA])


def words_of(pdf, folder):
    (folder / "x.pdf").write_bytes(pdf)
    said = subprocess.run(
        ["pdftotext", "-raw", folder / "x.pdf", "-"], capture_output=True, text=True, check=True
    )
    return re.sub(r"\s", "", said.stdout)


def page_image(pdf, folder, dpi=72):
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run(
        [
            "pdftoppm",
            "-r",
            str(dpi),
            "-gray",
            "-png",
            "-singlefile",
            folder / "x.pdf",
            folder / "x",
        ],
        check=True,
    )
    with PIL.Image.open(folder / "x.png") as image:
        return image.convert("L")


@needs_poppler
def test_the_text_can_be_copied_out(report, tmp_path):
    words = words_of(report.pdf, tmp_path)
    assert TEXT in words
    assert "参加436人，㙟上组〇户，喆。" in words
    assert "—1—" in words
    assert report.missing == ()


@needs_poppler
def test_the_glyphs_are_those_of_the_characters(tmp_path):
    """Text can be right while glyphs are wrong: compare with the same font drawn directly."""
    word, size = "应急演练总结輋岿", 40
    style = f"@page{{margin:20pt}}p{{font:{size}pt/60pt DocHei}}body,p{{margin:0}}"
    pdf = render_document(f"<style>{style}</style><p>{word}</p>", title="x").pdf
    printed = page_image(pdf, tmp_path)
    drawn = PIL.Image.new("L", (400, 100), 255)
    font = ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), size)
    ImageDraw.Draw(drawn).text((10, 10), word, font=font, fill=0)
    for at in range(len(word)):
        ink = [
            cut_to_ink(printed.crop((20 + at * size, 20, 20 + (at + 1) * size, 80))),
            cut_to_ink(drawn.crop((10 + at * size, 10, 10 + (at + 1) * size, 90))),
        ]
        difference = PIL.ImageChops.difference(*ink).histogram()
        mean = sum(level * count for level, count in enumerate(difference)) / (32 * 32)
        assert mean < 45, (word[at], mean)


def cut_to_ink(image):
    box = PIL.ImageChops.invert(image).point(lambda level: 255 * (level > 80)).getbbox()
    return image.crop(box).resize((32, 32))


def test_it_is_tagged_archival_and_in_chinese(report):
    reader = pypdf.PdfReader(io.BytesIO(report.pdf))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata or 'pdfaid:part="3"' in metadata
    assert re.search(r"pdfaid:conformance(>|=\")A", metadata)
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert "/OutputIntents" in root
    assert root["/Lang"] == "zh-CN"
    assert reader.metadata.title == TEXT


def test_every_font_is_embedded(report):
    reader = pypdf.PdfReader(io.BytesIO(report.pdf))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_data_lies_in_the_file(report):
    reader = pypdf.PdfReader(io.BytesIO(report.pdf))
    found = [each.get_object() for each in reader.trailer["/Root"]["/AF"]]
    assert DATA.name in {each["/UF"] for each in found}
    assert {each["/AFRelationship"] for each in found} == {"/Data"}
    assert {each["/EF"]["/F"].get_data() for each in found} == {DATA.data}


def test_equal_content_makes_equal_files(app, report):
    with app.app_context():
        assert print_paper(REPORT, attachments=[DATA]).pdf == report.pdf


@needs_poppler
def test_characters_without_a_font_are_reported(app, tmp_path):
    """喆 and the box to tick are always there; 𠮷 where the machine has a font with it."""
    rare = "\U0002bbca\uf8ff"  # an unusual name and a private character
    text = ["𠮷 喆 ", CheckBox("已办", ticked=True), rare]
    with app.app_context():
        result = print_paper(Paper("official", "𠮷某", [Paragraph(text)]))
    assert "\uf8ff" in result.missing
    assert not {"喆", "已", "办"} & set(result.missing)
    shown = set("𠮷喆" + rare) - set(result.missing)
    assert all(character in words_of(result.pdf, tmp_path) for character in shown)


def test_given_pictures_are_printed_and_others_refused():
    picture = io.BytesIO()
    PIL.Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    html = '<img src="image:现场 1.png"><img src="image:none">'
    result = render_document(html, title="x", images={"现场 1.png": picture.getvalue()})
    assert len(pypdf.PdfReader(io.BytesIO(result.pdf)).pages[0].images) == 1
    assert result.refused == ("image:none",)


class Recorder(http.server.BaseHTTPRequestHandler):
    hits: list[str] = []  # noqa: RUF012

    def do_GET(self):
        Recorder.hits.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def listener():
    Recorder.hits.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_and_no_file_gets_in(listener, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("THE-SECRET")
    address = f"http://127.0.0.1:{listener}"
    html = f"""<html><head><link rel="attachment" href="file://{secret}">
    <link rel="attachment" href="{address}/a"><link rel="stylesheet" href="{address}/b">
    <style>@import url({address}/c);@font-face{{font-family:q;src:url({address}/d)}}
    p{{background:url({address}/e);font-family:q}}li{{list-style:url(file://{secret})}}
    p::after{{content:url({address}/f)}}</style></head><body>
    <img src="{address}/g"><img src="file://{secret}"><a rel="attachment" href="file://{secret}">x</a>
    <svg><image href="{address}/h"/></svg><ul><li>y</li></ul><p>z</p>
    <img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage
    href='{address}/i'/%3E%3C/svg%3E"></body></html>"""
    result = render_document(html, title="x")
    reader = pypdf.PdfReader(io.BytesIO(result.pdf))
    assert not reader.attachments
    assert b"THE-SECRET" not in b"".join(
        item.get_data()
        for item in map(reader.get_object, range(1, len(reader.xref[0]) + 1))
        if hasattr(item, "get_data")
    )
    assert Recorder.hits == []
    assert any(address in refused for refused in result.refused)


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ('<table><tr><td colspan="10000000">x</table>', "spans more"),
        (f'<table><tr><td rowspan="{SPAN + 1}">x</table>', "spans more"),
        ('<table><colgroup span="99999999"></colgroup><tr><td>x</table>', "spans more"),
        ('<table><tr><td colspan="１０">x</table>', "spans more"),
        ("<table>" + "<tr><td>x" * 501 + "</table>", "rows"),
        ('<div style="display:flex">' * 25, "nested"),
        ("<div>" * 5000, "nested"),
        ("<p>" + "汉" * 200_001, "characters"),
        ("<p>" + "<b></b>" * 700_000, "characters"),
        ('<svg><g id="a"/><use href="#a"/></svg>', "may not contain"),
        ('<base href="file:///etc/"><img src="passwd">', "may not contain"),
    ],
)
def test_a_document_that_would_not_end_is_refused_at_once(html, sentence):
    began = time.monotonic()
    with pytest.raises(SandboxRefused, match=sentence):
        render_document(html, title="x")
    assert time.monotonic() - began < 25


def test_a_layout_that_never_ends_is_stopped():
    html = "<style>*{display:flex}</style>" + ("<div>" * 17 + "x" + "</div>" * 17) * 9
    limits = replace(INTERACTIVE, cpu_seconds=1, wall_seconds=2)
    began = time.monotonic()
    with pytest.raises((SandboxTimeout, SandboxCrashed)):
        render_document(html, title="x", limits=limits)
    assert time.monotonic() - began < 25
    assert render_document("<p>还在</p>", title="x").pdf.startswith(b"%PDF")


def test_no_layout_asks_for_anything_from_outside(app):
    faces = (Path(documents.__file__).parent / "fonts.css").read_text(encoding="utf-8")
    with app.app_context():
        pages = [paper_html(REPORT, layout_of(name)) for name in all_versions()]
    addresses = re.findall(r"url\(([^)]*)\)", faces + "".join(pages))
    assert set(addresses) == {"font:serif", "font:sans"}


def test_more_pages_than_a_page_may_wait_for_are_refused() -> None:
    most = amount("pages", INTERACTIVE.slot)
    leaf = '<p style="page-break-after: always">页</p>'
    with pytest.raises(DomainError) as refused:
        render_document(leaf * (most + 1), title="x")
    assert refused.value.params["most"] == most
