"""Working out links for many sites at once: geometry in arrays, and only differences written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, bindparam, delete, select, update

from drillreg.core.bulk import insert_columns
from drillreg.core.db import db, ensure_writing
from drillreg.exposures.models import Exposure, ExposureReach, ExposureRun
from drillreg.exposures.reaching import habit_m, site_sum
from drillreg.exposures.rules import Inside, inside_of
from drillreg.exposures.subjects import Subjects, load_subjects
from drillreg.geo.plane import (
    Numbers,
    Shapes,
    around,
    geometries,
    reach_boxes,
    shapes_of,
    within_reach,
    zone_name,
    zones_of,
)
from drillreg.hazards.models import HazardSite
from drillreg.hazards.standing import is_standing

# Sites worked out in one unit of work; a statement names so many keys at most.
CHUNK = 2_000

Key = tuple[int, str, int]


@dataclass(frozen=True)
class _Sites:
    """The standing sites of a chunk, column by column, with what they reach."""

    ids: list[int]
    buffers: list[float]
    sums: list[str]
    shapes: Shapes
    areas: Shapes
    zones: Any
    boxes: Numbers


class _Link(NamedTuple):
    """What is kept of a link that is worked out."""

    distance_m: float
    inside: Inside
    buffer_m: float
    crs: str
    site_sum: str
    subject_sum: str


def work_out(site_ids: Sequence[int], now: datetime, subjects: Subjects | None = None) -> int:
    """Work out what lies in reach of at most CHUNK sites and write what differs; return how many.

    `subjects` saves reading them for every chunk of a large run. Inside a unit of work.
    """
    ensure_writing()
    sites = _load_sites(site_ids)
    if sites.ids and subjects is None:
        subjects = load_subjects(around(sites.boxes))
    links = dict(_links(sites, subjects)) if sites.ids and subjects else {}
    _write_links(site_ids, links, now)
    _write_runs(site_ids, sites, now)
    return len(sites.ids)


def _load_sites(site_ids: Sequence[int]) -> _Sites:
    rows = db.session.execute(
        select(
            HazardSite.id,
            HazardSite.kind,
            HazardSite.level,
            HazardSite.lon,
            HazardSite.lat,
            HazardSite.wkb,
            ExposureReach.buffer_m,
            ExposureReach.area_wkb,
        )
        .outerjoin(ExposureReach, ExposureReach.site_id == HazardSite.id)
        .where(HazardSite.id.in_(site_ids), is_standing())
    ).all()
    buffers = [
        habit_m(row.kind, row.level) if row.buffer_m is None else row.buffer_m for row in rows
    ]
    shapes = shapes_of([r.lon for r in rows], [r.lat for r in rows], [r.wkb for r in rows])
    areas = geometries([row.area_wkb for row in rows])
    return _Sites(
        [row.id for row in rows],
        buffers,
        [
            site_sum(row.lon, row.lat, row.wkb, buffer, row.area_wkb)
            for row, buffer in zip(rows, buffers, strict=True)
        ],
        shapes,
        areas,
        zones_of([row.lon for row in rows]),
        reach_boxes(shapes, buffers, areas),
    )


def _links(sites: _Sites, subjects: Subjects) -> Iterator[tuple[Key, _Link]]:
    """Yield each pair of a site and a subject in its reach."""
    buffers = np.asarray(sites.buffers, dtype=float)
    for zone in np.unique(sites.zones):
        here = np.flatnonzero(sites.zones == zone)
        found = within_reach(
            sites.shapes[here], buffers[here], sites.areas[here], subjects.targets, int(zone)
        )
        crs = zone_name(int(zone))
        columns = (
            here[found.source].tolist(),
            found.target.tolist(),
            np.round(found.metres, 1).tolist(),
            found.in_buffer.tolist(),
            found.in_area.tolist(),
        )
        for at, target, metres, in_buffer, in_area in zip(*columns, strict=True):
            key = (sites.ids[at], subjects.kinds[target].value, subjects.ids[target])
            yield (
                key,
                _Link(
                    metres,
                    inside_of(in_buffer, in_area),
                    sites.buffers[at],
                    crs,
                    sites.sums[at],
                    subjects.sums[target],
                ),
            )


@dataclass
class _Differences:
    """Rows that nobody decided on and are gone, that only a decision keeps, and that moved."""

    gone: list[int] = field(default_factory=list)
    kept_out: list[int] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)


def _compare(site_ids: Sequence[int], links: dict[Key, _Link]) -> _Differences:
    """Compare what stands with `links`, from which it takes what stands already."""
    columns = (
        Exposure.id,
        Exposure.site_id,
        Exposure.subject_kind,
        Exposure.subject_id,
        Exposure.in_reach,
        Exposure.decision,
        *(getattr(Exposure, name) for name in _Link._fields),
    )
    found = _Differences()
    rows = db.session.execute(select(*columns).where(Exposure.site_id.in_(site_ids)))
    for id_, site_id, kind, subject_id, in_reach, decision, *old in rows.all():
        link = links.pop((site_id, kind.value, subject_id), None)
        if link is not None and (_Link(*old) != link or not in_reach):
            found.changed.append({"key": id_, **link._asdict()})
        elif link is None and decision is None:
            found.gone.append(id_)
        elif link is None and in_reach:
            found.kept_out.append(id_)
    return found


def _write_links(site_ids: Sequence[int], links: dict[Key, _Link], now: datetime) -> None:
    """Insert what is new, change what moved, and take away what nobody decided on and is gone."""
    found = _compare(site_ids, links)
    for at in range(0, len(found.gone), CHUNK):
        _delete(Exposure, Exposure.id.in_(found.gone[at : at + CHUNK]))
    for at in range(0, len(found.kept_out), CHUNK):
        db.session.execute(
            update(Exposure)
            .where(Exposure.id.in_(found.kept_out[at : at + CHUNK]))
            .values(in_reach=False, row_version=Exposure.row_version + 1)
            .execution_options(synchronize_session=False)
        )
    if found.changed:
        table = Exposure.__table__
        db.session.connection().execute(
            table.update()  # type: ignore[attr-defined]
            .where(table.c.id == bindparam("key"))
            .values(in_reach=True, worked_out_at=now),
            found.changed,
        )
    _insert_links(links, now)


def _insert_links(links: dict[Key, _Link], now: datetime) -> None:
    if not links:
        return
    columns: dict[str, list[Any]] = {
        "site_id": [key[0] for key in links],
        "subject_kind": [key[1] for key in links],
        "subject_id": [key[2] for key in links],
    }
    columns |= dict(zip(_Link._fields, map(list, zip(*links.values(), strict=True)), strict=False))
    same = {"worked_out_at": now, "in_reach": True, "row_version": 1}
    insert_columns(Exposure.__table__, columns, same)  # type: ignore[arg-type]


def _delete(model: Any, where: ColumnElement[bool]) -> None:
    statement = delete(model).where(where)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _write_runs(site_ids: Sequence[int], sites: _Sites, now: datetime) -> None:
    """Note when, and how far around, the sites were worked out."""
    _delete(ExposureRun, ExposureRun.site_id.in_(site_ids))
    boxes = sites.boxes.T.tolist() if sites.ids else [[], [], [], []]
    insert_columns(
        ExposureRun.__table__,  # type: ignore[arg-type]
        {
            "site_id": sites.ids,
            "site_sum": sites.sums,
            "buffer_m": sites.buffers,
            "crs": [zone_name(int(zone)) for zone in sites.zones],
            "min_lon": boxes[0],
            "min_lat": boxes[1],
            "max_lon": boxes[2],
            "max_lat": boxes[3],
        },
        {"worked_out_at": now},
    )
