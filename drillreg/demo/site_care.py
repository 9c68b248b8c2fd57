"""What is kept of the sites besides: fields of their kind, shapes, keepers, photos, reports."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.demo.lookup import Lookup, insert_many
from drillreg.demo.people import invented_names
from drillreg.demo.pictures import PICTURES
from drillreg.demo.sites import THREAD_SITE
from drillreg.demo.times import ago, at
from drillreg.drills.models import Drill
from drillreg.files.photos import clean_photo, store_photo
from drillreg.geo.drawing import ShapeKind, shape_of_text
from drillreg.geo.shift import ShiftedCrs
from drillreg.hazards.kind_fields import proposed_scale
from drillreg.hazards.models import HazardSite, SiteKeeper
from drillreg.hazards.reporting import file_report, send_report
from drillreg.hazards.rules import RiskLevel
from drillreg.hazards.site_acts import close_site, merge_sites, part_of, split_site
from drillreg.hazards.site_photos import add_photos

COUNTY_CLERK = "zhoumin"
TOWN_CLERKS = {"BY": "zengyuqing", "FS": "dengyucheng", "YX": "wuqiaoyun", "ZY": "tanzhiyong"}
GEOLOGICAL = ("landslide", "collapse", "debris-flow", "slope", "subsidence")
DEPARTMENTS = {
    **dict.fromkeys(GEOLOGICAL, "县自然资源局"),
    "flood-point": "县水利局",
    "dam": "县水利局",
    "forest": "县林业局",
    "road": "县交通运输局",
    "school-place": "县教育局",
    "fire-place": "县应急管理局",
    "dangerous-goods": "县应急管理局",
    "mine": "县应急管理局",
}
POSTS = {"county": "副县长", "town": "副镇长", "village": "村党支部书记"}
LETTERS = ("BY", "FS", "ZY", "YX", "SQ", "LT", "CG")
# Half the width of what is drawn around a site, in degrees: some sixty metres.
HALF = 0.0006


def load_site_care(known: Lookup) -> dict[str, int]:
    """Fill in what the sites were made without; return how many keepers and reports."""
    random = Random("site care")  # noqa: S311 - the same county every time
    for site in known.sites.values():
        _describe(site, known, random)
    db.session.flush()
    keepers = insert_many(SiteKeeper, list(_keepers(known)))
    _photograph(known)
    _end_some(known)
    return {"keepers": keepers, "reports": _report(known)}


def _describe(site: HazardSite, known: Lookup, random: Random) -> None:
    department = known.orgs.get(DEPARTMENTS.get(site.kind, ""))
    site.department_id = department.id if department else None
    if site.threatened_households:
        site.threatened_property = float(site.threatened_households * random.randrange(12, 40))
    site.details = _details(site, random) or None
    if site.number == THREAD_SITE:
        site.fixed_area = "校园后山坡面、坡脚住户和校门至镇卫生院路段"
        site.fixed_goal = "汛期险情早发现、人员早转移，不漏一户一人"
        site.fixed_standard = "汛期每日一查、雨中加密，其余时间每周一查，有记录有照片"
    if site.kind == "road":
        _draw(site, ShapeKind.LINE, [(-HALF, 0), (0, HALF / 2), (HALF, 0)])
    elif site.number == THREAD_SITE or site.kind == "debris-flow":
        _draw(site, ShapeKind.AREA, [(-HALF, 0), (0, HALF), (HALF, 0), (0, -HALF)])


def _draw(site: HazardSite, kind: ShapeKind, around: Sequence[tuple[float, float]]) -> None:
    corners = "\n".join(f"{site.lon + x:.6f},{site.lat + y:.6f}" for x, y in around)
    site.wkb = shape_of_text(corners, kind, ShiftedCrs.WGS84)


def _details(site: HazardSite, random: Random) -> dict[str, Any]:
    if site.kind in GEOLOGICAL:
        scale = proposed_scale(site.threatened_people, site.threatened_property)
        return {
            "scale": scale.code if scale else "small",
            "volume": random.randrange(2, 90) / 10,
            "stability": random.choice(["poor", "fair", "unstable"]),
            "triggers": ["rain", "cutting"] if site.kind == "slope" else ["rain"],
            "signs": random.sample(["cracks", "wall-cracks", "falling", "water"], 2),
            "monitoring": ["looking", "stakes"],
            "alarm": "敲锣、喊话、手摇报警器",
        }
    if site.kind == "dam":
        return {
            "capacity": random.randrange(4, 80) / 2,
            "dam_type": "earth",
            "dam_safety": random.choice(["2", "3"]),
        }
    if site.kind == "school-place":
        return {"risk_place": "gate", "boarding": random.choice(["yes", "no"])}
    if site.kind == "fire-place":
        return {"place_type": "market", "storeys": 2, "sprinkler": "no"}
    if site.kind == "dangerous-goods":
        return {"substances": "烟花爆竹（C级、D级）", "major_hazard": "none"}
    if site.kind == "mine":
        return {"mine_type": "open", "mine_state": "stopped"}
    if site.kind == "road":
        return {"road_class": "village", "road_dangers": ["bend", "cliff"], "guard_rail": "no"}
    return {}


def _keepers(known: Lookup) -> Iterator[dict[str, Any]]:
    """Yield who answers for the sites of the higher two levels, and who did before."""
    names = invented_names("keepers")
    county = [next(names) for _ in LETTERS]
    town = {letters: next(names) for letters in LETTERS}
    before = {letters: next(names) for letters in LETTERS}
    change = ago(known.today, 150)
    for number, site in sorted(known.sites.items()):
        letters = number[3:5]
        if site.level not in {RiskLevel.RED, RiskLevel.ORANGE} or letters not in town:
            continue
        yield _keeper(site, "county", county[LETTERS.index(letters)], ago(known.today, 500))
        old = _keeper(site, "town", before[letters], ago(known.today, 500))
        yield old | {"to_on": change - timedelta(days=1)}
        yield _keeper(site, "town", town[letters], change)
        yield _keeper(site, "village", next(names), ago(known.today, 500))


def _keeper(site: HazardSite, tier: str, name: str, from_on: Any) -> dict[str, Any]:
    return {
        "site_id": site.id,
        "tier": tier,
        "name": name,
        "post": POSTS[tier],
        "phone": None,
        "from_on": from_on,
        "to_on": None,
        "row_version": 1,
    }


def prepare_site_care(known: Lookup) -> None:
    """Clean the photos outside the transaction."""
    known.photos = [clean_photo(draw(), name) for name, draw in PICTURES]


def _photograph(known: Lookup) -> None:
    site, actor = known.sites[THREAD_SITE], known.actor("zengyuqing")
    moment = at(ago(known.today, 40), 10)
    photos = list(reversed(known.photos))
    add_photos(site, photos[:1], caption="后山滑坡全貌", actor=actor, now=moment)
    add_photos(site, photos[1:], caption="坡脚的学校操场", actor=actor, now=moment)


def _end_some(known: Lookup) -> None:
    """Close one site, merge one, split one into three: as many stand afterwards as before."""
    free = _unused(known)
    closed, merged, kept = [site for site in free if site.number[3:5] == "FS"][:3]
    now = at(ago(known.today, 20), 15)
    how: dict[str, Any] = {"now": now, "today": ago(known.today, 20)}
    clerk = known.actor(TOWN_CLERKS["FS"])
    proof = store_photo(known.photos[1], org_id=closed.org_id, actor=clerk, now=now)
    close_site(closed, reason="已削坡减载、修建挡墙并通过验收", proof=proof, actor=clerk, **how)
    merge_sites(kept, [merged], reason="与相邻点属同一坡体", actor=clerk, **how)
    whole = next(site for site in free if site.number[3:5] == "YX")
    parts = [
        (
            part_of(
                whole,
                number=f"{whole.number}-{letter}",
                name=f"{whole.name}{word}",
                name_en=f"{whole.name_en} {letter}" if whole.name_en else None,
                lon=whole.lon + shift,
                threatened_people=None,
                threatened_households=None,
            ),
            whole.division_id,
        )
        for letter, word, shift in (("A", "上段", -HALF), ("B", "中段", 0.0), ("C", "下段", HALF))
    ]
    split = known.actor(TOWN_CLERKS["YX"])
    split_site(whole, parts, reason="三段坡体变形各异，分别监测", actor=split, **how)


def _unused(known: Lookup) -> list[HazardSite]:
    """Return landslides of the lower levels that no drill is about."""
    busy = set(db.session.scalars(select(Drill.site_id).where(Drill.site_id.is_not(None))))
    return [
        site
        for _, site in sorted(known.sites.items())
        if site.kind in GEOLOGICAL
        and site.level in {RiskLevel.YELLOW, RiskLevel.BLUE}
        and site.id not in busy
    ]


def _report(known: Lookup) -> int:
    """Let two towns report what they have; the county has filed one of the reports."""
    standing = [site for site in known.sites.values() if site.voided_at is None]
    for letters, days, is_filed in (("BY", 60, True), ("ZY", 2, False)):
        mine = [site for site in standing if site.number[3:5] == letters]
        clerk, day = known.actor(TOWN_CLERKS[letters]), ago(known.today, days)
        town = known.orgs[clerk.org_name]
        report = send_report(
            org=town,
            sites=sorted(mine, key=lambda site: site.number)[:20],
            note="汛前排查",
            actor=clerk,
            now=at(day, 10),
            today=day,
        )
        if is_filed:
            on: Mapping[str, Any] = {"now": at(day, 16), "today": day}
            file_report(report, note="", actor=known.actor(COUNTY_CLERK), **on)
    return 2
