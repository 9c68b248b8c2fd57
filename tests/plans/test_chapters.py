import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drillreg.plans.chapters import find_chapters
from drillreg.plans.cutting import Block, chosen, cut
from drillreg.plans.matching import match

pytestmark = pytest.mark.one_database

SENTENCE = "镇人民政府统一领导本辖区的防汛工作，各村按照职责做好转移避险。"


def text(*lines):
    return [Block("text", line, line) for line in lines]


def tree(blocks, choices=None):
    lines, odd = find_chapters(blocks)
    outline = cut(blocks, chosen(blocks, lines, choices or {}))
    return [(each.level, each.heading) for each in outline.sections], outline, odd


def test_chinese_ladder_becomes_four_levels():
    found, outline, odd = tree(
        text(
            "白岩镇防汛应急预案",
            "一、总则",
            "（一）编制目的",
            SENTENCE,
            "（二）适用范围",
            SENTENCE,
            "二、组织体系",
            "（一）指挥部",
            "1．指挥长",
            SENTENCE,
            "2．成员单位",
            "（1）应急办",
            SENTENCE,
            "三、附则",
            SENTENCE,
        )
    )
    assert found == [
        (1, "总则"),
        (2, "编制目的"),
        (2, "适用范围"),
        (1, "组织体系"),
        (2, "指挥部"),
        (3, "指挥长"),
        (3, "成员单位"),
        (4, "应急办"),
        (1, "附则"),
    ]
    assert outline.preamble == ("白岩镇防汛应急预案",)
    assert odd == []


def test_decimal_numbers_and_long_items_in_the_text():
    found, outline, _ = tree(
        text(
            "1　总则",
            "1.1　适用范围",
            "（1）自然灾害。主要包括水旱、气象、地震等灾害。",
            "（2）事故灾难。主要包括生产安全事故等。",
            "3.5万元以下的损失由镇政府统计上报，其余由县级部门统计。",
            "2　组织体系",
            "2.1应急指挥部",
            "2.1.1　职责",
            "2025 年起执行",
            SENTENCE,
        )
    )
    assert found == [
        (1, "总则"),
        (2, "适用范围"),
        (1, "组织体系"),
        (2, "应急指挥部"),
        (3, "职责"),
    ]
    assert "（2）事故灾难" in outline.sections[1].body


def test_chapters_sections_and_articles():
    found, outline, _ = tree(
        text(
            "第一章　总则",
            "第一条　为了做好防汛工作，制定本预案。",
            "第二章 组织",
            "第一节 指挥部",
            "第二条 指挥长由镇长担任。",
            "第二节 办公室",
            SENTENCE,
            "第三章 附则",
            SENTENCE,
        )
    )
    assert found == [(1, "总则"), (1, "组织"), (2, "指挥部"), (2, "办公室"), (1, "附则")]
    assert outline.sections[0].body.startswith("第一条")


def test_heading_styles_win_and_plain_numbers_stand_below_them():
    blocks = [
        Block("heading", "白岩镇防汛应急预案", "", level=1),
        Block("heading", "总则", "", level=2),
        *text("（一）编制目的", SENTENCE, "（二）适用范围", SENTENCE),
        Block("heading", "二、组织体系", "", level=2),
        *text(SENTENCE),
    ]
    found, _, _ = tree(blocks)
    assert found == [(1, "总则"), (2, "编制目的"), (2, "适用范围"), (1, "组织体系")]


def test_contents_are_left_out():
    found, outline, _ = tree(
        text(
            "目　录",
            "一、总则\t1",
            "二、组织体系 …………… 3",
            "三、附则",
            "一、总则",
            SENTENCE,
            "二、组织体系",
            SENTENCE,
            "三、附则",
            SENTENCE,
        )
    )
    assert found == [(1, "总则"), (1, "组织体系"), (1, "附则")]
    assert len(outline.contents) == 4
    assert outline.preamble == ()


def test_a_list_of_short_items_stays_text():
    found, outline, _ = tree(
        text("一、总则", "1. 镇长", "2. 副镇长", "3. 派出所所长", "二、附则", SENTENCE)
    )
    assert found == [(1, "总则"), (1, "附则")]
    assert outline.sections[0].body.count("\n\n") == 2


def test_numbers_out_of_order_are_said():
    found, _, odd = tree(
        text("一、总则", SENTENCE, "三、保障", SENTENCE, "一、附则", SENTENCE, "四、其他", SENTENCE)
    )
    assert found == [(1, "总则"), (1, "保障"), (1, "其他")]
    assert [(each.at, each.params["after"]) for each in odd] == [(2, "三、"), (4, "一、")]


def test_annexes_are_chapters_and_their_first_mention_is_not():
    found, _, _ = tree(
        text(
            "一、总则",
            SENTENCE,
            "附件：1. 通讯录",
            "附件1 通讯录",
            "附件2 流程图",
            "附件1 通讯录",
            "一、镇级",
            SENTENCE,
            "附件2 流程图",
            SENTENCE,
        )
    )
    assert found == [(1, "总则"), (1, "附件1 通讯录"), (2, "镇级"), (1, "附件2 流程图")]


def test_a_person_chooses_otherwise():
    blocks = text("一、总则", SENTENCE, "编制依据", SENTENCE, "二、附则", SENTENCE)
    found, outline, _ = tree(blocks, {2: 3, 4: 0})
    assert found == [(1, "总则"), (2, "编制依据")]
    assert "二、附则" in outline.sections[1].body


def test_headings_are_matched_by_their_words_each_section_once():
    known = [("scope", "适用范围"), ("report", "信息收集报告"), ("after", "后期处置")]
    assert match(["总则", "信息收集与报告", "适用范围", "预案的适用范围"], known) == {
        1: "report",
        2: "scope",
    }


CHINESE = ["一、", "二、", "三、", "（一）", "（二）", "第一章 ", "第二节 ", "附件1 ", "目录", ""]
NUMBERS = [*CHINESE, "1.", "2.", "（1）", "1.1 ", "1.2 ", "2.1 ", "1　", "2　"]
WORDS = st.text("总则组织体系职责。；：，、.1二…\t", min_size=0, max_size=30)
BLOCKS = st.lists(
    st.builds(
        lambda kind, number, words, level: Block(
            kind, (number + words).strip() or "空", (number + words).strip() or "空", level
        ),
        st.sampled_from(["text", "text", "text", "heading", "list", "table", "note"]),
        st.sampled_from(NUMBERS),
        WORDS,
        st.integers(0, 6),
    ),
    max_size=40,
)
LEVELS = st.dictionaries(st.integers(-3, 50), st.integers(-1, 9), max_size=8)


def bare(*texts):
    return re.sub(r"\s", "", "".join(texts))


@settings(max_examples=40, deadline=None)
@given(BLOCKS, LEVELS)
def test_nothing_is_lost_and_the_order_is_kept(blocks, choices):
    lines, _ = find_chapters(blocks)
    lines = chosen(blocks, lines, choices)
    outline = cut(blocks, lines)
    signs = {at: line.sign for at, line in enumerate(lines)}
    parts = [*outline.preamble]
    for each in outline.sections:
        parts += [signs[each.at], each.heading, each.body]
    kept = [b.text for b, line in zip(blocks, lines, strict=True) if line.role != "contents"]
    assert bare(*parts) == bare(*kept)
    left = [b.text for b, line in zip(blocks, lines, strict=True) if line.role == "contents"]
    assert list(outline.contents) == left


@settings(max_examples=30, deadline=None)
@given(BLOCKS)
def test_levels_never_skip_and_every_oddity_is_about_a_block(blocks):
    lines, odd = find_chapters(blocks)
    levels = [each.level for each in cut(blocks, lines).sections]
    assert all(0 < level <= 4 for level in levels)
    assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False))
    assert all(0 <= each.at < len(blocks) for each in odd)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=25))
def test_rising_chapters_are_all_found(bodies):
    blocks = []
    for number, has_body in enumerate(bodies, 1):
        blocks += text(f"第{number}章 章名", *[SENTENCE] * has_body)
    assert tree(blocks)[0] == [(1, "章名")] * len(bodies)
