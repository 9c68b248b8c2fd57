"""A small county in an installation: a town, its people, sites, programmes and work."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from shapely import box
from sqlalchemy import insert

from drillreg.accounts import operations as accounts
from drillreg.accounts import passwords
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import DrillProgramme
from drillreg.geo.shapes import wkb_of
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.operations import OrgFacts, create_org
from drillreg.orgs.rules import DivisionLevel
from drillreg.work.operations import enqueue
from drillreg.workdays.recurrence import Freq, Recurrence, to_rrule_text
from tests.faults.installation import Installation

PASSWORD = "a good pass-phrase"
# A rectangle in the hills, WGS84: west, south, east, north.
BOX = (115.0, 24.7, 115.1, 24.8)


@dataclass
class County:
    """What was made: ids of the county and the town, public ids of the sites, user names."""

    county_id: int
    town_id: int
    site_codes: list[str]
    people: list[str]


def now_and_day(installation: Installation) -> tuple[datetime, date]:
    """Return the instant and the day it is in the installation's time zone."""
    with installation.app.app_context():
        now = clock.now()
        return now, clock.local_date(now)


def make_county(installation: Installation, *, sites: int = 8, people: int = 4) -> County:
    """Make a county with one town, its people (town staff), a leader and some sites."""
    # Hashing passwords slowly is tested elsewhere.
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    now, today = now_and_day(installation)
    with installation.app.app_context(), unit_of_work():
        division = _division()
        place = {"attributes": {}, "division_id": division.id}
        top = create_org(
            OrgFacts("青岭县", "county", {}), parent=None, actor=None, now=now, today=today
        )
        town = create_org(
            OrgFacts("白岩镇", "town", **place), parent=top, actor=None, now=now, today=today
        )
        names = [f"staff-{number}" for number in range(people)]
        for name in names:
            make_person(name, "town_staff", town, today, now)
        make_person("leader", "leader", town, today, now)
        make_person("county", "county_staff", top, today, now)
        codes = _sites(town, division, sites, now)
        found = County(top.id, town.id, codes, names)
    installation.let_go()
    return found


def make_person(name: str, role: str, org: Org, today: date, now: datetime) -> None:
    """Make an account with a role at an organisation and the known password."""
    account = accounts.create_account(
        name=name, username=name, password=PASSWORD, now=now, actor=None, must_change=False
    )
    accounts.give_role(account, role=role, org=org, from_on=today, actor=None, now=now)


def _division() -> Division:
    division = Division(
        code="360799101000", level=DivisionLevel.TOWN, name="白岩镇", path="new/", parent_id=None
    )
    db.session.add(division)
    db.session.flush()
    division.path = f"{division.id}/"
    west, south, east, north = BOX
    db.session.add(
        DivisionBoundary(
            division_id=division.id,
            from_on=date(2020, 1, 1),
            wkb=wkb_of(box(*BOX)),
            min_lon=west,
            min_lat=south,
            max_lon=east,
            max_lat=north,
            area_km2=112.0,
            source_crs="EPSG:4326",
            notices=[],
        )
    )
    return division


def _sites(town: Org, division: Division, count: int, now) -> list[str]:
    west, south, east, north = BOX
    rows = [
        {
            "public_id": f"site-{number:017d}",
            "org_id": town.id,
            "division_id": division.id,
            "number": f"QL-{number:05d}",
            "number_taken": f"QL-{number:05d}",
            "name": f"岭下滑坡 {number}",
            "kind": "landslide",
            "level": RiskLevel.RED,
            "level_rank": 0,
            "lon": west + (east - west) * (number + 1) / (count + 2),
            "lat": (south + north) / 2,
            "source_crs": "EPSG:4326",
            "attributes": {},
            "created_at": now,
            "changed_at": now,
        }
        for number in range(count)
    ]
    db.session.execute(insert(HazardSite), rows)
    return [row["public_id"] for row in rows]


def make_programmes(installation: Installation, county: County, count: int) -> None:
    """Register programmes that no sweep has planned yet, due on many different days."""
    now, today = now_and_day(installation)
    # The first one comes within the two weeks in which people are reminded.
    text = to_rrule_text(Recurrence(Freq.MONTHLY, day=min((today + timedelta(days=5)).day, 28)))
    with installation.app.app_context(), unit_of_work():
        for number in range(count):
            db.session.add(
                DrillProgramme(
                    org_id=county.town_id,
                    title=f"演练 {number}",
                    event_type="geological",
                    rrule=text,
                    shift="next_working_day",
                    starts_on=today,
                    created_at=now,
                )
            )
    installation.let_go()


def queue_work(installation: Installation, kind: str, args: dict) -> int:
    """Queue a piece of work and return its id."""
    with installation.app.app_context():
        with unit_of_work():
            item = enqueue(kind, args, title=kind, actor=None, org_id=None, now=clock.now())
        found = item.id
    installation.let_go()
    return found
