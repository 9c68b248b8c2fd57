"""Importing tables of divisions, and on request a government organisation for each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import url_for

from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.geo.shift import ShiftedCrs, to_wgs84
from drillreg.i18n import N_, translate
from drillreg.orgs.division_rows import (
    DivisionReading,
    DivisionRow,
    columns_by_content,
    is_quasi,
    read_divisions,
)
from drillreg.orgs.division_writing import Govern, Put, drop, governments, hide, show, write
from drillreg.orgs.divisions import divisions_by_code
from drillreg.orgs.import_uses import tell_of_import, uses_count
from drillreg.orgs.models import Division, Org
from drillreg.orgs.rules import DivisionLevel, full_code, level_of_code, parent_code
from drillreg.work.importers import (
    Act,
    Choice,
    Entry,
    Field,
    Kind,
    Note,
    Params,
    Plan,
    Sentence,
    Source,
    chunks,
    datum_choice,
    fields_of,
)
from drillreg.work.models import ImportBatch

LEVELS = (DivisionLevel.COUNTY, DivisionLevel.TOWN, DivisionLevel.VILLAGE)
LEVEL_WORDS = {
    DivisionLevel.COUNTY: N_("County"),
    DivisionLevel.TOWN: N_("Town"),
    DivisionLevel.VILLAGE: N_("Village"),
}
LEVEL_COUNTS = {
    DivisionLevel.COUNTY: N_("Counties"),
    DivisionLevel.TOWN: N_("Towns"),
    DivisionLevel.VILLAGE: N_("Villages"),
}
PREFIX_LENGTH = {DivisionLevel.COUNTY: 6, DivisionLevel.TOWN: 9, DivisionLevel.VILLAGE: 12}
STEP = 200
# The place of the county that a table of its towns lacks: behind every row.
ADDED = 10**9
QUASI = N_("Coded like a town or village, but an industrial park, a farm or the like.")
POSITIONS_LEFT_OUT = N_("The table has positions. They are left out, because no datum was chosen.")


class NewDivision(NamedTuple):
    """What is written of a row; codes in 12 digits, the position in WGS84 degrees."""

    code: str
    name: str
    parent: str | None
    lon: float | None
    lat: float | None


class DivisionImport(Kind):
    """Divisions with their codes: counties, towns, villages."""

    code = "divisions"
    label = N_("Divisions")
    about = N_(
        "A table of counties, towns and villages with their statistical codes, with a header row or"
        " without one. A government organisation is made for each on request."
    )
    permission = Permission.EDIT_ORGS
    shown = (N_("Code"), N_("Division name"), N_("Level"))
    in_use = N_(
        "%(count)d other records already stand at what this import brought in. Move or close those"
        " first."
    )

    def fields(self) -> Sequence[Field]:
        """Return what a table of divisions can say."""
        return fields_of("division_column")

    def choices(self) -> Sequence[Choice]:
        """Ask for the datum, which codes, and whether governments are made."""
        return (
            datum_choice(blank=N_("Leave the positions out")),
            Choice(
                "under",
                N_("Only codes beginning with"),
                form="text",
                hint=N_("Such as 360728, when the table holds more than your county."),
                longest=200,
            ),
            Choice(
                "govern",
                N_("Make a government organisation for each"),
                form="tick",
                hint=N_("County, town or village, where there is none yet."),
                default="1",
            ),
        )

    def check_options(self, options: Params) -> Params:
        """Return the beginnings of codes as a list."""
        words = str(options.get("under") or "").replace("，", " ").replace(",", " ").split()
        if any(not (word.isascii() and word.isdigit() and len(word) <= 12) for word in words):
            raise FormErrors([FieldError("under", N_("Give digits only, such as 360728."))])
        return {**options, "under": " ".join(words)}

    def columns_by_content(self, rows: Sequence[Sequence[str]]) -> dict[str, int] | None:
        """Return the columns of a table without header by what stands in them, or None."""
        return columns_by_content(rows)

    def plan(self, source: Source) -> Plan:
        """Say what a table of divisions would bring; nothing is written."""
        owner = db.session.get_one(Org, source.owner_id) if source.owner_id else None
        under = str(source.options.get("under") or "").split()
        reading = read_divisions(source.grid, source.columns, under)
        county = _county_of(owner, reading)
        rows = _with_county(reading.rows, county, owner)
        known = divisions_by_code(_codes_about(rows))
        accepted = _accepted(rows, known, reading, owner)
        _refuse_foreign_county(county, owner)
        govern = bool(source.options.get("govern"))
        entries = _entries(accepted, known, _positions(accepted, source), govern)
        return Plan(
            entries=entries,
            problems=reading.problems,
            remarks=[Note(row.at, QUASI) for row in accepted if is_quasi(row.code)],
            notices=_notices(accepted, source),
            figures=_figures(accepted, known, reading, govern),
            extra={"owner_county": county, "govern": govern},
        )

    def cells_of(self, plan: Plan, entry: Entry) -> Sequence[str]:
        """Return code, name and level."""
        row: NewDivision = entry.data
        return row.code, row.name, translate(LEVEL_WORDS[level_of_code(row.code)])

    def orphans(self, entries: Sequence[Entry], left_out: Sequence[Entry]) -> list[Note]:
        """Return what cannot come in once the division above it is left out."""
        gone = {entry.data.code for entry in left_out if entry.act is Act.NEW}
        found = []
        for entry in sorted(entries, key=lambda each: LEVELS.index(level_of_code(each.data.code))):
            if entry.data.parent in gone:
                gone.add(entry.data.code)
                message = N_("Its parent %(code)s is left out.")
                found.append(Note(entry.at, message, {"code": entry.data.parent}))
        return found

    def steps(self, plan: Plan, entries: Sequence[Entry]) -> Sequence[Any]:
        """Return the steps level by level, so that every parent stands before its children."""
        rows: list[NewDivision] = [entry.data for entry in entries]
        steps: list[Any] = []
        for level in LEVELS:
            put = [tuple(row) for row in rows if level_of_code(row.code) is level]
            steps += [Put(chunk) for chunk in chunks(put, STEP)]
        if plan.extra["govern"]:
            governed = {row.code for row in rows} | _codes_above(rows)
            for level in LEVELS:
                codes = sorted(code for code in governed if level_of_code(code) is level)
                steps += [Govern(chunk) for chunk in chunks(codes, STEP)]
        return steps

    def write(self, batch: ImportBatch, step: Any, now: datetime, today: date) -> None:
        """Write divisions of one level, or their governments."""
        write(batch, step, now, today)

    def show(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Let the new names take effect, and give the owner its county."""
        show(batch, today)
        tell_of_import(batch)

    def hide(self, batch: ImportBatch, now: datetime, today: date) -> None:
        """Give back the names that stood before, and the owner's missing division."""
        hide(batch)
        tell_of_import(batch)

    def drop(self, batch: ImportBatch) -> None:
        """Remove what a stopped import has written."""
        drop(batch)

    def uses(self, batch: ImportBatch) -> int:
        """Return how many records of others stand at its divisions and governments."""
        return uses_count(batch)

    def home(self, batch: ImportBatch) -> str:
        """Return the tree of organisations."""
        return url_for("orgs.index", within=batch.org_id or None)


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
    return [DivisionRow(ADDED, county, owner.name, None, None), *rows]


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
    for row in sorted(rows, key=lambda each: LEVELS.index(each.level)):
        if home is not None and not row.code.startswith(prefix):
            message, params = N_("It lies outside %(name)s."), {"name": home.name}
        elif row.parent and row.parent not in accepted and row.parent not in known:
            message = N_("Its parent %(code)s is neither in the table nor known.")
            params = {"code": row.parent}
        else:
            accepted[row.code] = row
            continue
        reading.problems.append(Note(row.at, message, params))
    return list(accepted.values())


def _positions(rows: Sequence[DivisionRow], source: Source) -> dict[str, tuple[float, float]]:
    """Return WGS84 positions by code; none unless the person said in which datum they are."""
    given = str(source.options.get("shift") or "")
    located = [row for row in rows if row.position is not None]
    if not given or not located:
        return {}
    x, y = zip(*(row.position for row in located if row.position), strict=True)
    lons, lats = to_wgs84(x, y, ShiftedCrs(given))
    pairs = zip(lons.tolist(), lats.tolist(), strict=True)
    return {row.code: pair for row, pair in zip(located, pairs, strict=True)}


def _entries(
    rows: Sequence[DivisionRow],
    known: Mapping[str, Division],
    points: Mapping[str, tuple[float, float]],
    govern: bool,
) -> list[Entry]:
    """Return the rows as they would be written; nothing is to do for what stands as it is."""
    lacking = set(_without_government(rows, known)) if govern else set()
    found = []
    for row in rows:
        lon, lat = points.get(row.code, (None, None))
        stands = row.code in known and known[row.code].name == row.name
        act = Act.SAME if stands and row.code not in lacking else Act.NEW
        found.append(Entry(row.at, NewDivision(row.code, row.name, row.parent, lon, lat), act))
    return found


def _without_government(rows: Sequence[DivisionRow], known: Mapping[str, Division]) -> list[str]:
    governed = governments(known[row.code].id for row in rows if row.code in known)
    return [row.code for row in rows if row.code not in known or known[row.code].id not in governed]


def _figures(
    rows: Sequence[DivisionRow],
    known: Mapping[str, Division],
    reading: DivisionReading,
    govern: bool,
) -> list[tuple[str, int]]:
    renamed = sum(row.code in known and known[row.code].name != row.name for row in rows)
    made = len(_without_government(rows, known)) if govern else 0
    counts = [
        (N_("New name"), renamed),
        (N_("Organisations made"), made),
        *((LEVEL_COUNTS[level], sum(row.level is level for row in rows)) for level in LEVELS),
        (N_("With other codes, passed over"), reading.elsewhere),
        (N_("Provinces and prefectures, passed over"), reading.above),
    ]
    return [(label, count) for label, count in counts if count]


def _notices(rows: Sequence[DivisionRow], source: Source) -> list[Sentence]:
    if any(row.position for row in rows) and not source.options.get("shift"):
        return [(POSITIONS_LEFT_OUT, {})]
    return []


def _codes_above(rows: Iterable[NewDivision]) -> set[str]:
    found: set[str] = set()
    for row in rows:
        code = row.parent
        while code:
            found.add(code)
            code = parent_code(code)
    return found
