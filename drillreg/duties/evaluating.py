"""Keeping results: evaluate some organisations, write what changed, and count it.

The caller is in a unit of work. Rows of `DutyOrg` are locked in the order of their organisations,
so that two processes never evaluate the same one at once and never wait for each other in a ring.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.duties.evaluation.evaluate import Evaluated, evaluate
from drillreg.duties.evaluation.results import Closed, Result
from drillreg.duties.gathering import Gathered, Places, gather
from drillreg.duties.models import LEVELS, DutyCount, DutyOrg, DutyPeriod, DutyState

KEYS = ("rule", "key", "event_type")
COUNTED = ("rule", "owed", "event_type", "grade", "good_until", "due_on", "waived_until")


def evaluate_orgs(
    org_ids: Sequence[int], *, today: date, now: datetime, places: Places | None = None
) -> None:
    """Evaluate every rule for some organisations as of a day, and write what differs."""
    _lock(org_ids, today, now)
    gathered = gather(org_ids, today, places or Places())
    keepers = {
        row.org_id: row
        for row in db.session.execute(
            select(DutyOrg.org_id, DutyOrg.nodes).where(DutyOrg.org_id.in_(org_ids))
        )
    }
    before = _rows_before(org_ids)
    writing = _Writing()
    closed: list[dict[str, Any]] = []
    for each in gathered:
        found = [
            evaluate(chain, each.facts, each.proofs, each.place, each.waivers, today)
            for chain in each.book.chains_for(each.kinds)
        ]
        rows = {
            (row["rule"], row["key"], row["event_type"]): row
            for row in (
                _row(each, result)
                for part in found
                for result in part.results
                if result.due_on is not None
            )
        }
        nodes = nodes_of(each.path, each.kinds)
        writing.replace(before.get(each.org_id, {}), rows, keepers[each.org_id].nodes, nodes)
        writing.evaluated.append(_evaluated(each.org_id, found, nodes, today, now))
        closed += [_closed_row(each.org_id, part, now) for one in found for part in one.closed]
    # Of an import that was undone or is not over nothing is counted.
    for org_id in sorted(set(org_ids) - {each.org_id for each in gathered}):
        writing.replace(before.get(org_id, {}), {}, keepers[org_id].nodes, [])
        writing.evaluated.append(_evaluated(org_id, [], [], today, now))
    writing.write()
    _write_closed(org_ids, closed)


def nodes_of(path: str, kinds: Iterable[str]) -> list[int]:
    """Return the nodes under which an organisation counts: what it lies below, and itself.

    A kind that nothing can stand below needs no count of its own: its results are its rows.
    """
    ids = [int(part) for part in path.strip("/").split("/")]
    return ids if frozenset(kinds) & kinds_with_children() else ids[:-1]


def kinds_with_children() -> frozenset[str]:
    """Return the kinds of organisation that something can stand below."""
    found = code_list("org_kind")
    return frozenset(parent for item in found for parent in item.attributes["parents"] if parent)


def _lock(org_ids: Sequence[int], today: date, now: datetime) -> None:
    wanted = sorted(org_ids)
    known = set(
        db.session.scalars(
            select(DutyOrg.org_id)
            .where(DutyOrg.org_id.in_(wanted))
            .order_by(DutyOrg.org_id)
            .with_for_update()
        )
    )
    missing = [each for each in wanted if each not in known]
    if missing:
        db.session.execute(
            insert(DutyOrg),
            [
                {
                    "org_id": each,
                    "evaluated_at": now,
                    "evaluated_on": today,
                    "valid_until": None,
                    "nodes": [],
                    "stale_since": None,
                }
                for each in missing
            ],
        )


def _rows_before(org_ids: Sequence[int]) -> dict[int, dict[tuple[Any, ...], dict[str, Any]]]:
    table = DutyState.__table__
    found: dict[int, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for row in db.session.execute(select(table).where(table.c.org_id.in_(org_ids))).mappings():
        key = tuple(row[name] for name in KEYS)
        found.setdefault(row["org_id"], {})[key] = dict(row)
    return found


def _row(gathered: Gathered, result: Result) -> dict[str, Any]:
    rule, period = result.rule, result.period
    levels = [int(part) for part in gathered.path.strip("/").split("/")][:LEVELS]
    levels += [None] * (LEVELS - len(levels))  # type: ignore[list-item]
    return {
        "org_id": gathered.org_id,
        "rule": rule.id,
        "key": result.key,
        "event_type": result.event_type,
        "owed": rule.owed.value,
        "rule_from": rule.starts_on,
        "decision_id": rule.decision_id,
        "good_until": result.good_until,
        "due_on": result.due_on,
        "waived_until": result.waived_until,
        "grade": result.grade.value if result.grade else None,
        "have": result.have,
        "need": result.need,
        "proofs": list(result.proofs),
        "period_first": period.first if period else None,
        "period_last": period.last if period else None,
        "since": result.since,
        "late_days": result.late_days,
        **{f"at{n}": level for n, level in enumerate(levels, start=1)},
    }


def _evaluated(
    org_id: int, found: Sequence[Evaluated], nodes: list[int], today: date, now: datetime
) -> dict[str, Any]:
    days = [each.valid_until for each in found if each.valid_until is not None]
    return {
        "of": org_id,
        "evaluated_at": now,
        "evaluated_on": today,
        "valid_until": min(days, default=None),
        "nodes": nodes,
        "stale_since": None,
    }


class _Writing:
    """What differs between the kept results and the new ones, written in few statements."""

    def __init__(self) -> None:
        self._new: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._gone: list[int] = []
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self.evaluated: list[dict[str, Any]] = []

    def replace(
        self,
        before: Mapping[tuple[Any, ...], Mapping[str, Any]],
        after: Mapping[tuple[Any, ...], dict[str, Any]],
        old_nodes: Sequence[int],
        new_nodes: Sequence[int],
    ) -> None:
        """Note what to write for one organisation."""
        for key, row in before.items():
            if key not in after:
                self._gone.append(row["id"])
            self._count(row, old_nodes, -1)
        for key, new in after.items():
            self._count(new, new_nodes, 1)
            old = before.get(key)
            if old is None:
                self._new.append(new)
            elif any(old[name] != value for name, value in new.items()):
                self._changed.append({"b_id": old["id"], **new})

    def _count(self, row: Mapping[str, Any], nodes: Iterable[int], by: int) -> None:
        counted = tuple(row[name] for name in COUNTED)
        for node in nodes:
            self._counts[(node, *counted)] += by

    def write(self) -> None:
        """Write it."""
        table: Any = DutyState.__table__
        if self._gone:
            db.session.execute(delete(table).where(table.c.id.in_(self._gone)))
        if self._changed:
            names = [name for name in self._changed[0] if name != "b_id"]
            self._many(
                update(table)
                .where(table.c.id == bindparam("b_id"))
                .values({name: bindparam(name) for name in names}),
                self._changed,
            )
        if self._new:
            db.session.execute(insert(table), self._new)
        deltas = [
            {"node_id": key[0], **dict(zip(COUNTED, key[1:], strict=True)), "n": n}
            for key, n in sorted(self._counts.items(), key=repr)
            if n
        ]
        if deltas:
            db.session.execute(insert(DutyCount), deltas)
        if self.evaluated:
            keeper: Any = DutyOrg.__table__
            names = [name for name in self.evaluated[0] if name != "of"]
            self._many(
                update(keeper)
                .where(keeper.c.org_id == bindparam("of"))
                .values({name: bindparam(name) for name in names}),
                self.evaluated,
            )

    @staticmethod
    def _many(statement: Any, rows: list[dict[str, Any]]) -> None:
        db.session.connection().execute(statement, rows)


def _closed_row(org_id: int, part: Closed, now: datetime) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "rule": part.rule.id,
        "key": part.key,
        "event_type": part.event_type,
        "owed": part.rule.owed.value,
        "rule_from": part.rule.starts_on,
        "decision_id": part.rule.decision_id,
        "first_on": part.period.first,
        "last_on": part.period.last,
        "closed_on": part.closed_on,
        "state": part.state,
        "have": part.have,
        "need": part.need,
        "grade": part.grade,
        "proofs": list(part.proofs),
        "recorded_at": now,
        "late_proofs": list(part.late_proofs),
        "late_days": part.late_days,
    }


def _write_closed(org_ids: Sequence[int], rows: Sequence[dict[str, Any]]) -> None:
    """Write periods that were closed since; of those written before only what came in late."""
    if not rows:
        return
    kept = {
        (row.org_id, row.rule, row.key, row.event_type, row.first_on): row
        for row in db.session.execute(
            select(
                DutyPeriod.id,
                DutyPeriod.org_id,
                DutyPeriod.rule,
                DutyPeriod.key,
                DutyPeriod.event_type,
                DutyPeriod.first_on,
                DutyPeriod.late_proofs,
                DutyPeriod.proofs,
            ).where(DutyPeriod.org_id.in_(org_ids))
        )
    }
    new = []
    for row in rows:
        old = kept.get((row["org_id"], row["rule"], row["key"], row["event_type"], row["first_on"]))
        if old is None:
            new.append(row)
            continue
        late = [each for each in row["late_proofs"] if each not in old.proofs]
        if late != old.late_proofs:
            db.session.execute(
                update(DutyPeriod)
                .where(DutyPeriod.id == old.id)
                .values(late_proofs=late, late_days=row["late_days"])
            )
    if new:
        db.session.execute(insert(DutyPeriod), new)
