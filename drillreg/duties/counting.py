"""Counting results by node: few rows are read, however many organisations lie below."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import Select, Text, and_, case, cast, delete, func, insert, or_, select

from drillreg.core.db import db
from drillreg.duties.models import DutyCount, DutyState
from drillreg.duties.states import RISK_DAYS, SOON_DAYS, State
from drillreg.evidence.rules import Grade

# Rows of one node beyond which its counts are put together.
MOST_ROWS = 200
# Stands for every date on which something was due that is over.
LONG_AGO = date(1970, 1, 1)
COUNTED = ("rule", "owed", "event_type", "grade", "good_until", "due_on", "waived_until")


def state_column(of: Any, today: date) -> Any:
    """Return the state of a row of results or counts on a day, as SQL; the same as `state_on`."""
    return case(
        (of.waived_until >= today, State.WAIVED.value),
        (of.good_until >= today, State.MET.value),
        (of.due_on < today, State.BREACHED.value),
        (of.due_on <= today + timedelta(days=RISK_DAYS), State.AT_RISK.value),
        (of.due_on <= today + timedelta(days=SOON_DAYS), State.DUE_SOON.value),
        else_=State.OPEN.value,
    )


@dataclass
class Tally:
    """How many results read so, and how well what is met is proved."""

    states: dict[State, int] = field(default_factory=dict)
    grades: dict[Grade, int] = field(default_factory=dict)

    def add(self, state: State, grade: Grade | None, n: int) -> None:
        """Count some more."""
        self.states[state] = self.states.get(state, 0) + n
        if state is State.MET and grade is not None:
            self.grades[grade] = self.grades.get(grade, 0) + n

    def __getitem__(self, state: State) -> int:
        return self.states.get(state, 0)

    @property
    def owed(self) -> int:
        """All that is owed, done or not; without what is waived."""
        return sum(n for state, n in self.states.items() if state is not State.WAIVED)

    @property
    def met(self) -> int:
        """What is met."""
        return self[State.MET]

    @property
    def share(self) -> float | None:
        """The share that is met of what is met or already had to be; None where nothing was."""
        had_to_be = self.met + self[State.BREACHED]
        return self.met / had_to_be if had_to_be else None


def tallies(
    nodes: Collection[int],
    leaves: Collection[int],
    today: date,
    *,
    by: Sequence[str] = ("event_type",),
    where: Mapping[str, Collection[str]] | None = None,
) -> dict[tuple[Any, ...], Tally]:
    """Return tallies by (node, *by) in one query: of subtrees by counts, of leaves by their rows.

    `by` and `where` name "rule", "owed" and "event_type".
    """
    found: dict[tuple[Any, ...], Tally] = {}
    parts: list[Select[Any]] = []
    if nodes:
        parts.append(
            _part(DutyCount, DutyCount.node_id, nodes, func.sum(DutyCount.n), today, by, where)
        )
    if leaves:
        parts.append(_part(DutyState, DutyState.org_id, leaves, func.count(), today, by, where))
    if not parts:
        return found
    statement = parts[0] if len(parts) == 1 else parts[0].union_all(parts[1])
    for row in db.session.execute(statement):
        *key, state, grade, n = row
        if n:
            tally = found.setdefault(tuple(key), Tally())
            tally.add(State(state), Grade(grade) if grade else None, int(n))
    return found


def _part(
    table: Any,
    node: Any,
    ids: Collection[int],
    count: Any,
    today: date,
    by: Sequence[str],
    where: Mapping[str, Collection[str]] | None,
) -> Select[Any]:
    columns = [node.label("node"), *(getattr(table, name) for name in by)]
    state = state_column(table, today)
    tests = [node.in_(sorted(ids))]
    tests += [
        getattr(table, name).in_(sorted(values)) for name, values in (where or {}).items() if values
    ]
    groups = [*columns, state, table.grade]
    return (
        select(*columns, state.label("state"), table.grade, count.label("n"))
        .where(and_(*tests))
        .group_by(*groups)
    )


def put_together(today: date) -> int:
    """Add up the counts of every node that has many rows; return how many nodes.

    Dates are left out that can change nothing on `today` or later, so that more rows are alike.
    """
    last = db.session.scalar(select(func.max(DutyCount.id))) or 0
    crowded = db.session.scalars(
        select(DutyCount.node_id)
        .where(DutyCount.id <= last)
        .group_by(DutyCount.node_id)
        .having(func.count() > MOST_ROWS)
    ).all()
    for node_id in crowded:
        _put_together(node_id, last, today)
    return len(crowded)


def _put_together(node_id: int, last: int, today: date) -> None:
    """Replace the rows of a node up to a key by their sums.

    Only what is really taken away is added again: a writer may commit an earlier key later.
    """
    columns = [getattr(DutyCount, name) for name in COUNTED]
    mine = and_(DutyCount.node_id == node_id, DutyCount.id <= last)
    different = func.count(func.distinct(_joined(_settled_columns(today))))
    rows, groups = db.session.execute(select(func.count(), different).where(mine)).one()
    if rows == groups:
        return
    sums: Counter[tuple[Any, ...]] = Counter()
    for row in db.session.execute(delete(DutyCount).where(mine).returning(*columns, DutyCount.n)):
        *key, n = row
        sums[_settled(key, today)] += n
    kept = [
        {"node_id": node_id, **dict(zip(COUNTED, key, strict=True)), "n": n}
        for key, n in sums.items()
        if n
    ]
    if kept:
        db.session.execute(insert(DutyCount), kept)


def _settled(key: Sequence[Any], today: date) -> tuple[Any, ...]:
    """Return what is counted without the dates and the grade that no longer decide anything."""
    rule, owed, event_type, grade, good_until, due_on, waived_until = key
    if good_until is not None and good_until < today:
        good_until = None
    if waived_until is not None and waived_until < today:
        waived_until = None
    if due_on < today or (good_until is not None and due_on <= good_until):
        due_on = LONG_AGO
    return (
        rule, owed, event_type, grade if good_until else None, good_until, due_on, waived_until
    )  # fmt: skip


def _settled_columns(today: date) -> list[Any]:
    """Return the same as `_settled` as SQL."""
    of = DutyCount
    good = of.good_until >= today
    over = or_(of.due_on < today, and_(good, of.due_on <= of.good_until))
    return [
        of.rule,
        of.owed,
        of.event_type,
        case((good, of.grade)),
        case((good, of.good_until)),
        case((over, LONG_AGO), else_=of.due_on),
        case((of.waived_until >= today, of.waived_until)),
    ]


def _joined(columns: Iterable[Any]) -> Any:
    """Return the columns as one text, to count how many differ."""
    texts: list[Any] = [func.coalesce(cast(column, Text), "-") for column in columns]
    return reduce(lambda one, other: one.concat("|").concat(other), texts)


def added_up(found: Iterable[Tally]) -> Tally:
    """Return the sum of some tallies."""
    total = Tally()
    for tally in found:
        for state, n in tally.states.items():
            total.states[state] = total.states.get(state, 0) + n
        for grade, n in tally.grades.items():
            total.grades[grade] = total.grades.get(grade, 0) + n
    return total
