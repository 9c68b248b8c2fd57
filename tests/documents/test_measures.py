"""GB/T 9704-2012 held to the printed page: what the rule says in millimetres, within one."""

import io
import itertools
import re
import subprocess
from collections import defaultdict
from datetime import date

import PIL.Image
import pytest

from drillreg.documents.layouts import layout_of
from drillreg.documents.paper import Cover, Heading, Manner, Paper, Paragraph
from drillreg.documents.pdf import print_paper

pytestmark = pytest.mark.one_database

POINT = 25.4 / 72
DPI = 254  # ten dots a millimetre
LINE = "各单位要把转移路线责任人和联系电话逐户核对并于当日登记造册报送县"  # 32 characters, no stops
NUMBER = "青府办发〔2026〕8号"


@pytest.fixture(scope="module")
def pages(worker_app, tmp_path_factory):
    """A letter of several pages: its words with their boxes, and its pages as pictures."""
    app, _ = worker_app
    paper = Paper(
        "official",
        "关于做好演练工作的通知",
        [Paragraph(LINE * 40), Heading("要求"), Heading("时间", 2), Paragraph(LINE * 3)],
        issuers=["青岭县人民政府"],
        red_head=True,
        copy_number="000012",
        urgency="加急",
        number=NUMBER,
        addressee="各镇人民政府",
        dated=date(2026, 11, 20),
        copies="县委办公室",
        printed_by="县政府办公室",
        printed_on=date(2026, 11, 20),
    )
    with app.app_context():
        printed = print_paper(paper)
    folder = tmp_path_factory.mktemp("measured")
    (folder / "x.pdf").write_bytes(printed.pdf)
    return Measured(folder, printed.pages)


class Measured:
    """A printed PDF, measured from outside: by poppler's text boxes and by its ink."""

    def __init__(self, folder, count):
        self.count = count
        said = run("pdftotext", "-bbox-layout", folder / "x.pdf", "-")
        self.lines = defaultdict(list)
        for number, page in enumerate(said.split("<page ")[1:], start=1):
            for line in re.findall(r"<line (.*?)</line>", page, re.S):
                box = [float(v) * POINT for v in re.findall(r'M\w+="([\d.]+)"', line)[:4]]
                text = "".join(re.findall(r">([^<\n]+)</word>", line))
                self.lines[number].append((text, *box))
        run("pdftoppm", "-r", str(DPI), "-png", folder / "x.pdf", folder / "p")
        self.pictures = [
            PIL.Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
            for path in sorted(folder.glob("p-*.png"))
        ]

    def line(self, words, page=1):
        """Return the box of the line that holds these words: left, top, right, foot in mm."""
        return next(box for text, *box in self.lines[page] if words in text)

    def ink(self, page, box=None, red=False):
        """Return the box of everything printed within a box of a page, in mm."""
        image = self.pictures[page - 1]
        left, top, right, foot = box or (0, 0, 210, 297)
        part = image.crop(tuple(round(v * 10) for v in (left, top, right, foot)))
        if red:
            r, g, _ = part.split()
            mask = PIL.ImageChops.subtract(r, g).point(lambda v: 255 if v > 90 else 0)
        else:
            mask = part.convert("L").point(lambda v: 255 if v < 140 else 0)
        x0, y0, x1, y1 = mask.getbbox()
        return left + x0 / 10, top + y0 / 10, left + x1 / 10, top + y1 / 10


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def near(measured, wanted, within=1.0):
    assert abs(measured - wanted) <= within, f"{measured:.2f} mm, not {wanted} mm"


def test_the_type_area_is_156_by_225_with_37_above_and_28_at_the_binding(pages):
    left, top, right, foot = pages.ink(2, (0, 0, 210, 262.5))
    near(left, 28)
    near(right, 210 - 26)
    near(top, 37 + (225 / 22 - 16 * POINT) / 2)  # ink begins in the middle of its line
    near(foot, 297 - 35 - (225 / 22 - 16 * POINT) / 2)


def test_a_full_page_has_22_lines_of_28_characters(pages):
    body = [(text, top) for text, _, top, _, _ in pages.lines[2] if "—" not in text]
    assert len(body) == 22
    assert {len(text) for text, _ in body} == {28}
    tops = sorted(top for _, top in body)
    for first, second in itertools.pairwise(tops):
        near(second - first, 225 / 22, 0.1)


def test_sizes_are_those_of_the_rule():
    layout = layout_of("official")
    sizes = layout.sizes
    assert (sizes.body, sizes.title, sizes.small) == (16, 22, 14)
    assert layout.page.type_width == 156
    assert layout.page.type_height == 225


def test_type_is_printed_in_its_size(pages):
    left, _, right, _ = pages.line("关于做好演练工作的通知")
    near(right - left, 11 * 22 * POINT)
    left, _, right, _ = pages.line("抄送：县委办公室", pages.count)
    near(right - left, 9 * 14 * POINT)


def test_the_red_head_begins_35_below_the_type_area(pages):
    _, top, _, _ = pages.ink(1, (28, 37, 184, 100), red=True)
    near(top, 37 + 35)


def test_number_and_red_rule_stand_where_they_should(pages):
    _, _, _, issuer_foot = pages.ink(1, (28, 60, 184, 92), red=True)
    left, _, right, _ = pages.line(NUMBER)
    near((left + right) / 2, 28 + 156 / 2)
    _, rule_top, _, _ = pages.ink(1, (28, issuer_foot + 3, 184, 140), red=True)
    _, number_top, _, number_foot = pages.ink(1, (60, issuer_foot + 3, 150, rule_top - 0.5))
    near(rule_top - number_foot, 4)
    near(number_top - issuer_foot, 2 * 225 / 22 + (225 / 22 - 16 * POINT) / 2, 1.5)
    left, _, right, _ = pages.ink(1, (0, rule_top - 0.2, 210, rule_top + 0.3), red=True)
    near(left, 28)
    near(right, 184)


def test_copy_number_and_urgency_stand_at_the_top_left(pages):
    for text, line in (("000012", 0), ("加急", 1)):
        left, top, _, foot = pages.line(text)
        near(left, 28)
        near((top + foot) / 2, 37 + (line + 0.5) * 225 / 22, 1.2)


def test_page_numbers_are_7_below_outside_and_one_character_in(pages):
    for page in range(1, pages.count + 1):
        left, top, right, _ = pages.ink(page, (0, 264, 210, 297))
        dash = pages.ink(page, (left, top, left + 4, 297))
        near(dash[1], 262 + 7)
        if page % 2:
            near(right, 184 - 14 * POINT)
        else:
            near(left, 28 + 14 * POINT)


def test_heads_stand_two_characters_in(pages):
    at = next(n for n in pages.lines if any("一、要求" in text for text, *_ in pages.lines[n]))
    for words in ("一、要求", "（一）时间"):
        near(pages.line(words, at)[0], 28 + 2 * 156 / 28, 1.5)


def test_the_date_stands_four_characters_from_the_right_and_the_name_above_its_middle(pages):
    last = pages.count
    date_box = pages.line("2026年11月20日", last)
    near(date_box[2], 184 - 4 * 156 / 28)
    name = pages.line("青岭县人民政府", last)
    near((name[0] + name[2]) / 2, (date_box[0] + date_box[2]) / 2)
    near(date_box[1] - name[1], 225 / 22)


def test_a_stamp_of_42_has_room_around_name_and_date(pages):
    last = pages.count
    name, day = pages.line("青岭县人民政府", last), pages.line("2026年11月20日", last)
    middle = (name[1] + day[3]) / 2
    above = max(foot for text, _, _, _, foot in pages.lines[last] if foot < name[1])
    below = min(top for text, _, top, _, _ in pages.lines[last] if top > day[3])
    assert middle - above >= 21 - 1
    assert below - middle >= 21 - 1
    assert (middle - 21) - above <= 225 / 22  # the stamp is at most a line away from the text


def test_the_imprint_closes_the_last_page(pages):
    left, _, right, foot = pages.ink(pages.count, (0, 240, 210, 264))
    near(foot, 262)
    near(left, 28)
    near(right, 184)


@pytest.fixture(scope="module")
def plan_pages(worker_app, tmp_path_factory):
    """A plan with cover, approvals, contents and some pages of text."""
    app, _ = worker_app
    paper = Paper(
        "official",
        "白岩镇地质灾害应急预案",
        [Heading("总则"), Heading("目的", 2), Paragraph(LINE * 60)],
        signed=False,
        contents=True,
        cover=Cover("白岩镇地质灾害应急预案", mark="内部", number=NUMBER, issuer="白岩镇人民政府"),
        front=[Paragraph("审批签发页", Manner.CENTER)],
    )
    with app.app_context():
        printed = print_paper(paper)
    folder = tmp_path_factory.mktemp("plan")
    (folder / "x.pdf").write_bytes(printed.pdf)
    return Measured(folder, printed.pages)


def test_a_plan_is_counted_from_its_first_page_of_text_which_is_on_the_right(plan_pages):
    # Cover, approvals, contents, and one left blank so that the text begins on a right-hand page.
    assert [plan_pages.pictures[at].convert("L").getextrema() for at in (3,)] == [(255, 255)]
    for page in (1, 2, 3):
        assert not any("—" in text for text, *_ in plan_pages.lines[page])
    _, _, right, _ = plan_pages.line("— 1 —".replace(" ", ""), 5)
    near(right, 184 - 14 * POINT)
    left, _, _, _ = plan_pages.line("—2—", 6)
    near(left, 28 + 14 * POINT)
    assert any(text.endswith("1") and "总则" in text for text, *_ in plan_pages.lines[3])


def test_the_text_of_a_plan_keeps_type_area_and_grid(plan_pages):
    left, top, right, foot = plan_pages.ink(6, (0, 0, 210, 262.5))
    near(left, 28)
    near(right, 210 - 26)
    near(top, 37 + (225 / 22 - 16 * POINT) / 2)
    near(foot, 297 - 35 - (225 / 22 - 16 * POINT) / 2)
    body = [text for text, *_ in plan_pages.lines[6] if "—" not in text]
    assert len(body) == 22
    assert {len(text) for text in body} == {28}


def test_the_cover_has_its_mark_at_the_upper_left_and_its_title_in_the_middle(plan_pages):
    left, top, _, foot = plan_pages.line("内部")
    near(left, 28)
    near((top + foot) / 2, 37 + 0.5 * 225 / 22, 1.2)
    left, _, right, _ = plan_pages.line("白岩镇地质灾害应急预案")
    near((left + right) / 2, 28 + 156 / 2)
