"""Reading the forms of rosters: the table of a month, exchanges, hand-over notes, filling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.core.errors import DomainError
from drillreg.core.reading import FormReader
from drillreg.i18n import N_, translate
from drillreg.network.duties import (
    Cells,
    Named,
    copy_last_week,
    names_in,
    positions,
    read_cell,
    rotate,
)
from drillreg.network.operations.rosters import Agreed
from drillreg.workdays.months import days_of_month
from drillreg.workdays.rules import WorkCalendar

LONGEST_CELL = 120


def cell_name(day: date, position: str) -> str:
    """Return the name of the input of a cell."""
    return f"d-{day.isoformat()}-{position}"


@dataclass(frozen=True)
class MonthForm:
    """The table of a month as typed."""

    cells: Cells
    agreed: Agreed
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str], first: date) -> "MonthForm":
        """Return what was typed, or raise FormErrors; every cell in error is named."""
        reader = FormReader(fields)
        cells: Cells = {}
        for day in days_of_month(first):
            for each in positions():
                name = cell_name(day, each.code)
                text = reader.text(name, day.isoformat(), max_length=LONGEST_CELL)
                try:
                    read_cell(text)
                except DomainError as error:
                    reader.fail(name, error.message, **error.params)
                cells[day, each.code] = text
        agreed = read_agreed(reader, required=False)
        reader.finish()
        return cls(cells, agreed, reader.integer("row_version", "") or 0)


def read_agreed(reader: FormReader, *, required: bool) -> Agreed:
    """Return why a published roster changes and who agreed."""
    asked: list[str] = []
    for name, label in (("reason", N_("Reason")), ("approved_by", N_("Agreed by"))):
        text = reader.text(name, translate(label), max_length=200)
        if required and not text:
            reader.fail(name, N_("%(label)s is missing."), label=translate(label))
        asked.append(text)
    return Agreed(*asked)


@dataclass(frozen=True)
class ExchangeForm:
    """Who takes a duty over, or the day it is exchanged for."""

    new: Sequence[Named]
    with_day: date | None
    agreed: Agreed

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "ExchangeForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        text = reader.text("new", translate(N_("Who takes over")), max_length=LONGEST_CELL)
        with_day = reader.date("with_day", translate(N_("Day to exchange with")))
        new: list[Named] = []
        try:
            new = read_cell(text)
        except DomainError as error:
            reader.fail("new", error.message, **error.params)
        if not new and with_day is None and not reader.errors:
            reader.fail("new", N_("Name who takes over, or a day to exchange with."))
        agreed = read_agreed(reader, required=True)
        reader.finish()
        return cls(new, with_day, agreed)


@dataclass(frozen=True)
class HandOverForm:
    """A hand-over note as typed."""

    happened: str
    open_matters: str | None
    row_version: int

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "HandOverForm":
        """Return what was typed, or raise FormErrors."""
        reader = FormReader(fields)
        happened = reader.text(
            "happened", translate(N_("What happened")), required=True, max_length=2000
        )
        open_matters = reader.text("open_matters", translate(N_("What is open")), max_length=2000)
        reader.finish()
        return cls(happened, open_matters or None, reader.integer("row_version", "") or 0)


def filled(
    fields: Mapping[str, str], cells: Cells, first: date, calendar: WorkCalendar
) -> tuple[Cells, str]:
    """Return the table filled as an address asks for, and what was done; "" for nothing."""
    reader = FormReader(fields)
    days = days_of_month(first)
    how = reader.raw("fill")
    if how == "week":
        return copy_last_week(cells, days), N_("Empty cells were filled from the week before.")
    if how != "rotate":
        return cells, ""
    position = reader.choice("position", "", [each.code for each in positions()], required=False)
    people = names_in_list(reader.raw("people"))
    wanted = {"off": False, "work": True}.get(reader.raw("days"))
    start = reader.date("since", "") or first
    chosen = [
        day
        for day in days
        if day >= start and (wanted is None or calendar.is_working_day(day) is wanted)
    ]
    return rotate(cells, chosen, position, people), N_("Empty cells were filled in turn.")


def names_in_list(text: str) -> list[str]:
    """Return the names of a list of any length, parted like the people of a cell."""
    found: list[str] = []
    for part in text.replace("\r", "").replace("\n", "、").split("、"):
        found += names_in(part)
    return found
