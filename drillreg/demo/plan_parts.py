"""Parts of two plans, a pair of like plans of two towns, and a text in two versions."""

from collections.abc import Sequence
from typing import Any

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup
from drillreg.demo.times import ago, at
from drillreg.geo.shapes import length_km, line_wkb
from drillreg.network.queries.contacts import posts_of
from drillreg.orgs.models import Org
from drillreg.plans.models import (
    Plan,
    PlanLevel,
    PlanMember,
    PlanResource,
    PlanRoute,
    PlanSection,
    PlanVersion,
)
from drillreg.plans.part_choices import resources_around
from drillreg.plans.part_keeping import keep_parts
from drillreg.plans.part_live import stock_of
from drillreg.plans.part_rules import Point
from drillreg.plans.sections import sections_of
from drillreg.resources.models import Shelter
from drillreg.resources.nouns import SHELTER, SUPPLY, TEAM, AnyResource

COUNTY, SCHOOL, SITE = "青岭县", "白岩镇中心小学", "QL-BY-017"
LIKE, REVISED = ("云溪镇", "枫树坪镇"), "石桥镇"
# How far the old street lies from the shelter, in degrees.
STREET = 0.004
LEVELS = {
    "1": (
        "24小时内发生或可能发生特大型地质灾害，死亡30人以上，或需转移1000人以上。",
        "县委、县政府，报请市指挥部",
        "全县动员，请求市级支援。\n指挥长到现场指挥，全面转移危险区人员。",
    ),
    "2": (
        "死亡10人以上30人以下，或需转移500人以上；气象部门发布地质灾害红色预警。",
        "县指挥部指挥长",
        "指挥部全体到岗，30分钟内派出工作组。\n重点隐患点人员全部转移。",
    ),
    "3": (
        "死亡3人以上10人以下，或需转移100人以上；发布橙色预警。",
        "县指挥部副指挥长",
        "相关成员单位到岗，1小时内到达现场。\n红色、橙色风险点人员转移。",
    ),
    "4": (
        "死亡3人以下，或需转移100人以下；发布黄色预警。",
        "县指挥部办公室主任",
        "镇（街道）先期处置，包保责任人到岗到点。\n加密监测，每2小时一报。",
    ),
}
SCHOOL_LEVELS = {
    "3": (
        "发现火情、浓烟，或消防报警。",
        "校长",
        "拉响警报，班主任带队疏散，3分钟内到操场集合。",
    ),
    "4": ("闻到异味、电气打火等苗头。", "值班教师", "断电、查看，报安全管理人员。"),
}
ROLES = {"leader": "commander", "deputy-in-charge": "deputy-commander", "liaison": "information"}
LIKE_TEXT = (
    ("scope", "适用范围", "本预案适用于{name}辖区内房屋火灾、人员密集场所火灾的防范和应对工作。"),
    (
        "risks",
        "风险点位",
        (
            "{name}老街木结构房屋集中、通道狭窄，集市日人员密集；村级留守老人多，夜间用火用电"
            "隐患突出；镇区加油站、烟花爆竹零售点列为重点部位。"
        ),
    ),
    (
        "response",
        "预警和响应",
        (
            "接到火情报告后，镇应急办2分钟内通知微型消防站出动，5分钟内报县消防救援大队，"
            "通知供电、卫生、派出所到场；通过村广播通知群众，包保干部逐户上门组织撤离，先老人孩子，后财物。"
        ),
    ),
    (
        "evacuation",
        "转移避险",
        (
            "受威胁群众转移到镇文化站，由村干部清点人数，15分钟内报镇应急办；清点不到的，"
            "由派出所和村干部按住户名单逐一核实。"
        ),
    ),
)
REVISION = (
    ("response", "通过村广播通知群众", "通过村广播、鸣锣和电话三种方式通知群众"),
    ("evacuation", "镇文化站", "镇中心小学操场和镇文化站"),
)


def load_plan_parts(known: Lookup) -> dict[str, int]:
    """Enter parts and texts; return how many plans were given any."""
    _county(known)
    _school(known)
    _like(known)
    _revised(known)
    return {"plans": 5}


def _version(known: Lookup, org: Org, event: str) -> tuple[Plan, PlanVersion]:
    plan = known.plans[org.id, event]
    return plan, plan.current or plan.versions[0]


def _add(version: PlanVersion, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    # As if entered before the plan was issued: the people and ledgers of the demo came later.
    db.session.add_all(
        table(version_id=version.id, position=place, **row) for place, row in enumerate(rows, 1)
    )
    db.session.flush()


def _levels(version: PlanVersion, levels: dict[str, tuple[str, str, str]]) -> None:
    for code, (trigger, decider, actions) in levels.items():
        db.session.add(
            PlanLevel(
                version_id=version.id,
                level=code,
                trigger=trigger,
                decider=decider,
                actions=actions,
            )
        )


def _people(known: Lookup, orgs: Sequence[tuple[Org, str]]) -> list[dict[str, Any]]:
    """Return members: of the first organisation by their posts, of the others as they are."""
    first = orgs[0][0]
    posts = [post for post in posts_of(first, on=known.today) if post.kind in ROLES]
    found: list[dict[str, Any]] = [
        {
            "role": ROLES[post.kind],
            "post_id": post.id,
            "org_id": first.id,
            "org_name": first.name,
            "duty": None,
        }
        for post in posts[:4]
    ]
    found += [
        {"role": "member", "org_id": org.id, "org_name": org.name, "duty": duty}
        for org, duty in orgs[1:]
    ]
    return found


def _means(known: Lookup, org: Org, uses: dict[Any, str]) -> list[dict[str, Any]]:
    found = []
    for noun, use in uses.items():
        for each in resources_around(noun, org, "", known.scope, at_most=2):
            stock = stock_of(noun.code, each, org.path)
            found.append(
                {
                    "noun": noun.code,
                    "resource_id": each.id,
                    "use": use,
                    "name": stock.name,
                    "org_name": stock.org_name,
                }
            )
    return found


def _way(start: str, lon: float, lat: float, shelter: Shelter, via: str) -> dict[str, Any]:
    """Return a route from a position to a shelter."""
    to_lon, to_lat = shelter.lon or lon, shelter.lat or lat
    points = [
        Point(start, lon, lat),
        Point(via, lon + (to_lon - lon) * 0.4, lat + (to_lat - lat) * 0.6),
        Point(shelter.name, to_lon, to_lat),
    ]
    line = line_wkb([(point.lon or 0.0, point.lat or 0.0) for point in points])
    return {
        "name": f"{start}—{shelter.name}",
        "start": start,
        "shelter_id": shelter.id,
        "destination": shelter.name,
        "points": "\n".join(str(point) for point in points),
        "geometry": line,
        "length_m": round(length_km(line) * 1000),
    }


def _as_shelter(found: AnyResource) -> Shelter:
    if not isinstance(found, Shelter):
        raise TypeError("not a shelter")
    return found


def _county(known: Lookup) -> None:
    org, town = known.orgs[COUNTY], known.orgs["白岩镇"]
    _, version = _version(known, org, "geological")
    _levels(version, LEVELS)
    bureaus = [(known.orgs["县教育局"], "组织学校师生转移"), (town, "先期处置，组织群众转移")]
    _add(version, PlanMember, _people(known, [(org, ""), *bureaus]))
    uses = {TEAM: "抢险和搜救", SUPPLY: "抢险和安置", SHELTER: "集中安置"}
    _add(version, PlanResource, _means(known, org, uses))
    site = known.sites[SITE]
    (shelter,) = resources_around(SHELTER, town, "", known.scope, at_most=1)
    way = _way("中心小学后山", site.lon, site.lat, _as_shelter(shelter), "桥头")
    routes = [{**way, "people": 43, "minutes": 15}]
    _add(version, PlanRoute, routes)
    keep_parts(version, known.today)


def _school(known: Lookup) -> None:
    org = known.orgs[SCHOOL]
    _, version = _version(known, org, "fire")
    _levels(version, SCHOOL_LEVELS)
    _add(version, PlanMember, _people(known, [(org, ""), (known.orgs["白岩镇"], "支援疏散")]))
    routes = [
        {
            "name": "教学楼—操场",
            "start": "教学楼",
            "destination": "操场西侧",
            "people": 436,
            "minutes": 3,
            "points": "东楼梯\n西楼梯\n操场西侧",
        }
    ]
    _add(version, PlanRoute, routes)
    keep_parts(version, known.today)


def _write(
    known: Lookup, version: PlanVersion, name: str, source: Sequence[PlanSection] = ()
) -> None:
    if sections_of(version):
        return
    origin = {section.key: section.id for section in source}
    for place, (key, heading, body) in enumerate(LIKE_TEXT):
        db.session.add(
            PlanSection(
                version_id=version.id,
                key=key,
                position=place,
                heading=heading,
                body=body.format(name=name),
                copied_from_id=origin.get(key),
                edited_at=at(ago(known.today, 30), 9),
            )
        )
    db.session.flush()


def _like(known: Lookup) -> None:
    first, second = (known.orgs[name] for name in LIKE)
    _, source = _version(known, first, "fire")
    _write(known, source, first.name)
    _, copy = _version(known, second, "fire")
    _write(known, copy, second.name, sections_of(source))


def _revised(known: Lookup) -> None:
    org = known.orgs[REVISED]
    plan, version = _version(known, org, "fire")
    _write(known, version, org.name)
    if plan.draft is None or plan.draft is version:
        return
    _write(known, plan.draft, org.name)
    draft = plan.draft
    _add(draft, PlanMember, _people(known, [(org, ""), (known.orgs[COUNTY], "火场指挥支援")]))
    _add(draft, PlanResource, _means(known, org, {TEAM: "扑救和疏散", SUPPLY: "初期扑救"}))
    (found,) = resources_around(SHELTER, org, "", known.scope, at_most=1)
    shelter = _as_shelter(found)
    lon, lat = (shelter.lon or 0.0) - STREET, (shelter.lat or 0.0) + STREET
    way = _way("老街", lon, lat, shelter, "东街口")
    routes = [{**way, "people": 260, "minutes": 10}]
    _add(draft, PlanRoute, routes)
    changes = {key: (old, new) for key, old, new in REVISION}
    for section in sections_of(plan.draft):
        if section.key in changes:
            section.body = section.body.replace(*changes[section.key])
