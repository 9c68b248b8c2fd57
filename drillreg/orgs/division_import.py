"""Importing divisions, and on request a government organisation for each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_
from drillreg.orgs.division_rows import (
    SYNONYMS,
    DivisionReading,
    DivisionRow,
    columns_by_content,
    columns_by_header,
    is_quasi,
    read_divisions,
)
from drillreg.orgs.divisions import divisions_by_code
from drillreg.orgs.importers import Found, Importer, Source, chunks, limits_for
from drillreg.orgs.models import Division, DivisionName, Org
from drillreg.orgs.operations import new_path, version_of
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rows import Problem, Sentence, TableRow, shown_columns, table_rows
from drillreg.orgs.rules import (
    GOVERNMENT_KINDS,
    DivisionLevel,
    child_path,
    full_code,
    level_of_code,
    parent_code,
)
from drillreg.sandbox import limits
from drillreg.sheets.operations import Table, read_table
from drillreg.work.models import ImportBatch

LEVELS = (DivisionLevel.COUNTY, DivisionLevel.TOWN, DivisionLevel.VILLAGE)
PREFIX_LENGTH = {DivisionLevel.COUNTY: 6, DivisionLevel.TOWN: 9, DivisionLevel.VILLAGE: 12}


@dataclass(frozen=True)
class Put:
    """A step: divisions of one level to write (code, name, parent, lon, lat)."""

    rows: Sequence[tuple[str, str, str | None, float | None, float | None]]


@dataclass(frozen=True)
class Govern:
    """A step: divisions of one level, by code, that get a government organisation."""

    codes: Sequence[str]


def find(source: Source) -> Found:
    """Read a table of divisions and say what would come of it."""
    (data,) = source.files.values()
    bounds = limits_for(source, limits.INTERACTIVE, limits.BACKGROUND)
    table = read_table(data, synonyms=SYNONYMS, limits=bounds)
    columns, header, rows = _laid_out(table)
    under = [str(code) for code in source.options.get("under", [])]
    reading = read_divisions(rows, columns, under)
    county = _county_of(source.owner, reading)
    rows_in = _with_county(reading.rows, county, source.owner)
    known = divisions_by_code(_codes_about(rows_in))
    accepted = _accepted(rows_in, known, reading, source.owner)
    _refuse_foreign_county(county, source.owner)
    points = _positions(accepted, source.options.get("shift") or "")
    return Found(
        columns=shown_columns(columns, header),
        encoding=table.encoding,
        counts=_counts(accepted, known, reading, source),
        notices=_notices(accepted, points, source),
        problems=sorted(reading.problems, key=lambda problem: problem.row.number),
        header=header,
        sample=[(row.code, row.name, row.level.value) for row in accepted[:10]],
        extra={"owner_county": county, "govern": bool(source.options.get("govern"))},
        steps=_steps(accepted, points, known, bool(source.options.get("govern"))),
    )


def _laid_out(table: Table) -> tuple[dict[str, int], list[str], Iterable[TableRow]]:
    """Return columns, header and rows; a table without a header is known by what stands in it."""
    by_header = columns_by_header(table.header)
    if by_header is not None:
        return by_header, table.header, table_rows(table.rows, table.header_row + 1)
    every = [table.header, *table.rows]
    by_content = columns_by_content(every)
    if by_content is None:
        raise DomainError(N_("No column holds division codes of 6, 9 or 12 digits with names."))
    header = [f"#{at + 1}" for at in range(len(table.header))]
    return by_content, header, table_rows(every, table.header_row)


def _county_of(owner: Org | None, reading: DivisionReading) -> str | None:
    """Return the county that an owner without a division takes on by this import, or None."""
    if owner is None or owner.division is not None or owner.kind != "county":
        return None
    counties = sorted({row.code[:6] for row in reading.rows})
    if len(counties) > 1:
        raise DomainError(
            N_(
                "The table has divisions of %(count)d counties. Say with which digits the codes of"
                " %(name)s begin."
            ),
            count=len(counties),
            name=owner.name,
        )
    return full_code(counties[0]) if counties else None


def _with_county(
    rows: Sequence[DivisionRow], county: str | None, owner: Org | None
) -> list[DivisionRow]:
    """Return the rows with the owner's own county in front when the table lacks it."""
    if county is None or owner is None or any(row.code == county for row in rows):
        return list(rows)
    return [DivisionRow(TableRow(0, ()), county, owner.name, None, None), *rows]


def _refuse_foreign_county(county: str | None, owner: Org | None) -> None:
    if county is None or owner is None:
        return
    division = divisions_by_code([county]).get(county)
    other = governments([division.id]).get(division.id) if division else None
    if other is not None and other.id != owner.id:
        raise DomainError(
            N_("%(code)s is the county of %(other)s."), code=county[:6], other=other.name
        )


def _codes_about(rows: Iterable[DivisionRow]) -> set[str]:
    return {code for row in rows for code in (row.code, row.parent) if code}


def _accepted(
    rows: Sequence[DivisionRow],
    known: Mapping[str, Division],
    reading: DivisionReading,
    owner: Org | None,
) -> list[DivisionRow]:
    """Return the rows that can stand, parents first; the others become problems."""
    home = owner.division if owner else None
    prefix = home.code[: PREFIX_LENGTH[home.level]] if home else ""
    accepted: dict[str, DivisionRow] = {}
    for level in LEVELS:
        for row in rows:
            if row.level is not level:
                continue
            if home is not None and not row.code.startswith(prefix):
                message, params = N_("It lies outside %(name)s."), {"name": home.name}
            elif row.parent and row.parent not in accepted and row.parent not in known:
                message = N_("Its parent %(code)s is neither in the table nor known.")
                params = {"code": row.parent}
            else:
                accepted[row.code] = row
                continue
            reading.problems.append(Problem(row.row, message, params))
    return list(accepted.values())


def _positions(rows: Sequence[DivisionRow], given: str) -> dict[str, tuple[float, float]]:
    """Return WGS84 positions by code; none unless the person said in which datum they are."""
    located = [row for row in rows if row.position is not None]
    if not given or not located:
        return {}
    x, y = zip(*(row.position for row in located if row.position), strict=True)
    lons, lats = to_wgs84(x, y, ShiftedCrs(given))
    return {
        row.code: (float(lon), float(lat))
        for row, lon, lat in zip(located, lons, lats, strict=True)
    }


def _counts(
    rows: Sequence[DivisionRow],
    known: Mapping[str, Division],
    reading: DivisionReading,
    source: Source,
) -> dict[str, int]:
    renamed = sum(row.code in known and known[row.code].name != row.name for row in rows)
    counts = {
        "rows": len(rows),
        "new": sum(row.code not in known for row in rows),
        "renamed": renamed,
        "same": sum(row.code in known for row in rows) - renamed,
        "problems": len(reading.problems),
        "elsewhere": reading.elsewhere,
        "above": reading.above,
    }
    for level in LEVELS:
        counts[level.value] = sum(row.level is level for row in rows)
    if source.options.get("govern"):
        counts["orgs"] = len(_without_government(rows, known))
    return counts


def _without_government(rows: Sequence[DivisionRow], known: Mapping[str, Division]) -> list[str]:
    governed = governments(known[row.code].id for row in rows if row.code in known)
    return [row.code for row in rows if row.code not in known or known[row.code].id not in governed]


def _notices(
    rows: Sequence[DivisionRow], points: Mapping[str, tuple[float, float]], source: Source
) -> list[Sentence]:
    found: list[Sentence] = []
    quasi = [row.name for row in rows if is_quasi(row.code)]
    if quasi:
        message = N_(
            "%(count)d are no real towns or villages but are coded like them, such as %(name)s."
            " They are imported like the others."
        )
        found.append((message, {"count": len(quasi), "name": quasi[-1]}))
    if any(row.position for row in rows) and not points:
        found.append(
            (N_("The table has positions. They are left out, because no datum was chosen."), {})
        )
    return found


def _steps(
    rows: Sequence[DivisionRow],
    points: Mapping[str, tuple[float, float]],
    known: Mapping[str, Division],
    govern: bool,
) -> list[Any]:
    """Return the steps level by level, so that every parent stands before its children."""
    steps: list[Any] = []
    by_level = {level: [row for row in rows if row.level is level] for level in LEVELS}
    for level in LEVELS:
        put = [
            (row.code, row.name, row.parent, *points.get(row.code, (None, None)))
            for row in by_level[level]
        ]
        steps += [Put(chunk) for chunk in chunks(put)]
    if govern:
        governed = {row.code for row in rows} | _codes_above(rows)
        for level in LEVELS:
            codes = sorted(code for code in governed if level_of_code(code) is level)
            steps += [Govern(chunk) for chunk in chunks(codes)]
    return steps


def _codes_above(rows: Iterable[DivisionRow]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        code = row.parent
        while code:
            found.add(code)
            code = parent_code(code)
    return found


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


DIVISIONS = Importer(find, write, show, hide)
