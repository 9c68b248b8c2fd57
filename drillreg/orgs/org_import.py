"""Importing lists of organisations: schools, enterprises, hospitals and others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.core.codes import CodeList, code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_
from drillreg.orgs.divisions import divisions_by_code
from drillreg.orgs.importers import Found, Importer, Source, chunks, limits_for
from drillreg.orgs.models import Division, Org, OrgAlias
from drillreg.orgs.operations import new_path
from drillreg.orgs.org_rows import OrgReading, OrgRow, read_orgs, synonyms
from drillreg.orgs.places import divisions_at, governments_above
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rows import CellError, Problem, shown_columns, table_rows
from drillreg.orgs.rules import (
    child_path,
    covers,
    ensure_allowed_parent,
    full_code,
    subtree_end,
)
from drillreg.orgs.versions import version_of
from drillreg.sandbox import limits
from drillreg.sheets.columns import match_columns
from drillreg.sheets.operations import read_table
from drillreg.work.models import ImportBatch

Position = tuple[float, float]


@dataclass(frozen=True)
class NewOrg:
    """An organisation to write, below a parent that stands; position in WGS84 degrees."""

    row: OrgRow
    parent_id: int
    position: Position | None


def find(source: Source) -> Found:
    """Read a table of organisations and say what would come of it."""
    if source.owner is None:
        raise DomainError(N_("Say below which organisation the list belongs."))
    (data,) = source.files.values()
    kinds, attributes = code_list("org_kind"), code_list("org_attribute")
    words = synonyms(attributes)
    bounds = limits_for(source, limits.INTERACTIVE, limits.BACKGROUND)
    table = read_table(data, synonyms=words, limits=bounds)
    columns = match_columns(table.header, words)
    if "name" not in columns:
        raise DomainError(N_("No column is headed as a name, such as 单位名称 or 学校名称."))
    reading = read_orgs(
        table_rows(table.rows, table.header_row + 1),
        columns,
        kinds=kinds,
        attributes=attributes,
        usual_kind=str(source.options.get("kind") or ""),
    )
    points = _positions(reading.rows, str(source.options.get("shift") or ""))
    new = _placed(reading, points, Places(source.owner), kinds)
    twins = _standing(new)
    fresh = [org for org in new if (org.parent_id, org.row.kind, org.row.name) not in twins]
    counts = {"rows": len(new), "new": len(fresh), "same": len(new) - len(fresh)}
    return Found(
        columns=shown_columns(columns, table.header),
        encoding=table.encoding,
        counts={**counts, "problems": len(reading.problems), **_by_kind(fresh)},
        notices=_notices(reading.rows, points),
        problems=sorted(reading.problems, key=lambda problem: problem.row.number),
        header=table.header,
        sample=[(org.row.name, org.row.kind, org.row.parent) for org in fresh[:10]],
        steps=chunks(fresh),
    )


def _by_kind(rows: Iterable[NewOrg]) -> dict[str, int]:
    found: dict[str, int] = {}
    for org in rows:
        found[f"kind:{org.row.kind}"] = found.get(f"kind:{org.row.kind}", 0) + 1
    return found


def _notices(rows: Sequence[OrgRow], points: Mapping[int, Position]) -> list[Any]:
    if any(row.position for row in rows) and not points:
        return [
            (N_("The table has positions. They are left out, because no datum was chosen."), {})
        ]
    return []


def _positions(rows: Sequence[OrgRow], given: str) -> dict[int, Position]:
    """Return WGS84 positions by row number; none unless the datum was chosen."""
    located = [row for row in rows if row.position is not None]
    if not given or not located:
        return {}
    x, y = zip(*(row.position for row in located if row.position), strict=True)
    lons, lats = to_wgs84(x, y, ShiftedCrs(given))
    return {
        row.row.number: (float(lon), float(lat))
        for row, lon, lat in zip(located, lons, lats, strict=True)
    }


class Places:
    """Where in the owner's subtree an organisation can stand: by name, alias, code or position."""

    def __init__(self, owner: Org) -> None:
        self.owner = owner
        rows = db.session.scalars(
            select(Org)
            .where(
                Org.path >= owner.path,
                Org.path < subtree_end(owner.path),
                Org.kind.in_(("county", "town", "village")),
                Org.closed_on.is_(None),
                is_imported(Org),
            )
            .order_by(Org.path)
        ).all()
        self.by_id = {org.id: org for org in rows}
        self.by_name: dict[str, list[Org]] = {}
        for org in rows:
            self.by_name.setdefault(org.name, []).append(org)
        for alias, org_id in db.session.execute(
            select(OrgAlias.alias, OrgAlias.org_id)
            .where(OrgAlias.org_id.in_(self.by_id))
            .order_by(OrgAlias.id)
        ):
            self.by_name.setdefault(alias, []).append(self.by_id[org_id])
        self.by_division = {org.division_id: org for org in rows if org.division_id}
        self._by_code: dict[str, Division] = {}

    def named(self, text: str) -> Org:
        """Return the organisation that a cell names; raise CellError when none or several do."""
        if not text:
            return self.owner
        if text.isascii() and text.isdigit() and len(text) in {6, 9, 12}:
            return self._coded(text)
        found = {org.id: org for org in self._of_name(text)}
        if len(found) > 1:
            raise CellError(
                N_("%(name)s stands for %(count)d organisations; use its division code."),
                name=text,
                count=len(found),
            )
        if not found:
            raise CellError(N_("There is no %(name)s among your towns and villages."), name=text)
        return next(iter(found.values()))

    def _of_name(self, text: str) -> list[Org]:
        """Return what is called so; "白岩镇岭下村" is the village of that name in that town."""
        if text in self.by_name:
            return self.by_name[text]
        return [
            org
            for org in self.by_id.values()
            if text.endswith(org.name)
            and org.parent_id in self.by_id
            and text.removesuffix(org.name).endswith(self.by_id[org.parent_id].name)
        ]

    def _coded(self, text: str) -> Org:
        code = full_code(text)
        if code not in self._by_code:
            self._by_code |= divisions_by_code([code])
        division = self._by_code.get(code)
        org = self.by_division.get(division.id) if division else None
        if org is None:
            raise CellError(
                N_("There is no organisation of yours with the code %(code)s."), code=text
            )
        return org


def _placed(
    reading: OrgReading, points: Mapping[int, Position], places: Places, kinds: CodeList
) -> list[NewOrg]:
    """Return the rows with their parents; rows that cannot stand anywhere become problems."""
    located = _located([row for row in reading.rows if not row.parent], points, places)
    new = []
    for row in reading.rows:
        try:
            parent = located.get(row.row.number) or places.named(row.parent)
            ensure_allowed_parent(kinds, row.kind, parent.kind)
        except DomainError as error:
            reading.problems.append(Problem(row.row, error.message, error.params))
            continue
        new.append(NewOrg(row, parent.id, points.get(row.row.number)))
    return new


def _located(
    rows: Sequence[OrgRow], points: Mapping[int, Position], places: Places
) -> dict[int, Org]:
    """Return by row number the government of the place, for rows that name no parent."""
    numbers = [row.row.number for row in rows if row.row.number in points]
    if not numbers:
        return {}
    ids = divisions_at([points[n][0] for n in numbers], [points[n][1] for n in numbers])
    above = governments_above(ids)
    found = {
        number: above[id_]
        for number, id_ in zip(numbers, ids, strict=True)
        if id_ is not None and id_ in above
    }
    return {n: org for n, org in found.items() if covers(places.owner.path, org.path)}


def _standing(rows: Iterable[NewOrg]) -> set[tuple[int, str, str]]:
    """Return parent, kind and name of what already stands where rows would put theirs."""
    parents = sorted({org.parent_id for org in rows})
    found = db.session.execute(
        select(Org.parent_id, Org.kind, Org.name)
        .where(Org.parent_id.in_(parents), Org.closed_on.is_(None), is_imported(Org))
        .order_by(Org.id)
    ).all()
    return {(row[0] or 0, str(row[1]), str(row[2])) for row in found}


def write(batch: ImportBatch, step: Sequence[NewOrg], now: datetime, today: date) -> None:
    """Write one chunk; what this batch already wrote stays as it is."""
    parents = {
        org.id: org
        for org in db.session.scalars(
            select(Org).where(Org.id.in_({new.parent_id for new in step})).order_by(Org.id)
        )
    }
    written = {
        (row[0], row[1], row[2])
        for row in db.session.execute(
            select(Org.parent_id, Org.kind, Org.name)
            .where(Org.import_id == batch.id, Org.parent_id.in_(parents))
            .order_by(Org.id)
        )
    }
    made = [
        _org(batch, new, parents[new.parent_id])
        for new in step
        if (new.parent_id, new.row.kind, new.row.name) not in written
    ]
    db.session.add_all(made)
    db.session.flush()
    for org in made:
        org.path = child_path(parents[org.parent_id or 0].path, org.id)
        db.session.add(version_of(org, from_on=today, now=now))
    db.session.flush()


def _org(batch: ImportBatch, new: NewOrg, parent: Org) -> Org:
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
        attributes=new.row.attributes,
        import_id=batch.id,
    )


def show(batch: ImportBatch, today: date) -> None:
    """Do nothing more: the flag alone makes new organisations visible."""


def hide(batch: ImportBatch) -> None:
    """Do nothing more: the flag alone hides them."""


ORGANISATIONS = Importer(find, write, show, hide)
