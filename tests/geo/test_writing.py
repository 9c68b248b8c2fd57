import json

from drillreg.geo.shapes import overlap, point_wkb
from drillreg.geo.writing import OutFeature, geojson_bytes, geopackage_bytes
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
