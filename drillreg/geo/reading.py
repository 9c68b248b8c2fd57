"""Reading an uploaded geodata file; runs in the closed child process, never in the web process."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from drillreg.geo import checking, dbf, geojson
from drillreg.geo.crs import (
    WGS84,
    Notice,
    crs_from_code,
    crs_from_wkt,
    ensure_numbers_fit,
    notice_of_datum,
    text_of,
    to_degrees,
)
from drillreg.geo.geojson import RawFeature, plain_values
from drillreg.geo.shapes import geometry_of
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.unpack import Kind, Part, Source, sources_of
from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

DRIVERS = frozenset({"ESRI Shapefile", "GPKG", "KML", "LIBKML"})

# What LIBKML adds to every placemark.
KML_FILLERS = (
    *("id", "timestamp", "begin", "end", "altitudeMode", "tessellate"),
    *("extrude", "visibility", "drawOrder", "icon", "snippet"),
)
MAX_FIELDS = 255
DELETED_RECORD = N_("The record is marked as deleted.")


@dataclass
class Read:
    """What one source holds, still in its own coordinate system."""

    features: list[RawFeature]
    crs: pyproj.CRS | None
    encoding: str = "utf-8"
    notices: list[Notice] = field(default_factory=list)


def read_features(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Read one data set to WGS84; the features go to `features.json`, the facts are returned.

    `args`: files [[input name, the person's name]], limits {features, vertices}, and optionally
    crs, shift, swap_axes, layer, reference (WKB hex in WGS84). Raises Refused with a sentence.
    """
    work = outputs.parent / "tmp" / "geo"
    work.mkdir(parents=True, exist_ok=True)
    files = [(str(name), inputs / str(stored)) for stored, name in args["files"]]
    source = chosen_source(sources_of(files, work), args.get("layer"))
    read = read_source(source, args, work)
    checking.ensure_within(read.features, args["limits"])
    crs, crs_notices = settled_crs(read.crs, args.get("crs"), source.main.name)
    checking.set_aside_unreadable(read.features)
    if args.get("swap_axes"):
        checking.convert(read.features, checking.swap_axes)
    ensure_numbers_fit(crs, checking.positions(read.features), source.main.name)
    checking.convert(read.features, to_degrees(crs))
    given = ShiftedCrs(args.get("shift") or ShiftedCrs.WGS84)
    checking.convert(read.features, checking.unshift(given))
    checking.set_aside_out_of_range(read.features)
    mended = checking.mend(read.features)
    rows = checking.result_rows(read.features, mended)
    (outputs / "features.json").write_text(
        json.dumps(rows, ensure_ascii=False, allow_nan=False), encoding="utf-8"
    )
    return {
        "source_crs": text_of(crs),
        "encoding": read.encoding,
        "notices": read.notices + crs_notices + hints(read.features, args, given),
    }


def hints(features: Sequence[RawFeature], args: dict[str, Any], given: ShiftedCrs) -> list[Notice]:
    """Return what the file as a whole makes suspect; nothing is changed on a suspicion."""
    known = args.get("reference")
    reference = geometry_of(bytes.fromhex(known)) if known else None
    found = checking.notices_of_place(features)
    found += checking.notices_of_distance(features, reference)
    if given is ShiftedCrs.WGS84:
        found += checking.notices_of_shift(features, reference)
    return found


def chosen_source(sources: Sequence[Source], layer: str | None) -> Source:
    """Return the only data set, or the one of the chosen name; raise Refused when undecided."""
    if len(sources) == 1:
        return sources[0]
    for source in sources:
        if layer and source.main.name == layer:
            return source
    raise _several([source.main.name for source in sources])


def _several(names: Sequence[str]) -> Refused:
    return Refused(
        N_("There are several layers: %(names)s. Choose one of them."), names="、".join(names[:20])
    )


def settled_crs(
    found: pyproj.CRS | None, asked: str | None, name: str
) -> tuple[pyproj.CRS, list[Notice]]:
    """Return the system to use: the person's choice before the file's; Refused when neither."""
    if asked:
        chosen = crs_from_code(asked)
        notices = notice_of_datum(chosen)
        if found is not None and text_of(found) != text_of(chosen):
            message = N_("The file itself says %(found)s; %(chosen)s was used as you chose.")
            notices.append((message, {"found": text_of(found), "chosen": text_of(chosen)}))
        return chosen, notices
    if found is None:
        raise Refused(
            N_("%(name)s does not say its coordinate system. Choose it by hand."), name=name
        )
    return found, notice_of_datum(found)


def read_source(source: Source, args: dict[str, Any], work: Path) -> Read:
    """Read one data set with the reader of its kind."""
    match source.main.kind:
        case Kind.JSON:
            return read_geojson(source.main)
        case Kind.SHP:
            return read_shapefile(source, args, work)
        case Kind.GPKG:
            return read_geopackage(source.main, args, work)
        case _:
            return read_kml(source.main, args, work)


def read_geojson(part: Part) -> Read:
    """Read a GeoJSON file."""
    document, encoding = geojson.parsed(part.path.read_bytes(), part.name)
    return Read(list(geojson.raw_features(document)), geojson.crs_of(document), encoding)


def _copied(part: Part, target: Path) -> Path:
    target.write_bytes(part.path.read_bytes())
    return target


def _info(path: Path, layer: str | None, part: Part, limits: dict[str, int]) -> dict[str, Any]:
    try:
        info: dict[str, Any] = pyogrio.read_info(path, layer=layer, force_feature_count=True)
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise _damaged(part) from error
    if info["driver"] not in DRIVERS or len(info["fields"]) > MAX_FIELDS:
        raise _damaged(part)
    if info["features"] > limits["features"]:
        raise Refused(N_("The file has more than %(limit)d features."), limit=limits["features"])
    return info


def _damaged(part: Part) -> Refused:
    return Refused(N_("%(name)s is damaged or not of the kind it claims."), name=part.name)


def _raw(
    path: Path, part: Part, *, layer: str | None = None, columns: list[str] | None = None
) -> tuple[list[str], Any, Any, Any]:
    try:
        meta, fids, shapes, values = pyogrio.raw.read(
            path,
            layer=layer,
            columns=columns,
            force_2d=True,
            return_fids=True,
            datetime_as_string=True,
        )
    except (DataSourceError, DataLayerError, ValueError, UnicodeError) as error:
        raise _damaged(part) from error
    return list(meta["fields"]), fids, shapes, values


def _geometries(shapes: Any) -> Any:
    return shapely.from_wkb(shapes, on_invalid="ignore")


def read_shapefile(source: Source, args: dict[str, Any], work: Path) -> Read:
    """Read a shapefile: the shapes through GDAL, the attributes and their encoding by ourselves."""
    for kind in (Kind.SHX, Kind.DBF):
        if kind not in source.sides:
            raise Refused(
                N_("%(name)s needs its .%(ending)s file. Choose all files of the shapefile."),
                name=source.main.name,
                ending=kind.value,
            )
    path = _copied(source.main, work / "data.shp")
    _copied(source.sides[Kind.SHX], work / "data.shx")
    table_part = source.sides[Kind.DBF]
    _info(path, None, source.main, args["limits"])
    # Without the table GDAL keeps deleted records, so that record and shape stay in step.
    _, fids, shapes, _ = _raw(path, source.main, columns=[])
    table = dbf.dbf_table(table_part.path.read_bytes(), table_part.name)
    declared = _declared(source)
    encoding = dbf.choose_encoding(table, declared, table_part.name)
    features = [
        _shape_record(table, int(fid), geometry, encoding)
        for fid, geometry in zip(fids, _geometries(shapes), strict=True)
    ]
    notices = _encoding_notice(declared, encoding, source)
    return Read(features, _crs_of_prj(source), encoding, notices)


def _shape_record(table: dbf.DbfTable, fid: int, geometry: Any, encoding: str) -> RawFeature:
    feature = RawFeature(fid, plain_values(dbf.properties_of(table, fid, encoding)), geometry)
    if (table.record(fid) or b" ")[0] == dbf.DELETED:
        feature.reason, feature.geometry = DELETED_RECORD, None
    return feature


def _declared(source: Source) -> str | None:
    part = source.sides.get(Kind.CPG)
    return dbf.declared_encoding(part.path.read_bytes()[:64].decode("latin-1")) if part else None


def _encoding_notice(declared: str | None, encoding: str, source: Source) -> list[Notice]:
    if Kind.CPG not in source.sides or declared == encoding:
        return []
    message = N_("The .cpg file is wrong: the texts read right as %(encoding)s.")
    return [(message, {"encoding": encoding.upper()})]


def _crs_of_prj(source: Source) -> pyproj.CRS | None:
    part = source.sides.get(Kind.PRJ)
    if part is None:
        return None
    return crs_from_wkt(part.path.read_bytes()[:20_000].decode("utf-8", "replace"), part.name)


def read_geopackage(part: Part, args: dict[str, Any], work: Path) -> Read:
    """Read one feature table of a GeoPackage; views and virtual tables are not trusted."""
    path = _copied(part, work / "data.gpkg")
    tables = feature_tables(path, part)
    names = [name for name, _ in tables]
    asked = args.get("layer")
    layer = asked if asked in names else None
    if layer is None:
        if len(names) != 1:
            raise (
                _several(names)
                if names
                else Refused(N_("%(name)s has no layer with shapes."), name=part.name)
            )
        layer = names[0]
    _info(path, layer, part, args["limits"])
    fields, _, shapes, values = _raw(path, part, layer=layer)
    return Read(_rows(fields, shapes, values, 0), dict(tables)[layer])


def feature_tables(path: Path, part: Part) -> list[tuple[str, pyproj.CRS | None]]:
    """Return the real feature tables of a GeoPackage with their systems, in order."""
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            ensure_plain_schema(database, part)
            rows = database.execute(
                "SELECT c.table_name, s.organization, s.organization_coordsys_id, s.definition"
                " FROM gpkg_contents c JOIN sqlite_master m"
                " ON m.name = c.table_name AND m.type = 'table'"
                " LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id"
                " WHERE c.data_type = 'features' ORDER BY c.table_name"
            ).fetchall()
    except sqlite3.Error as error:
        raise _damaged(part) from error
    return [(str(row[0]), _crs_of_row(row, part)) for row in rows]


def ensure_plain_schema(database: sqlite3.Connection, part: Part) -> None:
    """Raise Refused when a GeoPackage has virtual tables that could reach beyond itself."""
    virtual = database.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE 'create%virtual%'"
    ).fetchall()
    if any("rtree" not in str(sql).lower() for (sql,) in virtual):
        raise Refused(N_("%(name)s contains virtual tables, which are not read."), name=part.name)


def _crs_of_row(row: Sequence[Any], part: Part) -> pyproj.CRS | None:
    _, organisation, code, definition = row
    if organisation is None or str(organisation).upper() == "NONE":
        return None
    if str(organisation).upper() == "EPSG":
        return crs_from_code(f"EPSG:{code}")
    return crs_from_wkt(str(definition), part.name)


def read_kml(part: Part, args: dict[str, Any], work: Path) -> Read:
    """Read all folders of a KML as one table; KML is WGS84 by its standard."""
    path = _copied(part, work / "data.kml")
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except (DataSourceError, ValueError) as error:
        raise _damaged(part) from error
    features: list[RawFeature] = []
    for layer in layers:
        _info(path, layer, part, args["limits"])
        fields, _, shapes, values = _raw(path, part, layer=layer)
        if shapes is not None:
            features += _rows(fields, shapes, values, len(features))
    for feature in features:
        for filler in KML_FILLERS:
            feature.properties.pop(filler, None)
    return Read(features, WGS84)


def _rows(fields: Sequence[str], shapes: Any, values: Any, first: int) -> list[RawFeature]:
    if shapes is None:
        return []
    columns = [[_plain(value) for value in column] for column in values]
    return [
        RawFeature(
            first + number,
            plain_values(dict(zip(fields, row, strict=True))),
            geometry,
            _reason_of_shape(shape, geometry),
        )
        for number, (shape, geometry, row) in enumerate(
            zip(
                shapes,
                _geometries(shapes),
                zip(*columns, strict=True) if columns else [()] * len(shapes),
                strict=True,
            )
        )
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return None if isinstance(value, bytes) else value


def _reason_of_shape(shape: Any, geometry: Any) -> str | None:
    if shape is None:
        return N_("It has no shape.")
    if geometry is None:
        return N_("Its shape cannot be read.")
    if geometry.geom_type == "GeometryCollection" and not geometry.is_empty:
        return N_("It mixes shapes of several kinds (a geometry collection).")
    return None
