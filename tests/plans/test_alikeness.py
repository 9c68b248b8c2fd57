"""Similar plans: shares of runs of characters, names of organisations left out."""

from dataclasses import dataclass

import pytest

from drillreg.plans.alikeness import alike_sections, runs_of, share, side_by_side

pytestmark = pytest.mark.one_database

TEXT = (
    "镇应急办接到预警后，五分钟内通知各村监测员和包保责任人，十五分钟内完成危险区群众转移，"
    "逐户清点人数并报县应急管理局。"
)


@dataclass(frozen=True)
class Chapter:
    heading: str
    body: str
    key: str = "a"
    level: int = 1


def test_a_copy_under_another_name_is_wholly_alike():
    mine = runs_of(f"白岩镇{TEXT}", without=["白岩镇"])
    theirs = runs_of(f"竹源镇 {TEXT}\n", without=["竹源镇"])
    assert share(mine, theirs) == 1.0


def test_different_texts_are_not_alike_and_nothing_is_not_either():
    assert share(runs_of(TEXT), runs_of("学校由班主任带队到操场西侧集合清点，目标三分钟。")) == 0.0
    assert share(runs_of(""), runs_of(TEXT)) == 0.0


def test_sections_come_with_the_one_nearest_to_them():
    own = Chapter(
        "监测",
        "监测员每日一查，雨天加密为两小时一查，裂缝扩大五毫米以上或者听到异响的立即报村委会，村委会先组织撤离。",
    )
    copied, other = Chapter("预警", TEXT), Chapter("别的", "另有规定的从其规定。" * 6)
    first, second = alike_sections([own, copied], [other, Chapter("预警和转移", TEXT)])
    assert (first.section, first.share, first.nearest.heading) == (copied, 1.0, "预警和转移")
    assert (second.share, second.nearest) == (0.0, None)


def test_what_both_were_given_counts_for_neither():
    given = "写明预警信息从哪里来、由谁发布、用什么方式通知到每一户，夜间和停电时怎么通知。"
    mine, theirs = Chapter("预警", given + TEXT), Chapter("预警", given + "只有一支队伍。" * 9)
    (plain,) = alike_sections([mine], [theirs])
    assert plain.share > 0.2
    (fair,) = alike_sections([mine], [theirs], given=given)
    assert fair.share == 0.0


def test_short_sections_say_nothing():
    assert (
        alike_sections([Chapter("电话", "值班电话 1234")], [Chapter("电话", "值班电话 1234")]) == []
    )


def test_passages_in_both_are_marked_on_both_sides():
    left, right = side_by_side(f"甲镇规定。{TEXT}", f"乙镇说明。{TEXT}以上。")
    assert [(each.text, each.in_both) for each in left] == [("甲镇规定。", False), (TEXT, True)]
    assert [each.in_both for each in right] == [False, True, False]
    assert "".join(each.text for each in right) == f"乙镇说明。{TEXT}以上。"
