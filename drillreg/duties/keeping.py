"""Writing results: what differs between kept and new ones, their counts, the closed periods."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from drillreg.core.db import db
from drillreg.duties.counting import COUNTED
from drillreg.duties.evaluation.results import Closed
from drillreg.duties.models import DutyCount, DutyOrg, DutyPeriod, DutyState

KEYS = ("rule", "key", "event_type")


def rows_before(org_ids: Sequence[int]) -> dict[int, dict[tuple[Any, ...], dict[str, Any]]]:
    """Return the kept results of some organisations by organisation and key."""
    table = DutyState.__table__
    found: dict[int, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for row in db.session.execute(select(table).where(table.c.org_id.in_(org_ids))).mappings():
        key = tuple(row[name] for name in KEYS)
        found.setdefault(row["org_id"], {})[key] = dict(row)
    return found


class Writing:
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
        for key in before.keys() - after.keys():
            self._gone.append(before[key]["id"])
            self._count(before[key], old_nodes, -1)
        stays = list(old_nodes) == list(new_nodes)
        for key, new in after.items():
            old = before.get(key)
            if old is None:
                self._new.append(new)
                self._count(new, new_nodes, 1)
                continue
            differs = any(old[name] != value for name, value in new.items())
            if differs:
                self._changed.append({"b_id": old["id"], **new})
            if differs or not stays:
                self._count(old, old_nodes, -1)
                self._count(new, new_nodes, 1)

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


def closed_row(org_id: int, part: Closed, now: datetime) -> dict[str, Any]:
    """Return the row of a period that was closed."""
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


def write_closed(org_ids: Sequence[int], rows: Sequence[dict[str, Any]]) -> None:
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
