"""Importing boundaries of divisions from geodata of any kind, matched by code or name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.geo import files as geodata
from drillreg.geo.files import GeoFeature, GeoTable, read_geodata
from drillreg.geo.shapes import area_km2, centroid, distance_m
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.i18n import N_
from drillreg.orgs.divisions import boundaries_of, boundary_or_none, divisions_within
from drillreg.orgs.importers import Found, Importer, Source, chunks
from drillreg.orgs.models import Division, DivisionBoundary
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rows import Problem, Sentence, TableRow
from drillreg.orgs.rules import full_code
from drillreg.work.models import ImportBatch

AREAS = frozenset({"Polygon", "MultiPolygon"})
SKETCH_TOLERANCE_M = 60.0
# So far does GCJ-02 lie from WGS84 in China.
SHIFT_M = (300.0, 700.0)
SHIFT_NAMES = {ShiftedCrs.GCJ02: "GCJ-02", ShiftedCrs.BD09: "BD-09"}


@dataclass(frozen=True)
class Outline:
    """An outline and the division it is of; the shape is WKB in WGS84."""

    feature: GeoFeature
    division_id: int
    code: str
    name: str
    area: float
    source_crs: str
    notices: tuple[Sentence, ...]


class Divisions:
    """The divisions that outlines may be matched with, by code and by name."""

    def __init__(self, rows: Sequence[Division]) -> None:
        self.by_code = {division.code: division for division in rows}
        self.by_name: dict[str, list[Division]] = {}
        for division in rows:
            self.by_name.setdefault(division.name, []).append(division)

    def of_value(self, value: object) -> list[Division]:
        """Return the divisions that a property of a feature names: by code, else by name."""
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        text = text.strip()
        if text.isascii() and text.isdigit():
            found = self.by_code.get(full_code(text)) if len(text) in {6, 9, 12} else None
            return [found] if found else []
        return self.by_name.get(text, [])


def find(source: Source) -> Found:
    """Read geodata and say which divisions would get which outline."""
    options = source.options
    top = _territory(source)
    shift = ShiftedCrs(options.get("shift") or ShiftedCrs.WGS84)
    divisions = Divisions(divisions_within(top))
    chosen = str(options.get("division") or "")
    reference = _present(divisions.by_code.get(full_code(chosen)) if chosen else top)
    table = read_geodata(
        source.files,
        crs=options.get("crs") or None,
        shift=shift,
        swap_axes=bool(options.get("swap_axes")),
        layer=options.get("layer") or None,
        reference=reference.wkb if reference else None,
        limits=geodata.BACKGROUND if source.in_background else geodata.INTERACTIVE,
    )
    matched, problems, column = _matched(table, divisions, chosen)
    outlines = _outlines(matched, table, shift)
    problems += [
        Problem(TableRow(bad.index + 1, ()), bad.message, dict(bad.params))
        for bad in table.bad_rows
    ]
    present = boundaries_of(outline.division_id for outline in outlines)
    counts = {"rows": len(outlines), "new": len(outlines) - len(present), "replaced": len(present)}
    return Found(
        columns=[("division", column)] if column else [],
        encoding=table.encoding,
        counts={**counts, "problems": len(problems)},
        notices=[(notice.message, dict(notice.params)) for notice in table.notices],
        problems=sorted(problems, key=lambda problem: problem.row.number),
        header=table.columns,
        sample=[],
        extra={"source_crs": table.source_crs, "shift": shift.value, "table": _rows(outlines)},
        outlines=_sketch(outlines),
        steps=chunks(outlines, 20),
    )


def _present(division: Division | None) -> DivisionBoundary | None:
    return boundary_or_none(division.id) if division else None


def _territory(source: Source) -> Division | None:
    """Return the division whose inside may get boundaries; None for the whole installation."""
    if source.owner is None:
        return None
    if source.owner.division is None:
        raise DomainError(
            N_("%(name)s has no division yet. Import the divisions first."), name=source.owner.name
        )
    return source.owner.division


def _matched(
    table: GeoTable, divisions: Divisions, chosen: str
) -> tuple[list[tuple[GeoFeature, Division]], list[Problem], str]:
    """Return features with their division, what is left out and why, and the column that told."""
    areas = [feature for feature in table.features if feature.kind in AREAS]
    problems = [
        Problem(_row(feature), N_("It is a %(kind)s, not an area."), {"kind": feature.kind})
        for feature in table.features
        if feature.kind not in AREAS
    ]
    if chosen:
        return [(_only(areas), _chosen(chosen, divisions))], problems, ""
    column = _telling_column(areas, divisions)
    if not column:
        raise _nothing_matches(areas)
    matched: dict[int, tuple[GeoFeature, Division]] = {}
    for feature in areas:
        found = divisions.of_value(feature.properties.get(column))
        if len(found) == 1 and found[0].id not in matched:
            matched[found[0].id] = (feature, found[0])
        else:
            taken = matched.get(found[0].id) if found else None
            problems.append(_unmatched(feature, column, found, taken))
    return list(matched.values()), problems, column


def _row(feature: GeoFeature) -> TableRow:
    values = ("" if value is None else str(value) for value in feature.properties.values())
    return TableRow(feature.index + 1, tuple(values))


def _only(areas: Sequence[GeoFeature]) -> GeoFeature:
    if len(areas) != 1:
        raise DomainError(
            N_("A division can be chosen for one outline only; this file has %(count)d."),
            count=len(areas),
        )
    return areas[0]


def _chosen(code: str, divisions: Divisions) -> Division:
    found = divisions.by_code.get(full_code(code))
    if found is None:
        message = N_("There is no division %(code)s among yours.")
        raise FormErrors([FieldError("division", message, {"code": code})])
    return found


def _telling_column(areas: Iterable[GeoFeature], divisions: Divisions) -> str:
    """Return the property whose values name most divisions, each by itself; "" when none does."""
    hits: dict[str, set[int]] = {}
    for feature in areas:
        for name, value in feature.properties.items():
            found = divisions.of_value(value) if value is not None else []
            if len(found) == 1:
                hits.setdefault(name, set()).add(found[0].id)
    return max(hits, key=lambda name: len(hits[name]), default="")


def _nothing_matches(areas: Sequence[GeoFeature]) -> DomainError:
    if len(areas) == 1:
        message = N_("The outline names no division. Choose the division it is of.")
        return FormErrors([FieldError("division", message)])
    return DomainError(
        N_("No property of the %(count)d outlines holds a code or name of your divisions."),
        count=len(areas),
    )


def _unmatched(
    feature: GeoFeature,
    column: str,
    found: Sequence[Division],
    taken: tuple[GeoFeature, Division] | None,
) -> Problem:
    value = str(feature.properties.get(column) or "")
    if taken is not None:
        params = {"name": taken[1].name, "other": taken[0].index + 1}
        return Problem(_row(feature), N_("%(name)s already has the outline %(other)d."), params)
    if found:
        params = {"name": value, "count": len(found)}
        return Problem(_row(feature), N_("%(count)d divisions are called %(name)s."), params)
    return Problem(_row(feature), N_("There is no division %(code)s among yours."), {"code": value})


def _outlines(
    matched: Sequence[tuple[GeoFeature, Division]], table: GeoTable, shift: ShiftedCrs
) -> list[Outline]:
    present = boundaries_of(division.id for _, division in matched)
    return [
        Outline(
            feature=feature,
            division_id=division.id,
            code=division.code,
            name=division.name,
            area=area_km2(feature.wkb),
            source_crs=SHIFT_NAMES.get(shift, table.source_crs),
            notices=(
                *((notice.message, dict(notice.params)) for notice in feature.notices),
                *_hints(feature, present.get(division.id), shift),
            ),
        )
        for feature, division in matched
    ]


def _hints(
    feature: GeoFeature, present: DivisionBoundary | None, shift: ShiftedCrs
) -> list[Sentence]:
    """Return a hint where an outline lies as far from the present one as GCJ-02 from WGS84."""
    if present is None or shift is not ShiftedCrs.WGS84:
        return []
    metres = distance_m(*centroid(feature.wkb), *centroid(present.wkb))
    if not SHIFT_M[0] <= metres <= SHIFT_M[1]:
        return []
    message = N_(
        "It lies %(metres)d m from the present boundary, as far as a GCJ-02 outline would."
        " If it comes from AMap or Tencent, read the file again with GCJ-02 chosen."
    )
    return [(message, {"metres": round(metres)})]


def _rows(outlines: Sequence[Outline]) -> list[list[Any]]:
    return [
        [outline.name, outline.code, round(outline.area, 1), [list(n) for n in outline.notices]]
        for outline in outlines
    ]


def _sketch(outlines: Sequence[Outline]) -> bytes:
    return geojson_bytes(
        (
            OutFeature(o.division_id, o.feature.wkb, {"name": o.name, "outer": False})
            for o in outlines
        ),
        SKETCH_TOLERANCE_M,
    )


def write(batch: ImportBatch, step: Sequence[Outline], now: datetime, today: date) -> None:
    """Write one chunk of outlines; what this batch already wrote stays as it is."""
    written = set(
        db.session.scalars(
            select(DivisionBoundary.division_id).where(DivisionBoundary.import_id == batch.id)
        )
    )
    for outline in step:
        if outline.division_id in written:
            continue
        west, south, east, north = outline.feature.bbox
        db.session.add(
            DivisionBoundary(
                division_id=outline.division_id,
                from_on=today,
                wkb=outline.feature.wkb,
                min_lon=west,
                min_lat=south,
                max_lon=east,
                max_lat=north,
                area_km2=outline.area,
                source_crs=outline.source_crs,
                notices=[list(notice) for notice in outline.notices],
                file_id=batch.file_id,
                import_id=batch.id,
            )
        )
    db.session.flush()


def show(batch: ImportBatch, today: date) -> None:
    """End the boundaries that those of the batch replace."""
    mine = select(DivisionBoundary.division_id).where(DivisionBoundary.import_id == batch.id)
    db.session.execute(
        update(DivisionBoundary)
        .where(
            DivisionBoundary.division_id.in_(mine),
            DivisionBoundary.import_id.is_distinct_from(batch.id),
            DivisionBoundary.to_on.is_(None),
        )
        .values(to_on=today)
        .execution_options(synchronize_session=False)
    )


def hide(batch: ImportBatch) -> None:
    """Put the boundaries back in force that those of the batch had replaced."""
    mine = select(DivisionBoundary.division_id).where(DivisionBoundary.import_id == batch.id)
    newest: dict[int, DivisionBoundary] = {}
    for boundary in db.session.scalars(
        select(DivisionBoundary)
        .where(DivisionBoundary.division_id.in_(mine), is_imported(DivisionBoundary))
        .order_by(DivisionBoundary.from_on, DivisionBoundary.id)
    ):
        newest[boundary.division_id] = boundary
    for boundary in newest.values():
        boundary.to_on = None


BOUNDARIES = Importer(find, write, show, hide)
