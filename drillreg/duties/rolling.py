"""Duties rolled up: of a node by its counts, of a department's field by the rows themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from drillreg.core.db import db
from drillreg.duties.counting import Tally, added_up, state_column, tallies
from drillreg.duties.evaluating import kinds_with_children
from drillreg.duties.models import DutyState
from drillreg.duties.queries import DutyFilter, duties_in, duty_count, duty_page
from drillreg.duties.states import State
from drillreg.evidence.rules import Grade
from drillreg.orgs.models import Org
from drillreg.orgs.queries import children_of
from drillreg.orgs.rules import covers
from drillreg.orgs.scope import OrgScope

# So many late results are read to find the units that are late longest.
LOOKED_AT = 400
COUNTED = ("rule", "owed", "event_type")


@dataclass(frozen=True)
class LateOrg:
    """An organisation that is late: its longest late result, and how many there are."""

    org: Org
    worst: DutyState
    count: int


@dataclass(frozen=True)
class Below:
    """How duties stand at one of the organisations, or kinds of them, below a node."""

    tally: Tally
    org: Org | None = None
    kind: str = ""


def has_below(org: Org) -> bool:
    """Say whether an organisation has others below it, or in its field."""
    return org.kind in kinds_with_children() or reaches_by_field(org)


def reaches_by_field(org: Org) -> bool:
    """Say whether what an organisation looks after stands elsewhere in the tree."""
    return org.kind == "department" or org.is_outside


def is_counted(scope: OrgScope, wanted: DutyFilter) -> bool:
    """Say whether a filter asks for no more than the counts of a node know."""
    node = wanted.node
    return (
        node is not None
        and not wanted.kinds
        and not wanted.with_overseen
        and not wanted.own
        and wanted.due is None
        and node.kind in kinds_with_children()
        and (scope.everything or any(covers(path, node.path) for path in scope.paths))
    )


def tallies_of(
    scope: OrgScope, wanted: DutyFilter, today: date, *, by: Sequence[str]
) -> dict[tuple[Any, ...], Tally]:
    """Return how the duties of a filter stand, of every state, by some of its columns.

    By the counts of a node where they know, else by the rows.
    """
    node = wanted.node
    if node is not None and is_counted(scope, wanted):
        where = {"rule": wanted.rules, "owed": wanted.owed, "event_type": wanted.event_types}
        found = tallies({node.id}, (), today, by=by, where=where)
        return {key[1:]: tally for key, tally in found.items()}
    return _live(scope, wanted, today, [getattr(DutyState, name) for name in by])


def _live(
    scope: OrgScope, wanted: DutyFilter, today: date, columns: Sequence[Any]
) -> dict[tuple[Any, ...], Tally]:
    state = state_column(DutyState, today)
    statement = (
        duties_in(scope, replace(wanted, states=()), today)
        .with_only_columns(
            *columns, state, DutyState.grade, func.count(), maintain_column_froms=True
        )
        .group_by(*columns, state, DutyState.grade)
    )
    found: dict[tuple[Any, ...], Tally] = {}
    for *key, word, grade, n in db.session.execute(statement):
        tally = found.setdefault(tuple(key), Tally())
        tally.add(State(word), Grade(grade) if grade else None, int(n))
    return found


def count_of(scope: OrgScope, wanted: DutyFilter, today: date) -> int:
    """Return how many results a filter finds, by the counts of its node where they know."""
    if not is_counted(scope, wanted):
        return duty_count(scope, wanted, today=today)
    total = added_up(tallies_of(scope, wanted, today, by=()).values())
    return sum(total[state] for state in (wanted.states or State))


def late_orgs(
    scope: OrgScope, wanted: DutyFilter, today: date, *, at_most: int = 20
) -> list[LateOrg]:
    """Return the organisations of a filter that are late longest, with how much of it is late."""
    wanted = replace(wanted, states=(State.BREACHED,))
    worst: dict[int, DutyState] = {}
    for row in duty_page(scope, wanted, today=today, size=LOOKED_AT).rows:
        if len(worst) < at_most or row.org_id in worst:
            worst.setdefault(row.org_id, row)
    counts = tallies((), worst.keys(), today, by=(), where={"owed": wanted.owed}) if worst else {}
    return [
        LateOrg(row.org, row, counts[(org_id,)][State.BREACHED]) for org_id, row in worst.items()
    ]


def below(scope: OrgScope, node: Org, today: date) -> list[Below]:
    """Return how duties stand at each organisation directly below, the most late first.

    Of a department and its field by kind of organisation.
    """
    if reaches_by_field(node):
        wanted = DutyFilter(node=node, with_overseen=True)
        kinds = _live(scope, wanted, today, [Org.kind])
        return _worst_first(Below(tally, kind=key[0]) for key, tally in kinds.items())
    children = [each for each in children_of(node, scope) if each.closed_on is None]
    nodes = [each.id for each in children if each.kind in kinds_with_children()]
    leaves = {each.id for each in children} - set(nodes)
    found = tallies(nodes, leaves, today, by=())
    return _worst_first(Below(found[(each.id,)], each) for each in children if (each.id,) in found)


def _worst_first(found: Any) -> list[Below]:
    return sorted(found, key=lambda each: -each.tally[State.BREACHED])


def late_in_reach(scope: OrgScope, today: date) -> int:
    """Return how many duties are late in reach: by counts where the reach is a territory."""
    if scope.everything or scope.overseers or scope.granted or not scope.paths:
        return duty_count(scope, DutyFilter(), today=today) if _reaches(scope) else 0
    ids = _tops(scope.paths)
    kinds = dict(db.session.execute(select(Org.id, Org.kind).where(Org.id.in_(ids))).all())
    nodes = [each for each in ids if kinds.get(each) in kinds_with_children()]
    found = tallies(nodes, set(ids) - set(nodes), today, by=())
    return added_up(found.values())[State.BREACHED]


def _reaches(scope: OrgScope) -> bool:
    return bool(scope.everything or scope.overseers or scope.granted or scope.paths)


def _tops(paths: Collection[str]) -> list[int]:
    """Return the organisations at the top of some subtrees, none below another."""
    tops = [
        path for path in paths if not any(other != path and covers(other, path) for other in paths)
    ]
    return sorted(int(path.rstrip("/").rsplit("/", 1)[-1]) for path in tops)
