"""Keeping results: evaluate some organisations, write what changed, and count it.

The caller is in a unit of work. Rows of `DutyOrg` are locked in the order of their organisations,
so that two processes never evaluate the same one at once and never wait for each other in a ring.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.duties.evaluation.evaluate import Evaluated, evaluate
from drillreg.duties.evaluation.results import Result
from drillreg.duties.gathering import Gathered, Places, gather
from drillreg.duties.keeping import Writing, closed_row, rows_before, write_closed
from drillreg.duties.models import LEVELS, DutyOrg
from drillreg.duties.reading import shipped_sum
from drillreg.duties.rules import Rule


def evaluate_orgs(
    org_ids: Sequence[int],
    *,
    today: date,
    now: datetime,
    places: Places | None = None,
    unchanged: Collection[int] = (),
) -> None:
    """Evaluate rules for some organisations as of a day, and write what differs.

    `unchanged`: those about whom nothing became known since they were evaluated; of them only
    the rules are looked at whose answer is over.
    """
    _lock(org_ids, today, now)
    gathered = gather(org_ids, today, places or Places())
    keepers = _keepers(org_ids)
    before = rows_before(org_ids)
    writing = Writing()
    closed: list[dict[str, Any]] = []
    for each in gathered:
        keeper, known = keepers[each.org_id], before.get(each.org_id, {})
        nodes = nodes_of(each.path, each.kinds)
        is_kept = each.org_id in unchanged and _is_whole(keeper, nodes)
        asked = _only_over(each, keeper, known, today) if is_kept else _everything(each, known)
        found = _evaluate(each, asked, today)
        holds = asked.holds | {
            rule: part.valid_until.isoformat()
            for rule, part in found.items()
            if part.valid_until is not None
        }
        writing.replace(asked.known, _rows(each, found.values()), keeper.nodes, nodes)
        writing.evaluated.append(_evaluated(each.org_id, holds, nodes, today, now))
        closed += [
            closed_row(each.org_id, part, now) for one in found.values() for part in one.closed
        ]
    # Of an import that was undone or is not over nothing is counted.
    for org_id in sorted(set(org_ids) - {each.org_id for each in gathered}):
        writing.replace(before.get(org_id, {}), {}, keepers[org_id].nodes, [])
        writing.evaluated.append(_evaluated(org_id, {}, [], today, now))
    writing.write()
    write_closed(org_ids, closed)


# Results as rows, by rule, key and type of event.
Kept = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class _Asked:
    """What of an organisation is evaluated, and what is kept beside it."""

    chains: Sequence[tuple[Rule, ...]]
    known: Kept
    # Rule → last day of its answer, of the rules that are not looked at.
    holds: dict[str, str]
    closed_since: date


def _everything(each: Gathered, known: Kept) -> _Asked:
    return _Asked(each.book.chains_for(each.kinds), known, {}, date.min)


def _only_over(each: Gathered, keeper: Any, known: Kept, today: date) -> _Asked:
    """Return the rules of an organisation whose answer is over."""
    over = {rule for rule, until in keeper.holds.items() if until < today.isoformat()}
    return _Asked(
        [chain for chain in each.book.chains_for(each.kinds) if chain[0].id in over],
        {key: row for key, row in known.items() if row["rule"] in over},
        {rule: day for rule, day in keeper.holds.items() if rule not in over},
        keeper.evaluated_on,
    )


def _evaluate(each: Gathered, asked: _Asked, today: date) -> dict[str, Evaluated]:
    return {
        chain[0].id: evaluate(
            chain, each.facts, each.proofs, each.place, each.waivers, today, asked.closed_since
        )
        for chain in asked.chains
    }


def _rows(each: Gathered, found: Iterable[Evaluated]) -> Kept:
    """Return the results that have a date, as rows by what tells them apart."""
    rows = (
        _row(each, result) for part in found for result in part.results if result.due_on is not None
    )
    return {(row["rule"], row["key"], row["event_type"]): row for row in rows}


def _keepers(org_ids: Sequence[int]) -> dict[int, Any]:
    """Return what is known of the last evaluation of organisations, by id."""
    columns = (
        DutyOrg.org_id,
        DutyOrg.nodes,
        DutyOrg.holds,
        DutyOrg.evaluated_on,
        DutyOrg.shipped,
        DutyOrg.stale_since,
    )
    found = db.session.execute(select(*columns).where(DutyOrg.org_id.in_(org_ids)))
    return {row.org_id: row for row in found}


def _is_whole(keeper: Any, nodes: list[int]) -> bool:
    """Say whether what is kept was said by these rules, without a failure, for these nodes."""
    return (
        keeper.shipped == shipped_sum()
        and keeper.stale_since is None
        and list(keeper.nodes) == nodes
    )


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
                    "holds": {},
                    "shipped": None,
                    "stale_since": None,
                }
                for each in missing
            ],
        )


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
    org_id: int, holds: dict[str, str], nodes: list[int], today: date, now: datetime
) -> dict[str, Any]:
    first = min(holds.values(), default=None)
    return {
        "of": org_id,
        "evaluated_at": now,
        "evaluated_on": today,
        "valid_until": date.fromisoformat(first) if first else None,
        "holds": dict(holds),
        "shipped": shipped_sum(),
        "nodes": nodes,
        "stale_since": None,
    }
