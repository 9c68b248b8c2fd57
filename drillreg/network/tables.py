"""A month of a roster as a table: laid out for the page, read from and written to a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.network.duties import Cells, Conflict, conflicts, positions, read_cell, read_day
from drillreg.network.models import HandOver
from drillreg.sheets.columns import match_columns
from drillreg.sheets.operations import read_table
from drillreg.workdays.months import days_of_month, holiday_name
from drillreg.workdays.rules import DayKind, WorkCalendar

DAY_WORDS = ("日期", "值班日期", "时间", "日", "date", "day")


@dataclass(frozen=True)
class RosterDay:
    """A line of the table; `mark` says off or work where that differs from the weekday."""

    on: date
    works: bool
    mark: DayKind | None
    name: str
    cells: Mapping[str, str]
    conflicts: Sequence[Conflict]
    note: HandOver | None

    @property
    def is_empty(self) -> bool:
        """Say whether nobody is named on the day."""
        return not any(self.cells.values())


def lay_out(
    first: date,
    cells: Cells,
    *,
    org_kind: str,
    calendar: WorkCalendar,
    names: Mapping[date, str],
    notes: Mapping[date, HandOver],
) -> list[RosterDay]:
    """Return the days of a month with their people, what is wrong, and their notes."""
    days = days_of_month(first)
    wrong: dict[date, list[Conflict]] = {}
    for each in conflicts(cells, days, org_kind=org_kind, works=calendar.is_working_day):
        wrong.setdefault(each.day, []).append(each)
    found = []
    for day in days:
        works = calendar.is_working_day(day)
        usual = day.weekday() < 5
        mark = None if works == usual else DayKind.WORK if works else DayKind.OFF
        found.append(
            RosterDay(
                on=day,
                works=works,
                mark=mark,
                name="" if works else names.get(day) or holiday_name(day),
                cells={each.code: cells.get((day, each.code), "") for each in positions()},
                conflicts=wrong.get(day, ()),
                note=notes.get(day),
            )
        )
    return found


def read_workbook(data: bytes, first: date) -> Cells:
    """Return the cells of a table somebody uploaded; raise DomainError when it has none."""
    synonyms = {"day": DAY_WORDS, **{each.code: each.words for each in positions()}}
    table = read_table(data, synonyms=synonyms)
    columns = match_columns(table.header, synonyms)
    if "day" not in columns or len(columns) < 2:
        raise DomainError(
            N_("This table has no column for the day, or none for a position such as 值班员.")
        )
    cells: Cells = {}
    for index, row in enumerate(table.rows):
        day = read_day(row[columns["day"]], first)
        if day is None:
            continue
        for code, column in columns.items():
            if code != "day":
                cells[day, code] = _checked(row[column], table.row_number(index))
    if not any(cells.values()):
        raise DomainError(N_("No day of this month was found in the table."))
    return cells


def _checked(text: str, row: int) -> str:
    try:
        return "、".join(
            " ".join(filter(None, (each.name, each.phone))) for each in read_cell(text)
        )
    except DomainError:
        raise DomainError(
            N_(
                "Row %(row)d: “%(text)s” names nobody.",
            ),
            row=row,
            text=text[:40],
        ) from None
