"""A Markdown text as blocks of a paper."""

import pytest

from drillreg.documents.markdown_blocks import blocks_of, plain_text
from drillreg.documents.paper import Paragraph, Strong, Table, text_of

pytestmark = pytest.mark.one_database

TEXT = """第一段，**要紧的话**。
第二行自成一段。

3. 三
4. 四
   1. 四之一
- 点

| 级别 | 条件 |
|:--:|---|
| Ⅰ级 | 100人**以上** |
"""


def test_paragraphs_lists_stress_and_tables_come_out():
    *lines, table = blocks_of(TEXT)
    assert [text_of(line.text) for line in lines] == [
        "第一段，要紧的话。", "第二行自成一段。", "3．三", "4．四", "（1）四之一", "● 点",
    ]  # fmt: skip
    assert Strong("要紧的话") in lines[0].text
    assert isinstance(table, Table)
    assert [(column.title, column.align) for column in table.columns] == [
        ("级别", "center"), ("条件", "left"),
    ]  # fmt: skip
    assert [[text_of(cell) for cell in row] for row in table.rows] == [["Ⅰ级", "100人以上"]]


def test_markup_stays_text():
    (line,) = blocks_of("<script>x</script> [a](http://x.example)")
    assert isinstance(line, Paragraph)
    assert text_of(line.text) == "<script>x</script> [a](http://x.example)"


def test_plain_text_leaves_tables_out():
    assert plain_text(TEXT).splitlines()[0] == "第一段，要紧的话。"
    assert "Ⅰ级" not in plain_text(TEXT)
