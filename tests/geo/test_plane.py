"""The plane of a zone: right to a tenth of a per cent, wherever in China; drawings in and out."""

import math
from random import Random

import numpy as np
import pytest
import shapely
from pyproj import Geod

from drillreg.core.errors import DomainError
from drillreg.geo.canvas import canvas_for
from drillreg.geo.plane import (
    Targets,
    geometries,
    nice_length,
    outline_around,
    shapes_of,
    within_reach,
    zone_name,
    zone_of,
)
from drillreg.geo.shapes import area_km2, point_wkb
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.tracing import as_lines, read_area, read_way

pytestmark = pytest.mark.one_database
ELLIPSOID = Geod(ellps="GRS80")


@pytest.mark.parametrize(("lon", "zone"), [(112.51, 38), (113.9, 38), (115.49, 38), (115.51, 39)])
def test_a_longitude_lies_in_its_zone(lon, zone):
    assert zone_of(lon) == zone
    assert zone_name(38) == "EPSG:4547"
    assert zone_name(2) == "Gauss-Krüger CM 6"


def test_distances_are_right_at_the_edge_of_a_zone_and_across_it():
    chance = Random(5)
    for _ in range(200):
        lon = chance.choice((112.5001, 114.0, 115.4999))
        lat, away, angle = (
            chance.uniform(18, 53),
            chance.uniform(50, 19_000),
            chance.uniform(0, 360),
        )
        to_lon, to_lat, _ = ELLIPSOID.fwd(lon, lat, angle, away)
        found = within_reach(
            shapes_of([lon], [lat], [None]),
            [20_000.0],
            geometries([None]),
            Targets(shapes_of([to_lon], [to_lat], [None])),
            zone_of(lon),
        )
        assert found.metres[0] == pytest.approx(away, rel=0.0005)


def test_nothing_in_reach_and_nothing_at_all_are_no_error():
    site = shapes_of([113.9], [27.0], [None])
    far = Targets(shapes_of([20.0], [27.0], [None]))
    none = Targets(shapes_of([], [], []))
    for targets in (far, none):
        assert len(within_reach(site, [500.0], geometries([None]), targets, 38).source) == 0


def test_a_line_reaches_from_its_whole_length():
    line = shapely.to_wkb(shapely.LineString([(113.9, 27.0), (113.95, 27.0)]))
    found = within_reach(
        shapes_of([113.9], [27.0], [line]),
        [200.0],
        geometries([None]),
        Targets(shapes_of([113.95], [27.001], [None])),
        38,
    )
    assert found.metres[0] == pytest.approx(110.8, rel=0.01)


def test_the_outline_around_a_point_has_its_area():
    circle = outline_around(point_wkb(113.9, 27.0), 500.0)
    assert area_km2(circle) == pytest.approx(math.pi * 0.25, rel=0.01)


@pytest.mark.parametrize(("width", "length"), [(900, 200), (4_000, 1_000), (21_000, 5_000)])
def test_a_bar_has_a_round_length(width, length):
    assert nice_length(width) == length


def test_a_picture_holds_what_is_drawn():
    point = point_wkb(113.9, 27.0)
    canvas = canvas_for([(point, 500.0)], width=760, height=560)
    assert canvas.spot(113.9, 27.0) == (380.0, 280.0)
    east, _ = canvas.spot(*ELLIPSOID.fwd(113.9, 27.0, 90, 500)[:2])
    assert (east - 380) / canvas.pixels_per_m == pytest.approx(500, rel=0.002)


def test_a_drawing_comes_back_as_it_was_drawn():
    ring = "113.900000,27.000000\n113.910000,27.000000\n113.910000,27.010000"
    assert as_lines(read_area(ring, ShiftedCrs.WGS84)) == ring
    way = "冷水组 113.900000,27.000000\n113.910000，27.010000"
    assert as_lines(read_way(way, ShiftedCrs.WGS84)).count("\n") == 1
    shifted = shapely.from_wkb(read_area(ring, ShiftedCrs.GCJ02))
    moved = np.abs(shapely.get_coordinates(shifted)[0] - (113.9, 27.0))
    assert 0.001 < moved.max() < 0.01


@pytest.mark.parametrize(
    "text",
    [
        "{" * 5000,
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "Feature", "geometry": null}',
        '{"type": "Polygon", "coordinates": [[[0, 0], ["x", 1], [1, 1]]]}',
        '{"type": "Polygon", "crs": {"properties": {"name": "EPSG:4547"}}, "coordinates": []}',
        "9" * 300_000,
        "200,27\n201,27\n201,28",
    ],
)
def test_nonsense_is_refused_with_a_sentence(text):
    with pytest.raises(DomainError):
        read_area(text, ShiftedCrs.WGS84)
