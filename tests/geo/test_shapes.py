import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from drillreg.core.errors import DomainError
from drillreg.geo import shapes

SQUARE = shapes.wkb_of(shapely.box(115.0, 24.0, 115.1, 24.1))
EAST = shapes.wkb_of(shapely.box(115.1, 24.0, 115.2, 24.1))
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def test_a_square_is_measured_on_the_ellipsoid():
    assert shapes.area_km2(SQUARE) == pytest.approx(112.6, abs=0.2)
    assert shapes.area_km2(shapes.wkb_of(shapely.from_wkb(SQUARE).reverse())) == pytest.approx(
        shapes.area_km2(SQUARE)
    )
    assert shapes.area_km2(shapes.point_wkb(115.0, 24.0)) == 0.0
    assert shapes.length_km(shapes.wkb_of(shapely.LineString([(115, 24), (115, 25)]))) == (
        pytest.approx(110.77, abs=0.05)
    )


def test_a_hole_is_not_part_of_the_area():
    holed = shapely.box(115.0, 24.0, 115.1, 24.1).difference(
        shapely.box(115.02, 24.02, 115.08, 24.08)
    )
    assert shapes.area_km2(shapes.wkb_of(holed)) == pytest.approx(
        shapes.area_km2(SQUARE) * 0.64, rel=0.001
    )


def test_points_find_their_area_and_a_border_goes_to_the_first():
    areas = [("west", SQUARE), ("east", EAST)]
    lons = [115.05, 115.15, 115.1, 116.0, math.nan]
    assert shapes.locate_points(lons, [24.05] * 5, areas) == ["west", "east", "west", None, None]
    assert shapes.locate_points([115.1], [24.05], areas[::-1]) == ["east"]
    assert shapes.locate_points([], [], areas) == []
    assert shapes.locate_points([115.0], [24.0], []) == [None]


@given(st.lists(st.tuples(st.floats(114.9, 115.3), st.floats(23.9, 24.2)), max_size=30))
def test_locating_many_is_asking_each(points):
    areas = [(1, SQUARE), (2, EAST)]
    found = shapes.locate_points([p[0] for p in points], [p[1] for p in points], areas)
    for (lon, lat), place in zip(points, found, strict=True):
        holding = [area for area, wkb in areas if shapes.contains_point(wkb, lon, lat)]
        assert place == (holding[0] if holding else None)


def test_a_bow_tie_is_cut_into_its_two_halves():
    whole, changed = shapes.mended(BOW_TIE)
    assert changed
    assert whole.is_valid
    assert whole.geom_type == "MultiPolygon"
    assert whole.area == pytest.approx(0.5)
    assert shapes.mended(whole) == (whole, False)


def test_a_spike_of_a_polygon_is_dropped_and_a_line_leaves_nothing():
    spiked = shapely.Polygon([(0, 0), (2, 0), (2, 2), (3, 3), (2, 2), (0, 2)])
    assert shapes.mended(spiked)[0].geom_type in {"Polygon", "MultiPolygon"}
    flat = shapely.Polygon([(0, 0), (1, 0), (2, 0), (0, 0)])
    assert shapes.mended(flat)[0].is_empty


def test_a_simplified_outline_stays_within_the_tolerance_in_metres():
    circle = shapely.Point(115, 24).buffer(0.1, quad_segs=200)
    plain = shapes.geometry_of(shapes.simplified(shapes.wkb_of(circle), 100.0))
    assert len(plain.exterior.coords) < 60
    assert plain.hausdorff_distance(circle) * shapes.METRES_PER_DEGREE < 115
    assert shapes.simplified(SQUARE, 0.0) == SQUARE


def test_geojson_has_six_digits_and_runs_counter_clockwise():
    found = shapes.geojson_of(SQUARE)
    assert found["type"] == "Polygon"
    assert shapely.geometry.shape(found).exterior.is_ccw
    point = shapes.geojson_of(shapes.point_wkb(115.12345678, 24.0))
    assert point == {"type": "Point", "coordinates": [115.123457, 24.0]}


def test_inner_point_and_box():
    bent = shapely.Polygon([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)])
    wkb = shapes.wkb_of(bent)
    assert not shapes.contains_point(wkb, *shapes.centroid(shapes.wkb_of(bent.buffer(-0.3)))) or (
        shapes.contains_point(wkb, *shapes.representative_point(wkb))
    )
    assert shapes.contains_point(wkb, *shapes.representative_point(wkb))
    assert shapes.bbox_of(wkb) == (0.0, 0.0, 3.0, 3.0)
    assert shapes.kind_of(wkb) == "Polygon"


def test_overlap_and_union():
    assert shapes.overlap(SQUARE, SQUARE) == pytest.approx(1.0)
    assert shapes.overlap(SQUARE, EAST) == 0.0
    assert shapes.area_km2(shapes.merged([SQUARE, EAST])) == pytest.approx(
        shapes.area_km2(SQUARE) + shapes.area_km2(EAST), rel=1e-6
    )


@pytest.mark.parametrize("place", [(200.0, 24.0), (115.0, 91.0), (math.inf, 0.0)])
def test_positions_off_the_globe_are_refused(place):
    with pytest.raises(DomainError, match="outside"):
        shapes.ensure_in_range(shapes.point_wkb(*place))


@pytest.mark.parametrize("wkb", [b"", b"nonsense", SQUARE[:20]])
def test_bytes_that_are_no_shape_are_refused(wkb):
    with pytest.raises(DomainError, match="cannot be read"):
        shapes.geometry_of(wkb)


def test_an_empty_shape_is_refused():
    with pytest.raises(DomainError, match="empty"):
        shapes.ensure_in_range(shapes.wkb_of(shapely.Polygon()))
