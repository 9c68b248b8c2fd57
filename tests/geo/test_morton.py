import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drillreg.geo.morton import encode, encode_many, ranges

LONS, LATS = st.floats(-180, 180), st.floats(-90, 90)
SHARES = st.floats(0, 1)


@st.composite
def boxes(draw):
    west, east = sorted([draw(LONS), draw(LONS)])
    south, north = sorted([draw(LATS), draw(LATS)])
    return west, south, east, north


@given(boxes(), SHARES, SHARES, st.integers(1, 200))
def test_every_point_of_a_rectangle_falls_into_a_range(box, across, up, max_ranges):
    west, south, east, north = box
    lon = min(max(west + (east - west) * across, west), east)
    lat = min(max(south + (north - south) * up, south), north)
    found = ranges(box, max_ranges)
    assert any(low <= encode(lon, lat) <= high for low, high in found)
    assert len(found) <= max_ranges


@given(boxes(), st.integers(1, 200))
def test_ranges_are_ascending_and_apart(box, max_ranges):
    found = ranges(box, max_ranges)
    assert all(low <= high for low, high in found)
    assert all(one[1] + 1 < two[0] for one, two in itertools.pairwise(found))


@given(st.lists(st.tuples(LONS, LATS), min_size=1, max_size=50))
def test_arrays_give_the_same_numbers_and_fit_a_signed_column(points):
    lons, lats = zip(*points, strict=True)
    many = encode_many(lons, lats)
    assert many.dtype == np.int64
    assert many.tolist() == [encode(lon, lat) for lon, lat in points]
    assert all(0 <= number < 2**62 for number in many.tolist())


def test_more_ranges_cover_less_beside_the_rectangle():
    box = (114.8, 24.5, 115.4, 25.1)
    covered = [sum(high - low for low, high in ranges(box, most)) for most in (1, 8, 64)]
    assert covered[0] > covered[1] > covered[2]
    assert covered[2] < 1.6 * (0.6 / 360) * (0.6 / 180) * 2**62


def test_a_rectangle_turned_inside_out_holds_nothing():
    assert ranges((10.0, 0.0, 5.0, 1.0)) == []
