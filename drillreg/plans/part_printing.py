"""The structured parts of a plan on paper: levels, members, resources, routes with a small map."""

from collections.abc import Sequence

from drillreg.core.codes import code_list
from drillreg.documents.figures import MapLine, MapPoint, map_svg
from drillreg.documents.paper import Block, Cell, Column, Figure, Heading, Row, Table
from drillreg.plans.parts import Level, Member, Parts, Resource, Route

MAP_HEIGHT = 250.0
NOUNS = {"team": "队伍", "supply": "物资", "shelter": "场所"}


def in_chinese(code: str, name: str) -> str:
    """Return the Chinese word of a code: a paper is Chinese whatever language is on the screen."""
    item = code_list(name).get(code)
    return item.label["zh"] if item else code


def part_blocks(parts: Parts) -> list[Block]:
    """Return an appendix for each part that has something to say, counted 附录1, 附录2."""
    appendices = [
        ("响应级别、启动条件和行动", _levels(parts.levels)),
        ("组织体系和通讯录", _members(parts.members)),
        ("应急队伍、物资和场所", _resources(parts.resources)),
        ("转移路线", _routes(parts.routes)),
    ]
    blocks: list[Block] = []
    for number, (title, own) in enumerate((each for each in appendices if each[1]), start=1):
        blocks += [Heading(f"附录{number}　{title}", 1, numbered=False), *own]
    return blocks


def _levels(levels: Sequence[Level]) -> list[Block]:
    columns = [
        Column("级别", 11, "center"),
        Column("启动条件", 33),
        Column("决定人", 18),
        Column("主要行动", 38),
    ]
    rows: list[Row] = [
        (in_chinese(each.level, "response_level"), each.trigger, each.decider, each.actions)
        for each in levels
    ]
    return [Table(columns, rows, ruled=True)] if rows else []


def _members(members: Sequence[Member]) -> list[Block]:
    columns = [
        Column("角色", 17, "center"),
        Column("单位、职务", 27),
        Column("姓名", 13, "center"),
        Column("电话", 18, "center"),
        Column("职责", 25),
    ]
    rows: list[Row] = []
    last = ""
    for each in members:
        role = in_chinese(each.role, "plan_role")
        seat = "\n".join(filter(None, (each.org_name, each.post_title)))
        rows.append(("" if role == last else role, seat, each.name, each.phone, each.duty))
        last = role
    return [Table(columns, rows, ruled=True)] if rows else []


def amount_text(each: Resource) -> str:
    """Write how much there is: 12台, or nothing."""
    return f"{each.amount:g}{each.unit}" if each.amount is not None else ""


def _resources(resources: Sequence[Resource]) -> list[Block]:
    columns = [
        Column("类别", 10, "center"),
        Column("名称、用途", 32),
        Column("单位", 24),
        Column("数量", 12, "center"),
        Column("联系人、电话", 22, "center"),
    ]
    rows: list[Row] = [
        (
            NOUNS.get(each.noun, each.noun),
            "\n".join(filter(None, (each.name, each.use))),
            each.org_name,
            amount_text(each),
            "\n".join(filter(None, (each.contact_name, each.contact_phone))),
        )
        for each in resources
    ]
    return [Table(columns, rows, ruled=True)] if rows else []


def _way(route: Route) -> str:
    length = f"{route.length_m}米" if route.length_m else ""
    return "\n".join(filter(None, (length, f"{route.minutes}分钟" if route.minutes else "")))


def _routes(routes: Sequence[Route]) -> list[Block]:
    if not routes:
        return []
    columns = [
        Column("路线", 20),
        Column("从", 21),
        Column("到", 23),
        Column("人数", 10, "center"),
        Column("路程、用时", 15, "center"),
    ]
    rows: list[Row] = []
    for each in routes:
        people = str(each.people) if each.people else ""
        rows.append((each.name, each.start, each.destination, people, _way(each)))
        if each.note:
            rows.append((Cell(f"说明：{each.note}", across=5),))
    return [Table(columns, rows, ruled=True), *_map(routes)]


def _map(routes: Sequence[Route]) -> list[Block]:
    points: dict[tuple[float, float], MapPoint] = {}
    lines: list[MapLine] = []
    for route in routes:
        line = [(p.lon, p.lat) for p in route.points if p.lon is not None and p.lat is not None]
        if len(line) < 2:
            continue
        lines.append(MapLine(line))
        for place, label in ((line[0], route.start), (line[-1], route.destination)):
            points.setdefault(place, MapPoint(*place, label))
    if not lines:
        return []
    drawn = map_svg([*points.values()], lines=lines, title="转移路线示意图", height=MAP_HEIGHT)
    return [Figure(drawn, "转移路线示意（不作权属依据）")]
