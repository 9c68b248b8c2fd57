import pytest

from drillreg.core.codes import shipped_list
from drillreg.plans.templates import PARTS, TemplateError, read_template, template_for, templates

pytestmark = pytest.mark.one_database

GOOD = """# A template.
kinds = ["village"]
org_kinds = ["village"]
source = "国办发〔2024〕5号 §15"
zh = "村预案"
en = "Village plan"

[[section]]
key = "risks"
zh = "风险点位"
en = "Places at risk"
guide_zh = "列表。"
guide_en = "A table."
required = true

[[section]]
key = "people"
level = 2
zh = "责任人"
en = "Who answers"
guide_zh = "姓名和电话。"
guide_en = "Names and phones."
part = "members"
"""


def test_every_kind_of_plan_has_one_template_wherever_it_is_kept():
    for kind in shipped_list("plan_kind"):
        for org_kind in kind.attributes["org_kinds"]:
            fitting = [t for t in templates() if kind.code in t.kinds and org_kind in t.org_kinds]
            assert len(fitting) == 1, (kind.code, org_kind)


def test_town_and_village_plans_are_short_and_county_plans_are_not():
    sizes = {t.name: len(t.sections) for t in templates()}
    assert max(sizes["village"], sizes["overall-town"], sizes["special-town"]) <= 13
    assert sizes["overall-county"] > 30


def test_article_15_is_in_the_village_plan():
    headings = [each.heading["zh"] for each in template_for("village", "village").sections]
    for asked in (
        "风险点位",
        "应急响应责任人",
        "预警传播与响应",
        "人员转移避险",
        "应急处置措施",
        "应急资源调用",
    ):
        assert asked in headings


@pytest.mark.parametrize(
    ("kind", "chapters"),
    [
        ("unit-special", ["适用范围", "应急组织机构及职责", "响应启动", "处置措施", "应急保障"]),
        ("on-site", ["事故风险描述", "应急工作职责", "应急处置", "注意事项"]),
    ],
)
def test_unit_plans_have_the_sections_of_the_guide(kind, chapters):
    found = [s.heading["zh"] for s in template_for(kind, "school").sections if s.level == 1]
    assert found[: len(chapters)] == chapters


def test_every_part_has_a_place_somewhere():
    assert {s.part for t in templates() for s in t.sections} - {""} == set(PARTS)


def test_a_template_is_read():
    found = read_template("village.toml", GOOD)
    assert [(s.key, s.level, s.required, s.part) for s in found.sections] == [
        ("risks", 1, True, ""),
        ("people", 2, False, "members"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('kinds = ["village"]', 'kinds = ["hamlet"]', 2),
        ('source = "国办发〔2024〕5号 §15"\n', "", 1),
        ('key = "people"', 'key = "risks"', 17),
        ('key = "people"', 'key = "People"', 17),
        ("level = 2", "level = 3", 18),
        ("level = 2", 'level = "2"', 18),
        ('part = "members"', 'part = "people"', 23),
        ('part = "members"', 'parts = "members"', 23),
        ('guide_en = "A table."\n', "", 8),
        ("required = true", "required = yes", 14),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(old, new, line):
    with pytest.raises(TemplateError) as found:
        read_template("village.toml", GOOD.replace(old, new, 1))
    assert found.value.params["name"] == "village.toml"
    assert found.value.params["line"] == line
