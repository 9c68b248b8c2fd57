import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillreg.geo.shapes import distance_m
from drillreg.geo.shift import ShiftedCrs, from_wgs84, inside_china, to_wgs84

SHIFTED = [ShiftedCrs.GCJ02, ShiftedCrs.BD09]
LONS, LATS = st.floats(73.5, 135.0), st.floats(3.9, 53.6)


@pytest.mark.parametrize("given_crs", SHIFTED)
@given(lon=LONS, lat=LATS)
def test_a_round_trip_stays_under_ten_centimetres(given_crs, lon, lat):
    x, y = to_wgs84(*from_wgs84(lon, lat, given_crs), given_crs)
    assert abs(float(x) - lon) < 1e-7
    assert abs(float(y) - lat) < 1e-7
    assert distance_m(lon, lat, float(x), float(y)) < 0.1


@pytest.mark.parametrize(
    ("to", "lon", "lat"),
    [
        (ShiftedCrs.GCJ02, 116.41024449916938, 39.91640428150164),
        (ShiftedCrs.BD09, 116.41662724378733, 39.922699552216216),
    ],
)
def test_beijing_is_where_the_maps_show_it(to, lon, lat):
    x, y = from_wgs84(116.404, 39.915, to)
    assert (float(x), float(y)) == pytest.approx((lon, lat), abs=1e-9)


@pytest.mark.parametrize("given_crs", SHIFTED)
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_outside_china_nothing_moves(given_crs, lon, lat):
    if not inside_china(lon, lat):
        assert tuple(map(float, from_wgs84(lon, lat, given_crs))) == (lon, lat)
    if lon < 71 or lon > 139 or lat < 0 or lat > 57:
        assert tuple(map(float, to_wgs84(lon, lat, given_crs))) == (lon, lat)


def test_the_shift_is_some_hundred_metres_and_whole_arrays_are_taken_at_once():
    lons, lats = np.meshgrid(np.linspace(75, 130, 40), np.linspace(20, 50, 40))
    x, y = from_wgs84(lons, lats, ShiftedCrs.GCJ02)
    assert x.shape == lons.shape
    moved = [distance_m(*p) for p in zip(lons.flat, lats.flat, x.flat, y.flat, strict=True)]
    assert 20 < min(moved) <= max(moved) < 1000


def test_unshifted_positions_stay():
    assert tuple(map(float, to_wgs84(115.0, 24.7, ShiftedCrs.WGS84))) == (115.0, 24.7)
