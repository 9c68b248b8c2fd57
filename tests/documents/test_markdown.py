import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.documents.markdown import TAGS, to_html

pytestmark = pytest.mark.one_database


def test_every_line_is_a_paragraph_of_its_own():
    assert to_html("第一段\n第二段") == "<p>第一段</p>\n<p>第二段</p>\n"


def test_emphasis_may_go_on_over_a_line():
    assert to_html("甲 **乙\n丙** 丁").count("<p>") == 1


def test_lists_and_tables_are_set():
    html = to_html("- 甲\n- 乙\n\n| 地点 | 人数 |\n| --- | ---: |\n| 学校 | **436** |")
    assert "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>" in html
    assert '<td class="text-end"><strong>436</strong></td>' in html
    assert "style" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="http://169.254.169.254/">',
        "[x](javascript:alert(1))",
        "![x](http://a.example/x.png)",
        '<td colspan="10000000">',
        "# 一、总则",
        "<a hx-get='/x'>",
    ],
)
def test_html_links_pictures_and_headings_stay_words(text):
    html = to_html(text)
    assert html.startswith("<p>")
    assert html.count("<") == 2


@given(st.text(alphabet="甲<>&*_|-\n 1.#`[]()!\\:", max_size=60))
def test_nothing_but_the_known_tags_comes_out(text):
    names = {part.split(">")[0].split()[0].strip("/") for part in to_html(text).split("<")[1:]}
    assert names <= TAGS


def test_lists_within_lists_without_end_do_no_harm():
    assert to_html("- " * 5000 + "x")
