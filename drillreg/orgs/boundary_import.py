"""Importing boundaries of divisions from geodata of any kind, matched by code or name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import delete, select, update

from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.geo.shapes import area_km2, bbox_of, centroid, distance_m, kind_of
from drillreg.geo.shift import ShiftedCrs
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.i18n import N_
from drillreg.orgs.divisions import boundaries_of, boundary_or_none, divisions_within
from drillreg.orgs.models import Division, DivisionBoundary, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import full_code
from drillreg.work.importers import (
    GEODATA,
    Choice,
    Entry,
    Field,
    Grid,
    Kind,
    Note,
    Params,
    Plan,
    Sentence,
    Source,
    chunks,
    datum_choice,
)
from drillreg.work.models import ImportBatch

AREAS = frozenset({"Polygon", "MultiPolygon"})
SKETCH_TOLERANCE_M = 60.0
STEP = 20
# So far does GCJ-02 lie from WGS84 in China.
SHIFT_M = (300.0, 700.0)
SHIFT_NAMES = {ShiftedCrs.GCJ02: "GCJ-02", ShiftedCrs.BD09: "BD-09"}
FIELD = Field(
    "division",
    {"zh": "区划", "en": "Division"},
    (),
    note={"zh": "写有区划代码或名称的属性", "en": "The property that holds codes or names"},
)


@dataclass(frozen=True)
class Outline:
    """An outline and the division it is of; the shape is WKB in WGS84."""

    wkb: bytes
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

    def of_value(self, value: str) -> list[Division]:
        """Return the divisions that a property of a feature names: by code, else by name."""
        text = value.strip()
        if text.isascii() and text.isdigit():
            found = self.by_code.get(full_code(text)) if len(text) in {6, 9, 12} else None
            return [found] if found else []
        return self.by_name.get(text, [])


class BoundaryImport(Kind):
    """Outlines of the county, its towns and villages."""

    code = "boundaries"
    label = N_("Boundaries")
    about = N_(
        "Outlines of the county, its towns and villages as GeoJSON, Shapefile (zipped, or all its"
        " parts together), GeoPackage or KML. The divisions have to be known before."
    )
    permission = Permission.EDIT_ORGS
    takes = GEODATA
    shown = (N_("Division"), N_("Division code"), N_("Area, km²"), N_("Replaces a present one"))

    def fields(self) -> Sequence[Field]:
        """Return the one thing a property has to say."""
        return (FIELD,)

    def choices(self) -> Sequence[Choice]:
        """Ask for the datum, and rarely for what the file does not say itself."""
        return (
            datum_choice(default=ShiftedCrs.WGS84.value),
            Choice(
                "division",
                N_("Division"),
                form="text",
                hint=N_("Only for a single outline that does not say what it is of: its code."),
                longest=12,
            ),
            Choice(
                "crs",
                N_("Coordinate system"),
                form="text",
                hint=N_("Only when the file does not say it or says it wrongly: EPSG:4547."),
                rare=True,
                longest=40,
            ),
            Choice(
                "layer",
                N_("Layer"),
                form="text",
                hint=N_("Only when the file has several."),
                rare=True,
            ),
            Choice(
                "swap_axes",
                N_("Latitude first"),
                form="tick",
                hint=N_("Only when a preview says that the two look swapped."),
                rare=True,
            ),
        )

    def check_options(self, options: Params) -> Params:
        """Raise FormErrors for a code that is none."""
        if options.get("division"):
            try:
                full_code(str(options["division"]))
            except DomainError as error:
                raise FormErrors([FieldError("division", error.message, error.params)]) from error
        return options

    def columns_of(self, grid: Grid) -> dict[str, int]:
        """Leave it to the plan, which knows the divisions, to find the telling property."""
        return {}

    def reference(self, owner_id: int | None, options: Mapping[str, Any]) -> bytes | None:
        """Return the present outline of the division chosen, else of the owner's own."""
        top = _territory(owner_id)
        chosen = str(options.get("division") or "")
        if chosen:
            top = Divisions(divisions_within(top)).by_code.get(full_code(chosen))
        found = boundary_or_none(top.id) if top else None
        return found.wkb if found else None

    def plan(self, source: Source) -> Plan:
        """Say which divisions would get which outline; nothing is written."""
        divisions = Divisions(divisions_within(_territory(source.owner_id)))
        matching = _Matching(source, divisions)
        outlines = matching.outlines()
        present = boundaries_of(outline.division_id for outline in outlines.values())
        entries = [Entry(at, outline) for at, outline in sorted(outlines.items())]
        grid = source.grid
        shift = ShiftedCrs(source.options.get("shift") or ShiftedCrs.WGS84)
        return Plan(
            entries=entries,
            problems=[*grid.problems, *matching.problems],
            remarks=[
                Note(at, message, params)
                for at, outline in sorted(outlines.items())
                for message, params in outline.notices
            ],
            figures=[(N_("Replace a present one"), len(present))] if present else [],
            facts=[
                (N_("Coordinate system"), grid.source_crs),
                (N_("Datum of the positions"), SHIFT_NAMES.get(shift, "WGS84 / CGCS2000")),
            ],
            columns={FIELD.code: matching.column} if matching.column is not None else {},
            outlines=partial(_sketch, list(outlines.values())),
        )

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return division, code, area, and whether it has an outline already."""
        outline: Outline = entry.data
        replaces = "✓" if boundary_or_none(outline.division_id) else ""
        return outline.name, outline.code, f"{outline.area:.1f}", replaces

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return chunks of outlines."""
        return chunks([entry.data for entry in entries], STEP)

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Write a chunk of outlines."""
        for outline in step:
            west, south, east, north = bbox_of(outline.wkb)
            db.session.add(
                DivisionBoundary(
                    division_id=outline.division_id,
                    from_on=today,
                    wkb=outline.wkb,
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

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """End the boundaries that those of the import replace."""
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

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Put the boundaries back in force that those of the import had replaced."""
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

    def drop(self, batch: ImportBatch) -> None:
        """Remove the outlines of an import that nobody has seen."""
        db.session.execute(delete(DivisionBoundary).where(DivisionBoundary.import_id == batch.id))

    def home(self, batch: ImportBatch) -> str:
        """Return the tree of organisations."""
        return url_for("orgs.index", within=batch.org_id or None)


def _territory(owner_id: int | None) -> Division | None:
    """Return the division whose inside may get boundaries; None for the whole installation."""
    if owner_id is None:
        return None
    owner = db.session.get_one(Org, owner_id)
    if owner.division is None:
        raise DomainError(
            N_("%(name)s has no division yet. Import the divisions first."), name=owner.name
        )
    return owner.division


class _Matching:
    """Finds the division of every outline, and says what is left out and why."""

    def __init__(self, source: Source, divisions: Divisions) -> None:
        self.source = source
        self.divisions = divisions
        self.problems: list[Note] = []
        self.column: int | None = None
        grid = source.grid
        self.areas: list[int] = []
        for at, wkb in enumerate(grid.wkbs):
            if kind_of(wkb) in AREAS:
                self.areas.append(at)
            else:
                message = N_("It is a %(kind)s, not an area.")
                self.problems.append(Note(at, message, {"kind": kind_of(wkb)}))

    def outlines(self) -> dict[int, Outline]:
        """Return the outlines that can come in, by place in the file."""
        matched = self._matched()
        present = boundaries_of(division.id for division in matched.values())
        shift = ShiftedCrs(self.source.options.get("shift") or ShiftedCrs.WGS84)
        grid = self.source.grid
        return {
            at: Outline(
                wkb=grid.wkbs[at],
                division_id=division.id,
                code=division.code,
                name=division.name,
                area=area_km2(grid.wkbs[at]),
                source_crs=SHIFT_NAMES.get(shift, grid.source_crs),
                notices=(
                    *grid.shape_notes.get(at, ()),
                    *_hints(grid.wkbs[at], present.get(division.id), shift),
                ),
            )
            for at, division in matched.items()
        }

    def _matched(self) -> dict[int, Division]:
        chosen = str(self.source.options.get("division") or "")
        if chosen:
            return {self._only(): self._chosen(chosen)}
        self.column = self.source.columns.get(FIELD.code, self._telling_column())
        if self.column is None:
            raise self._nothing_matches()
        taken: dict[int, int] = {}
        matched: dict[int, Division] = {}
        for at in self.areas:
            value = self.source.grid.rows[at][self.column]
            found = self.divisions.of_value(value)
            if len(found) == 1 and found[0].id not in taken:
                taken[found[0].id] = at
                matched[at] = found[0]
            else:
                before = taken.get(found[0].id) if found else None
                self.problems.append(self._unmatched(at, value, found, before))
        return matched

    def _only(self) -> int:
        if len(self.areas) != 1:
            raise DomainError(
                N_("A division can be chosen for one outline only; this file has %(count)d."),
                count=len(self.areas),
            )
        return self.areas[0]

    def _chosen(self, code: str) -> Division:
        found = self.divisions.by_code.get(full_code(code))
        if found is None:
            message = N_("There is no division %(code)s among yours.")
            raise FormErrors([FieldError("division", message, {"code": code})])
        return found

    def _telling_column(self) -> int | None:
        """Return the property whose values name most divisions, each by itself."""
        hits: dict[int, set[int]] = {}
        for at in self.areas:
            for column, value in enumerate(self.source.grid.rows[at]):
                found = self.divisions.of_value(value) if value else []
                if len(found) == 1:
                    hits.setdefault(column, set()).add(found[0].id)
        return max(hits, key=lambda column: len(hits[column])) if hits else None

    def _nothing_matches(self) -> DomainError:
        if len(self.areas) == 1:
            message = N_("The outline names no division. Choose the division it is of.")
            return FormErrors([FieldError("division", message)])
        return DomainError(
            N_("No property of the %(count)d outlines holds a code or name of your divisions."),
            count=len(self.areas),
        )

    def _unmatched(
        self, at: int, value: str, found: Sequence[Division], before: int | None
    ) -> Note:
        column = self.source.grid.header[self.column or 0]
        if before is not None:
            params = {"name": found[0].name, "other": self.source.grid.number(before)}
            return Note(at, N_("%(name)s already has the outline %(other)d."), params, column)
        if found:
            params = {"name": value, "count": len(found)}
            return Note(at, N_("%(count)d divisions are called %(name)s."), params, column)
        message = N_("There is no division %(code)s among yours.")
        return Note(at, message, {"code": value}, column)


def _hints(wkb: bytes, present: DivisionBoundary | None, shift: ShiftedCrs) -> list[Sentence]:
    """Return a hint where an outline lies as far from the present one as GCJ-02 from WGS84."""
    if present is None or shift is not ShiftedCrs.WGS84:
        return []
    metres = distance_m(*centroid(wkb), *centroid(present.wkb))
    if not SHIFT_M[0] <= metres <= SHIFT_M[1]:
        return []
    message = N_(
        "It lies %(metres)d m from the present boundary, as far as a GCJ-02 outline would."
        " If it comes from AMap or Tencent, read the file again with GCJ-02 chosen."
    )
    return [(message, {"metres": round(metres)})]


def _sketch(outlines: Sequence[Outline]) -> bytes:
    return geojson_bytes(
        (OutFeature(o.division_id, o.wkb, {"name": o.name, "outer": False}) for o in outlines),
        SKETCH_TOLERANCE_M,
    )
