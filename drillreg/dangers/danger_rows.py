"""Reading a ledger of dangers row by row: what each says, and what cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from drillreg.core.codes import code_list
from drillreg.dangers.rules import DangerLevel
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.naming import OrgNames
from drillreg.sheets.cells import CellError, Words
from drillreg.work.importers import Field, Note, Source, fields_of

OTHER, OWN_CHECK, CLOSED = "other", "own-check", "closed"
# Whose teams are no organisations of the tree: a name not known there is a team of theirs.
GOVERNING = frozenset({"county", "town", "village", "department"})
# Headings of columns that only count the rows of a file.
COUNTING = frozenset({"", "序号", "No.", "no"})
# What a row is good for even when such a cell cannot be read.
NEEDED = ("what", "found_on", "org")

NO_DAY = N_("The day on which it was found is missing or cannot be read.")
NO_TEXT = N_("What is wrong is not said.")
NO_ORG = N_("The organisation that has to put it right is not named.")
TO_COME = N_("It was found on a day that is still to come.")
TEAM = N_("“%(text)s” is kept as a text; the danger stands at %(org)s.")
ODD_KIND = N_("The kind “%(text)s” is not known here; “other” was put and the text kept.")
ODD_LEVEL = N_("The level “%(text)s” is not known; “general” was put.")
ODD_CELL = N_("“%(text)s” cannot be read and was left out.")
NO_END = N_("It is said to be put right, without a day; the day it was found was put.")


@dataclass(frozen=True)
class DangerRow:
    """What one row says; `said` holds, by heading, the texts that have no field of their own."""

    at: int
    org: Org
    number: str | None
    what: str
    place: str | None
    category: str
    level: DangerLevel
    source: str
    finder: str
    found_on: date
    measure: str | None
    due_on: date | None
    closed_on: date | None
    reviewer: str | None
    result: str | None
    said: Mapping[str, str]


@dataclass
class DangerRows:
    """The rows that can be used, and what there is to say of rows."""

    rows: list[DangerRow] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)


class Ledger:
    """Reads the rows of a ledger that belongs to an organisation."""

    def __init__(self, source: Source, owner: Org) -> None:
        self.source = source
        self.owner = owner
        self.names = OrgNames(owner, code_list("org_kind").codes())
        self.fields: dict[str, Field] = {each.code: each for each in fields_of("danger_column")}
        self.columns = {code: source.read(each) for code, each in self.fields.items()}
        self.words = {
            code: Words(code_list(name))
            for code, name in (
                ("category", "danger_category"),
                ("level", "danger_level"),
                ("source", "danger_source"),
            )
        }
        self.found = DangerRows()

    def read(self) -> DangerRows:
        """Return what the rows say; a row that cannot be used is a problem with its reason."""
        for at in range(len(self.source.grid.rows)):
            remarks: list[Note] = []
            try:
                self.found.rows.append(self._row(at, remarks))
            except CellError as error:
                self.found.problems.append(Note(at, error.message, error.params))
            else:
                self.found.remarks += remarks
        return self.found

    def _row(self, at: int, remarks: list[Note]) -> DangerRow:
        values = {code: column.values[at] for code, column in self.columns.items()}
        for code, column in self.columns.items():
            if at in column.errors and code not in NEEDED:
                self._remark(remarks, at, code, ODD_CELL)
        if not values["what"]:
            raise self.columns["what"].errors.get(at) or CellError(NO_TEXT)
        if values["found_on"] is None:
            raise CellError(NO_DAY)
        if values["found_on"] > self.source.today:
            raise CellError(TO_COME)
        org = self._org(values["org"], at, remarks)
        said = {
            self.source.heading(code): values[code]
            for code in ("responsible", "org", "category")
            if values[code] and not (code == "org" and values[code] == org.name)
        }
        return DangerRow(
            at=at,
            org=org,
            number=values["number"],
            what=values["what"],
            place=values["place"],
            category=self._code("category", values, at, remarks) or OTHER,
            level=DangerLevel(self._code("level", values, at, remarks) or DangerLevel.GENERAL),
            source=self._code("source", values, at, remarks) or OWN_CHECK,
            finder=values["finder"] or self.owner.name,
            found_on=values["found_on"],
            measure=values["measure"],
            due_on=values["due_on"],
            closed_on=self._end(values, at, remarks),
            reviewer=values["reviewer"],
            result=values["result"],
            said=said | self._spare(at),
        )

    def _org(self, text: str | None, at: int, remarks: list[Note]) -> Org:
        """Return who has to put it right: the one named, or the unit whose ledger it is."""
        if not text:
            if self.owner.kind in GOVERNING:
                raise CellError(NO_ORG)
            return self.owner
        try:
            return self.names.named(text)
        except CellError:
            if self.owner.kind in GOVERNING:
                raise
        heading = self.source.heading("org")
        remarks.append(Note(at, TEAM, {"text": text[:60], "org": self.owner.name}, heading))
        return self.owner

    def _code(
        self, code: str, values: Mapping[str, Any], at: int, remarks: list[Note]
    ) -> str | None:
        text = values[code]
        found = self.words[code].code_of(text) if text else None
        odd = {"category": ODD_KIND, "level": ODD_LEVEL}.get(code)
        if text and found is None and odd is not None:
            self._remark(remarks, at, code, odd)
        return found

    def _end(self, values: Mapping[str, Any], at: int, remarks: list[Note]) -> date | None:
        """Return the day on which a danger was put right as the ledger says, None while open."""
        is_closed = next(
            (found for cell in ("state", "result") if (found := closes(values[cell])) is not None),
            values["reviewed_on"] is not None,
        )
        if not is_closed:
            return None
        day: date | None = values["reviewed_on"] or values["fixed_on"]
        if day is None:
            remarks.append(Note(at, NO_END))
        end: date = max(day or values["found_on"], values["found_on"])
        return min(end, self.source.today)

    def _spare(self, at: int) -> dict[str, str]:
        """Return what columns without a field of their own say."""
        grid, row = self.source.grid, self.source.grid.rows[at]
        # A merged heading stands over several columns; the first one was read.
        known = {grid.header[place] for place in self.source.columns.values()} | COUNTING
        return {
            title[:60]: row[place].strip()[:300]
            for place, title in enumerate(grid.header)
            if title not in known and place < len(row) and row[place].strip()
        }

    def _remark(self, remarks: list[Note], at: int, code: str, message: str) -> None:
        text = self.source.cells(code)[at][:40]
        remarks.append(Note(at, message, {"text": text}, self.source.heading(code)))


def closes(text: str | None) -> bool | None:
    """Say whether a cell says that a danger was put right; None when it says neither."""
    if not text:
        return None
    for item in code_list("danger_state_word"):
        words = item.attributes["synonyms"]
        if any(text == word or (len(word) > 1 and word in text) for word in words):
            return item.code == CLOSED
    return None
