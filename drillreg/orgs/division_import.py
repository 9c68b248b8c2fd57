"""Finding out what a table of divisions would bring."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
from drillreg.orgs.division_writing import Govern, Put, governments, hide, show, write
from drillreg.orgs.divisions import divisions_by_code
from drillreg.orgs.importers import Found, Importer, Source, chunks, limits_for
from drillreg.orgs.models import Division, Org
from drillreg.orgs.rows import Problem, Sentence, TableRow, shown_columns, table_rows
from drillreg.orgs.rules import (
    DivisionLevel,
    full_code,
    level_of_code,
    parent_code,
)
from drillreg.sandbox import limits
from drillreg.sheets.operations import Table, read_table

LEVELS = (DivisionLevel.COUNTY, DivisionLevel.TOWN, DivisionLevel.VILLAGE)
PREFIX_LENGTH = {DivisionLevel.COUNTY: 6, DivisionLevel.TOWN: 9, DivisionLevel.VILLAGE: 12}


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


DIVISIONS = Importer(find, write, show, hide)
