"""What lies in reach: brute force agrees, decisions stay, changes on either side are followed."""

from datetime import timedelta
from random import Random

import pytest
import shapely
from pyproj import Geod
from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.db import db, unit_of_work
from drillreg.exposures.following import sweep_exposures
from drillreg.exposures.models import Exposure, ExposureReach, ExposureRun, ExposureTouch
from drillreg.exposures.reaching import habit_m
from drillreg.exposures.rules import Decision, Inside, SubjectKind
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import LEVEL_ORDER
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.resources.models import Shelter
from drillreg.resources.nouns import SHELTER
from drillreg.resources.operations import edit_resource
from tests.exposures.conftest import EAST, NORTH, NOW

ACTOR = Actor(account_id=1, person_id=None, name="周敏")
ELLIPSOID = Geod(ellps="GRS80")


def links(kind=SubjectKind.UNIT):
    rows = db.session.execute(
        select(Exposure.site_id, Exposure.subject_id, Exposure.distance_m).where(
            Exposure.subject_kind == kind
        )
    )
    return {(site, subject): metres for site, subject, metres in rows}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_links_are_what_measuring_every_pair_gives(app, county, keep, reading, worked_out, seed):
    """Across two zones of three degrees, with every kind of site and level."""
    chance = Random(seed)
    kinds = ["landslide", "collapse", "dam", "road", "kept-by-an-office"]
    sites, units = [], []
    for at in range(40):
        lon, lat = 115.5 + chance.uniform(-0.05, 0.05), 27 + chance.uniform(-0.05, 0.05)
        sites.append(
            HazardSite(
                org_id=county.town.id, number=str(at), name="点", kind=chance.choice(kinds),
                level=chance.choice(LEVEL_ORDER), lon=lon, lat=lat, source_crs="WGS84",
                created_at=NOW, attributes={},
            )
        )  # fmt: skip
        units.append(
            Org(
                name=f"校{at}", kind="school", path=f"x{at}", attributes={},
                lon=lon + chance.gauss(0, 0.01), lat=lat + chance.gauss(0, 0.01),
            )
        )  # fmt: skip
    keep(*sites, *units)
    worked_out(*sites)
    right = {}
    for site in sites:
        for unit in units:
            metres = ELLIPSOID.inv(site.lon, site.lat, unit.lon, unit.lat)[2]
            if metres <= habit_m(site.kind, site.level):
                right[site.id, unit.id] = metres
    found = links()
    edge = {
        (site.id, unit.id)
        for site in sites
        for unit in units
        if abs(
            ELLIPSOID.inv(site.lon, site.lat, unit.lon, unit.lat)[2]
            / habit_m(site.kind, site.level)
            - 1
        )
        < 0.001
    }
    assert set(found) - edge == set(right) - edge
    assert len(found) > 10
    for key, metres in found.items():
        assert metres == pytest.approx(right.get(key, metres), rel=0.001, abs=0.06)


def test_villages_and_shelters_count_with_their_shapes(
    app, county, keep, reading, worked_out, make_site
):
    village = keep(Division(code="1", level="village", name="岭下村", path="1/"))
    west, south = 113.9 + 100 * EAST, 27.0 - 500 * NORTH
    box = (west, south, west + 0.01, south + 0.01)
    keep(
        DivisionBoundary(
            division_id=village.id, from_on=NOW.date(), wkb=shapely.to_wkb(shapely.box(*box)),
            min_lon=box[0], min_lat=box[1], max_lon=box[2], max_lat=box[3],
            area_km2=1.0, source_crs="WGS 84", notices=[],
        ),
        Shelter(
            org_id=county.town.id, name="中心小学操场", kind="school", place="outdoor",
            capacity=300, lon=113.9, lat=27.0 + 400 * NORTH, created_at=NOW,
        ),
    )  # fmt: skip
    site = make_site(county.town)
    worked_out(site)
    assert links(SubjectKind.VILLAGE)[site.id, village.id] == pytest.approx(100, rel=0.01)
    assert list(links(SubjectKind.SHELTER).values()) == [pytest.approx(400, rel=0.01)]


def test_a_drawn_area_reaches_beyond_the_buffer(
    app, county, keep, reading, worked_out, make_site, put
):
    put(county.school, 0, -900)
    put(county.village, 0, -40)
    site = make_site(county.town)
    area = shapely.box(113.9 - 50 * EAST, 27 - 1000 * NORTH, 113.9 + 50 * EAST, 27)
    keep(
        ExposureReach(
            site_id=site.id, buffer_m=None, area_wkb=shapely.to_wkb(area), reason="沟口冲沟",
            set_at=NOW, set_by_id=0, set_by_name="x",
        )
    )  # fmt: skip
    worked_out(site)
    inside = {row.subject_id: row.inside for row in reading.scalars(select(Exposure))}
    assert inside == {county.school.id: Inside.DRAWN, county.village.id: Inside.BOTH}


def test_a_decision_outlives_what_moves(app, county, reading, worked_out, make_site, put):
    put(county.school, 100, 0)
    put(county.village, 200, 0)
    site = make_site(county.town)
    worked_out(site)
    with unit_of_work():
        link = db.session.scalars(
            select(Exposure).where(Exposure.subject_id == county.school.id)
        ).one()
        link.decision, link.reason = Decision.CONFIRMED, "坡向学校"
    put(county.school, 3000, 0)
    put(county.village, 3000, 0)
    worked_out(site)
    left = reading.scalars(select(Exposure)).one()
    assert (left.subject_id, left.in_reach, left.decision) == (county.school.id, False, "confirmed")
    put(county.school, 300, 0)
    worked_out(site)
    reading.rollback()
    back = reading.scalars(select(Exposure)).one()
    assert back.in_reach
    assert back.reason == "坡向学校"
    assert back.distance_m == pytest.approx(300, rel=0.01)


def test_what_is_announced_is_followed_at_once(app, county, reading, worked_out, make_site, put):
    site = make_site(county.town)
    worked_out(site)
    with unit_of_work():
        org = db.session.get_one(Org, county.school.id)
        org.lon, org.lat = 113.9 + 50 * EAST, 27.0
        announce("org", org_ids=[org.id], now=NOW)
    assert set(links()) == {(site.id, county.school.id)}
    with unit_of_work():
        moved = db.session.get_one(HazardSite, site.id)
        moved.lon = 113.9 + 3000 * EAST
        announce("site", what="moved", site_ids=[site.id], now=NOW, today=NOW.date())
    assert links() == {}
    assert reading.scalars(select(ExposureTouch)).all() == []


def test_a_shelter_that_moves_away_is_followed(app, county, keep, reading, worked_out, make_site):
    site = make_site(county.town)
    shelter = keep(
        Shelter(org_id=county.town.id, name="广场", kind="square", place="outdoor", capacity=9,
                lon=113.9, lat=27.0, created_at=NOW)
    )  # fmt: skip
    worked_out(site)
    assert links(SubjectKind.SHELTER) == {(site.id, shelter.id): 0.0}
    with unit_of_work():
        kept = db.session.get_one(Shelter, shelter.id)
        org = db.session.get_one(Org, county.town.id)
        values = {"name": "广场", "kind": "square", "place": "outdoor", "capacity": 9, "lon": 114.5}
        edit_resource(SHELTER, kept, org, values, row_version=1, actor=ACTOR, now=NOW)
    assert links(SubjectKind.SHELTER) == {}


def test_the_sweep_finds_what_was_dropped(app, county, reading, make_site, put):
    put(county.school, 100, 0)
    site, other = make_site(county.town), make_site(county.other_town, "远处", lon=114.9)
    assert sweep_exposures(NOW) == 2
    assert sweep_exposures(NOW) == 0
    put(county.school, 4000, 0)
    with unit_of_work():
        db.session.add(ExposureTouch(below=county.county.path, at=NOW))
    assert sweep_exposures(NOW) == 1
    assert links() == {}
    with unit_of_work():
        db.session.get_one(HazardSite, other.id).voided_at = NOW
    sweep_exposures(NOW)
    assert reading.scalars(select(ExposureRun.site_id)).all() == [site.id]
    put(county.school, 100, 0)
    assert sweep_exposures(NOW + timedelta(hours=25)) == 1
    assert set(links()) == {(site.id, county.school.id)}
