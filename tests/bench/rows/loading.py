"""Importing sites, with validation and town assignment, against programs that only load."""

import csv
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import delete, func, select

from drillreg.core.db import db, unit_of_work
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from drillreg.work.models import ImportBatch
from tests.bench.data import libpq, town_box
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.installation import Installation
from tests.trial.parts import import_sites

HEADER = (
    "统一编号",
    "名称",
    "类型",
    "风险等级",
    "经度",
    "纬度",
    "地址",
    "责任人",
    "威胁人数",
    "发现日期",
)


def write_ledger(path: Path, size: Size, mark: int) -> None:
    """Write a ledger of the first county; one row in a hundred lies nowhere."""
    chance = random.Random(mark)
    levels = ("重大", "较大", "一般", "低")
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number in range(size.imported):
            west, south, east, north = town_box(size, 0, chance.randrange(size.towns))
            lon = chance.uniform(west, east) if number % 100 else 179.0
            writer.writerow(
                (
                    f"I{mark}-{number:07d}", f"滑坡隐患点{number}", "滑坡", levels[number % 4],
                    f"{lon:.6f}", f"{chance.uniform(south, north):.6f}", f"第{number % 50}组",
                    "李四", number % 80, "2025-06-01",
                )
            )  # fmt: skip


def import_of_sites(installation: Installation, size: Size) -> list[Row]:
    """Measure a whole import: reading in the closed child, checking, placing, writing."""
    rows = [Row("import of sites / ogr2ogr GPKG", installation.backend, "s", 1.0, False)]
    if installation.backend == "postgresql":
        rows = [Row("import of sites / bare COPY", installation.backend, "s", None, False)]
    (row,) = rows
    with tempfile.TemporaryDirectory() as folder:
        for number in range(min(size.rounds, 2)):
            path = Path(folder) / f"ledger-{number}.csv"
            write_ledger(path, size, number)
            row.ours.append(import_once(installation, path))
            limit = limit_of(installation, path, Path(folder))
            if limit is not None:
                row.limit.append(limit)
    if not row.limit:
        row.note = "limit not measured: apt-get install gdal-bin"
    rate = size.imported / min(row.ours)
    row.note = f"{row.note} {rate:,.0f} rows/s".strip()
    installation.let_go()
    return rows


def import_once(installation: Installation, path: Path) -> float:
    """Import a ledger and take its rows out again; return the seconds of the import."""
    started = time.perf_counter()
    with installation.app.app_context():
        import_sites(path.name, path.read_bytes(), db.session.get_one(Org, 1))
        taken = time.perf_counter() - started
        batch_id = db.session.scalar(select(func.max(ImportBatch.id)))
        with unit_of_work():
            db.session.execute(delete(HazardSite).where(HazardSite.import_id == batch_id))
            # So that the same file can come in again.
            db.session.get_one(ImportBatch, batch_id).digest = None
        db.session.remove()
    return taken


def limit_of(installation: Installation, path: Path, folder: Path) -> float | None:
    """Return the seconds a program that checks nothing needs for the same rows."""
    if installation.backend == "postgresql":
        return copy_rows(installation, path)
    if shutil.which("ogr2ogr") is None:
        return None
    started = time.perf_counter()
    subprocess.run(
        [
            "ogr2ogr", "-f", "GPKG", str(folder / f"{path.stem}.gpkg"), str(path),
            "-oo", "X_POSSIBLE_NAMES=经度", "-oo", "Y_POSSIBLE_NAMES=纬度", "-a_srs", "EPSG:4326",
            "-oo", "AUTODETECT_TYPE=YES",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - started


def copy_rows(installation: Installation, path: Path) -> float:
    """COPY the columns of the ledger into a table of their own."""
    started = time.perf_counter()
    with psycopg.connect(libpq(installation)) as connection, path.open() as stream:
        connection.execute(
            "CREATE TEMPORARY TABLE loaded (id bigserial primary key, number text, name text,"
            " kind text, level text, lon float8, lat float8, address text, person text,"
            " people int, found_on date)"
        )
        columns = "number,name,kind,level,lon,lat,address,person,people,found_on"
        with connection.cursor().copy(f"COPY loaded ({columns}) FROM STDIN") as copy:
            rows = csv.reader(stream)
            next(rows)
            for row in rows:
                copy.write_row(row)
        connection.commit()
    return time.perf_counter() - started
