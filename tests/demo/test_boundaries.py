import json
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from drillreg.demo.boundaries import county_text
from drillreg.demo.places import TOWNS, UNITS

FILE = Path(__file__).parents[2] / "geodata" / "qingling.geojson"

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def areas():
    """Code → (properties, shape) of the file."""
    features = json.loads(FILE.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["code"]: (f["properties"], shape(f["geometry"])) for f in features}


def at_level(areas, level):
    return [area for said, area in areas.values() if said["level"] == level]


def test_the_file_is_what_the_generator_draws():
    assert FILE.read_text(encoding="utf-8") == county_text()
    assert FILE.stat().st_size < 250_000


def test_villages_tile_the_county_without_gap_or_overlap(areas):
    villages = at_level(areas, "village")
    (county,) = at_level(areas, "county")
    assert len(villages) == 61
    assert shapely.coverage_is_valid(villages)
    assert shapely.symmetric_difference(shapely.union_all(villages), county).area == 0


def test_towns_are_exactly_their_villages(areas):
    assert shapely.coverage_is_valid(at_level(areas, "town"))
    for town in TOWNS:
        own = [areas[village.code][1] for village in town.villages]
        whole = shapely.coverage_union_all(own)
        assert shapely.symmetric_difference(whole, areas[town.code][1]).area == 0


def test_everything_says_that_it_is_fictional(areas):
    assert all(said["fictional"] for said, _ in areas.values())
    assert all(code.startswith("9999") for code in areas)


def test_every_unit_lies_in_a_village_of_its_town():
    villages = {town.letters: {v.name for v in town.villages} for town in TOWNS}
    assert all(unit.village in villages[unit.town] for unit in UNITS)
    assert len({unit.name for unit in UNITS}) == len(UNITS)
