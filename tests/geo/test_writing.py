import json
import zipfile
from io import BytesIO

import pytest

from drillreg.geo.shapes import overlap, point_wkb
from drillreg.geo.writing import (
    OutFeature,
    geojson_bytes,
    geopackage_bytes,
    kml_bytes,
    shapefile_bytes,
)
from tests.geo.test_shapes import SQUARE


def test_geojson_is_safe_inside_a_page_and_reads_back(read):
    name = "岭下村</script>\u2028&"
    rows = [OutFeature("a1", SQUARE, {"name": name}), OutFeature(2, None, {"name": None})]
    written = geojson_bytes(rows)
    assert not set(b"<>&") & set(written)
    assert json.loads(written)["features"][0]["properties"]["name"] == name
    table = read({"out.geojson": written})
    assert [feature.kind for feature in table.features] == ["Polygon"]
    assert [row.index for row in table.bad_rows] == [1]


def test_a_geopackage_reads_back_with_chinese_names(read):
    rows = [
        OutFeature(1, SQUARE, {"名称": "岭下村", "户数": 12, "核查": True}),
        OutFeature(2, point_wkb(115.0, 24.0), {"名称": None}),
    ]
    table = read({"out.gpkg": geopackage_bytes(rows, "隐患点")})
    assert [feature.properties["名称"] for feature in table.features] == ["岭下村", None]
    assert table.features[0].properties["户数"] == 12
    assert overlap(table.features[0].wkb, SQUARE) > 0.999999
    assert "4490" in table.source_crs


@pytest.mark.parametrize(("encoding", "read_as"), [("UTF-8", "utf-8"), ("GBK", "gb18030")])
def test_a_shapefile_reads_back_with_its_encoding(read, encoding, read_as):
    rows = [
        OutFeature(1, SQUARE, {"名称": "岭下村", "people": 12}),
        OutFeature(2, point_wkb(115.0, 24.0), {"名称": "老虎坳滑坡", "people": None}),
    ]
    archive = zipfile.ZipFile(BytesIO(shapefile_bytes(rows, encoding)))
    parts = {name.partition(".")[0] for name in archive.namelist()}
    assert parts == {"points", "areas"}
    for part, name in (("areas", "岭下村"), ("points", "老虎坳滑坡")):
        files = {each: archive.read(each) for each in archive.namelist() if each.startswith(part)}
        table = read(files)
        assert [feature.properties["名称"] for feature in table.features] == [name]
        assert table.encoding == read_as
        assert "4490" in table.source_crs


def test_an_empty_list_is_a_shapefile_too(read):
    archive = zipfile.ZipFile(BytesIO(shapefile_bytes([], "UTF-8")))
    assert "points.shp" in archive.namelist()


def test_a_kml_reads_back(read):
    rows = [OutFeature(1, point_wkb(115.0, 24.0), {"name": "老虎坳<滑坡>", "about": "BY-1，红"})]
    (feature,) = read({"out.kml": kml_bytes(rows, "风险点")}).features
    assert feature.properties["Name"] == "老虎坳<滑坡>"
    assert feature.properties["description"] == "BY-1，红"
