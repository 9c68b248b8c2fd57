"""Reading results within a scope: of one organisation, of a node, of a closed period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.duties.conditions import Binding
from drillreg.duties.models import LEVELS, DutyOrg, DutyPeriod, DutyState, DutyTouch, DutyWaiver
from drillreg.duties.reading import shipped_rules
from drillreg.duties.states import RISK_DAYS, SOON_DAYS, State, state_on
from drillreg.duties.terms import Severity
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import covers, subtree_end
from drillreg.orgs.scope import OrgScope

WORST_FIRST: Order = [(DutyState.due_on, "asc"), (DutyState.id, "asc")]
MOST_EXPORTED = 20_000
RANKS = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


def by_severity() -> Order:
    """Return the order by how much depends on a rule, then by date; rules are files, not rows."""
    ranks = {rule.id: RANKS[rule.severity] for rule in shipped_rules()}
    rank = case(ranks, value=DutyState.rule, else_=RANKS[Severity.MEDIUM])
    return [(rank, "asc"), *WORST_FIRST]


@dataclass(frozen=True)
class DutyFilter:
    """Which results are asked for; empty means all. `node`: at and below an organisation.

    `with_overseen`: and what it supervises; `own`: itself alone. `due`: due from a day up to a day.
    """

    node: Org | None = None
    with_overseen: bool = False
    own: bool = False
    due: tuple[date | None, date | None] | None = None
    rules: Collection[str] = ()
    owed: Collection[str] = ()
    event_types: Collection[str] = ()
    kinds: Collection[str] = ()
    states: Collection[State] = (State.BREACHED,)


@dataclass(frozen=True)
class Freshness:
    """When the results of an organisation were worked out, and since when they may be old."""

    evaluated_at: datetime | None
    stale_since: datetime | None

    @property
    def is_stale(self) -> bool:
        """Whether something happened since that was not worked out yet."""
        return self.evaluated_at is None or self.stale_since is not None


def in_state(state: State, today: date) -> ColumnElement[bool]:
    """Return the condition that a result reads so on a day; the same as `state_on`."""
    due, good, waived = DutyState.due_on, DutyState.good_until, DutyState.waived_until
    free = or_(waived.is_(None), waived < today)
    not_met = and_(free, or_(good.is_(None), good < today))
    risk, soon = today + timedelta(days=RISK_DAYS), today + timedelta(days=SOON_DAYS)
    conditions: dict[State, ColumnElement[bool]] = {
        # What is good until a day is not due before it, so that one index finds what is late.
        State.BREACHED: and_(due < today, free),
        State.AT_RISK: and_(due >= today, due <= risk, not_met),
        State.DUE_SOON: and_(due > risk, due <= soon, not_met),
        State.OPEN: and_(due > soon, not_met),
        State.MET: and_(free, good >= today),
        State.WAIVED: waived >= today,
    }
    return conditions[state]


def at_node(node: Org, of: Any = DutyState) -> ColumnElement[bool]:
    """Return the condition that a result lies at or below a node, by its own column where it can.

    The statement joins the organisation.
    """
    level = node.path.count("/")
    if level <= LEVELS and of is DutyState:
        column: ColumnElement[bool] = getattr(DutyState, f"at{level}") == node.id
        return column
    return and_(Org.path >= node.path, Org.path < subtree_end(node.path))


def duties_in(scope: OrgScope, wanted: DutyFilter, today: date) -> Select[Any]:
    """Select the results of a filter in scope, joined with their organisations."""
    found = select(DutyState).join(Org, Org.id == DutyState.org_id).where(*_at(wanted, scope))
    for column, values in (
        (DutyState.rule, wanted.rules),
        (DutyState.owed, wanted.owed),
        (DutyState.event_type, wanted.event_types),
        (Org.kind, wanted.kinds),
    ):
        if values:
            found = found.where(column.in_(sorted(values)))
    first, last = wanted.due or (None, None)
    if first is not None:
        found = found.where(DutyState.due_on >= first)
    if last is not None:
        found = found.where(DutyState.due_on <= last)
    if wanted.states:
        found = found.where(or_(*(in_state(state, today) for state in wanted.states)))
    return found


def _at(wanted: DutyFilter, scope: OrgScope) -> list[ColumnElement[bool]]:
    """Return where a filter looks, within the scope."""
    node = wanted.node
    if node is None:
        return [scope.allows()]
    if wanted.own:
        return [DutyState.org_id == node.id, scope.allows()]
    if wanted.with_overseen:
        overseen = OrgScope(scope.on, overseers=frozenset({node.id}))
        return [or_(at_node(node), overseen.allows()), scope.allows()]
    # The territory of the person holds all of the node: its own index is enough.
    if scope.everything or any(covers(path, node.path) for path in scope.paths):
        return [at_node(node)]
    return [at_node(node), scope.allows()]


def duty_page(
    scope: OrgScope,
    wanted: DutyFilter,
    *,
    today: date,
    order: Order = WORST_FIRST,
    cursor: str | None = None,
    size: int = 20,
) -> Page[DutyState]:
    """Return a page of results with their organisations, by default late longest first."""
    statement = duties_in(scope, wanted, today).options(contains_eager(DutyState.org))
    return keyset_page(statement, order=order, cursor=cursor, size=size)


def all_duties(
    scope: OrgScope, wanted: DutyFilter, *, today: date, order: Order = WORST_FIRST
) -> Sequence[DutyState]:
    """Return the results of a filter, at most 20,000, for an export or to make tasks of."""
    statement = duties_in(scope, wanted, today).options(contains_eager(DutyState.org))
    sorting = [column.asc() for column, _ in order]
    return db.session.scalars(statement.order_by(*sorting).limit(MOST_EXPORTED)).all()


def duty_count(scope: OrgScope, wanted: DutyFilter, *, today: date) -> int:
    """Return how many results a filter finds."""
    statement = duties_in(scope, wanted, today).with_only_columns(func.count(DutyState.id))
    return db.session.scalar(statement) or 0


def duties_of(org: Org) -> Sequence[DutyState]:
    """Return all results of an organisation fetched in scope, by date."""
    return db.session.scalars(
        select(DutyState)
        .where(DutyState.org_id == org.id)
        .order_by(DutyState.due_on, DutyState.rule, DutyState.key, DutyState.event_type)
    ).all()


def duty_or_none(org: Org, rule: str, key: int, event_type: str) -> DutyState | None:
    """Return one result of an organisation fetched in scope."""
    return db.session.scalar(
        select(DutyState).where(
            DutyState.org_id == org.id,
            DutyState.rule == rule,
            DutyState.key == key,
            DutyState.event_type == event_type,
        )
    )


def reads(row: DutyState, today: date) -> State:
    """Return how a kept result reads on a day."""
    return state_on(
        today, good_until=row.good_until, due_on=row.due_on, waived_until=row.waived_until
    )


def freshness_of(org: Org) -> Freshness:
    """Return when the results of an organisation fetched in scope were worked out."""
    waiting = select(func.min(DutyTouch.at)).where(DutyTouch.org_id == org.id).scalar_subquery()
    row = db.session.execute(
        select(DutyOrg.evaluated_at, DutyOrg.stale_since, waiting)
        .select_from(Org)
        .outerjoin(DutyOrg, DutyOrg.org_id == Org.id)
        .where(Org.id == org.id)
    ).one()
    return Freshness(row[0], row[1] or row[2])


def periods_of(org: Org, rule: str, key: int, event_type: str) -> Sequence[DutyPeriod]:
    """Return the closed periods of one duty of an organisation fetched in scope, newest first."""
    return db.session.scalars(
        select(DutyPeriod)
        .where(
            DutyPeriod.org_id == org.id,
            DutyPeriod.rule == rule,
            DutyPeriod.key == key,
            DutyPeriod.event_type == event_type,
        )
        .order_by(DutyPeriod.first_on.desc())
    ).all()


@dataclass(frozen=True)
class PeriodFilter:
    """Which closed periods are asked for: of a rule, of the period that holds `on`."""

    rule: str
    on: date
    node: Org | None = None
    states: Collection[State] = ()


def closed_in(scope: OrgScope, wanted: PeriodFilter) -> Select[Any]:
    """Select the closed periods of a filter in scope, joined with their organisations."""
    found = (
        select(DutyPeriod)
        .join(Org, Org.id == DutyPeriod.org_id)
        .where(
            DutyPeriod.rule == wanted.rule,
            DutyPeriod.first_on <= wanted.on,
            DutyPeriod.last_on >= wanted.on,
            scope.allows(),
        )
    )
    if wanted.node is not None:
        found = found.where(at_node(wanted.node, DutyPeriod))
    if wanted.states:
        found = found.where(DutyPeriod.state.in_(list(wanted.states)))
    return found


def waivers_of(org: Org) -> Sequence[DutyWaiver]:
    """Return all waivers of an organisation fetched in scope, newest first."""
    return db.session.scalars(
        select(DutyWaiver).where(DutyWaiver.org_id == org.id).order_by(DutyWaiver.id.desc())
    ).all()


def bound_count(node: Org, scope: OrgScope, rule: str) -> int:
    """Return how many organisations in scope, at and below a node, have results of a rule."""
    return (
        db.session.scalar(
            select(func.count(distinct(DutyState.org_id)))
            .join(Org, Org.id == DutyState.org_id)
            .where(DutyState.rule == rule, at_node(node), scope.allows())
        )
        or 0
    )


def unknown_counts(node: Org, scope: OrgScope, binding: Binding) -> dict[str, int]:
    """Return by attribute that a rule reads of how many organisations it is not known.

    Of those kinds that it binds and that can have the attribute, at and below a node, in scope.
    """
    found: dict[str, int] = {}
    for name in sorted(binding.attributes() - {"kind", "field", "is_outside"}):
        item = code_list("org_attribute").get(name)
        fits = binding.kinds & set(item.attributes["kinds"] or binding.kinds) if item else ()
        value = Org.attributes[name]
        found[name] = (
            db.session.scalar(
                select(func.count(Org.id)).where(
                    Org.kind.in_(sorted(fits)),
                    Org.closed_on.is_(None),
                    is_imported(Org),
                    Org.path >= node.path,
                    Org.path < subtree_end(node.path),
                    scope.allows(),
                    or_(value.as_string().is_(None), value.as_string() == ""),
                )
            )
            or 0
        )
    return found
