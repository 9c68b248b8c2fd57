"""Exposure of every site against 10,000 units, against plain GeoPandas on the same positions."""

import random
import time

import geopandas
import numpy as np
from sqlalchemy import bindparam, delete, func, select, update

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.exposures.following import FRESH, sweep_exposures
from drillreg.exposures.models import Exposure, ExposureRun
from drillreg.exposures.reaching import habit_m
from drillreg.exposures.rules import SubjectKind
from drillreg.hazards.models import HazardSite
from drillreg.orgs.models import Org
from tests.bench.result import Row
from tests.bench.sizes import Size
from tests.faults.installation import Installation

UNITS = 10_000
# Units stand in the same valleys as sites: so far from one, in degrees.
ASIDE = 0.003


def exposure(installation: Installation, size: Size) -> list[Row]:
    """Measure working out all links, reading and writing included, against buffer and sjoin."""
    row = Row("exposure / plain sjoin", installation.backend, "s", 3.0, False)
    with installation.app.app_context():
        _place_units()
        sites, units = _frames()
        try:
            for _ in range(size.rounds):
                _forget()
                started = time.perf_counter()
                while sweep_exposures(clock.now()):
                    pass
                row.ours.append(time.perf_counter() - started)
                started = time.perf_counter()
                pairs = _plain(sites, units)
                row.limit.append(time.perf_counter() - started)
            started = time.perf_counter()
            _again()
            again = time.perf_counter() - started
            links = _links()
        finally:
            _forget()
            with unit_of_work():
                db.session.execute(update(Org).values(lon=None, lat=None))
    installation.let_go()
    # A buffer of GeoPandas is a polygon inside the circle, and its one plane is wider than ours.
    wrong = abs(links - pairs) > 0.02 * max(links, pairs) + 2
    row.note = (
        f"{len(sites):,} sites, {len(units):,} units, {links:,} links;"
        f" once more without changes {again:.1f} s" + (", wrong answers" if wrong else "")
    )
    return [row]


def _place_units() -> None:
    chance = random.Random(11)
    places = db.session.execute(select(HazardSite.lon, HazardSite.lat).order_by(HazardSite.id))
    places = places.all()
    ids = db.session.scalars(select(Org.id).order_by(Org.id.desc()).limit(UNITS)).all()
    rows = []
    for id_ in ids:
        lon, lat = chance.choice(places)
        rows.append(
            {"key": id_, "x": lon + chance.gauss(0, ASIDE), "y": lat + chance.gauss(0, ASIDE)}
        )
    table = Org.__table__
    with unit_of_work():
        db.session.connection().execute(
            table.update()
            .where(table.c.id == bindparam("key"))
            .values(lon=bindparam("x"), lat=bindparam("y")),
            rows,
        )


def _frames() -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    sites = db.session.execute(
        select(HazardSite.id, HazardSite.lon, HazardSite.lat, HazardSite.kind, HazardSite.level)
    ).all()
    units = db.session.execute(select(Org.id, Org.lon, Org.lat).where(Org.lon.is_not(None))).all()
    db.session.rollback()
    return (
        geopandas.GeoDataFrame(
            {
                "site": [row.id for row in sites],
                "reach": [habit_m(row.kind, row.level) for row in sites],
            },
            geometry=geopandas.points_from_xy(
                [row.lon for row in sites], [row.lat for row in sites]
            ),
            crs="EPSG:4490",
        ),
        geopandas.GeoDataFrame(
            {"unit": [row.id for row in units]},
            geometry=geopandas.points_from_xy(
                [row.lon for row in units], [row.lat for row in units]
            ),
            crs="EPSG:4490",
        ),
    )


def _plain(sites: geopandas.GeoDataFrame, units: geopandas.GeoDataFrame) -> int:
    """Do what a script would: one plane, buffers, a join, distances of the pairs; nothing kept."""
    plane = "EPSG:4544"
    circles = sites.to_crs(plane)
    points = circles.geometry
    circles["geometry"] = points.buffer(circles["reach"])
    there = units.to_crs(plane)
    pairs = geopandas.sjoin(circles, there, predicate="intersects")
    metres = points.loc[pairs.index].distance(there.geometry.loc[pairs["index_right"]], align=False)
    return len(np.asarray(metres))


def _forget() -> None:
    with unit_of_work():
        db.session.execute(delete(Exposure))
        db.session.execute(delete(ExposureRun))


def _again() -> None:
    """Work everything out once more, as each day: nothing differs, nothing is written but when."""
    with unit_of_work():
        db.session.execute(update(ExposureRun).values(worked_out_at=clock.now() - 2 * FRESH))
    sweep_exposures(clock.now())


def _links() -> int:
    found = select(func.count()).select_from(Exposure)
    return db.session.scalar(found.where(Exposure.subject_kind == SubjectKind.UNIT)) or 0
