"""A rule file with a mistake is refused with the line and the reason; a good one is a few lines."""

from datetime import date

import pytest

from drillreg.core.errors import DomainError
from drillreg.duties.reading import (
    RuleFileError,
    Text,
    checked_rule,
    overlaps,
    read_rules,
    shipped_rules,
    shipped_texts,
)
from drillreg.duties.terms import Anchor, Basis, Force, Owed, Shape, Unit

pytestmark = pytest.mark.one_database

GOOD = """\
# A rule of our own.
[[rule]]
id = "X1"
owed = "drill"
title = { zh = "消防演练", en = "Fire drill" }
text = "fire-61"
articles = ["40"]
from = 2024-01-01
to = 2024-12-31
basis = "org"
binds = { kinds = ["school"], where = [{ attribute = "boarding", is = true }] }
counts = { kinds = ["drill-held"], where = [{ attribute = "participants", at_least = 30 }] }
asks = { shape = "period", unit = "month", count = 1, window = "term" }

[[rule]]
id = "X1"
owed = "drill"
title = { zh = "消防演练", en = "Fire drill" }
text = "fire-61"
articles = ["40"]
from = 2025-01-01
basis = "event-type"
event_types = ["fire"]
severity = "high"
[rule.binds]
kinds = [
  "school",
  "kindergarten",
]
any_of = [
  [{ attribute = "fire_key_unit", is = true }],
]
[rule.counts]
kinds = ["drill-held"]
where = [{ attribute = "mode", is = "full" }]
[rule.asks]
shape = "period"
unit = "half-year"
[[rule.readings]]
field = "asks.count"
choices = [1, 2]
why = { zh = "可以更多", en = "It may be more" }
"""

# What is changed in the good file, on which line the mistake is, and what the reason names.
MISTAKES = {
    "organisation-inline": ('kinds = ["school"]', 'kinds = ["academy"]', 11, "academy"),
    "organisation-list": ('  "kindergarten",', '  "nursery",', 28, "nursery"),
    "attribute": ('"boarding"', '"beauty"', 11, "beauty"),
    "attribute-of-a-group": ('"fire_key_unit"', '"fire_unit"', 31, "fire_unit"),
    "evidence": ('counts = { kinds = ["drill-held"]', 'counts = { kinds = ["dance"]', 12, "dance"),
    "evidence-of-a-table": ('kinds = ["drill-held"]\nwhere', 'kinds = ["ball"]\nwhere', 34, "ball"),
    "negative-period": ("count = 1", "count = -1", 13, "-1"),
    "no-period": ("count = 1", "count = 0", 13, "least is 1"),
    "truth-for-a-number": ("count = 1", "count = true", 13, "True"),
    "told-afterwards-until-when": (
        'unit = "half-year"',
        'unit = "half-year"\nafterwards = true',
        36,
        "within how many days",
    ),
    "unit": ('unit = "half-year"', 'unit = "fortnight"', 38, "fortnight"),
    "shape": ('shape = "period"\n', 'shape = "circle"\n', 37, "circle"),
    "shape-missing": ('shape = "period"\nunit', "unit", 36, "shape"),
    "season": ('window = "term"', 'window = "monsoon"', 13, "monsoon"),
    "owed": ('owed = "drill"', 'owed = "dance"', 4, "dance"),
    "basis": ('basis = "org"', 'basis = "moon"', 10, "moon"),
    "basis-without-subjects": ('basis = "org"', 'basis = "site"', 10, "subjects"),
    "severity": ('severity = "high"', 'severity = "dire"', 24, "dire"),
    "event": ('event_types = ["fire"]', 'event_types = ["meteor"]', 23, "meteor"),
    "event-missing": ('event_types = ["fire"]\n', "", 22, "event_types"),
    "text": ('text = "fire-61"', 'text = "fire-62"', 6, "fire-62"),
    "article": ('articles = ["40"]', 'articles = ["400"]', 7, "400"),
    "article-missing": ('articles = ["40"]', "articles = []", 7, "article"),
    "article-left-out": ('articles = ["40"]\n', "", 2, "article"),
    "article-no-number": ('articles = ["40"]', 'articles = ["forty"]', 7, "forty"),
    "article-a-number": ('articles = ["40"]', "articles = [40]", 7, "40"),
    "id": ('id = "X1"', 'id = "x 1"', 3, "x 1"),
    "title": (', en = "Fire drill" }', " }", 5, "title"),
    "from-missing": ("from = 2024-01-01\n", "", 2, "from"),
    "from-a-word": ("from = 2024-01-01", 'from = "soon"', 8, "soon"),
    "from-a-moment": ("from = 2024-01-01", "from = 2024-01-01T00:00:00", 8, "2024"),
    "ends-first": ("to = 2024-12-31", "to = 2023-12-31", 9, "before it begins"),
    "versions": ("to = 2024-12-31\n", "", 20, "X1"),
    "key": ('basis = "org"', 'basis = "org"\ncolour = "red"', 11, "colour"),
    "key-of-asks": ('unit = "half-year"', 'unit = "half-year"\nspeed = 3', 39, "speed"),
    "key-of-binds": ("any_of = [", "some_of = [", 30, "some_of"),
    "key-of-a-test": ("at_least = 30", "atleast = 30", 12, "participants"),
    "nothing-tested": ('boarding", is = true', 'boarding"', 11, "boarding"),
    "tested-by-nothing": ("is = true }] }", "any = [] }] }", 11, "any"),
    "tests-in-one-table": (
        'where = [{ attribute = "mode", is = "full" }]',
        'where = { attribute = "mode", is = "full" }',
        35,
        "where",
    ),
    "kinds-missing": ('kinds = ["drill-held"]\nwhere', "where", 33, "kinds"),
    "counts-missing": (
        'counts = { kinds = ["drill-held"], where',
        "counted = { kinds = [], where",
        2,
        "counts",
    ),
    "reading-of-nothing": ('field = "asks.count"', 'field = "colour"', 40, "colour"),
    "reading-key": ("choices = [1, 2]", "choices = [1, 2]\nchoice = 1", 42, "choice"),
    "beside-the-rules": ("# A rule of our own.", 'name = "ours"', 1, "name"),
    "misspelt-table": ("[rule.asks]", "[ruler.asks]", 36, "ruler"),
    "brackets": ("[rule.binds]", "[rule.binds", 25, "TOML"),
    "twice": ('basis = "org"', 'basis = "org"\nbasis = "plan"', 11, "TOML"),
    "unfinished": ("why = { zh", 'why = """ { zh', 42, "TOML"),
}


def reasons(error):
    return [(each.line, each.message % each.params) for each in error.value.mistakes]


def test_the_good_file_is_read():
    early, late = read_rules("ours.toml", GOOD, shipped_texts())
    assert (early.starts_on, early.ends_on) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (late.starts_on, late.ends_on) == (date(2025, 1, 1), None)
    assert early.binds.holds("school", {"boarding": True})
    assert not early.binds.holds("school", {})
    assert late.asks.months == 6
    assert late.is_on


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_line_and_nothing_is_taken(name):
    right, wrong, line, reason = MISTAKES[name]
    assert right in GOOD
    with pytest.raises(RuleFileError) as error:
        read_rules("ours.toml", GOOD.replace(right, wrong, 1), shipped_texts())
    found = reasons(error)
    assert found[0][0] == line, found
    assert reason in found[0][1]
    assert error.value.params["line"] == line
    assert "%(" not in error.value.params["reason"]


def test_every_rule_with_a_mistake_is_named_at_once():
    content = GOOD.replace('owed = "drill"', 'owed = "dance"')
    with pytest.raises(RuleFileError) as error:
        read_rules("ours.toml", content, shipped_texts())
    assert [line for line, _ in reasons(error)] == [4, 17]


@pytest.mark.parametrize("content", ["", "# nothing\n"])
def test_a_file_without_rules_is_refused(content):
    with pytest.raises(RuleFileError) as error:
        read_rules("ours.toml", content, shipped_texts())
    assert reasons(error) == [(1, "There is no rule in this file.")]


@pytest.mark.parametrize("content", ["rule = 3\n", '[rule]\nid = "X1"\n', "rule = [1]\n"])
def test_what_is_no_list_of_rules_is_refused(content):
    with pytest.raises(RuleFileError) as error:
        read_rules("ours.toml", content, shipped_texts())
    assert error.value.mistakes[0].line == 1


def test_versions_in_two_files_do_not_overlap_either():
    again = [rule for rule in shipped_rules() if rule.id == "O11"]
    with pytest.raises(DomainError):
        overlaps([*shipped_rules(), *again])
    overlaps(shipped_rules())


def test_what_a_county_enters_is_held_to_the_same():
    with pytest.raises(DomainError) as error:
        checked_rule({"id": "X1", "text": "fire-61", "articles": ["40"]}, shipped_texts())
    assert error.value.params == {"key": "from"}


def test_none_of_passes_what_is_not_known():
    content = GOOD.replace('is = "full"', 'none = ["tabletop"]')
    _, rule = read_rules("ours.toml", content, shipped_texts())
    (test,) = rule.counts.where
    assert test.holds({})
    assert test.holds({"mode": "full"})
    assert not test.holds({"mode": "tabletop"})
    assert not test.holds({"mode": ["full", "tabletop"]})


def test_a_share_of_the_pupils_is_a_test():
    share = 'at_least = 0.8, share_of = "students"'
    rule, _ = read_rules("ours.toml", GOOD.replace("at_least = 30", share), shipped_texts())
    (test,) = rule.counts.where
    assert test.holds({"participants": 80}, {"students": 100})
    assert not test.holds({"participants": 79}, {"students": 100})


# ---- a provincial rule is a file of a few lines

CHONGQING = Text(
    id="chongqing-plans",
    title="重庆市突发事件应急预案管理办法",
    title_en="Measures of Chongqing for Emergency Plans",
    number="",
    issuer="重庆市人民政府",
    issued_on=None,
    effective_on=None,
    force=Force.LOCAL,
    is_held=False,
    note={"zh": "引用，未持有原文。", "en": "Cited, text not held."},
)
PROVINCIAL = """\
[[rule]]
id = "CQ-drill"
owed = "drill"
title = { zh = "每年至少演练一次", en = "A drill at least once a year" }
text = "chongqing-plans"
from = 2025-01-01
jurisdiction = "50"
binds = { kinds = ["county", "department", "town"] }
basis = "plan"
subjects = { kinds = ["plan-issued"] }
counts = { kinds = ["drill-held"] }
asks = { shape = "period", unit = "year" }

[[rule]]
id = "CQ-revise"
owed = "revise"
title = { zh = "预案每五年修订", en = "Plan revised within five years" }
text = "chongqing-plans"
from = 2025-01-01
jurisdiction = "50"
binds = { kinds = ["county", "department"] }
basis = "plan"
subjects = { kinds = ["plan-issued"] }
counts = { kinds = ["plan-issued"] }
asks = { shape = "standing", max_age_years = 5 }

[[rule]]
id = "CQ-revise-town"
owed = "revise"
title = { zh = "乡镇（街道）预案每三年修订", en = "Town plan revised within three years" }
text = "chongqing-plans"
from = 2025-01-01
jurisdiction = "50"
binds = { kinds = ["town"] }
basis = "plan"
subjects = { kinds = ["plan-issued"] }
counts = { kinds = ["plan-issued"] }
asks = { shape = "standing", max_age_years = 3 }
"""


def test_a_provincial_rule_is_a_data_file_and_no_code():
    texts = {**shipped_texts(), CHONGQING.id: CHONGQING}
    rules = read_rules("chongqing.toml", PROVINCIAL, texts)
    drill, revise, towns = rules
    assert (drill.owed, drill.asks.unit, drill.asks.months) == (Owed.DRILL, Unit.YEAR, 12)
    assert drill.asks.anchor is Anchor.CALENDAR
    assert {each.asks.shape for each in (revise, towns)} == {Shape.STANDING}
    assert (revise.asks.max_age_years, towns.asks.max_age_years) == (5, 3)
    assert revise.binds.holds("county", {})
    assert not revise.binds.holds("town", {})
    assert towns.binds.holds("town", {})
    for rule in rules:
        assert rule.holds_in("500235")
        assert not rule.holds_in("360728")
        assert rule.basis is Basis.PLAN
        # Cited only: a county of Chongqing decides.
        assert not rule.is_on
    overlaps([*shipped_rules(), *rules])
