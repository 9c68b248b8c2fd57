"""First stage: divisions with their outlines, organisations, supervisions."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import shapely
from shapely.geometry import Point, shape

from drillreg.core.db import db
from drillreg.demo.boundaries import DECIMALS, draw_county
from drillreg.demo.lookup import Lookup
from drillreg.demo.places import (
    COUNTY,
    COUNTY_WORD,
    DEPARTMENTS,
    OUTSIDE,
    TOWN_BY_LETTERS,
    TOWNS,
    UNITS,
    Department,
    Place,
    Town,
    Unit,
)
from drillreg.demo.times import ago, at
from drillreg.geo.shapes import area_km2, bbox_of, representative_point, wkb_of
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName, Org
from drillreg.orgs.operations import OrgFacts, add_oversight, create_org
from drillreg.orgs.rules import DivisionLevel, child_path

PHONE = "0000-000 {number}"
FOUNDED = date(1986, 5, 1)
STAFF_SHARE = 0.065
REPORT_NUMBER = "{word}应急报〔{year}〕{number}号"
# What a department supervises besides the units of its own field.
ALSO_FIRE = "emergency"


def drawn_areas() -> dict[str, Any]:
    """Return the outlines by division code: shapes in WGS84 degrees."""
    features = draw_county()["features"]
    return {each["properties"]["code"]: shape(each["geometry"]) for each in features}


def spot_in(area: Any, random: Random, *, reach: float = 0.02) -> tuple[float, float]:
    """Return a position inside an area, within some degrees of its middle."""
    middle = shapely.point_on_surface(area)
    for _ in range(50):
        lon = middle.x + random.uniform(-reach, reach)
        lat = middle.y + random.uniform(-reach, reach)
        if area.contains(Point(lon, lat)):
            return round(lon, DECIMALS), round(lat, DECIMALS)
    return round(middle.x, DECIMALS), round(middle.y, DECIMALS)


def load_county(known: Lookup) -> dict[str, int]:
    """Make divisions and organisations; return how many of each."""
    areas = drawn_areas()
    divisions = _load_divisions(areas)
    orgs = _Orgs(known, divisions, areas)
    orgs.load()
    return {"divisions": len(divisions), "organisations": orgs.count}


def _load_divisions(areas: Mapping[str, Any]) -> dict[str, Division]:
    found: dict[str, Division] = {}

    def add(place: Place, level: DivisionLevel, parent: Division | None) -> Division:
        wkb = wkb_of(areas[place.code])
        lon, lat = representative_point(wkb)
        division = Division(
            code=place.code,
            level=level,
            name=place.name,
            name_en=place.name_en,
            parent_id=parent.id if parent else None,
            path=f"new-{place.code}/",
            lon=round(lon, DECIMALS),
            lat=round(lat, DECIMALS),
        )
        db.session.add(division)
        db.session.flush()
        division.path = child_path(parent.path if parent else "", division.id)
        db.session.add_all([_first_name(division), _boundary(division, wkb)])
        found[place.code] = division
        return division

    county = add(COUNTY, DivisionLevel.COUNTY, None)
    for town in TOWNS:
        division = add(town, DivisionLevel.TOWN, county)
        for village in town.villages:
            add(village, DivisionLevel.VILLAGE, division)
    db.session.flush()
    return found


def _first_name(division: Division) -> DivisionName:
    return DivisionName(
        division_id=division.id, name=division.name, code=division.code, from_on=FOUNDED
    )


def _boundary(division: Division, wkb: bytes) -> DivisionBoundary:
    west, south, east, north = bbox_of(wkb)
    return DivisionBoundary(
        division_id=division.id,
        from_on=FOUNDED,
        wkb=wkb,
        min_lon=west,
        min_lat=south,
        max_lon=east,
        max_lat=north,
        area_km2=round(area_km2(wkb), 3),
        source_crs="EPSG:4326",
        notices=[],
    )


class _Orgs:
    """Makes the tree of organisations, top down."""

    def __init__(
        self, known: Lookup, divisions: Mapping[str, Division], areas: Mapping[str, Any]
    ) -> None:
        self.today = known.today
        self.entered_on = ago(known.today, 900)
        self.divisions = divisions
        self.areas = areas
        self.random = Random("units")  # noqa: S311 - the same county every time
        self.by_field: dict[str, Org] = {}
        self.count = 0

    def load(self) -> None:
        county = self._make(self._county(), None)
        for department in DEPARTMENTS:
            org = self._make(self._department(department, "department"), county)
            self.by_field[department.field] = org
        for body in OUTSIDE:
            self._make(self._department(body, "outside"), county)
        for town in TOWNS:
            org = self._make(self._town(town), county)
            for at_, village in enumerate(town.villages, start=1):
                self._make(self._village(village, town.phone + 20 + at_), org)
            for at_, unit in enumerate((u for u in UNITS if u.town == town.letters), start=1):
                self._add_unit(unit, county if unit.name.startswith("县") else org, at_)

    def _make(self, facts: OrgFacts, parent: Org | None) -> Org:
        self.count += 1
        return create_org(
            facts, parent=parent, actor=None, now=at(self.entered_on, 9), today=self.entered_on
        )

    def _county(self) -> OrgFacts:
        residents = sum(len(town.villages) for town in TOWNS) * 2950
        return OrgFacts(
            name=COUNTY.name,
            name_en=COUNTY.name_en,
            kind="county",
            code=COUNTY.code,
            division_id=self.divisions[COUNTY.code].id,
            duty_phone=PHONE.format(number=1100),
            attributes={
                "residents": residents,
                "document_word": COUNTY_WORD,
                "report_number": REPORT_NUMBER,
            },
            lon=self.divisions[TOWNS[0].villages[0].code].lon,
            lat=self.divisions[TOWNS[0].villages[0].code].lat,
            opened_on=FOUNDED,
        )

    def _department(self, given: Department, kind: str) -> OrgFacts:
        lon, lat = spot_in(self.areas[TOWNS[0].villages[0].code], self.random, reach=0.008)
        return OrgFacts(
            name=given.name,
            name_en=given.name_en,
            kind=kind,
            short_name=given.name.removeprefix("县"),
            field=given.field or None,
            is_outside=kind == "outside",
            division_id=self.divisions[TOWNS[0].villages[0].code].id,
            duty_phone=PHONE.format(number=given.phone),
            attributes={"document_word": given.word} if given.word else {},
            lon=lon,
            lat=lat,
            opened_on=date(2019, 3, 1) if given.field == "emergency" else FOUNDED,
        )

    def _town(self, town: Town) -> OrgFacts:
        seat = self.divisions[town.villages[0].code]
        households = len(town.villages) * 780 + self.random.randrange(400)
        return OrgFacts(
            name=town.name,
            name_en=town.name_en,
            kind="town",
            code=town.code,
            division_id=self.divisions[town.code].id,
            duty_phone=PHONE.format(number=town.phone),
            attributes={
                "households": households,
                "residents": households * 4 - 377,
                "document_word": f"{town.word}府",
            },
            lon=seat.lon,
            lat=seat.lat,
            opened_on=FOUNDED,
        )

    def _village(self, village: Place, phone: int) -> OrgFacts:
        division = self.divisions[village.code]
        households = self.random.randrange(420, 1150)
        return OrgFacts(
            name=village.name,
            name_en=village.name_en,
            kind="village",
            code=village.code,
            division_id=division.id,
            duty_phone=PHONE.format(number=phone),
            attributes={
                "households": households,
                "residents": round(households * self.random.uniform(3.4, 4.1)),
            },
            lon=division.lon,
            lat=division.lat,
            opened_on=FOUNDED,
        )

    def _add_unit(self, unit: Unit, parent: Org, at_: int) -> None:
        town = TOWN_BY_LETTERS[unit.town]
        village = next(v for v in town.villages if v.name == unit.village)
        lon, lat = spot_in(self.areas[village.code], self.random, reach=0.01)
        org = self._make(
            OrgFacts(
                name=unit.name,
                name_en=unit.name_en,
                kind=unit.kind,
                division_id=self.divisions[village.code].id,
                duty_phone=PHONE.format(number=town.phone + 45 + at_),
                attributes={"address": f"{town.name}{village.name}", **_head_counts(unit)},
                lon=lon,
                lat=lat,
                opened_on=date(self.random.randrange(1956, 2016), 9, 1),
            ),
            parent,
        )
        self._oversee(org, unit.field)
        if unit.field in {"commerce", "housing"}:
            self._oversee(org, ALSO_FIRE)

    def _oversee(self, org: Org, field: str) -> None:
        add_oversight(
            org,
            overseer=self.by_field[field],
            field=field,
            from_on=self.entered_on,
            actor=None,
            now=at(self.entered_on, 9),
        )


def _head_counts(unit: Unit) -> dict[str, int]:
    if unit.kind in {"school", "kindergarten"}:
        # The school of the thread has 28 teachers and 408 pupils.
        staff = round(unit.people * STAFF_SHARE)
        return {"students": unit.people - staff, "staff": staff}
    if unit.kind == "hospital":
        return {"staff": unit.people, "beds": round(unit.people * 0.8)}
    return {"staff": unit.people}
