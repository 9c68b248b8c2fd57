"""Writing imported divisions, and on request a government organisation for each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from drillreg.core.db import db
from drillreg.orgs.divisions import divisions_by_code
from drillreg.orgs.models import Division, DivisionName, Org, OrgVersion
from drillreg.orgs.operations import new_path
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import GOVERNMENT_KINDS, DivisionLevel, child_path, level_of_code
from drillreg.orgs.versions import version_of
from drillreg.work.models import ImportBatch


@dataclass(frozen=True)
class Put:
    """A step: divisions of one level to write (code, name, parent, lon, lat)."""

    rows: Sequence[tuple[str, str, str | None, float | None, float | None]]


@dataclass(frozen=True)
class Govern:
    """A step: divisions of one level, by code, that get a government organisation."""

    codes: Sequence[str]


def write(batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
    """Write one step; what this batch already wrote stays as it is."""
    if isinstance(step, Put):
        _put(batch, step, today)
    else:
        _govern(batch, step, now, today)


def _every_division(codes: Iterable[str]) -> dict[str, Division]:
    """Return divisions by code, those of undone or unfinished imports too."""
    found = db.session.scalars(
        select(Division).where(Division.code.in_(sorted(codes))).order_by(Division.code)
    )
    return {division.code: division for division in found}


def _put(batch: ImportBatch, step: Put, today: date) -> None:
    codes = [row[0] for row in step.rows]
    standing = divisions_by_code(codes)
    held = _every_division(codes)
    parents = _every_division({row[2] for row in step.rows if row[2]})
    fresh: list[Division] = []
    for code, name, parent, lon, lat in step.rows:
        if code in standing:
            _note_name(batch, standing[code], name, today)
            continue
        division = held.get(code) or Division(code=code, path=new_path())
        division.level, division.name = level_of_code(code), name
        division.parent_id = parents[parent].id if parent else None
        division.lon, division.lat = lon, lat
        if division.import_id != batch.id:
            division.import_id = batch.id
            fresh.append(division)
            db.session.add(division)
    db.session.flush()
    for division in fresh:
        above = parent_of(division, parents)
        division.path = child_path(above.path if above else "", division.id)
        db.session.add(_name(batch, division, today))
    db.session.flush()


def parent_of(division: Division, parents: Mapping[str, Division]) -> Division | None:
    """Return the parent of a division among some that are loaded."""
    return next((each for each in parents.values() if each.id == division.parent_id), None)


def _name(batch: ImportBatch, division: Division, today: date) -> DivisionName:
    return DivisionName(
        division_id=division.id,
        name=division.name,
        code=division.code,
        from_on=today,
        import_id=batch.id,
    )


def _note_name(batch: ImportBatch, division: Division, name: str, today: date) -> None:
    """Note that a division is called otherwise; it takes effect when the batch is applied."""
    if division.name == name:
        return
    noted = db.session.scalar(
        select(DivisionName.id).where(
            DivisionName.division_id == division.id, DivisionName.import_id == batch.id
        )
    )
    if noted is None:
        new = _name(batch, division, today)
        new.name = name
        db.session.add(new)


def governments(ids: Iterable[int], batch_id: int = 0) -> dict[int, Org]:
    """Return the open government organisations of divisions, a batch's own unseen ones too."""
    found = db.session.scalars(
        select(Org)
        .where(
            Org.division_id.in_(sorted(set(ids))),
            Org.kind.in_(GOVERNMENT_KINDS.values()),
            Org.closed_on.is_(None),
            is_imported(Org) | (Org.import_id == batch_id),
        )
        .order_by(Org.id)
    )
    return {org.division_id: org for org in found if org.division_id is not None}


def _govern(batch: ImportBatch, step: Govern, now: datetime, today: date) -> None:
    divisions = _every_division(step.codes)
    links: dict[str, int] = dict(batch.summary.get("links", {}))
    known = _governments_for(batch, divisions, links)
    made: list[tuple[Org, Org | None]] = []
    for division in divisions.values():
        above = known.get(division.parent_id or 0)
        if division.id in known or (above is None and division.level is not DivisionLevel.COUNTY):
            continue
        twin = _twin_or_none(division, above)
        if twin is not None:
            links[division.code] = twin.id
        else:
            made.append((_government(batch, division, above), above))
    batch.summary = {**batch.summary, "links": links}
    db.session.add_all([org for org, _ in made])
    db.session.flush()
    for org, above in made:
        org.path = child_path(above.path if above else "", org.id)
        db.session.add(version_of(org, from_on=today, now=now))
    db.session.flush()


def _governments_for(
    batch: ImportBatch, divisions: Mapping[str, Division], links: dict[str, int]
) -> dict[int, Org]:
    """Return what governs divisions and their parents once the batch is applied."""
    ids = {id_ for d in divisions.values() for id_ in (d.id, d.parent_id) if id_}
    known = governments(ids, batch.id)
    owned = batch.summary["extra"].get("owner_county")
    if owned:
        links.setdefault(owned, batch.org_id)
    for code, division in _every_division(links).items():
        org = db.session.get(Org, links[code])
        if org is not None:
            known[division.id] = org
    return known


def _twin_or_none(division: Division, above: Org | None) -> Org | None:
    """Return the organisation that has the name and place of a government but no division yet."""
    return db.session.scalar(
        select(Org)
        .where(
            Org.name == division.name,
            Org.kind == GOVERNMENT_KINDS[division.level],
            Org.parent_id == above.id if above else Org.parent_id.is_(None),
            Org.division_id.is_(None),
            Org.closed_on.is_(None),
            is_imported(Org),
        )
        .limit(1)
    )


def _government(batch: ImportBatch, division: Division, above: Org | None) -> Org:
    return Org(
        path=new_path(),
        parent_id=above.id if above else None,
        kind=GOVERNMENT_KINDS[division.level],
        name=division.name,
        division_id=division.id,
        lon=division.lon,
        lat=division.lat,
        attributes={},
        import_id=batch.id,
    )


def show(batch: ImportBatch, today: date) -> None:
    """Let the new names take effect, and give the owner its county."""
    for new, division in _new_names(batch):
        db.session.execute(
            update(DivisionName)
            .where(
                DivisionName.division_id == division.id,
                DivisionName.to_on.is_(None),
                DivisionName.id != new.id,
                is_imported(DivisionName),
            )
            .values(to_on=today)
            .execution_options(synchronize_session=False)
        )
        if not _has_name(division, but=new):
            old = DivisionName(
                division_id=division.id, name=division.name, code=division.code, from_on=today
            )
            old.to_on = today
            db.session.add(old)
        division.name = new.name
    for org, division in _links(batch):
        org.division_id = org.division_id or division.id
    if not batch.org_id:
        batch.org_id = _county_org_id(batch)


def _links(batch: ImportBatch) -> list[tuple[Org, Division]]:
    """Return the organisations that get a division by a batch, the owner of a county first."""
    links: dict[str, int] = dict(batch.summary.get("links", {}))
    owned = batch.summary["extra"].get("owner_county")
    if owned:
        links[owned] = batch.org_id
    found = []
    for code, division in _every_division(links).items():
        org = db.session.get(Org, links[code])
        if org is not None:
            found.append((org, division))
    return found


def _new_names(batch: ImportBatch) -> Sequence[tuple[DivisionName, Division]]:
    """Return the names that a batch gives to divisions which others brought in."""
    rows = db.session.execute(
        select(DivisionName, Division)
        .join(Division, Division.id == DivisionName.division_id)
        .where(
            DivisionName.import_id == batch.id,
            Division.import_id.is_distinct_from(batch.id),
        )
        .order_by(DivisionName.id)
    ).all()
    return [(name, division) for name, division in rows]


def _has_name(division: Division, *, but: DivisionName) -> bool:
    """Say whether a name of a division is on record besides `but` and those of undone imports."""
    found = select(DivisionName.id).where(
        DivisionName.division_id == division.id,
        DivisionName.id != but.id,
        is_imported(DivisionName),
    )
    return db.session.scalar(found.limit(1)) is not None


def _county_org_id(batch: ImportBatch) -> int:
    """Return the one county a command imported for, 0 when there are several or none."""
    found = db.session.scalars(
        select(Org.id)
        .join(Division, Division.id == Org.division_id)
        .where(Org.kind == "county", Division.import_id == batch.id)
        .order_by(Org.id)
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else 0


def hide(batch: ImportBatch) -> None:
    """Give back the names that stood before, and the owner's missing division."""
    for new, division in _new_names(batch):
        before = db.session.scalar(
            select(DivisionName)
            .where(
                DivisionName.division_id == division.id,
                DivisionName.id != new.id,
                is_imported(DivisionName),
            )
            .order_by(DivisionName.from_on.desc(), DivisionName.id.desc())
            .limit(1)
        )
        if before is not None and division.name == new.name:
            division.name, before.to_on = before.name, None
    for org, division in _links(batch):
        if org.division_id == division.id:
            org.division_id = None


def drop(batch: ImportBatch) -> None:
    """Remove what a stopped import has written; nobody has seen any of it.

    Divisions that it had taken up from an import which was undone go back to that.
    """
    mine = select(Org.id).where(Org.import_id == batch.id)
    for statement in (
        delete(OrgVersion).where(OrgVersion.org_id.in_(mine)),
        delete(Org).where(Org.import_id == batch.id),
        delete(DivisionName).where(DivisionName.import_id == batch.id),
        update(Division)
        .where(
            Division.import_id == batch.id,
            Division.id.in_(select(DivisionName.division_id)),
        )
        .values(
            import_id=select(func.max(DivisionName.import_id))
            .where(DivisionName.division_id == Division.id)
            .scalar_subquery()
        ),
        delete(Division).where(Division.import_id == batch.id),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
