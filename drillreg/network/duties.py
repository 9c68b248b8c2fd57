"""Rules of duty rosters: positions and their hours, cells of the table, filling, conflicts."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

MOST_IN_A_CELL = 4
LONGEST_NAME = 20
BETWEEN_PEOPLE = re.compile(r"[、,，;；/\n]+")
PHONE = re.compile(r"[0-9][0-9() +*-]{4,38}$")
WEEK = timedelta(days=7)

# The table of a month as it is typed: one text for each day and position.
Cells = dict[tuple[date, str], str]


@dataclass(frozen=True)
class Position:
    """A column of the roster: its hours, and the kinds of organisation that must fill it."""

    code: str
    label: dict[str, str]
    starts: time
    lasts: timedelta
    asked: frozenset[str]
    days_off_only: bool
    words: tuple[str, ...]

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return when the duty of a day begins and ends, by the clock on the wall."""
        begins = datetime.combine(day, self.starts)
        return begins, begins + self.lasts

    def is_asked(self, org_kind: str, *, works: bool) -> bool:
        """Say whether an organisation of that kind must name somebody on such a day."""
        return org_kind in self.asked and not (self.days_off_only and works)


@cache
def positions() -> tuple[Position, ...]:
    """Return the positions of a roster in the order of their columns."""
    return tuple(
        Position(
            code=item.code,
            label=item.label,
            starts=time.fromisoformat(item.attributes["starts"]),
            lasts=timedelta(hours=item.attributes["hours"]),
            asked=frozenset(item.attributes["asked"]),
            days_off_only=item.attributes["days"] == "off",
            words=tuple(item.attributes["words"]),
        )
        for item in code_list("duty_position")
    )


@cache
def place_of(position: str) -> int:
    """Return at which place the column of a position stands."""
    return next((at for at, each in enumerate(positions()) if each.code == position), 99)


def kinds_with_roster() -> list[str]:
    """Return the kinds of organisation that must keep a roster."""
    return sorted({kind for each in positions() for kind in each.asked})


def duty_day(moment: datetime) -> date:
    """Return the day whose duty runs at a moment: before the change of shift still yesterday's."""
    changes = min(each.starts for each in positions())
    return moment.date() if moment.time() >= changes else moment.date() - timedelta(days=1)


def running(moment: datetime) -> list[tuple[date, str]]:
    """Return the (day, position) pairs whose hours hold a moment on the wall clock."""
    days = (moment.date() - timedelta(days=1), moment.date())
    return [
        (day, each.code)
        for day in days
        for each in positions()
        if each.span(day)[0] <= moment < each.span(day)[1]
    ]


@dataclass(frozen=True)
class Named:
    """Somebody in a cell of the table."""

    name: str
    phone: str | None = None


def read_cell(text: str) -> list[Named]:
    """Return the people of a cell: names with or without a phone, parted by 、 or a comma."""
    found: list[Named] = []
    for part in filter(None, (part.strip() for part in BETWEEN_PEOPLE.split(text))):
        phone = PHONE.search(part)
        name = part[: phone.start()].strip(" ：:()（）") if phone else part
        if not name or len(name) > LONGEST_NAME:
            raise DomainError(N_("“%(text)s” is no name."), text=part[:60])
        if name not in {each.name for each in found}:
            found.append(Named(name, phone.group(0).strip() if phone else None))
    if len(found) > MOST_IN_A_CELL:
        raise DomainError(N_("At most %(most)d people share a duty."), most=MOST_IN_A_CELL)
    return found


DAY_FORMS = (
    re.compile(r"(?P<year>[0-9]{4})\D(?P<month>[0-9]{1,2})\D(?P<day>[0-9]{1,2})\D?"),
    re.compile(r"(?P<month>[0-9]{1,2})[月./-](?P<day>[0-9]{1,2})日?"),
    re.compile(r"(?P<day>[0-9]{1,2})日?"),
)


def read_day(text: str, first: date) -> date | None:
    """Return the day of a month that a table names: 2026-05-12, 5月12日, 12日; None for others."""
    bare = re.split("[（(星周 ]", text.strip(), maxsplit=1)[0]
    for form in DAY_FORMS:
        if found := form.fullmatch(bare):
            parts = {name: int(value) for name, value in found.groupdict().items()}
            named = (parts.get("year", first.year), parts.get("month", first.month))
            try:
                day = first.replace(day=parts["day"])
            except ValueError:
                return None
            return day if named == (first.year, first.month) else None
    return None


def names_in(text: str) -> list[str]:
    """Return the names of a cell; none for a cell that cannot be read."""
    try:
        return [each.name for each in read_cell(text)]
    except DomainError:
        return []


def copy_last_week(cells: Cells, days: Sequence[date]) -> Cells:
    """Return the table with its empty cells filled from the same weekday a week before."""
    filled = dict(cells)
    for day in days:
        for position in positions():
            before = filled.get((day - WEEK, position.code), "")
            if before and not filled.get((day, position.code)):
                filled[day, position.code] = before
    return filled


def rotate(
    cells: Cells, days: Iterable[date], position: str, people: Sequence[str], start: int = 0
) -> Cells:
    """Return the table with the empty cells of a position filled from a list of people in turn."""
    filled = dict(cells)
    turn = start
    for day in days:
        if people and not filled.get((day, position)):
            filled[day, position] = people[turn % len(people)]
            turn += 1
    return filled


@dataclass(frozen=True)
class Conflict:
    """What is wrong with a day of a roster; the message is a marked sentence."""

    day: date
    position: str
    message: str
    params: Mapping[str, str]


def conflicts(
    cells: Cells, days: Iterable[date], *, org_kind: str, works: Callable[[date], bool]
) -> list[Conflict]:
    """Return who stands twice at one time, and which positions that must be filled are empty."""
    found: list[Conflict] = []
    for day in days:
        found += _missing(cells, day, org_kind, works(day))
        found += _twice(cells, day)
    return found


def _missing(cells: Cells, day: date, org_kind: str, works: bool) -> list[Conflict]:
    sentence = N_("Nobody is named.") if works else N_("A day off without anybody named.")
    return [
        Conflict(day, each.code, sentence, {})
        for each in positions()
        if each.is_asked(org_kind, works=works) and not names_in(cells.get((day, each.code), ""))
    ]


def _twice(cells: Cells, day: date) -> list[Conflict]:
    found: list[Conflict] = []
    seen: dict[str, Position] = {}
    for each in positions():
        for name in names_in(cells.get((day, each.code), "")):
            other = seen.setdefault(name, each)
            if other is not each and _overlap(each, other, day):
                sentence = N_("%(name)s stands twice at the same time.")
                found.append(Conflict(day, each.code, sentence, {"name": name}))
    return found


def _overlap(one: Position, other: Position, day: date) -> bool:
    (begins, ends), (other_begins, other_ends) = one.span(day), other.span(day)
    return begins < other_ends and other_begins < ends
