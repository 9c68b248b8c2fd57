"""The law as shipped: every rule stands in its article, and asks what the article says."""

import copy
import re
import tomllib
from datetime import date

import pytest

from drillreg.core.codes import shipped_list
from drillreg.duties.reading import DATA, checked_rule, shipped_rules, shipped_texts
from drillreg.duties.terms import BREACHABLE, Anchor, Basis, Days, Force, Shape, Unit, WindowPart
from drillreg.plans.rules import Secrecy

pytestmark = pytest.mark.one_database

# What each duty of the starting list became.
ASKED = {
    "O1": ["O1"],
    "O2": ["O2"],
    "O3": ["O3"],
    "O4": ["O4", "O4-unit"],
    "O5": ["O5", "O5-dept"],
    "O6": ["O6"],
    "O7": ["O7"],
    "O8": ["O8", "O8-report"],
    "O9": ["O9", "O9-check"],
    "O10": ["O10"],
    "O11": ["O11"],
    "O12": ["O12"],
    "O13": ["O13", "O13-key"],
    "O14": ["O14", "O14-100m", "O14-sub"],
    "O15": ["O15-patrol", "O15-check-org", "O15-check-other"],
    "O16": ["O16-round", "O16-before", "O16-during", "O16-after"],
    "O17": ["O17"],
    "O18": ["O18-quarter", "O18-year"],
    "O19": ["O19-report", "O19-supervise", "O19-plan", "O19-accept"],
    "O20": ["O20"],
    "O21": ["O21", "O21-gov", "O21-fix"],
}

PERIOD, STANDING, AFTER = Shape.PERIOD, Shape.STANDING, Shape.AFTER
MONTH, QUARTER, HALF, YEAR = Unit.MONTH, Unit.QUARTER, Unit.HALF_YEAR, Unit.YEAR
ROLLING = {"anchor": Anchor.ROLLING}
WORKING = {"days": Days.WORKING}

# A rule, what its article must say, and what is asked for that.
NUMBERS = [
    ("O1", "专项应急预案、部门应急预案每3年至少进行一次演练", PERIOD, {"every": 3} | ROLLING),
    (
        "O2",
        "县级以上地方人民政府及其有关部门应急预案原则上每3年评估一次",
        PERIOD,
        {"every": 3} | ROLLING,
    ),
    ("O3", "印发后的20个工作日内", AFTER, {"within": 20} | WORKING),
    ("O4", "在正式印发后20个工作日内向社会公开", AFTER, {"within": 20} | WORKING),
    ("O4-unit", "应当在正式印发后20个工作日内向本单位", AFTER, {"within": 20} | WORKING),
    ("O5", "应当至少每2年组织1次", PERIOD, {"every": 2, "unit": YEAR, "count": 1} | ROLLING),
    ("O5-dept", "应当至少每2年组织1次", PERIOD, {"every": 2, "unit": YEAR} | ROLLING),
    (
        "O6",
        "每年至少组织一次综合应急预案演练或者专项应急预案演练",
        PERIOD,
        {"unit": YEAR, "every": 1},
    ),
    ("O7", "每半年至少组织一次现场处置方案演练", PERIOD, {"unit": HALF, "count": 1}),
    ("O8", "应当至少每半年组织1次", PERIOD, {"unit": HALF, "count": 1}),
    ("O8-report", "并将演练情况报送", AFTER, {}),
    ("O9", "应急预案公布之日起20个工作日内", AFTER, {"within": 20} | WORKING),
    ("O9-check", "应当在5个工作日内对应急预案材料进行核对", AFTER, {"within": 5} | WORKING),
    ("O10", "应当每三年进行一次应急预案评估", PERIOD, {"every": 3, "unit": YEAR} | ROLLING),
    ("O13", "至少每年组织一次演练", PERIOD, {"unit": YEAR, "count": 1}),
    ("O13-key", "至少每半年进行一次演练", PERIOD, {"unit": HALF, "count": 1}),
    ("O14", "每年至少进行一次全要素综合演练", PERIOD, {"unit": YEAR, "count": 1}),
    ("O14-100m", "超过100米的高层公共建筑应当每半年至少进行一次", PERIOD, {"unit": HALF}),
    ("O14-sub", "应当每季度至少进行一次综合演练或者专项灭火、疏散演练", PERIOD, {"unit": QUARTER}),
    ("O15-patrol", "消防安全重点单位应当进行每日防火巡查", PERIOD, {"unit": MONTH}),
    (
        "O15-check-org",
        "机关、团体、事业单位应当至少每季度进行一次防火检查",
        PERIOD,
        {"unit": QUARTER},
    ),
    ("O15-check-other", "其他单位应当至少每月进行一次防火检查", PERIOD, {"unit": MONTH}),
    ("O16-round", "在地质灾害重点防范期内", PERIOD, {"window": "flood-season"}),
    ("O17", "拟订年度地质灾害防治方案", PERIOD, {"unit": YEAR, "every": 1, "count": 1}),
    ("O19-report", "重大事故隐患排查治理情况应当及时向", AFTER, {}),
    ("O19-supervise", "建立健全重大事故隐患治理督办制度", AFTER, {}),
    ("O20", "应当每年对应急预案的监督管理工作情况进行总结", PERIOD, {"unit": YEAR, "every": 1}),
    ("O21", "撰写应急预案演练评估报告", AFTER, {}),
    ("O21-gov", "应急预案演练组织单位应当加强演练评估", AFTER, {}),
    ("O21-fix", "跟踪督促整改落实,直到问题解决为止", AFTER, {}),
    ("D1", "对学生及教职工开展应急知识教育和应急演练", PERIOD, {"unit": YEAR}),
    ("R1", "应当及时修订应急预案", AFTER, {}),
    ("R2", "应当及时修订相关预案", AFTER, {}),
    ("P1", "地方各级人民政府和县级以上地方人民政府有关部门", STANDING, {}),
    ("P2", "制定相应的突发事件应急预案", STANDING, {}),
    ("P3", "乡镇人民政府和街道办事处", STANDING, {}),
    ("P3-dept", "制定相应的生产安全事故应急救援预案", STANDING, {}),
    ("P4", "拟订本行政区域的突发性地质灾害应急预案", STANDING, {}),
    ("P5", "地方各级人民政府", STANDING, {}),
    ("P6", "村（社区）应急预案侧重明确风险点位", STANDING, {}),
    ("P7-school", "单位应急预案侧重明确应急响应责任人", STANDING, {}),
    ("P7-kindergarten", "单位应急预案侧重明确应急响应责任人", STANDING, {}),
    ("P7-hospital", "单位应急预案侧重明确应急响应责任人", STANDING, {}),
    ("P8", "其他单位应当结合本单位实际，参照制定相应的应急方案", STANDING, {}),
    ("P9", "应当制定本单位生产安全事故应急救援预案", STANDING, {}),
    ("P10", "应当组织编制综合应急预案", STANDING, {}),
    ("P11", "生产经营单位应当编制现场处置方案", STANDING, {}),
    ("P12", "应当制定具体应急预案", STANDING, {}),
    ("P13", "其他人员密集场所的经营单位或者管理单位应当制定具体应急预案", STANDING, {}),
    ("P14", "编制本行政区域应急预案制修订工作计划", STANDING, {}),
    ("T1", "专业救援人员等进行培训", PERIOD, {"unit": YEAR}),
    ("T2", "对需要公众广泛参与的非涉密的应急预案", PERIOD, {"unit": YEAR}),
    ("T3", "生产经营单位应当组织开展本单位的应急预案", PERIOD, {"unit": YEAR}),
    ("T3-dept", "组织实施本行政区域内重点生产经营单位的应急预案培训工作", PERIOD, {"unit": YEAR}),
    ("T4", "对每名员工应当至少每年进行一次消防安全培训", PERIOD, {"unit": YEAR, "count": 1}),
    ("T5", "各级各类学校应当把应急教育纳入教育教学计划", PERIOD, {"unit": YEAR}),
]

# Rules of texts that are not held: what they ask is what was read elsewhere.
CITED = [
    ("O11", PERIOD, {"unit": MONTH, "count": 1, "window": "term"}),
    ("O12", PERIOD, {"unit": QUARTER, "count": 1, "window": "term"}),
    ("O16-before", PERIOD, {"window": "flood-season", "window_part": WindowPart.BEFORE}),
    ("O16-during", PERIOD, {"window": "flood-season", "window_part": WindowPart.DURING}),
    ("O16-after", PERIOD, {"window": "flood-season", "window_part": WindowPart.AFTER}),
    ("O18-quarter", PERIOD, {"unit": QUARTER, "grace": 15, "afterwards": True}),
    ("O18-year", PERIOD, {"unit": YEAR, "grace": 31, "afterwards": True}),
    ("O19-plan", AFTER, {}),
    ("O19-accept", AFTER, {"within": 10}),
]

RULES = {rule.id: rule for rule in shipped_rules()}
# What a county lays down itself: cited by its own rules only.
OF_A_COUNTY = "local-rule"
TEXTS = shipped_texts()


def raw_rules():
    """Return every shipped rule as its file has it."""
    found = []
    for path in sorted((DATA / "rules").glob("*.toml")):
        found += tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
    return found


def articles_of(rule):
    return "\n".join(TEXTS[rule.text].articles[each] for each in rule.articles)


def holds(rule_id, kind, **attributes):
    return RULES[rule_id].binds.holds(kind, attributes)


def test_every_duty_of_the_list_is_there():
    assert list(ASKED) == [f"O{number}" for number in range(1, 22)]
    assert {each for ids in ASKED.values() for each in ids} <= set(RULES)
    shipped = {each for each in RULES if each.startswith("O")}
    assert shipped == {each for ids in ASKED.values() for each in ids}


def test_a_number_has_one_version():
    assert len(RULES) == len(shipped_rules())


@pytest.mark.parametrize(("rule_id", "phrase", "shape", "asked"), NUMBERS)
def test_the_article_says_what_is_asked(rule_id, phrase, shape, asked):
    rule = RULES[rule_id]
    assert phrase in articles_of(rule)
    assert rule.asks.shape is shape
    assert {key: getattr(rule.asks, key) for key in asked} == asked


@pytest.mark.parametrize(("rule_id", "shape", "asked"), CITED)
def test_what_is_cited_asks_what_was_read(rule_id, shape, asked):
    rule = RULES[rule_id]
    assert not TEXTS[rule.text].is_held
    assert rule.asks.shape is shape
    assert {key: getattr(rule.asks, key) for key in asked} == asked


def test_every_rule_is_in_one_of_the_tables():
    tables = [row[0] for row in NUMBERS] + [row[0] for row in CITED]
    assert sorted(tables) == sorted(RULES)


def test_a_number_that_no_article_says_is_for_the_county():
    """Days that are our reading stand among choices, the shipped one first."""
    said = {"O3", "O4", "O4-unit", "O9", "O9-check", "O19-accept"}
    for rule in RULES.values():
        if rule.asks.shape is AFTER and rule.id not in said:
            (reading,) = [each for each in rule.readings if each.field == "asks.within"]
            assert reading.choices[0] == rule.asks.within, rule.id


def test_a_rule_is_off_exactly_where_its_text_is_not_held():
    assert {rule.id for rule in RULES.values() if not rule.is_on} == {row[0] for row in CITED}
    for rule in RULES.values():
        assert rule.is_on is TEXTS[rule.text].is_held


def test_a_text_that_is_not_held_says_so_and_has_no_articles():
    for text in TEXTS.values():
        assert bool(text.articles) is text.is_held, text.id
        if not text.is_held and text.id != OF_A_COUNTY:
            assert text.note["zh"].startswith("引用，未持有原文"), text.id
            assert text.note["en"].startswith("Cited, text not held"), text.id


def test_a_held_text_is_dated_and_every_cited_article_has_words():
    for text in TEXTS.values():
        if text.is_held:
            assert text.issued_on, text.id
            assert text.effective_on, text.id
            assert text.issued_on <= text.effective_on, text.id
        assert all(len(each.strip()) > 10 for each in text.articles.values()), text.id
        # A page number, a mark of the file it came from, or two words torn apart.
        for article in text.articles.values():
            assert not re.search(r"^- \d+ -$|^#|\*\*|[一-鿿] [一-鿿]", article, re.MULTILINE)
    for rule in RULES.values():
        if TEXTS[rule.text].is_held:
            assert rule.articles, rule.id


def test_every_text_is_cited():
    assert {rule.text for rule in RULES.values()} == set(TEXTS) - {OF_A_COUNTY}


def test_everything_is_said_in_both_languages():
    for rule in RULES.values():
        words = [rule.title, *([rule.note] if rule.note else []), *(r.why for r in rule.readings)]
        for each in words:
            assert re.search("[一-鿿]", each["zh"]), rule.id
            assert not re.search("[一-鿿]", each["en"]), rule.id
    for text in TEXTS.values():
        assert re.search("[一-鿿]", text.title), text.id
        assert not re.search("[一-鿿]", text.title_en), text.id


def test_no_rule_holds_before_its_text():
    for rule in RULES.values():
        effective_on = TEXTS[rule.text].effective_on
        assert effective_on is None or rule.starts_on >= effective_on, rule.id


def test_words_of_the_law_are_said_of_law_alone():
    soft = {rule.id for rule in RULES.values() if TEXTS[rule.text].force not in BREACHABLE}
    assert {"O1", "O2", "O3", "O4", "O11", "O12", "O21-fix"} <= soft
    assert not soft & {"O5", "O6", "O7", "O8", "O9", "O13-key", "O14", "O19-report", "P9"}
    assert TEXTS["emergency-plans-2024"].force is Force.NORMATIVE


@pytest.mark.parametrize("raw", raw_rules(), ids=lambda raw: raw["id"])
def test_every_choice_of_a_county_makes_a_rule(raw):
    for reading in raw.get("readings", []):
        assert len(reading["choices"]) > 1
        for choice in reading["choices"]:
            changed = copy.deepcopy(raw)
            *path, last = reading["field"].split(".")
            table = changed
            for key in path:
                table = table[key]
            shipped = table.get(last, {"asks.count": 1}.get(reading["field"]))
            assert shipped in reading["choices"]
            table[last] = choice
            assert checked_rule(changed, TEXTS).id == raw["id"]


def test_evidence_of_a_rule_can_come_about():
    """What is tested is written by a page of ours, or asked of who enters it by hand."""
    written = {
        "plan-issued": {"plan_id", "event_type", "kind"},
        "drill-held": {"event_type", "mode", "seconds", "plan_id", "plan_kind", "drill_id"},
        "report-approved": {"drill_id", "event_type", "actions"},
        "hazard-checked": {"site", "result"},
        "site-registered": {"site", "kind"},
    }
    kinds = shipped_list("evidence_kind")
    for rule in RULES.values():
        for criteria in filter(None, (rule.counts, rule.subjects)):
            tested = {test.attribute for test in criteria.where}
            tested |= {test.attribute for group in criteria.any_of for test in group}
            known = set()
            for kind in criteria.kinds:
                item = kinds.get(kind)
                known |= written.get(kind) or set(item.attributes["fields"])
            assert tested <= known, rule.id


def test_choices_of_attributes_are_those_of_the_lists():
    """A word that no organisation can have would bind nobody without a sound."""
    attributes = shipped_list("org_attribute")
    lists = {"field": "field", "kind": "org_kind"}
    for rule in RULES.values():
        for test in (*rule.binds.where, *(each for group in rule.binds.any_of for each in group)):
            item = attributes.get(test.attribute)
            name = lists.get(test.attribute) or item.attributes.get("choices")
            words = {*test.any_of, *test.none_of, *filter(None, [test.equals])} - {True}
            if name:
                assert words <= set(shipped_list(name).codes()), rule.id
            if item and item.attributes["kinds"]:
                assert rule.binds.kinds & set(item.attributes["kinds"]), rule.id


def test_kinds_of_plans_are_those_of_the_list():
    plans = set(shipped_list("plan_kind").codes())
    for rule in RULES.values():
        for criteria in filter(None, (rule.counts, rule.subjects)):
            for test in criteria.where:
                if test.attribute == "plan_kind" or (
                    test.attribute == "kind" and "plan-issued" in criteria.kinds
                ):
                    assert {*test.any_of, *filter(None, [test.equals])} <= plans, rule.id


# ---- whom they bind


def test_the_five_working_days_are_for_what_enterprises_file_alone():
    rule = RULES["O9-check"]
    assert rule.basis is Basis.FILING
    (test,) = rule.subjects.where
    assert test.holds({"filer_kind": "enterprise"})
    assert not test.holds({"filer_kind": "village"})
    assert "视为已经备案" in rule.note["zh"]
    others = [each for each in RULES.values() if each.owed is rule.owed and each.id != rule.id]
    assert all(each.asks.days is not Days.WORKING for each in others)


def test_evaluation_every_three_years_binds_county_and_departments_alone():
    assert RULES["O2"].binds.kinds == {"county", "department"}


def test_departments_with_safety_duties_drill_too():
    assert holds("O5-dept", "department", safety_duty=True)
    assert holds("O5-dept", "department", field="emergency")
    assert not holds("O5-dept", "department", field="education")
    assert holds("O5", "town")
    assert holds("O5", "county")


def test_rounds_are_for_towns_and_villages_in_a_geohazard_area():
    assert holds("O16-round", "village", geohazard_area=True)
    assert not holds("O16-round", "village")
    assert not holds("O16-round", "school", geohazard_area=True)


def test_the_scheme_of_the_year_is_for_natural_resources():
    assert holds("O17", "department", field="natural-resources")
    assert not holds("O17", "department", field="emergency")
    assert not holds("O17", "county")


def test_key_units_and_others_share_the_fire_drill():
    for known in ({}, {"fire_key_unit": False}, {"fire_key_unit": True}):
        is_key = known.get("fire_key_unit", False)
        assert holds("O13-key", "school", **known) is is_key
        assert holds("O13", "school", **known) is not is_key
    assert not holds("O13", "village")


@pytest.mark.parametrize("kind", ["department", "school", "hospital", "enterprise", "site"])
@pytest.mark.parametrize(
    "nature", [None, "organ", "association", "institution", "enterprise", "other"]
)
def test_one_of_the_two_fire_checks_binds(kind, nature):
    quarterly = holds("O15-check-org", kind, nature=nature)
    monthly = holds("O15-check-other", kind, nature=nature)
    assert quarterly is not monthly
    if nature is None:
        assert monthly is (kind in {"enterprise", "site"})
    else:
        assert monthly is (nature in {"enterprise", "other"})


@pytest.mark.parametrize(
    ("use", "height", "bound"),
    [
        ("public", 24, []),
        ("public", 24.1, ["O14"]),
        ("public", 100, ["O14"]),
        ("public", 100.5, ["O14-100m"]),
        ("residential", 27, []),
        ("residential", 27.5, ["O14"]),
        ("residential", 120, ["O14"]),
        ("industrial", 60, []),
        (None, 26, []),
        (None, 30, ["O14"]),
        ("public", None, []),
    ],
)
def test_high_rise_by_use_and_height(use, height, bound):
    known = {"building_use": use, "building_height": height}
    assert [each for each in ("O14", "O14-100m") if holds(each, "site", **known)] == bound


def test_a_hall_of_one_storey_is_no_high_rise():
    hall = {"building_use": "public", "building_height": 30, "building_storeys": 1}
    assert not holds("O14", "site", **hall)
    assert holds("O14", "site", **(hall | {"building_storeys": 8}))


def test_separate_plans_make_it_quarterly():
    known = {"building_use": "public", "building_height": 50}
    assert holds("O14-sub", "hospital", fire_sub_plans=True, **known)
    assert not holds("O14-sub", "hospital", **known)


@pytest.mark.parametrize(
    ("attributes", "bound"),
    [
        ({}, {"O6", "O7"}),
        ({"low_risk": True}, {"O7"}),
        ({"trades": ["mine"]}, {"O6", "O7", "O8", "O9", "O10"}),
        ({"trades": ["mall"]}, {"O6", "O7", "O8", "O9"}),
        ({"crowded_place": True}, {"O6", "O7", "O8", "O9"}),
        ({"hazardous_chemicals": ["trade"]}, {"O6", "O7", "O8", "O9", "O10"}),
        ({"hazardous_chemicals": ["use"]}, {"O6", "O7", "O9", "O10"}),
        ({"enterprise_size": "medium"}, {"O6", "O7", "O10"}),
        ({"enterprise_size": "small"}, {"O6", "O7"}),
        ({"nature": "institution"}, set()),
    ],
)
def test_enterprises_by_what_they_do(attributes, bound):
    asked = {"O6", "O7", "O8", "O9", "O10"}
    assert {each for each in asked if holds(each, "enterprise", **attributes)} == bound


# ---- what counts


def test_a_table_top_is_no_evacuation_and_no_fire_drill():
    for rule_id in ("O11", "O12", "O13", "O13-key", "O14", "O14-100m", "O14-sub"):
        tests = [each for each in RULES[rule_id].counts.where if each.attribute == "mode"]
        assert [test.equals for test in tests] == ["full"], rule_id
    for rule_id in ("O1", "O5", "O6", "O7", "O8"):
        assert all(each.attribute != "mode" for each in RULES[rule_id].counts.where), rule_id


def test_an_on_site_scheme_is_per_unit_until_the_county_says_each():
    rule = RULES["O7"]
    (reading,) = rule.readings
    assert rule.basis is Basis.ORG
    assert (reading.field, reading.choices) == ("basis", ("org", "plan"))


def test_only_periods_of_years_roll():
    rolling = {rule.id for rule in RULES.values() if rule.asks.anchor is Anchor.ROLLING}
    assert rolling == {"O1", "O2", "O5", "O5-dept", "O10"}
    assert all(RULES[each].asks.months > 12 for each in rolling)


def test_secrecy_of_plans_is_waived_and_not_tested():
    """A plan that must be kept inside is waived by name: evidence does not say how secret it is."""
    assert set(Secrecy) == {Secrecy.PUBLIC, Secrecy.INTERNAL, Secrecy.LINE}
    assert "豁免" in RULES["O4"].note["zh"]


def test_rules_are_dated():
    assert RULES["O13"].starts_on == date(2002, 5, 1)
    assert RULES["O1"].starts_on == date(2024, 1, 31)
    assert all(rule.ends_on is None for rule in RULES.values())
