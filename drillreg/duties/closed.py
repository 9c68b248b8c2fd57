"""Periods of a rule: how they ended for everybody in reach, and how one that runs stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.duties.book import RuleBook
from drillreg.duties.counting import Tally
from drillreg.duties.evaluation.counting import CLOSING_DAYS
from drillreg.duties.evaluation.periods import grid
from drillreg.duties.models import DutyPeriod, DutyState
from drillreg.duties.queries import at_node
from drillreg.duties.rules import Rule
from drillreg.duties.states import State
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.scope import OrgScope
from drillreg.workdays.seasons import Span

ONE_DAY = timedelta(days=1)
MOST_EXPORTED = 20_000
# Periods that are offered, the newest first.
MOST_PERIODS = 36


@dataclass(frozen=True)
class Ended:
    """How a period ended for one duty, or how it stands while it is not closed (`is_open`)."""

    org: Org
    row: DutyPeriod | DutyState
    state: State
    is_open: bool = False

    @property
    def late_days(self) -> int:
        """So many days late came what is noted beside a closed period."""
        return self.row.late_days if isinstance(self.row, DutyPeriod) else 0

    @property
    def has_late(self) -> bool:
        """Whether something came in after the period was closed."""
        return isinstance(self.row, DutyPeriod) and bool(self.row.late_proofs)

    @property
    def since(self) -> date | None:
        """A day of the period, as the page that explains it wants it."""
        return self.row.first_on if isinstance(self.row, DutyPeriod) else None


def calendar_rules(book: RuleBook, today: date) -> dict[str, Rule]:
    """Return the rules that ask for something in periods of the calendar, as they read today."""
    found = {rule_id: book.on(rule_id, today) for rule_id in book.chains}
    return {
        rule_id: rule
        for rule_id, rule in found.items()
        if rule is not None and rule.counts_periods and rule.is_on
    }


def last_ended(rule: Rule, today: date) -> Span:
    """Return the last calendar period of a rule that ended before a day."""
    months = rule.asks.months
    return grid(grid(today, months).first - ONE_DAY, months)


def ended_last_month(rules: Mapping[str, Rule], today: date) -> dict[str, Span]:
    """Return the periods of rules that ended in the month before a day."""
    last = today.replace(day=1) - timedelta(days=1)
    spans = {rule_id: last_ended(rule, today) for rule_id, rule in rules.items()}
    return {rule_id: span for rule_id, span in spans.items() if span.last == last}


def counts_in(
    scope: OrgScope, spans: Mapping[str, Span], node: Org | None = None
) -> dict[str, Tally]:
    """Return by rule how the periods that begin in a span ended, in one query."""
    if not spans:
        return {}
    begun = [
        and_(
            DutyPeriod.rule == rule,
            DutyPeriod.first_on >= span.first,
            DutyPeriod.first_on <= span.last,
        )
        for rule, span in sorted(spans.items())
    ]
    statement = (
        select(DutyPeriod.rule, DutyPeriod.state, DutyPeriod.grade, func.count())
        .join(Org, Org.id == DutyPeriod.org_id)
        .where(or_(*begun), scope.allows())
    )
    if node is not None:
        statement = statement.where(at_node(node, DutyPeriod))
    found: dict[str, Tally] = {}
    rows = db.session.execute(
        statement.group_by(DutyPeriod.rule, DutyPeriod.state, DutyPeriod.grade)
    )
    for rule, state, grade, n in rows:
        found.setdefault(rule, Tally()).add(state, grade, int(n))
    return found


def bound_rules(scope: OrgScope, rules: Iterable[str], node: Org | None = None) -> set[str]:
    """Return those of some rules of which somebody in reach has a closed period or a result."""
    wanted = sorted(set(rules))
    closed = select(DutyPeriod.rule).join(Org, Org.id == DutyPeriod.org_id)
    running = select(DutyState.rule).join(Org, Org.id == DutyState.org_id)
    closed = closed.where(DutyPeriod.rule.in_(wanted), scope.allows())
    running = running.where(DutyState.rule.in_(wanted), scope.allows())
    if node is not None:
        closed = closed.where(at_node(node, DutyPeriod))
        running = running.where(at_node(node))
    return set(db.session.scalars(closed.union(running)))


def firsts_of(scope: OrgScope, rule: Rule, today: date) -> list[date]:
    """Return the first days of the calendar periods of a rule that there is something to say of.

    The newest come first; the one that runs is among them when somebody owes something in it.
    """
    months = rule.asks.months
    closed = db.session.scalars(
        select(DutyPeriod.first_on)
        .join(Org, Org.id == DutyPeriod.org_id)
        .where(DutyPeriod.rule == rule.id, scope.allows())
        .distinct()
    )
    found = {grid(day, months).first for day in closed}
    open_spans = [grid(today, months)]
    ended = last_ended(rule, today)
    if today <= ended.last + timedelta(days=rule.asks.grace + CLOSING_DAYS):
        open_spans.append(ended)
    for span in open_spans:
        if span.first not in found and _runs_in(scope, rule, span):
            found.add(span.first)
    return sorted(found, reverse=True)[:MOST_PERIODS]


def _runs_in(scope: OrgScope, rule: Rule, span: Span) -> bool:
    """Say whether a result is about a period, or was due in it."""
    last = span.last + timedelta(days=rule.asks.grace)
    found = db.session.scalar(
        select(DutyState.id)
        .join(Org, Org.id == DutyState.org_id)
        .where(
            DutyState.rule == rule.id,
            scope.allows(),
            or_(
                and_(DutyState.period_first >= span.first, DutyState.period_first <= span.last),
                and_(DutyState.due_on >= span.first, DutyState.due_on <= last),
            ),
        )
        .limit(1)
    )
    return found is not None


def ended_in(scope: OrgScope, rule: Rule, span: Span, node: Org | None = None) -> list[Ended]:
    """Return how the periods of a rule that begin in a span ended, in tree order."""
    statement = (
        select(DutyPeriod)
        .join(Org, Org.id == DutyPeriod.org_id)
        .options(contains_eager(DutyPeriod.org))
        .where(
            DutyPeriod.rule == rule.id,
            DutyPeriod.first_on >= span.first,
            DutyPeriod.first_on <= span.last,
            scope.allows(),
        )
        .order_by(Org.path, DutyPeriod.key, DutyPeriod.event_type, DutyPeriod.id)
        .limit(MOST_EXPORTED)
    )
    if node is not None:
        statement = statement.where(at_node(node, DutyPeriod))
    return [Ended(row.org, row, row.state) for row in db.session.scalars(statement)]


def standing_in(
    scope: OrgScope, rule: Rule, span: Span, today: date, node: Org | None = None
) -> list[Ended]:
    """Return how a period that is not closed stands for everybody who owes something in it."""
    statement = (
        select(DutyState)
        .join(Org, Org.id == DutyState.org_id)
        .options(contains_eager(DutyState.org))
        .where(DutyState.rule == rule.id, scope.allows())
        .order_by(Org.path, DutyState.key, DutyState.event_type, DutyState.id)
        .limit(MOST_EXPORTED)
    )
    if node is not None:
        statement = statement.where(at_node(node))
    found = [(row, _state_in(row, rule, span, today)) for row in db.session.scalars(statement)]
    return [Ended(row.org, row, state, is_open=True) for row, state in found if state is not None]


def _state_in(row: DutyState, rule: Rule, span: Span, today: date) -> State | None:
    """Return how a result reads for one period; None when nothing is owed in it."""
    due_on = span.last + timedelta(days=rule.asks.grace)
    if today > due_on + timedelta(days=CLOSING_DAYS):
        return None
    if row.due_on <= due_on:
        if row.waived_until is not None and row.waived_until >= today:
            return State.WAIVED
        return State.BREACHED if row.due_on < today else State.AT_RISK
    if today > span.last:
        done = row.good_until is not None and row.good_until >= span.last
    else:
        done = row.period_first is not None and row.period_first <= span.last
    return State.MET if done else None


def towns_of(orgs: Iterable[Org]) -> dict[int, Org]:
    """Return for organisations read in scope the town that each lies in, in one query."""
    lines = {org.id: [int(part) for part in org.path.strip("/").split("/")] for org in orgs}
    wanted = sorted({each for line in lines.values() for each in line[1:]})
    if not wanted:
        return {}
    towns = {
        org.id: org
        for org in db.session.scalars(
            select(Org).where(Org.id.in_(wanted), Org.kind == "town").order_by(Org.id)
        )
    }
    found = {
        org_id: next((towns[each] for each in line if each in towns), None)
        for org_id, line in lines.items()
    }
    return {org_id: town for org_id, town in found.items() if town is not None}


def overseers_of(orgs: Iterable[Org], on: date) -> dict[int, list[Org]]:
    """Return for organisations read in scope the departments that supervise each, in one query."""
    found: dict[int, list[Org]] = {}
    rows = db.session.execute(
        select(Oversight.org_id, Org)
        .join(Org, Org.id == Oversight.overseer_id)
        .where(
            Oversight.org_id.in_(sorted({org.id for org in orgs})),
            Oversight.from_on <= on,
            or_(Oversight.to_on.is_(None), Oversight.to_on > on),
        )
        .order_by(Oversight.org_id, Org.id)
    )
    for org_id, overseer in rows:
        if overseer not in found.setdefault(org_id, []):
            found[org_id].append(overseer)
    return found


def worst_first(
    counts: Mapping[str, Tally], rules: Mapping[str, Rule]
) -> Sequence[tuple[Rule, Tally]]:
    """Return the rules that somebody did not meet, those that most did not first."""
    breached = [(rules[rule], tally) for rule, tally in counts.items() if tally[State.BREACHED]]
    return sorted(
        breached,
        key=lambda each: (-each[1][State.BREACHED], each[0].id),
    )
