"""What was due, done and missed, by whom: computed from plan days and checks, nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.core.db import db
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.hazards.models import HazardCheck, HazardSite
from drillreg.hazards.rules import RiskLevel
from drillreg.hazards.scope import SITE
from drillreg.orgs.models import Division, Org
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.patrols.covering import WITHIN, counts_for, covered, due_in
from drillreg.patrols.models import PatrolDay, PatrolPlan


class Outcome(StrEnum):
    """What became of a site in a round."""

    DONE = "done"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True)
class DueFilter:
    """Which rounds and sites are asked about; rounds that begin from `first` to `last`."""

    first: date
    last: date
    today: date
    plan_id: int | None = None
    site_id: int | None = None
    within: Org | None = None
    level: str = ""
    outcome: str = ""
    person: str = ""
    words: str = ""


@dataclass(frozen=True)
class Due:
    """A site in a round: whose plan, from when to when, and the check that counts."""

    day_id: int
    first_on: date
    last_on: date
    plan: PatrolPlan
    site: HazardSite
    check: HazardCheck | None
    outcome: Outcome


@dataclass
class Tally:
    """Numbers of sites in rounds."""

    due: int = 0
    done: int = 0
    missed: int = 0

    def add(self, due: int, done: int, missed: int) -> None:
        """Count some more."""
        self.due += due
        self.done += done
        self.missed += missed


def _of_filter(wanted: DueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.plan_id is not None:
        found.append(PatrolPlan.id == wanted.plan_id)
    if wanted.site_id is not None:
        found.append(HazardSite.id == wanted.site_id)
    if wanted.within is not None:
        found.append(is_in(wanted.within))
    if wanted.level:
        found.append(HazardSite.level == RiskLevel(wanted.level))
    return found


def is_in(org: Org) -> ColumnElement[bool]:
    """Return the condition that a site belongs below an organisation, or lies in its village."""
    below = and_(Org.path >= org.path, Org.path < subtree_end(org.path))
    if org.kind != "village" or org.division_id is None:
        return below
    return or_(below, HazardSite.division_id == org.division_id)


def due_rows(scope: OrgScope, wanted: DueFilter) -> Subquery:
    """Return every site in every round of a filter, with the first check that counts."""
    pairs = (
        select(PatrolPlan.id.label("plan_id"), HazardSite.id.label("site_id"))
        .select_from(PatrolPlan)
        .join(WITHIN, WITHIN.id == PatrolPlan.within_id)
        .join(HazardSite, HazardSite.id > 0)
        .join(Org, Org.id == HazardSite.org_id)
        .where(*covered(), SITE.within(scope.present), *_of_filter(wanted))
        .cte("pairs")
        # Worked out once, not for every day again.
        .prefix_with("MATERIALIZED")
    )
    check = (
        select(func.min(HazardCheck.id))
        .where(HazardCheck.site_id == HazardSite.id, *counts_for())
        .correlate(PatrolDay, HazardSite)
        .scalar_subquery()
    )
    return (
        select(
            PatrolDay.id.label("day_id"),
            PatrolDay.first_on,
            PatrolDay.last_on,
            pairs.c.plan_id,
            pairs.c.site_id,
            check.label("check_id"),
        )
        .select_from(PatrolDay)
        .join(pairs, pairs.c.plan_id == PatrolDay.plan_id)
        .join(HazardSite, HazardSite.id == pairs.c.site_id)
        .where(PatrolDay.first_on.between(wanted.first, min(wanted.last, wanted.today)), *due_in())
        .subquery("due")
    )


def _outcome(due: Subquery, today: date) -> Any:
    return case(
        (due.c.check_id.is_not(None), Outcome.DONE.value),
        (due.c.last_on < today, Outcome.MISSED.value),
        else_=Outcome.OPEN.value,
    )


def _narrowed(due: Subquery, wanted: DueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.outcome:
        found.append(_outcome(due, wanted.today) == wanted.outcome)
    if wanted.person:
        found.append(HazardSite.responsible_name == wanted.person)
    if wanted.words:
        texts: tuple[Any, ...] = (
            HazardSite.name,
            HazardSite.number,
            HazardSite.responsible_name,
            HazardCheck.checker_name,
            PatrolPlan.name,
        )
        found.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    return found


def _rows(scope: OrgScope, wanted: DueFilter) -> tuple[Select[Any], Order]:
    due = due_rows(scope, wanted)
    statement = (
        select(
            due.c.day_id,
            due.c.first_on,
            due.c.last_on,
            PatrolPlan,
            HazardSite,
            HazardCheck,
            _outcome(due, wanted.today).label("outcome"),
        )
        .join(PatrolPlan, PatrolPlan.id == due.c.plan_id)
        .join(HazardSite, HazardSite.id == due.c.site_id)
        .join(HazardSite.org)
        .outerjoin(HazardCheck, HazardCheck.id == due.c.check_id)
        .options(
            contains_eager(HazardSite.org),
            joinedload(HazardSite.division).joinedload(Division.parent),
        )
        .where(*_narrowed(due, wanted))
    )
    return statement, [
        (due.c.first_on, "desc"),
        (due.c.day_id, "desc"),
        (due.c.site_id, "desc"),
    ]


def _as_due(row: Any) -> Due:
    day_id, first, last, plan, site, check, outcome = row[:7]
    return Due(day_id, first, last, plan, site, check, Outcome(outcome))


def due_page(
    scope: OrgScope, wanted: DueFilter, *, cursor: str | None = None, size: int = 20
) -> Page[Due]:
    """Return a page of sites in rounds, the newest rounds first."""
    statement, order = _rows(scope, wanted)
    page = keyset_page(statement, order=order, cursor=cursor, size=size)
    return Page([_as_due(row) for row in page.rows], page.next_cursor, page.size)


def all_due(scope: OrgScope, wanted: DueFilter, *, at_most: int) -> Sequence[Due]:
    """Return everything under a filter in the order of the list, for an export."""
    statement, order = _rows(scope, wanted)
    ordered = statement.order_by(*(column.desc() for column, _ in order)).limit(at_most)
    return [_as_due(row) for row in db.session.execute(ordered)]


def _sums(due: Subquery, today: date) -> list[Any]:
    done = case((due.c.check_id.is_not(None), 1), else_=0)
    missed = case((and_(due.c.check_id.is_(None), due.c.last_on < today), 1), else_=0)
    return [func.count(), func.sum(done), func.sum(missed)]


def count_due(scope: OrgScope, wanted: DueFilter) -> Tally:
    """Return how many are due, done and missed under a filter, whatever outcome it asks for."""
    due = due_rows(scope, wanted)
    statement = select(*_sums(due, wanted.today)).select_from(due)
    if wanted.person or wanted.words:
        statement = (
            statement.join(PatrolPlan, PatrolPlan.id == due.c.plan_id)
            .join(HazardSite, HazardSite.id == due.c.site_id)
            .outerjoin(HazardCheck, HazardCheck.id == due.c.check_id)
            .where(*(each for each in _narrowed(due, _any_outcome(wanted))))
        )
    return _tally(db.session.execute(statement).one())


def _any_outcome(wanted: DueFilter) -> DueFilter:
    return DueFilter(**{**wanted.__dict__, "outcome": ""})


def _tally(row: Any) -> Tally:
    return Tally(*(int(value or 0) for value in row))


def tallies_by_plan(scope: OrgScope, wanted: DueFilter) -> dict[int, Tally]:
    """Return the numbers of every plan under a filter, in one query."""
    due = due_rows(scope, wanted)
    rows = db.session.execute(
        select(due.c.plan_id, *_sums(due, wanted.today)).group_by(due.c.plan_id)
    )
    return {row[0]: _tally(row[1:]) for row in rows}


def tallies_by_person(scope: OrgScope, wanted: DueFilter) -> list[tuple[str, Tally]]:
    """Return the numbers by the person named for the site, those who missed most first."""
    due = due_rows(scope, wanted)
    person = func.coalesce(HazardSite.responsible_name, "")
    rows = db.session.execute(
        select(person, *_sums(due, wanted.today))
        .select_from(due)
        .join(HazardSite, HazardSite.id == due.c.site_id)
        .group_by(person)
    )
    found = [(str(row[0]), _tally(row[1:])) for row in rows]
    return sorted(found, key=lambda each: (-each[1].missed, each[0]))


def tallies_by_day(scope: OrgScope, wanted: DueFilter) -> list[tuple[date, str, int | None, Tally]]:
    """Return the numbers by first day, path of the organisation and division, in one query."""
    due = due_rows(scope, wanted)
    groups = (due.c.first_on, Org.path, HazardSite.division_id)
    rows = db.session.execute(
        select(*groups, *_sums(due, wanted.today))
        .select_from(due)
        .join(HazardSite, HazardSite.id == due.c.site_id)
        .join(Org, Org.id == HazardSite.org_id)
        .group_by(*groups)
    )
    return [(row[0], row[1], row[2], _tally(row[3:])) for row in rows]


def rounds_of_site(site: HazardSite, scope: OrgScope, *, today: date) -> list[Due]:
    """Return the newest rounds of the last half year in which a site was due."""
    half_year = date.fromordinal(today.toordinal() - 183)
    wanted = DueFilter(half_year, today, today, site_id=site.id)
    return list(due_page(scope, wanted, size=6).rows)
