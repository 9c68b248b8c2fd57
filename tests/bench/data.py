"""Filling a scratch database with many rows, fast; kept for the next run where it can be."""

import hashlib
import inspect
import json
import random
import shutil
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pysqlite3.dbapi2 as sqlite
import shapely
from sqlalchemy.schema import CreateIndex, CreateTable

from drillreg.core.db import Base, db, unit_of_work
from drillreg.geo import morton
from drillreg.geo.shapes import wkb_of
from drillreg.hazards.counting import count_all
from drillreg.orgs.models import Org
from tests.bench.sizes import Size
from tests.faults.county import make_person, now_and_day
from tests.faults.installation import ROOT, Installation, all_models, postgres_admin

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
LEVELS = ("red", "orange", "yellow", "blue")
KINDS = ("landslide", "rockfall", "debris-flow", "other")
SIDE = 0.8  # degrees of a county; its towns are a grid of rectangles in it
VERTICES = 40  # on each side of a town
BATCH = 20_000
READER = "reader"


def box_of(county: int) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a county in degrees."""
    west, south = 100.0 + SIDE * (county % 10), 22.0 + SIDE * (county // 10)
    return west, south, west + SIDE, south + SIDE


def town_box(size: Size, county: int, town: int) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a town: a cell of a grid of five columns."""
    west, south, _, _ = box_of(county)
    columns = 5
    rows = -(-size.towns // columns)
    wide, high = SIDE / columns, SIDE / rows
    x, y = west + wide * (town % columns), south + high * (town // columns)
    return x, y, x + wide, y + high


def outline(box: tuple[float, float, float, float]) -> bytes:
    """Return a rectangle with as many vertices as a generalised town has, as WKB."""
    side = max(box[2] - box[0], box[3] - box[1]) / VERTICES
    return wkb_of(shapely.segmentize(shapely.box(*box), side))


# Rows, table by table; keys are given, so that tables can point at each other.


def county_id(size: Size, county: int) -> int:
    return 1 + county * (1 + size.towns * (1 + size.units))


def town_id(size: Size, county: int, town: int) -> int:
    return county_id(size, county) + 1 + town * (1 + size.units)


def divisions(size: Size) -> Iterator[tuple]:
    """Yield id, code, level, name, parent, path of counties and towns; their ids are small."""
    number = 0
    for county in range(size.counties):
        number += 1
        top, code = number, f"{360000 + county:06d}"
        yield top, f"{code}000000", "county", f"县{county}", None, f"{top}/"
        for town in range(size.towns):
            number += 1
            yield (
                number, f"{code}{100 + town}000", "town", f"镇{county}-{town}", top,
                f"{top}/{number}/",
            )  # fmt: skip


def division_id(size: Size, county: int, town: int) -> int:
    return 1 + county * (1 + size.towns) + 1 + town


def boundaries(size: Size) -> Iterator[tuple]:
    for county in range(size.counties):
        for town in range(size.towns):
            box = town_box(size, county, town)
            yield (
                division_id(size, county, town), "2020-01-01", outline(box), *box, 70.0,
                "EPSG:4326", "[]",
            )  # fmt: skip


def orgs(size: Size) -> Iterator[tuple]:
    """Yield id, public id, path, parent, kind, name, division of every organisation."""
    for county in range(size.counties):
        top = county_id(size, county)
        yield _org(top, f"{top}/", None, "county", f"县{county}", 1 + county * (1 + size.towns))
        for town in range(size.towns):
            below = town_id(size, county, town)
            place = division_id(size, county, town)
            path = f"{top}/{below}/"
            yield _org(below, path, top, "town", f"镇{county}-{town}", place)
            for unit in range(size.units):
                number = below + 1 + unit
                kind = ("village", "school", "enterprise")[unit % 3]
                yield _org(number, f"{path}{number}/", below, kind, f"单位{unit}", None)


def _org(number: int, path: str, parent: int | None, kind: str, name: str, division) -> tuple:
    return number, f"o{number:021d}", path, parent, kind, name, division, False, "{}", 1


def sites(size: Size) -> Iterator[tuple]:
    """Yield sites spread over all towns, in an order without order."""
    chance = random.Random(1)
    per_town: dict[int, int] = {}
    for number in range(1, size.sites + 1):
        county, town = chance.randrange(size.counties), chance.randrange(size.towns)
        west, south, east, north = town_box(size, county, town)
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        org = town_id(size, county, town)
        per_town[org] = per_town.get(org, 0) + 1
        rank = min(int(chance.expovariate(1.0)), 3)
        label = f"QL-{per_town[org]:06d}"
        checked = date(2026, 5, 12) - timedelta(days=chance.randrange(200))
        yield (
            number, f"s{number:021d}", org, division_id(size, county, town), label, label,
            f"滑坡隐患点{number}", KINDS[number % 4], LEVELS[rank], rank, f"村组{number % 97}",
            lon, lat, morton.encode(lon, lat), "EPSG:4326", "张三", chance.randrange(200), "{}",
            stamp(NOW), stamp(NOW - timedelta(seconds=number % 100_000)), checked.isoformat(),
            "normal", 1,
        )  # fmt: skip


def checks(size: Size) -> Iterator[tuple]:
    chance = random.Random(2)
    for number in range(1, size.checks + 1):
        day = date(2026, 5, 12) - timedelta(days=chance.randrange(700))
        at = stamp(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
        yield (
            f"00000000-0000-4000-8000-{number:012d}", f"{number:064d}",
            1 + chance.randrange(size.sites), "normal", day.isoformat(), at, at, 1, "周敏",
        )  # fmt: skip


def plans(size: Size) -> Iterator[tuple]:
    """Yield a plan for every third organisation."""
    events = ("geological", "flood", "fire")
    for number in range(1, size.orgs // 3 + 1):
        yield (
            number, f"p{number:021d}", number * 3 - 2, "special", events[number % 3],
            f"专项应急预案{number}", "public", stamp(NOW), 1,
        )  # fmt: skip


def versions(size: Size) -> Iterator[tuple]:
    for number in range(1, size.orgs // 3 + 1):
        issued, review = "2025-03-01", "2028-03-01"
        yield number, 1, "current", f"府发〔2025〕{number}号", issued, review, stamp(NOW), 1


def stamp(at: datetime) -> str:
    """Return an instant as both databases take it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


TABLES: tuple[tuple[str, str, object], ...] = (
    ("division", "id code level name parent_id path", divisions),
    (
        "division_boundary",
        "division_id from_on wkb min_lon min_lat max_lon max_lat area_km2 source_crs notices",
        boundaries,
    ),
    (
        "org",
        "id public_id path parent_id kind name division_id is_outside attributes row_version",
        orgs,
    ),
    (
        "hazard_site",
        """id public_id org_id division_id number number_taken name kind level level_rank address
        lon lat morton source_crs responsible_name threatened_people attributes created_at
        changed_at last_check_on last_check_result row_version""",
        sites,
    ),
    (
        "hazard_check",
        """client_id body_hash site_id result checked_on checked_at entered_at account_id
        checker_name""",
        checks,
    ),
    ("plan", "id public_id org_id kind event_type title secrecy created_at row_version", plans),
    (
        "plan_version",
        "plan_id number state document_number issued_on review_on created_at row_version",
        versions,
    ),
)


def batches(rows: Iterable[tuple]) -> Iterator[list[tuple]]:
    """Yield rows in lists of at most BATCH."""
    kept: list[tuple] = []
    for row in rows:
        kept.append(row)
        if len(kept) == BATCH:
            yield kept
            kept = []
    yield kept


def fill_sqlite(path: Path, size: Size) -> None:
    """Fill the tables of an SQLite file; it is made durable at the end."""
    connection = sqlite.connect(str(path), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}")
    for table, columns, rows in TABLES:
        names = columns.split()
        marks = ",".join("?" * len(names))
        statement = f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.execute("BEGIN")
        for batch in batches(rows(size)):
            connection.executemany(statement, batch)
        connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def fill_postgres(address: str, size: Size) -> None:
    """Fill the tables of a PostgreSQL database by COPY and move the sequences on."""
    with psycopg.connect(address) as connection:
        for table, columns, rows in TABLES:
            names = columns.split()
            with connection.cursor().copy(f"COPY {table} ({','.join(names)}) FROM STDIN") as copy:
                for row in rows(size):
                    copy.write_row(row)
            if "id" in names:
                newest = f"(SELECT max(id) FROM {table})"  # noqa: S608 - our own names
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {newest})"
                )
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")


def fingerprint(size: Size) -> str:
    """Return what tells whether kept data still fit: tables, indexes and this module."""
    all_models()
    tables = Base.metadata.sorted_tables
    text = "".join(str(CreateTable(table)) for table in tables)
    text += "".join(sorted(str(CreateIndex(each)) for table in tables for each in table.indexes))
    source = inspect.getsource(sys.modules[__name__])
    return hashlib.sha256((text + source + repr(size)).encode()).hexdigest()[:12]


def libpq(installation: Installation) -> str:
    """Return the address of an installation's database for psycopg."""
    return installation.settings.database_url.replace("postgresql+psycopg://", "postgresql://")


def prepare(backend: str, size: Size, build: Path = ROOT / ".build") -> Installation:
    """Return an installation with the rows of a size; made anew when there is none that fits."""
    mark = fingerprint(size)
    name = f"drillreg_bench_{size.name}_{mark}"
    folder = build / f"bench-{size.name}-{backend}-{mark}"
    found = Installation(folder, backend, database=name)
    if _is_ready(found, folder):
        found.open()
        return found
    if backend == "postgresql":
        postgres_admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    shutil.rmtree(found.settings.data_dir)
    found.settings.data_dir.mkdir()
    found.create()
    if backend == "sqlite":
        fill_sqlite(found.settings.data_dir / "drillreg.sqlite", size)
    else:
        fill_postgres(libpq(found), size)
    _make_reader(found, size)
    with found.app.app_context():
        count_all(now_and_day(found)[0])
    found.let_go()
    (folder / "ready.json").write_text(json.dumps({"orgs": size.orgs, "sites": size.sites}))
    return found


def _is_ready(found: Installation, folder: Path) -> bool:
    if not (folder / "ready.json").exists():
        return False
    if found.backend == "sqlite":
        return True
    with psycopg.connect(f"{found.postgres}/postgres") as connection:
        row = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [found.database]
        ).fetchone()
    return row is not None


def _make_reader(found: Installation, size: Size) -> None:
    """Make the person whose scope is the first county."""
    now, today = now_and_day(found)
    with found.app.app_context(), unit_of_work():
        make_person(READER, "county_staff", db.session.get_one(Org, 1), today, now)
    found.let_go()
