import io
import json
import math
import sqlite3
import struct
import zipfile

import numpy as np
import pyogrio.raw
import pyproj
import pytest
import shapely

from drillreg.geo.files import GeoLimits
from drillreg.geo.shapes import overlap, wkb_of
from drillreg.geo.shift import ShiftedCrs, from_wgs84
from drillreg.sandbox.limits import INTERACTIVE
from drillreg.sandbox.refusals import Refused

SQUARE = shapely.box(115.0, 24.6, 115.2, 24.8)
NAMES = ["历市镇", "岿美山镇", "老城镇"]


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


def polygon(shape):
    return shapely.geometry.mapping(shape)


def dbf(names, encoding, width=20, declared=b"\x00"):
    head = b"\x03\x7e\x0b\x17" + struct.pack("<IHH", len(names), 32 + 2 * 32 + 1, 1 + width + 6)
    head = head.ljust(29, b"\x00") + declared + b"\x00\x00"
    fields = "名称".encode(encoding).ljust(11, b"\x00") + b"C\0\0\0\0" + bytes([width])
    fields = fields.ljust(32, b"\x00")
    fields += (b"CODE".ljust(11, b"\x00") + b"N\0\0\0\0" + bytes([6])).ljust(32, b"\x00")
    rows = b"".join(
        b" " + name.encode(encoding)[:width].ljust(width) + str(360728 + n).encode()
        for n, name in enumerate(names)
    )
    return head + fields + b"\x0d" + rows + b"\x1a"


def shapefile(folder, shapes, names, encoding="gb18030", crs="EPSG:4547", **kwargs):
    project = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    moved = shapely.transform(shapes, lambda x, y: project.transform(x, y), interleaved=False)
    pyogrio.raw.write(
        folder / "towns.shp",
        shapely.to_wkb(moved),
        [],
        [],
        geometry_type="Polygon",
        crs=crs,
        driver="ESRI Shapefile",
    )
    files = {path.name: path.read_bytes() for path in folder.glob("towns.*")}
    files.pop("towns.cpg", None)
    return {**files, "towns.dbf": dbf(names, encoding, **kwargs)}


@pytest.fixture
def towns(tmp_path):
    """The files of a shapefile with three towns in Gauss-Krüger metres and GBK names."""
    shapes = [shapely.box(115.0 + n / 10, 24.6, 115.1 + n / 10, 24.7) for n in range(3)]
    return shapefile(tmp_path, shapes, NAMES)


def zipped(files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def names_of(table):
    return [found.properties["名称"] for found in table.features]


def messages(table):
    return " ".join(notice.message for notice in table.notices)


# GeoJSON


def test_geojson_is_read_with_its_values(read):
    data = collection(
        feature(polygon(SQUARE), 名称="历市镇", 户数=12, 面积=1.5, 空=None, 标签=["a"], 核查=True)
    )
    table = read({"乡镇.geojson": data})
    (found,) = table.features
    assert found.properties == {
        "名称": "历市镇",
        "户数": 12,
        "面积": 1.5,
        "空": None,
        "标签": '["a"]',
        "核查": "true",
    }
    assert found.kind == "Polygon"
    assert found.bbox == (115.0, 24.6, 115.2, 24.8)
    assert overlap(found.wkb, wkb_of(SQUARE)) == 1.0
    assert table.columns == ["名称", "户数", "面积", "空", "标签", "核查"]
    assert "4326" in table.source_crs
    assert table.notices == ()


@pytest.mark.parametrize(
    "document",
    [
        polygon(SQUARE),
        feature(polygon(SQUARE)),
        {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
    ],
)
def test_a_bare_geometry_is_a_feature_too(read, document):
    assert len(read({"a.json": json.dumps(document).encode()}).features) == 1


def test_gbk_text_and_a_byte_order_mark_are_read(read):
    text = json.dumps(feature(point(115, 24), 名称="历市镇"), ensure_ascii=False)
    assert names_of(read({"a.json": text.encode("gb18030")})) == ["历市镇"]
    assert names_of(read({"a.json": text.encode("utf-8-sig")})) == ["历市镇"]


def test_each_bad_feature_has_its_reason_and_the_good_ones_stay(read):
    data = collection(
        feature(point(115.0, 24.7), name="good"),
        feature(None),
        feature(point(math.nan, 24.0)),
        feature(point(500.0, 24.0)),
        feature(point(24.7, 115.0)),
        feature({"type": "Polygon", "coordinates": []}),
        feature({"type": "Polygon", "coordinates": "x"}),
        feature({"type": "Circle", "coordinates": [1, 2]}),
        feature({"type": "GeometryCollection", "geometries": [point(1, 1)]}),
        "nonsense",
        feature({"type": "Polygon", "coordinates": [[[115, 24], [116, 24], [115, 24]]]}),
        feature({"type": "Polygon", "coordinates": [[[115, 24], [116, 25], [115, 24], [115, 24]]]}),
    )
    table = read({"a.geojson": data})
    assert [found.index for found in table.features] == [0]
    assert {bad.index: bad.message.split(":")[0].split("%")[0] for bad in table.bad_rows} == {
        1: "It has no shape.",
        2: "A position of it is not a number.",
        3: "The position ",
        4: "Longitude and latitude look swapped",
        5: "Its shape is empty.",
        6: "Its shape cannot be read.",
        7: "Its shape cannot be read.",
        8: "It mixes shapes of several kinds (a geometry collection).",
        9: "This is not a GeoJSON feature.",
        10: "Its outline encloses no area.",
        11: "Its outline encloses no area.",
    }
    assert table.bad_rows[2].params == {"x": "500", "y": "24"}
    assert "look swapped" in messages(table)


def test_infinite_positions_are_reported(read):
    text = b'{"type":"Feature","geometry":{"type":"Point","coordinates":[1e999,24]}}'
    assert read({"a.json": text}).bad_rows[0].message == "A position of it is not a number."


def test_swapped_axes_are_only_hinted_until_chosen(read):
    data = collection(feature(point(24.7, 85.0)), feature(point(24.8, 85.1)))
    table = read({"a.json": data})
    assert len(table.features) == 2
    assert "look swapped" in messages(table)
    again = read({"a.json": data}, swap_axes=True)
    assert again.features[0].bbox[:2] == (85.0, 24.7)
    assert again.notices == ()


def test_a_self_crossing_outline_is_mended_and_said_so(read):
    bow = {
        "type": "Polygon",
        "coordinates": [[[115, 24], [116, 25], [116, 24], [115, 25], [115, 24]]],
    }
    (found,) = read({"a.json": json.dumps(bow).encode()}).features
    assert found.kind == "MultiPolygon"
    assert "mended" in found.notices[0].message


@pytest.mark.parametrize(
    ("crs", "accepted"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4490", True),
        ("EPSG:4490", True),
        ("EPSG:999999", False),
        ("urn:ogc:def:crs:EPSG::999999", False),
        ("+proj=longlat +nadgrids=/etc/passwd", False),
        ("EPSG:5773", False),
    ],
)
def test_the_named_system_is_taken_or_refused_but_never_guessed(read, crs, accepted):
    data = collection(feature(point(115, 24.7)), crs={"type": "name", "properties": {"name": crs}})
    if accepted:
        assert read({"a.json": data}).features[0].bbox[:2] == pytest.approx((115, 24.7), abs=1e-9)
    else:
        with pytest.raises(Refused, match="coordinate system"):
            read({"a.json": data})


def test_metres_in_a_file_that_says_degrees_are_refused_with_the_likely_zone(read):
    data = collection(feature(point(38_601_234.5, 2_733_000.0)))
    with pytest.raises(Refused, match="holds metres") as caught:
        read({"a.json": data})
    assert "EPSG:4526" in caught.value.params["guess"]
    assert read({"a.json": data}, crs="EPSG:4526").features[0].bbox[:2] == pytest.approx(
        (115.0, 24.7), abs=0.05
    )
    with pytest.raises(Refused, match="holds metres"):
        read({"a.json": collection(feature(point(601_234.5, 2_733_000.0)))})


def test_degrees_in_a_file_that_says_metres_are_refused(read):
    with pytest.raises(Refused, match="holds degrees"):
        read({"a.json": collection(feature(point(115, 24.7)))}, crs="EPSG:4547")


def test_an_older_datum_is_converted_with_a_warning(read):
    table = read({"a.json": collection(feature(point(115, 24.7)))}, crs="EPSG:4610")
    assert "Xi'an 1980" in messages(table)
    assert "as you chose" in messages(table)


def test_shifted_positions_are_converted_when_asked(read):
    lon, lat = (float(number) for number in from_wgs84(115.0, 24.7, ShiftedCrs.BD09))
    table = read({"a.json": collection(feature(point(lon, lat)))}, shift=ShiftedCrs.BD09)
    assert table.features[0].bbox[:2] == pytest.approx((115.0, 24.7), abs=1e-8)


def test_a_suspected_shift_is_hinted_and_never_converted(read):
    shifted = shapely.transform(
        SQUARE, lambda x, y: from_wgs84(x, y, ShiftedCrs.GCJ02), interleaved=False
    )
    data = collection(feature(polygon(shifted)))
    table = read({"a.json": data}, reference=wkb_of(SQUARE))
    assert table.notices[0].params == {"datum": "GCJ-02"}
    assert overlap(table.features[0].wkb, wkb_of(shifted)) > 0.9999
    assert read({"a.json": data}).notices == ()
    true = collection(feature(polygon(SQUARE)))
    assert read({"a.json": true}, reference=wkb_of(SQUARE)).notices == ()
    marked = collection(feature(point(115, 24.7), adcode=360728, childrenNum=0))
    assert "map service" in messages(read({"a.json": marked}))


def test_a_wrong_central_meridian_shows_against_the_known_area(read, towns):
    table = read(towns, crs="EPSG:4548", reference=wkb_of(SQUARE))
    assert "known area" in messages(table)


def test_places_abroad_are_pointed_out(read):
    assert "outside China" in messages(read({"a.json": collection(feature(point(2.3, 48.9)))}))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b'"x"',
        b"null",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type":"Topology","objects":{}}',
        b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read x"}',
        b'{"displayFieldName":"","features":[],"geometryType":"esriGeometryPoint"}',
        b"\xff\xfe{\x00}\x00",
        b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>",
        b"  <OGRVRTDataSource/>",
        b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>',
        b"CSV:/etc/passwd",
        b"lon,lat\n115,24\n",
        b"%PDF-1.4",
        b"PK\x03\x04rubbish",
        b"SQLite format 3\x00rubbish",
        b"\x00\x00\x27\x0arubbish",
        b"\x80\x81\x82\xff" * 50,
    ],
)
@pytest.mark.parametrize("name", ["a.geojson", "a.shp", "a.gpkg", "a.kml", "a"])
def test_what_is_not_geodata_is_refused_whatever_its_name(read, name, content):
    with pytest.raises(Refused):
        read({name: content})


def test_too_much_is_refused(read):
    few = GeoLimits(2, 10, INTERACTIVE)
    many = collection(*[feature(point(115, 24))] * 3)
    with pytest.raises(Refused, match="features"):
        read({"a.json": many}, limits=few)
    circle = collection(feature(polygon(shapely.Point(115, 24).buffer(0.1))))
    with pytest.raises(Refused, match="positions"):
        read({"a.json": circle}, limits=few)
    with pytest.raises(Refused, match="files"):
        read({})


# Shapefile


def test_a_gbk_shapefile_in_metres_gives_right_names_in_the_right_place(read, towns):
    table = read(towns)
    assert names_of(table) == NAMES
    assert table.encoding == "gb18030"
    assert "EPSG:4547" in table.source_crs
    assert [found.properties["CODE"] for found in table.features] == [360728, 360729, 360730]
    assert table.features[0].bbox == pytest.approx((115.0, 24.6, 115.1, 24.7), abs=1e-8)


@pytest.mark.parametrize(
    ("encoding", "cpg", "wrong"),
    [
        ("gb18030", None, False),
        ("gb18030", "GBK", False),
        ("gb18030", "UTF-8", True),
        ("gb18030", "ISO-8859-1", True),
        ("gb18030", "88591", True),
        ("utf-8", None, False),
        ("utf-8", "UTF-8", False),
        ("utf-8", "GBK", True),
        ("utf-8", "936", True),
        ("utf-8", "nonsense", True),
    ],
)
def test_names_are_right_whatever_the_cpg_says(read, tmp_path, encoding, cpg, wrong):
    shapes = [SQUARE] * 3
    files = shapefile(tmp_path, shapes, NAMES, encoding)
    if cpg is not None:
        files["towns.cpg"] = cpg.encode()
    table = read(files)
    assert names_of(table) == NAMES
    assert (".cpg" in messages(table)) is wrong


def test_a_character_cut_in_two_by_the_width_is_dropped(read, tmp_path):
    files = shapefile(tmp_path, [SQUARE], ["定南县历市镇中心小学"], "utf-8", width=20)
    assert names_of(read(files)) == ["定南县历市镇"]


def test_a_missing_prj_asks_and_the_choice_is_taken(read, towns):
    del towns["towns.prj"]
    with pytest.raises(Refused, match="does not say its coordinate system"):
        read(towns)
    assert read(towns, crs="EPSG:4547").features[0].bbox[0] == pytest.approx(115.0, abs=1e-8)
    with pytest.raises(Refused, match="no coordinate system"):
        read(towns, crs="EPSG:999999")


@pytest.mark.parametrize("prj", [b"nonsense", b"GEOGCS[", b"EPSG:999999"])
def test_a_prj_that_means_nothing_is_refused(read, towns, prj):
    with pytest.raises(Refused, match="coordinate system"):
        read({**towns, "towns.prj": prj})


@pytest.mark.parametrize("gone", ["shp", "shx", "dbf"])
def test_a_missing_part_is_named(read, towns, gone):
    del towns[f"towns.{gone}"]
    with pytest.raises(Refused, match=r"needs its"):
        read(towns)


def test_damaged_parts_are_refused(read, towns):
    for name in ("towns.shp", "towns.shx", "towns.dbf"):
        with pytest.raises(Refused):
            read({**towns, name: towns[name][:40]})


def test_a_zip_with_folders_and_gbk_names_is_read(read, towns):
    packed = zipped(
        {f"乡镇/{name}": content for name, content in towns.items()} | {"__MACOSX/._x.shp": b"x"}
    )
    assert names_of(read({"乡镇.zip": packed})) == NAMES


def test_two_shapefiles_in_a_zip_ask_which(read, towns):
    both = zipped(towns | {name.replace("towns", "other"): data for name, data in towns.items()})
    with pytest.raises(Refused, match="several layers"):
        read({"a.zip": both})
    assert names_of(read({"a.zip": both}, layer="other.shp")) == NAMES


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({f"{n}.txt": b"" for n in range(501)}, "more than"),
        ({"a.dbf": b"0" * 20_000_000}, "unpacks to too much"),
        ({"../a.json": b"{}"}, "unsafe"),
        ({"/etc/a.json": b"{}"}, "unsafe"),
        ({"c:\\a.json": b"{}"}, "unsafe"),
        ({"a.zip": zipped({"b.json": b"{}"})}, "archive inside"),
        ({"a.txt": b"hello"}, "not a GeoJSON"),
        ({}, "not a GeoJSON"),
        ({"a.shp": b"<OGRVRTDataSource/>"}, "ending"),
    ],
)
def test_bad_archives_are_refused(read, files, sentence):
    with pytest.raises(Refused, match=sentence):
        read({"a.zip": zipped(files)})


# GeoPackage and KML


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb([shapely.Point(600_000, 2_733_000), None]),
        [np.array(["岭下村", None], dtype=object)],
        ["名称"],
        geometry_type="Point",
        crs="EPSG:4547",
        driver="GPKG",
        layer="points",
    )
    return path


def test_a_geopackage_is_read(read, package):
    table = read({"a.gpkg": package.read_bytes()})
    assert names_of(table) == ["岭下村"]
    assert table.bad_rows[0].message == "It has no shape."
    assert "EPSG:4547" in table.source_crs


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE gpkg_contents SET srs_id = -1", "does not say"),
        (
            "UPDATE gpkg_spatial_ref_sys SET organization_coordsys_id = 999999 WHERE srs_id = 4547",
            "no coordinate system",
        ),
        ("CREATE VIRTUAL TABLE v USING fts3(x)", "virtual"),
        ("DELETE FROM gpkg_contents", "no layer"),
        ("DROP TABLE gpkg_contents", "damaged"),
    ],
)
def test_a_geopackage_that_misleads_is_refused(read, package, statement, sentence):
    with sqlite3.connect(package) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)
    database.close()
    with pytest.raises(Refused, match=sentence):
        read({"a.gpkg": package.read_bytes()})


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>点</name><Placemark><name>岭下村</name>
<Point><coordinates>115.1,24.7,0</coordinates></Point></Placemark></Folder>
<Folder><name>面</name><Placemark><name>历市镇</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>115,24.6 115.1,24.6 115.1,24.7 115,24.7 115,24.6</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


@pytest.mark.parametrize("packed", [False, True])
def test_all_folders_of_a_kml_are_read(read, packed):
    data = zipped({"doc.kml": KML.encode()}) if packed else KML.encode()
    table = read({"a.kmz" if packed else "a.kml": data})
    assert [(found.index, found.kind) for found in table.features] == [(0, "Point"), (1, "Polygon")]
    assert [found.properties["Name"] for found in table.features] == ["岭下村", "历市镇"]
    assert "tessellate" not in table.columns
