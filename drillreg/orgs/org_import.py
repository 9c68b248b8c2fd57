"""Importing lists of organisations: schools, enterprises, hospitals and others."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import delete, select

from drillreg.core.access import Permission
from drillreg.core.changes import announce
from drillreg.core.codes import CodeList, code_label, code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.geo.shapes import point_wkb
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.geo.writing import OutFeature, geojson_bytes
from drillreg.i18n import N_, pick
from drillreg.orgs.division_import import POSITIONS_LEFT_OUT
from drillreg.orgs.import_uses import tell_of_import, uses_count
from drillreg.orgs.models import Org, OrgVersion
from drillreg.orgs.naming import OrgNames
from drillreg.orgs.operations import CHANGED, new_path
from drillreg.orgs.org_rows import OrgReading, OrgRow, attribute_fields, org_fields, read_orgs
from drillreg.orgs.places import divisions_at, governments_above
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import child_path, covers, ensure_allowed_parent
from drillreg.orgs.versions import begin_version, end_version, version_of
from drillreg.work.importers import (
    Act,
    Choice,
    Entry,
    Field,
    Kind,
    Note,
    Plan,
    Sentence,
    Source,
    chunks,
    datum_choice,
)
from drillreg.work.models import ImportBatch

STEP = 200
MOST_ON_MAP = 2000
STANDS = N_("%(name)s stands already and would be changed.")
# What a row can change of an organisation that stands, by the field that says it.
CHANGEABLE = {"code": "code", "phone": "duty_phone"}

Position = tuple[float, float]


@dataclass(frozen=True)
class NewOrg:
    """An organisation to write, below a parent that stands; position in WGS84 degrees."""

    row: OrgRow
    parent_id: int
    position: Position | None


class OrgImport(Kind):
    """Lists of schools, hospitals, enterprises and other organisations."""

    code = "organisations"
    label = N_("Organisations")
    about = N_(
        "A list of schools, hospitals, enterprises, villages and the like. Each stands below the"
        " town or village that its row names, or in which it lies."
    )
    permission = Permission.EDIT_ORGS
    shown = (N_("Organisation name"), N_("Kind"), N_("Stands below"), N_("Duty phone"))
    changes_records = True
    in_use = N_(
        "%(count)d other records already stand at what this import brought in, or were changed"
        " since. Move or close those first."
    )

    def fields(self) -> Sequence[Field]:
        """Return what a list of organisations can say."""
        return org_fields()

    def choices(self) -> Sequence[Choice]:
        """Ask for the datum, and the kind of rows that name none."""
        return (
            datum_choice(blank=N_("Leave the positions out")),
            Choice(
                "usual_kind",
                N_("Kind of rows that name none"),
                options=code_list("org_kind").options,
                blank=N_("Told from the name"),
            ),
        )

    def plan(self, source: Source) -> Plan:
        """Say what a list of organisations would bring; nothing is written."""
        if source.owner_id is None:
            raise DomainError(N_("Say below which organisation the list belongs."))
        owner = db.session.get_one(Org, source.owner_id)
        kinds = code_list("org_kind")
        usual = str(source.options.get("usual_kind") or "")
        reading = read_orgs(source, kinds=kinds, usual_kind=usual)
        points = _positions(reading.rows, str(source.options.get("shift") or ""))
        new = _placed(reading, points, OrgNames(owner), kinds)
        entries = _entries(new)
        made = Counter(e.data.row.kind for e in entries if e.act is Act.NEW)
        return Plan(
            entries=entries,
            problems=reading.problems,
            notices=_notices(reading.rows, points),
            figures=[(pick(item.label), made[item.code]) for item in kinds if made[item.code]],
            outlines=partial(_on_map, entries),
        )

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return name, kind, parent and phone."""
        if entry.act is Act.NEW:
            row: OrgRow = entry.data.row
            parent = db.session.get_one(Org, entry.data.parent_id)
            return row.name, code_label(row.kind, "org_kind"), parent.name, row.phone or ""
        org = db.session.get_one(Org, entry.subject_id)
        phone = entry.data.get("duty_phone", org.duty_phone)
        parent_name = org.parent.name if org.parent else ""
        return org.name, code_label(org.kind, "org_kind"), parent_name, phone or ""

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return chunks of new organisations."""
        return chunks([entry.data for entry in entries], STEP)

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Write a chunk of organisations with their first versions."""
        ids = {new.parent_id for new in step}
        statement = select(Org).where(Org.id.in_(ids)).order_by(Org.id)
        parents = {org.id: org for org in db.session.scalars(statement)}
        made = [_org(batch, new, parents[new.parent_id]) for new in step]
        db.session.add_all(made)
        db.session.flush()
        for org in made:
            org.path = child_path(parents[org.parent_id or 0].path, org.id)
            db.session.add(version_of(org, from_on=today, now=now))
        db.session.flush()

    def current(self, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Return what a row can change of organisations, as it stands."""
        found = db.session.scalars(select(Org).where(Org.id.in_(list(ids))).order_by(Org.id))
        return {org.id: _values(org) for org in found}

    def change(
        self, values: Mapping[int, Mapping[str, Any]], *, now: datetime, today: date
    ) -> None:
        """Set values of organisations from today on; what they were stays as a version."""
        found = db.session.scalars(select(Org).where(Org.id.in_(list(values))).order_by(Org.id))
        for org in found.all():
            dated = "attributes" in values[org.id]
            if dated:
                end_version(org, today, now)
            for name, value in values[org.id].items():
                setattr(org, name, dict(value) if name == "attributes" else value)
            if dated:
                begin_version(org, today, now)
        announce(CHANGED, org_ids=sorted(values))

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Tell who reckons with organisations of the new ones."""
        tell_of_import(batch)

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Tell who reckons with organisations that these are gone."""
        tell_of_import(batch)

    def drop(self, batch: ImportBatch) -> None:
        """Remove the organisations of an import that nobody has seen."""
        mine = select(Org.id).where(Org.import_id == batch.id)
        db.session.execute(delete(OrgVersion).where(OrgVersion.org_id.in_(mine)))
        db.session.execute(delete(Org).where(Org.import_id == batch.id))

    def uses(self, batch: ImportBatch) -> int:
        """Return how many records of others point at these organisations."""
        return uses_count(batch)

    def home(self, batch: ImportBatch) -> str:
        """Return the tree of organisations."""
        return url_for("orgs.index", within=batch.org_id or None)

    def offered(self, owner_id: int) -> Mapping[str, Sequence[str]]:
        """Offer the towns and villages by name, a village with its town where names repeat."""
        names = OrgNames(db.session.get_one(Org, owner_id))
        repeated = Counter(org.name for org in names.by_id.values())
        return {
            "parent": [
                f"{names.by_id[org.parent_id].name}{org.name}"
                if repeated[org.name] > 1 and org.parent_id in names.by_id
                else org.name
                for org in names.by_id.values()
            ]
        }


def _notices(rows: Sequence[OrgRow], points: Mapping[int, Position]) -> list[Sentence]:
    if any(row.position for row in rows) and not points:
        return [(POSITIONS_LEFT_OUT, {})]
    return []


def _positions(rows: Sequence[OrgRow], given: str) -> dict[int, Position]:
    """Return WGS84 positions by place in the file; none unless the datum was chosen."""
    located = [row for row in rows if row.position is not None]
    if not given or not located:
        return {}
    x, y = zip(*(row.position for row in located if row.position), strict=True)
    lons, lats = to_wgs84(x, y, ShiftedCrs(given))
    pairs = zip(lons.tolist(), lats.tolist(), strict=True)
    return {row.at: pair for row, pair in zip(located, pairs, strict=True)}


def _placed(
    reading: OrgReading, points: Mapping[int, Position], places: OrgNames, kinds: CodeList
) -> list[NewOrg]:
    """Return the rows with their parents; rows that cannot stand anywhere become problems."""
    located = _located([row for row in reading.rows if not row.parent], points, places)
    new = []
    for row in reading.rows:
        try:
            parent = located.get(row.at) or places.named(row.parent)
            ensure_allowed_parent(kinds, row.kind, parent.kind)
        except DomainError as error:
            reading.problems.append(Note(row.at, error.message, error.params))
            continue
        new.append(NewOrg(row, parent.id, points.get(row.at)))
    return new


def _located(
    rows: Sequence[OrgRow], points: Mapping[int, Position], places: OrgNames
) -> dict[int, Org]:
    """Return by place in the file the government there, for rows that name no parent."""
    found_at = [row.at for row in rows if row.at in points]
    if not found_at:
        return {}
    ids = divisions_at([points[at][0] for at in found_at], [points[at][1] for at in found_at])
    above = governments_above(ids)
    found = {
        at: above[id_]
        for at, id_ in zip(found_at, ids, strict=True)
        if id_ is not None and id_ in above
    }
    return {at: org for at, org in found.items() if covers(places.owner.path, org.path)}


def _entries(rows: Iterable[NewOrg]) -> list[Entry]:
    """Return the rows as they would be written, or what they would change of what stands."""
    wanted = list(rows)
    parents = sorted({org.parent_id for org in wanted})
    twins = {
        (org.parent_id, org.kind, org.name): org
        for org in db.session.scalars(
            select(Org)
            .where(Org.parent_id.in_(parents), Org.closed_on.is_(None), is_imported(Org))
            .order_by(Org.id)
        )
    }
    found = []
    for new in wanted:
        twin = twins.get((new.parent_id, new.row.kind, new.row.name))
        found.append(Entry(new.row.at, new) if twin is None else _change(new, twin))
    return found


def _change(new: NewOrg, org: Org) -> Entry:
    """Return what a row would change of an organisation; empty cells change nothing."""
    said: dict[str, Any] = {"code": new.row.code, "phone": new.row.phone}
    changes = {
        name: (getattr(org, CHANGEABLE[name]), value)
        for name, value in said.items()
        if value and value != getattr(org, CHANGEABLE[name])
    }
    data = {CHANGEABLE[name]: value for name, (_, value) in changes.items()}
    if new.position is not None and (org.lon, org.lat) != new.position:
        data |= {"lon": new.position[0], "lat": new.position[1]}
        changes |= {"lon": (org.lon, new.position[0]), "lat": (org.lat, new.position[1])}
    fresh = {
        name: value
        for name, value in new.row.attributes.items()
        if org.attributes.get(name) != value
    }
    if fresh:
        data["attributes"] = {**org.attributes, **fresh}
        changes |= {name: (org.attributes.get(name), value) for name, value in fresh.items()}
    act = Act.CHANGE if changes else Act.SAME
    return Entry(new.row.at, data, act, org.id, changes, (STANDS, {"name": org.name}))


def _values(org: Org) -> dict[str, Any]:
    return {
        "code": org.code,
        "duty_phone": org.duty_phone,
        "lon": org.lon,
        "lat": org.lat,
        "attributes": dict(org.attributes),
    }


def _org(batch: ImportBatch, new: NewOrg, parent: Org) -> Org:
    known = {each.code for each in attribute_fields()}
    return Org(
        path=new_path(),
        parent_id=parent.id,
        kind=new.row.kind,
        name=new.row.name,
        code=new.row.code,
        division_id=parent.division_id,
        duty_phone=new.row.phone,
        is_outside=new.row.kind == "outside",
        lon=new.position[0] if new.position else None,
        lat=new.position[1] if new.position else None,
        attributes={name: value for name, value in new.row.attributes.items() if name in known},
        import_id=batch.id,
    )


def _on_map(entries: Sequence[Entry]) -> bytes:
    """Return the first new organisations with a position, for the map of the preview."""
    placed = [e for e in entries if e.act is Act.NEW and e.data.position is not None]
    if not placed:
        return b""
    return geojson_bytes(
        OutFeature(e.at + 1, point_wkb(*e.data.position), {"name": e.data.row.name, "sign": "unit"})
        for e in placed[:MOST_ON_MAP]
    )
