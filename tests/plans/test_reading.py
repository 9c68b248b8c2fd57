"""The words of papers in the index."""

import io

import docx
import pytest

from drillreg.plans.indexing import sweep_index
from tests.plans.conftest import WRITTEN
from tests.plans.test_search import hits


def word(*paragraphs):
    document, kept = docx.Document(), io.BytesIO()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "避险点", "村小学操场"
    document.save(kept)
    return kept.getvalue()


@pytest.fixture
def attached(app, as_role, county, make_plan):
    """Attach a file to the draft of a town and let the sweep read it; return the browser."""

    def attach(name, data):
        plan = make_plan(county.town, issued_on=None, papers=0)
        browser = as_role("town_staff", county.town)
        sent = browser.post(f"/plans/{plan.id}/papers", data={"papers": (io.BytesIO(data), name)})
        assert sent.status_code == 303
        with app.app_context():
            sweep_index(WRITTEN)
        return browser, plan

    return attach


def test_the_words_of_a_word_document_are_found_with_the_name_of_the_file(attached):
    browser, plan = attached("正文.docx", word("汛期发生滑坡时", "立即转移"))
    for sought in ("滑坡", "村小学操场", "正文"):
        titles, page = hits(browser, f"q={sought}")
        assert len(titles) == 1, sought
        assert "正文.docx" in page.select_one(".dr-hits").text
    assert "检索不到文字的文件" not in browser.page(f"/plans/{plan.id}").text


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("坏.docx", b"PK\x03\x04 broken", "文件已损坏"),
        ("坏.pdf", b"%PDF-1.4 broken", "文件已损坏"),
        ("旧.doc", b"\xd0\xcf\x11\xe0 old", "只能读取"),
        ("密.docx", word("机密★5年", "山洪"), "国家秘密"),
    ],
)
def test_a_file_that_cannot_be_read_says_so_and_keeps_its_name(attached, name, data, why):
    browser, plan = attached(name, data)
    page = browser.page(f"/plans/{plan.id}")
    assert "检索不到文字的文件" in page.text
    assert why in page.text
    assert len(hits(browser, f"q={name[0]}")[0]) == 1
    assert hits(browser, "q=山洪")[0] == []


def test_a_paper_that_is_struck_out_is_not_found_any_more(attached):
    browser, plan = attached("正文.docx", word("滑坡"))
    paper = browser.page(f"/plans/{plan.id}/papers").select_one("a[href*=void]")["href"]
    assert browser.post(paper, data={"reason": "传错"}).status_code == 303
    assert hits(browser, "q=滑坡")[0] == []


def test_a_file_that_is_lost_stops_nothing(app, as_role, county, make_plan):
    plan = make_plan(county.town, issued_on=None)
    with app.app_context():
        assert sweep_index(WRITTEN) == 2
        assert sweep_index(WRITTEN) == 0
    page = as_role("town_staff", county.town).page(f"/plans/{plan.id}")
    assert "已不在文件库中" in page.text
