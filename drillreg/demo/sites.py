"""Third stage: hazard sites over the towns, and two years of checks on them."""

import hashlib
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from drillreg.core import clock
from drillreg.core.db import db
from drillreg.core.submissions import body_hash
from drillreg.demo.county import drawn_areas, spot_in
from drillreg.demo.lookup import CHUNK, Lookup, insert_many
from drillreg.demo.people import invented_names
from drillreg.demo.places import TOWN_BY_LETTERS, UNITS
from drillreg.demo.times import ago, at
from drillreg.evidence.models import Evidence, Grade
from drillreg.hazards.check_rules import Submission
from drillreg.hazards.checking import log_check
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.registering import REGISTERED, SUBJECT
from drillreg.hazards.rules import FRESH_DAYS, CheckResult, RiskLevel
from drillreg.orgs.models import Org

FILE = Path(__file__).parent / "data" / "qingling_sites.toml"
_data = tomllib.loads(FILE.read_text(encoding="utf-8"))

THREAD_SITE = "QL-BY-017"
LATE_TOWN = "ZY"
TWO_YEARS = 730
# The newest day of checks written in bulk; what came later goes through the operation itself.
NEWEST = 1
# How many days lie between checks of a site; closer than asked for, as people are told to look.
EVERY = {RiskLevel.RED: 5, RiskLevel.ORANGE: 10, RiskLevel.YELLOW: 16, RiskLevel.BLUE: 40}
SHARES = ((RiskLevel.RED, 5), (RiskLevel.ORANGE, 22), (RiskLevel.YELLOW, 43), (RiskLevel.BLUE, 30))
# Who of each town writes checks down for people without a phone.
CLERKS = {
    "CG": "jiangwenqing",
    "BY": "zengyuqing",
    "FS": "dengyucheng",
    "ZY": "tanzhiyong",
    "LT": "wanchunlan",
    "YX": "wuqiaoyun",
    "SQ": "zouyonggui",
}
ENTERPRISE_KIND = {"emergency": "dangerous-goods", "natural-resources": "mine"}
# Nobody lives there; who may be caught.
PASSERS_BY = {"forest": "林地和上山祭扫人员", "road": "过往行人和车辆"}
METRES_NORTH = 1 / 111_195


@dataclass(frozen=True)
class Named:
    """A site before it has a position: number, names, kind, level, place and what is below."""

    number: str
    name: str
    name_en: str
    kind: str
    level: RiskLevel
    org: str
    village: str
    people: int
    households: int
    what: str


def load_sites(known: Lookup) -> dict[str, int]:
    """Make the sites; return how many."""
    areas = drawn_areas()
    named = [site for letters in _data["counts"] for site in _sites_of(letters)]
    responsible = invented_names("responsible")
    random = Random("positions")  # noqa: S311 - the same county every time
    for given in named:
        name = "钟福生" if given.number == THREAD_SITE else next(responsible)
        db.session.add(_site(given, name, known, areas, random))
    db.session.flush()
    made = db.session.scalars(select(HazardSite).order_by(HazardSite.id)).all()
    insert_many(Evidence, [_registered(site) for site in made])
    return {"sites": len(named)}


def _registered(site: HazardSite) -> dict[str, Any]:
    """Return the evidence that a site stands in the ledger since it was entered."""
    return {
        "kind": REGISTERED,
        "org_id": site.org_id,
        "subject_kind": SUBJECT,
        "subject_id": site.id,
        "on_date": clock.local_date(site.created_at),
        "entered_at": site.created_at,
        "attributes": {"site": site.id, "kind": site.kind, "level": site.level.value},
        "grade": Grade.EVIDENCED,
    }


def _sites_of(letters: str) -> Iterator[Named]:
    """Yield the sites of a town: its fixed ones at their number, the others around them."""
    fixed = {site.number: site for site in map(_fixed, _data["fixed"]) if letters in site.number}
    random = Random(f"sites {letters}")  # noqa: S311 - the same county every time
    words = random.sample(_data["words"]["list"], len(_data["words"]["list"]))
    units = [u for u in UNITS if u.town == letters and u.name not in {"柳塘烟花爆竹仓库"}]
    for at_ in range(1, _data["counts"][letters] + 1):
        number = f"QL-{letters}-{at_:03d}"
        if number in fixed:
            yield fixed[number]
        elif at_ % 7 == 0 and units:
            yield _at_unit(number, units.pop(0), random)
        else:
            yield _invented(number, letters, words[at_ % len(words)], random)


def _fixed(text: str) -> Named:
    number, name, english, kind, level, village, people, households, what = text.split(" | ")
    town = TOWN_BY_LETTERS[number[3:5]].name
    return Named(
        number, name, english, kind, RiskLevel(level), f"{town}/{village}", village,
        int(people), int(households), what,
    )  # fmt: skip


def _at_unit(number: str, unit: Any, random: Random) -> Named:
    kind = {"school": "school-place", "kindergarten": "school-place", "hospital": "fire-place"}.get(
        unit.kind, ENTERPRISE_KIND.get(unit.field, "fire-place")
    )
    ending, english = {
        "school-place": ("校门口路段", "gate and road"),
        "fire-place": ("消防通道", "fire lane"),
        "dangerous-goods": ("库区", "storage area"),
        "mine": ("采场边坡", "pit slope"),
    }[kind]
    level = random.choice([RiskLevel.YELLOW, RiskLevel.BLUE])
    return Named(
        number, f"{unit.name}{ending}", f"{unit.name_en}: {english}", kind, level, unit.name,
        unit.village, unit.people, 0, "本单位人员",
    )  # fmt: skip


def _invented(number: str, letters: str, word: str, random: Random) -> Named:
    town = TOWN_BY_LETTERS[letters]
    village = random.choice(town.villages)
    kinds = list(_data["kinds"])
    (kind,) = random.choices(kinds, [_data["kinds"][each][0] for each in kinds])
    ending, english = random.choice(_data["kinds"][kind][1:])
    (level,) = random.choices([each for each, _ in SHARES], [share for _, share in SHARES])
    if kind in PASSERS_BY:
        level = random.choice([RiskLevel.YELLOW, RiskLevel.BLUE])
    place, place_en = word.split(" ")
    households = 0 if kind in PASSERS_BY else random.randrange(2, 24)
    people = households * 4 - random.randrange(households + 1)
    what = PASSERS_BY.get(kind, "住户")
    return Named(
        number, f"{place}{ending}", f"{place_en} {english}", kind, level,
        f"{town.name}/{village.name}", village.name, people, households, what,
    )  # fmt: skip


def _site(
    given: Named, responsible: str, known: Lookup, areas: dict[str, Any], random: Random
) -> HazardSite:
    letters = given.number[3:5]
    town = TOWN_BY_LETTERS[letters]
    org: Org = known.orgs[given.org]
    village = known.orgs[f"{town.name}/{given.village}"]
    lon, lat = spot_in(areas[village.code or ""], random)
    if given.number == THREAD_SITE:
        school = known.orgs["白岩镇中心小学"]
        lon, lat = school.lon or lon, round((school.lat or lat) + 160 * METRES_NORTH, 5)
    return HazardSite(
        org_id=org.id,
        division_id=village.division_id,
        number=given.number,
        name=given.name,
        name_en=given.name_en,
        kind=given.kind,
        level=given.level,
        address=f"{town.name}{given.village}",
        lon=lon,
        lat=lat,
        accuracy_m=10.0,
        source_crs="EPSG:4326",
        responsible_name=responsible,
        responsible_phone=village.duty_phone,
        threatened_people=given.people or None,
        threatened_households=given.households or None,
        threatened_what=given.what,
        found_on=ago(known.today, random.randrange(900, 2600)),
        created_at=at(ago(known.today, 780), 10),
    )


def load_checks(known: Lookup) -> dict[str, int]:
    """Write two years of checks in bulk, and those of today and yesterday one by one."""
    rows: list[dict[str, Any]] = []
    for number, site in sorted(known.sites.items()):
        days = _check_days(site, known)
        rows += _checks(site, number, days, known)
    rows.sort(key=lambda row: row["checked_at"])
    _insert_checks(rows, known)
    return {"checks": len(rows) + _log_newest(known)}


def _check_days(site: HazardSite, known: Lookup) -> list[date]:
    """Return the days of a site's checks; some sites are stale, some were never looked at."""
    random = Random(f"checks {site.number}")  # noqa: S311 - the same county every time
    late_town = site.number[3:5] == LATE_TOWN
    fate = random.random()
    if fate < (0.1 if late_town else 0.03) and site.level is not RiskLevel.RED:
        return []
    step = max(round(EVERY[site.level] / known.scale), 1)
    newest = random.randrange(NEWEST, min(step, FRESH_DAYS[site.level]) + NEWEST)
    if fate < (0.6 if late_town else 0.1) and site.number != THREAD_SITE:
        newest = FRESH_DAYS[site.level] + random.randrange(3, 30)
    back = newest
    days = []
    while back < TWO_YEARS:
        days.append(ago(known.today, back))
        back += max(step + random.randrange(-1, 2), 1)
    return days


def _checks(
    site: HazardSite, number: str, days: Sequence[date], known: Lookup
) -> Iterator[dict[str, Any]]:
    random = Random(f"results {number}")  # noqa: S311 - the same county every time
    thread = number == THREAD_SITE
    account = known.account("zhongfusheng" if thread else CLERKS[number[3:5]])
    notes = _data["notes"].get(site.kind, _data["notes"]["other"])
    for day in days:
        abnormal = random.random() < 0.04
        note = random.choice(notes) if abnormal else None
        moment = at(day, random.randrange(7, 17), random.randrange(60))
        yield {
            "client_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "body_hash": hashlib.sha256(f"{number} {moment}".encode()).hexdigest(),
            "site_id": site.id,
            "result": CheckResult.ABNORMAL if abnormal else CheckResult.NORMAL,
            "note": note,
            "lon": round(site.lon + random.uniform(-4e-4, 4e-4), 6),
            "lat": round(site.lat + random.uniform(-4e-4, 4e-4), 6),
            "accuracy_m": float(random.randrange(5, 40)),
            "checked_on": day,
            "checked_at": moment,
            "entered_at": moment + timedelta(minutes=random.randrange(1, 30)),
            "account_id": account.id,
            "checker_name": site.responsible_name or account.person.name,
        }


def _insert_checks(rows: Sequence[dict[str, Any]], known: Lookup) -> None:
    org_ids = {site.id: site.org_id for site in known.sites.values()}
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        ids = db.session.scalars(
            insert(HazardCheck).returning(HazardCheck.id, sort_by_parameter_order=True), chunk
        ).all()
        insert_many(
            Evidence,
            [
                _evidence(id_, row, org_ids[row["site_id"]])
                for id_, row in zip(ids, chunk, strict=True)
            ],
        )
    newest = {row["site_id"]: row for row in rows}
    for site_id, row in newest.items():
        db.session.execute(
            update(HazardSite)
            .where(HazardSite.id == site_id)
            .values(last_check_on=row["checked_on"], last_check_result=row["result"])
            .execution_options(synchronize_session=False)
        )


def _evidence(check_id: int, row: dict[str, Any], org_id: int) -> dict[str, Any]:
    return {
        "kind": "hazard-checked",
        "org_id": org_id,
        "subject_kind": "hazard_check",
        "subject_id": check_id,
        "on_date": row["checked_on"],
        "entered_at": row["entered_at"],
        "attributes": {"site": row["site_id"], "result": row["result"].value, "by_org": org_id},
        "grade": Grade.SELF_REPORTED,
    }


# site number, user name, days ago, hour, minute, what is abnormal
NEWEST_CHECKS = (
    ("QL-SQ-008", "zouyonggui", 1, 16, 20, ""),
    ("QL-BY-004", "zengyuqing", 1, 9, 5, ""),
    ("QL-FS-011", "dengyucheng", 1, 15, 40, "沟里堆了枯木和石块，已约村里清理"),
    (THREAD_SITE, "zhongfusheng", 1, 7, 50, "截水沟被落叶堵了一段，坡面没有新裂缝"),
    (THREAD_SITE, "liangxiuying", 0, 7, 35, ""),
    ("QL-YX-003", "wuqiaoyun", 0, 7, 58, ""),
)


def _log_newest(known: Lookup) -> int:
    for number, username, days, hour, minute, note in NEWEST_CHECKS:
        site = known.sites[number]
        # Loaded before breakfast, nothing may lie in the future.
        moment = min(at(ago(known.today, days), hour, minute), known.now - timedelta(minutes=5))
        day = clock.local_date(moment)
        result = CheckResult.ABNORMAL if note else CheckResult.NORMAL
        said = {"result": result.value, "note": note, "checked_on": day.isoformat()}
        sent = Submission(
            client_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{number} {moment.isoformat()}")),
            body_hash=body_hash(said, []),
            result=result,
            note=note,
            checked_on=day,
            checked_at=moment,
            lon=site.lon,
            lat=site.lat,
            accuracy_m=12.0,
        )
        actor = known.actor(username)
        log_check(site, sent=sent, photos=[], actor=actor, today=known.today, now=moment)
    return len(NEWEST_CHECKS)
