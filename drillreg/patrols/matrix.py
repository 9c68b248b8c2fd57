"""The matrix of a plan: towns (or villages) by weeks, each number with what it was counted from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.core.page import name_of
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.due import DueFilter, Tally, tallies_by_day

WEEKS = 8


@dataclass(frozen=True)
class Line:
    """One place of the matrix with its weeks; without an organisation it is nobody's village."""

    org_id: int
    name: str
    weeks: dict[date, Tally]
    total: Tally


@dataclass(frozen=True)
class Matrix:
    """Lines by weeks (each the Monday it begins with), and the sums below."""

    weeks: Sequence[date]
    lines: Sequence[Line]
    sums: dict[date, Tally]
    total: Tally


def monday(day: date) -> date:
    """Return the Monday of the week a day lies in."""
    return day - timedelta(days=day.weekday())


def matrix_of(scope: OrgScope, within: Org, wanted: DueFilter) -> Matrix:
    """Return the numbers of a filter by what lies next below an organisation, and week.

    Three queries, however many sites there are. A site belongs to the branch its organisation
    stands in, else to the village it lies in.
    """
    rows = tallies_by_day(scope, wanted)
    depth = within.path.count("/")
    villages = _villages({row[2] for row in rows if row[2] is not None})
    cells: dict[int, dict[date, Tally]] = {}
    for day, path, division_id, tally in rows:
        ids = [int(part) for part in path.strip("/").split("/")]
        org_id = ids[depth] if len(ids) > depth else villages.get(division_id or 0, ids[-1])
        cell = cells.setdefault(org_id, {}).setdefault(monday(day), Tally())
        cell.add(tally.due, tally.done, tally.missed)
    names = _names(set(cells))
    weeks = _weeks(wanted.first, min(wanted.last, wanted.today))
    lines = [Line(key, names[key], found, _sum(found.values())) for key, found in cells.items()]
    lines.sort(key=lambda line: (-line.total.missed, line.org_id))
    sums = {week: _sum(line.weeks[week] for line in lines if week in line.weeks) for week in weeks}
    return Matrix(weeks, lines, sums, _sum(line.total for line in lines))


def _weeks(first: date, last: date) -> list[date]:
    found, week = [], monday(first)
    while week <= last:
        found.append(week)
        week += timedelta(days=7)
    return found


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for each in tallies:
        total.add(each.due, each.done, each.missed)
    return total


def _villages(divisions: set[int]) -> dict[int, int]:
    """Return the village committee of each division that has one."""
    rows = db.session.execute(
        select(Org.division_id, Org.id)
        .where(Org.division_id.in_(sorted(divisions)), Org.kind == "village")
        .order_by(Org.id.desc())
    )
    return {division_id: org_id for division_id, org_id in rows if division_id is not None}


def _names(ids: set[int]) -> dict[int, str]:
    found = db.session.scalars(select(Org).where(Org.id.in_(sorted(ids))))
    return {org.id: name_of(org) for org in found}
