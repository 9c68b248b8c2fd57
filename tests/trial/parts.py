"""The parts of a trial, in the order in which an office would bring its data in."""

import csv
import io
import json

import openpyxl
import shapely
from sqlalchemy import func, select

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.geo.files import read_geodata
from drillreg.geo.shapes import distance_m, geometry_of, overlap
from drillreg.geo.shift import ShiftedCrs, from_wgs84, to_wgs84
from drillreg.hazards.models import HazardSite
from drillreg.hazards.rules import IMPORT_KIND
from drillreg.i18n import translate
from drillreg.imports.applying import bring_in
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.imports.registry import kind_of
from drillreg.orgs.divisions import boundaries_of, divisions_by_code
from drillreg.orgs.models import Division, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import covers
from drillreg.sheets.days import DayOrder
from drillreg.workdays.operations import import_days
from drillreg.workdays.rules import parse_holiday_cn
from tests.trial.book import Book, MissingError, sentence_of
from tests.trial.dry import dry_fields, dry_run

DINGNAN = "360728"
SHAPEFILE = "boundaries/ganzhou_counties_cgcs2000_gk114_gbk"
TIANDITU = "boundaries/ganzhou_counties_tianditu.geojson"
AMAP = "boundaries/ganzhou_counties_amap_wgs84.geojson"
GCJ = "boundaries/dingnan_gcj02_bare_polygon.geojson"


def last_part(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def present(codes: set[str]) -> set[str]:
    """Return those of some division codes that are in."""
    return set(divisions_by_code(codes))


# Divisions


def towns_of_dingnan(book: Book) -> None:
    """Divisions without a header row."""
    name = "divisions/dingnan_adcode.csv"
    data = book.bytes_of(name)
    book.bring_in("divisions", {last_part(name): data}, shift="gcj02", govern=True)
    rows = list(csv.reader(io.StringIO(data.decode())))
    towns = {row[0] for row in rows if row[3] == "town"}
    villages = {row[0] for row in rows if row[3] == "village"}
    found = present(towns)
    book.check(
        "town rows of Dingnan in", found == towns == found and len(towns) == 8, f"{len(found)}"
    )
    book.check("their villages in", present(villages) == villages, f"{len(present(villages))}")


def villages_of_dingnan(book: Book) -> None:
    """Villages with a header row, those of one county."""
    name = "divisions/villages_dingnan_xingguo_shangyou.csv"
    data = book.bytes_of(name)
    book.bring_in("divisions", {last_part(name): data}, under=DINGNAN, govern=True)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    codes = {row["code"] for row in rows if row["areaCode"] == DINGNAN}
    found = present(codes)
    book.check("villages of Dingnan in", found == codes and len(codes) == 142, f"{len(found)}")


def counties_of_ganzhou(book: Book) -> None:
    """Counties and towns with a byte order mark."""
    name = "divisions/ganzhou_level4_bom.csv"
    data = book.bytes_of(name)
    book.bring_in("divisions", {last_part(name): data}, govern=True)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    codes = {row["ext_id"] for row in rows if row["deep"] == "2"}
    found = present(codes)
    book.check("counties of Ganzhou in", found == codes and len(codes) == 18, f"{len(found)}")


def streets_of_ganzhou(book: Book) -> None:
    """Towns of codes with nine digits."""
    name = "divisions/ganzhou_streets.csv"
    data = book.bytes_of(name)
    book.bring_in("divisions", {last_part(name): data}, govern=True)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    codes = {row["code"] + "000" for row in rows}
    missing = codes - present(codes)
    book.check("towns of Ganzhou in", not missing, f"{len(codes) - len(missing)} of {len(codes)}")


# Boundaries


def outlines_in(path: str, data: bytes) -> dict[str, bytes]:
    """Return the outlines of a file of our own reading by county name, as WKB."""
    table = read_geodata({last_part(path): data})
    return {str(feature.properties["district_name"]): feature.wkb for feature in table.features}


def boundary_of_dingnan() -> bytes:
    (division,) = divisions_by_code({f"{DINGNAN}000000"}).values()
    return boundaries_of([division.id])[division.id].wkb


def outlines_of_counties(book: Book) -> None:
    """Outlines of the counties in WGS84, from two makers."""
    for path in (AMAP, TIANDITU):
        found = book.bring_in("boundaries", {last_part(path): book.bytes_of(path)})
        book.check(f"counties matched in {last_part(path)}", len(found.chosen.entries) == 18,
                   f"{len(found.chosen.entries)}")  # fmt: skip


def outline_in_gcj02(book: Book) -> None:
    """A bare outline in GCJ-02."""
    data = book.bytes_of(GCJ)
    book.bring_in("boundaries", {last_part(GCJ): data}, shift="gcj02", division=f"{DINGNAN}000000")
    ours = boundary_of_dingnan()
    for path, least in ((TIANDITU, 0.95), (AMAP, 0.985)):
        share = overlap(ours, outlines_in(path, book.bytes_of(path))["定南县"])
        point = f"overlap (IoU) with {last_part(path)} > {least}"
        book.check(point, share > least, f"{share:.4f}")
    metres = round_trip_m(json.loads(data))
    book.check("round trip of the conversion < 0.1 m", metres < 0.1, f"{metres:.1e} m at most")


def round_trip_m(outline: dict) -> float:
    """Return how far a vertex lies at most from where it was after conversion there and back."""
    polygons = outline["coordinates"]
    polygons = polygons if outline["type"] == "MultiPolygon" else [polygons]
    places = [place for polygon in polygons for ring in polygon for place in ring]
    lons, lats = [place[0] for place in places], [place[1] for place in places]
    back = from_wgs84(*to_wgs84(lons, lats, ShiftedCrs.GCJ02), ShiftedCrs.GCJ02)
    pairs = zip(lons, lats, back[0].tolist(), back[1].tolist(), strict=True)
    return max(distance_m(*pair) for pair in pairs)


def shapefile_in_gbk(book: Book) -> None:
    """A Shapefile in Gauss-Krüger metres with GBK names."""
    endings = ("shp", "shx", "dbf", "prj", "cpg")
    files = {f"{last_part(SHAPEFILE)}.{e}": book.bytes_of(f"{SHAPEFILE}.{e}") for e in endings}
    book.bring_in("boundaries", files)
    known = outlines_in(TIANDITU, book.bytes_of(TIANDITU))
    table = read_geodata(files)
    column = next(c for c in table.columns if table.features[0].properties[c] in known)
    shares = {
        str(feature.properties[column]): overlap(feature.wkb, known[feature.properties[column]])
        for feature in table.features
        if feature.properties[column] in known
    }
    right = set(shares) == set(known)
    book.check("names read right", right and len(shares) == 18, f"{len(shares)} ({table.encoding})")
    worst = min(shares.values())
    book.check("each in its place, IoU > 0.99", worst > 0.99, f"worst {worst:.5f}")
    stored = {
        division.name: boundaries_of([division.id])[division.id].wkb
        for division in db.session.scalars(
            select(Division).where(Division.name.in_(known), is_imported(Division))
        )
    }
    worst = min(overlap(stored[name], known[name]) for name in known)
    book.check("stored outlines in their places, IoU > 0.99", worst > 0.99, f"worst {worst:.5f}")


# Hazard sites


def counties() -> list[Org]:
    return list(
        db.session.scalars(
            select(Org)
            .where(Org.kind == "county", Org.division_id.is_not(None), is_imported(Org))
            .order_by(Org.path)
        )
    )


def import_sites(name: str, data: bytes, within: Org) -> Examined:
    """Import a ledger into a county as the command does."""
    kind, files = kind_of(IMPORT_KIND), {name: data}
    options = {"shift": "wgs84", "crs": "", "default_level": "yellow"}
    today = clock.today()
    found = examine(kind, Upload(files, options, within.id, today, in_background=True))
    if found.chosen is not None and found.chosen.entries:
        bring_in(kind, files, options, found, org_id=within.id)
    return found


def catalogue_of_china(book: Book) -> None:
    """Landslides of China, brought in by each county."""
    name = "hazards/nasa_glc_china_348.csv"
    data = book.bytes_of(name)
    tops = counties()
    if not tops:
        raise MissingError("counties of their own")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"))))
    inside, short, reasons = 0, [], []
    for top in tops:
        found = import_sites(last_part(name), data, top)
        inside += len(found.chosen.entries)
        reasons += [translate(each.message, **each.params) for each in found.chosen.explained]
        if told(found) != len(rows) or not all_in_place(found, top):
            short.append(top.name)
    expected = count_inside(rows)
    book.row(last_part(name), {"rows": len(rows), "counties": len(tops), "in": inside}, reasons)
    book.check(
        "each county explains every row that is not in", not short, ", ".join(short) or "yes"
    )
    book.check("rows inside known boundaries in", inside == expected, f"{inside} of {expected}")
    standing = db.session.scalar(
        select(func.count()).where(HazardSite.division_id.is_not(None), is_imported(HazardSite))
    )
    book.check("each with its town or county", standing == inside, f"{standing}")


def told(found: Examined) -> int:
    """Return how many rows come in, stand already or are explained."""
    return len(found.chosen.entries) + len(found.chosen.explained) + found.chosen.same


def all_in_place(found: Examined, top: Org) -> bool:
    """Say whether all rows went to organisations of the county with a division."""
    columns = found.plan.store.columns
    orgs = set(columns["org_id"])
    placed = db.session.scalars(select(Org).where(Org.id.in_(orgs))).all()
    return all(covers(top.path, org.path) for org in placed) and all(columns["division_id"])


def count_inside(rows: list[dict[str, str]]) -> int:
    """Count rows inside the union of all boundaries by another way than the import's."""
    wkbs = [
        boundary.wkb
        for top in counties()
        for boundary in boundaries_of([top.division_id or 0]).values()
    ]
    shape = shapely.union_all([geometry_of(wkb) for wkb in wkbs])
    return sum(
        bool(shapely.intersects_xy(shape, float(row["longitude"]), float(row["latitude"])))
        for row in rows
        if row["longitude"] and row["latitude"]
    )


def catalogue_of_the_world(book: Book) -> None:
    """Landslides of the world in cp1252, brought in by one county."""
    name = "hazards/nasa_glc_export.csv"
    data = book.bytes_of(name)
    top = next((org for org in counties() if org.name == "定南县"), None)
    if top is None:
        raise MissingError("定南县")
    found = import_sites(last_part(name), data, top)
    total = len(list(csv.reader(io.StringIO(data.decode("cp1252"))))) - 1
    chosen, grid = found.chosen, found.source.grid
    reasons = [translate(each.message, **each.params) for each in chosen.explained]
    counts = {"rows": grid.total, "in": len(chosen.entries), "encoding": grid.encoding}
    order = found.plan.extra["order"]
    book.row(last_part(name), {**counts, "dates": order}, reasons)
    book.check("in and explained are all rows", told(found) == total, f"{told(found)} of {total}")
    book.check("days known to be M/D/YYYY", order == DayOrder.MONTH_FIRST, order)


def ledger_of_dangers(book: Book) -> None:
    """A real ledger with title, two header rows and merged cells: a dry run.

    Hidden dangers are not kept yet; `dangers.toml` says what a ledger of them holds.
    """
    name = "ledgers/hazard_ledger_merged_header.xlsx"
    data = book.bytes_of(name)
    found = dry_run("dangers", {last_part(name): data})
    grid, chosen = found.source.grid, found.chosen
    reasons = [translate(each.message, **each.params) for each in chosen.explained]
    counts = {"header in row": grid.header_row, "rows": grid.total, "in": len(chosen.entries)}
    book.row(last_part(name), counts, reasons)
    shown = " | ".join(title for title in grid.header if title)[:160]
    book.check("header found", grid.header_row == 3, f"row {grid.header_row}: {shown}")
    mapped = {field.code for field in dry_fields("dangers")} - found.source.columns.keys()
    book.check("every column of the ledger mapped", not mapped, ", ".join(mapped) or "yes")
    lines = lines_below(data, grid.header_row)
    book.check("every line below the header read", grid.total == lines, f"{grid.total} of {lines}")
    in_count = len(chosen.entries)
    book.check(
        "dangers among them", in_count == 98, f"{in_count}, beside notes and an empty number"
    )
    book.check("each explained", told(found) == lines, f"{len(chosen.explained)} of {lines}")


def lines_below(data: bytes, row: int) -> int:
    """Count the lines of a workbook's first sheet that hold anything, by another reader."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return sum(any(cell for cell in line) for line in sheet.iter_rows(row + 1, values_only=True))


def returns_in_xls(book: Book) -> None:
    """Returns asked for from above, in old Excel."""
    paths = book.files_of("ledgers/*.xls")
    if not paths:
        raise MissingError("ledgers/*.xls")
    unmapped = []
    for path in paths:
        found = max(
            (
                dry_run(name, {path.name: path.read_bytes()})
                for name in ("drill_plan", "drill_sums")
            ),
            key=lambda each: len(each.source.columns),
        )
        grid, columns = found.source.grid, found.source.columns
        rows = {"sheet": grid.sheet, "columns": len(grid.header), "header rows": grid.depth}
        book.row(path.name, {**rows, "mapped": len(columns), "rows": grid.total})
        unmapped += [title for at, title in enumerate(grid.header) if at not in columns.values()]
    book.check("old Excel files read and mapped", not unmapped, ", ".join(unmapped) or "yes")


# The calendar


def days_off(book: Book) -> None:
    """Holidays and make-up working days."""
    paths = book.files_of("calendar/holiday-cn_*.json")
    if not paths:
        raise MissingError("calendar/holiday-cn_*.json")
    short = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        stated = len(json.loads(text)["days"])
        try:
            days = parse_holiday_cn(text)
        except DomainError as error:
            book.row(path.name, {"days": stated}, [sentence_of(error)])
            continue
        with unit_of_work():
            done = import_days(days=days, owner_org_id=None, source=path.name, now=clock.now())
        made_up = sum(day.kind == "work" for day in days)
        book.row(path.name, {"days": stated, "added": done.added, "make-up working days": made_up})
        if done.added != stated:
            short.append(path.name)
    book.check("every day of the calendars in", not short, ", ".join(short) or "yes")


PARTS = (
    towns_of_dingnan,
    villages_of_dingnan,
    counties_of_ganzhou,
    streets_of_ganzhou,
    outlines_of_counties,
    outline_in_gcj02,
    shapefile_in_gbk,
    catalogue_of_china,
    catalogue_of_the_world,
    ledger_of_dangers,
    returns_in_xls,
    days_off,
)
