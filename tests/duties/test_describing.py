"""Rules in words, in both languages."""

import pytest
from flask_babel import force_locale

from drillreg.duties.conditions import Binding, Condition, Criteria
from drillreg.duties.describing import (
    deciding_tests,
    how_often,
    unknown_attributes,
    what_counts,
    whom,
)
from drillreg.duties.reading import shipped_rules
from drillreg.duties.rules import Asks
from drillreg.duties.terms import Anchor, Days, Shape, Unit, WindowPart
from drillreg.evidence.rules import Grade

pytestmark = pytest.mark.one_database


@pytest.fixture
def zh(app):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        yield


@pytest.fixture
def en(app):
    with app.test_request_context(), force_locale("en"):
        yield


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        (Asks(Shape.PERIOD, Unit.MONTH, window="term"), "每个自然月至少1次，限“学期”内"),
        (Asks(Shape.PERIOD, Unit.QUARTER, count=2), "每季度至少2次"),
        (Asks(Shape.PERIOD, Unit.HALF_YEAR, grace=5), "每半年至少1次，宽限5日"),
        (Asks(Shape.PERIOD, every=3, anchor=Anchor.ROLLING), "上一次之后3年内，至少1次"),
        (
            Asks(
                Shape.PERIOD,
                window="flood-season",
                window_part=WindowPart.BEFORE,
                span_days=60,
            ),
            "“汛期”开始前60日内，至少1次",
        ),
        (Asks(Shape.STANDING, within=90), "始终有一份现行有效，新纳入的90日内完成"),
        (Asks(Shape.STANDING, max_age_years=5), "始终有一份现行有效，不超过5年"),
        (Asks(Shape.AFTER, within=20, days=Days.WORKING), "事由发生后20个工作日内"),
        (Asks(Shape.AFTER, within=7), "事由发生后7日内"),
    ],
)
def test_how_often_reads_as_officials_write(zh, asks, words):
    assert how_often(asks) == words


def test_how_often_in_english(en):
    asks = Asks(Shape.PERIOD, Unit.MONTH, window="term")
    assert how_often(asks) == "At least once in each calendar month, only during “School term”"


def test_whom_names_kinds_and_tests(zh):
    boarding = Condition("boarding", equals=True)
    high = Condition("building_height", above=24, at_most=100)
    binding = Binding(frozenset({"kindergarten", "school"}), (boarding, high))
    assert whom(binding) == (
        "学校、幼儿园，且是“寄宿制”，且最高建筑高度超过24米，最高建筑高度不超过100米"
    )


def test_groups_are_alternatives(zh):
    groups = (
        (Condition("nature", any_of=("organ", "association")),),
        (Condition("low_risk", equals=False),),
    )
    words = whom(Binding(frozenset({"site"}), (), groups))
    assert "符合下列之一：" in words
    assert "或者" in words
    assert "不是（或未注明）" in words


def test_what_counts_names_mode_and_least_grade(zh):
    criteria = Criteria(
        frozenset({"drill-held"}),
        (Condition("mode", equals="full"),),
        least_grade=Grade.EVIDENCED,
    )
    assert what_counts(criteria) == "开展演练，形式为实战演练，证据不低于“有佐证”"


def test_a_share_is_written_as_one(zh):
    criteria = Criteria(
        frozenset({"drill-held"}),
        (Condition("participants", at_least=0.8, share_of="students"),),
    )
    assert "不少于“学生数”的80%" in what_counts(criteria)


def test_the_tests_of_an_organisation_say_which_failed_and_what_is_unknown(zh):
    rule = next(each for each in shipped_rules() if each.id == "O14-100m")
    found = deciding_tests(
        rule.binds, "hospital", {"building_use": "public", "building_height": 30}
    )
    assert [(each.attribute, each.value, each.passes) for each in found] == [
        ("kind", "医院（卫生院）", True),
        ("building_use", "公共建筑", True),
        ("building_height", "30 米", False),
    ]
    found = deciding_tests(rule.binds, "hospital", {"building_use": "public"})
    assert found[-1].is_unknown
    assert unknown_attributes(rule.binds, {"building_use": "public"}) == ["building_height"]


def test_of_another_kind_nothing_else_is_asked(zh):
    rule = next(each for each in shipped_rules() if each.id == "O11")
    found = deciding_tests(rule.binds, "village", {})
    assert [(each.attribute, each.passes) for each in found] == [("kind", False)]


def test_every_shipped_rule_has_words_without_bare_codes(zh):
    bare = []
    for rule in shipped_rules():
        words = " ".join((whom(rule.binds), how_often(rule.asks), what_counts(rule.counts)))
        if rule.subjects:
            words += what_counts(rule.subjects)
        if any("a" <= each <= "z" for each in words):
            bare.append((rule.id, words))
    assert bare == []
