from datetime import date

import pytest
import shapely

from drillreg.orgs.models import Division, DivisionBoundary
from drillreg.orgs.places import division_at, divisions_at, governments_above, org_at
from drillreg.orgs.rules import DivisionLevel
from drillreg.orgs.scope import OrgScope, whole_installation


def division(keep, id_, code, level, name, parent=None):
    path = f"{parent.path if parent else ''}{id_}/"
    return keep(
        Division(
            id=id_,
            code=code,
            level=level,
            name=name,
            parent_id=parent.id if parent else None,
            path=path,
        )
    )


def boundary(keep, of, west, south, east, north, to_on=None):
    return keep(
        DivisionBoundary(
            division_id=of.id,
            from_on=date(2024, 1, 1),
            to_on=to_on,
            wkb=shapely.to_wkb(shapely.box(west, south, east, north)),
            min_lon=west,
            min_lat=south,
            max_lon=east,
            max_lat=north,
            area_km2=(east - west) * (north - south) * 12_000,
            source_crs="WGS 84",
            notices=[],
        )
    )


@pytest.fixture
def land(county, keep):
    """A county of one degree with a town in its south-west, a village inside; another outside."""
    top = division(keep, 1, "360728000000", DivisionLevel.COUNTY, "青岭县")
    town = division(keep, 2, "360728100000", DivisionLevel.TOWN, "白岩镇", top)
    village = division(keep, 3, "360728100201", DivisionLevel.VILLAGE, "岭下村", town)
    boundary(keep, top, 115, 24, 116, 25)
    boundary(keep, town, 115, 24, 115.5, 24.5)
    boundary(keep, village, 115, 24, 115.1, 24.1)
    boundary(keep, village, 115.8, 24.8, 115.9, 24.9, to_on=date(2025, 1, 1))
    county.county.division_id = top.id
    county.town.division_id = town.id
    keep(county.county, county.town)
    return county


def test_the_deepest_division_wins(land, reading):
    assert division_at(115.05, 24.05).name == "岭下村"
    assert division_at(115.3, 24.3).name == "白岩镇"
    assert division_at(115.7, 24.7).name == "青岭县"
    assert division_at(117, 24) is None


def test_a_boundary_that_has_ended_holds_nothing(land, reading):
    assert division_at(115.85, 24.85).name == "青岭县"


def test_many_positions_are_found_in_one_query(land, reading, count_queries):
    with count_queries() as seen:
        found = divisions_at([115.05, 115.3, 117.0, float("nan")], [24.05, 24.3, 24.0, 24.0])
    assert found == [3, 2, None, None]
    assert len(seen) == 1
    assert divisions_at([], []) == []
    assert divisions_at([float("nan")], [24.0]) == [None]


def test_a_village_without_an_organisation_belongs_to_its_town(land, reading, today):
    everything = whole_installation(today)
    assert org_at(115.05, 24.05, everything).name == "白岩镇"
    assert org_at(115.7, 24.7, everything).name == "青岭县"
    assert {id_: org.name for id_, org in governments_above([1, 3, None]).items()} == {
        1: "青岭县",
        3: "白岩镇",
    }


def test_outside_the_scope_no_organisation_is_named(land, reading, today):
    elsewhere = OrgScope(today, frozenset({land.other_town.path}))
    assert org_at(115.05, 24.05, elsewhere) is None
