"""Following changes: a row in the transaction of the change, the evaluation right after its commit.

What is not evaluated then, because it failed, concerns too many, or the process died, is found by
the sweep: by the rows that are left, by results that are over, by organisations without any.
"""

import logging
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, event, insert, or_, select, update
from sqlalchemy.orm import Session

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.duties.counting import put_together
from drillreg.duties.evaluating import evaluate_orgs
from drillreg.duties.gathering import Places
from drillreg.duties.models import DutyOrg, DutyTouch
from drillreg.duties.reading import shipped_sum
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end

log = logging.getLogger(__name__)

# As many are evaluated at once after a commit; more are left to the sweep.
MOST_AT_ONCE = 20
BATCH = 200
# Organisations that one run of the sweep evaluates at most; the next run goes on.
MOST_SWEPT = 20_000

_touched: ContextVar[frozenset[int]] = ContextVar("touched", default=frozenset())


def note_change(facts: Mapping[str, Any]) -> None:
    """Note in the transaction of a change whose duties it touches: `org_ids`, or all `below`."""
    now = facts.get("now") or clock.now()
    ids = sorted(set(facts.get("org_ids") or ()))
    if (one := facts.get("org_id")) is not None:
        ids = sorted({*ids, one})
    below = facts.get("below", facts.get("path"))
    rows = [{"org_id": each, "below": None, "at": now} for each in ids]
    if below is not None:
        rows.append({"org_id": None, "below": below, "at": now})
    if rows:
        db.session.execute(insert(DutyTouch), rows)
    _touched.set(_touched.get() | frozenset(ids))


def _forget(session: Session) -> None:
    """What was taken back touched nothing."""
    _touched.set(frozenset())


event.listen(Session, "after_rollback", _forget)


def follow() -> None:
    """Evaluate after a commit what was touched in it; a failure leaves the last results, stale."""
    touched = _touched.get()
    if not touched:
        return
    _touched.set(frozenset())
    if len(touched) <= MOST_AT_ONCE:
        now = clock.now()
        evaluate_safely(sorted(touched), today=clock.local_date(now), now=now)


def evaluate_safely(
    org_ids: list[int], *, today: date, now: datetime, places: Places | None = None
) -> bool:
    """Evaluate some organisations in a unit of work of their own; say whether it worked.

    On a failure what was known stays, marked as stale since now, and the changes stay noted.
    """
    try:
        with unit_of_work():
            noted = db.session.execute(
                select(DutyTouch.id, DutyTouch.org_id).where(DutyTouch.org_id.in_(org_ids))
            ).all()
            unchanged = set(org_ids).difference(row.org_id for row in noted)
            evaluate_orgs(org_ids, today=today, now=now, places=places, unchanged=unchanged)
            if noted:
                db.session.execute(delete(DutyTouch).where(DutyTouch.id.in_(r.id for r in noted)))
    except Exception:
        log.exception("duties of organisations %s could not be evaluated", org_ids[:5])
        _mark_stale(org_ids, now)
        return False
    return True


def _mark_stale(org_ids: list[int], now: datetime) -> None:
    """Mark results as old; where even that fails the noted change says so.

    The change itself is committed by then: whoever made it must not see an error.
    """
    try:
        with unit_of_work():
            db.session.execute(
                update(DutyOrg)
                .where(DutyOrg.org_id.in_(org_ids), DutyOrg.stale_since.is_(None))
                .values(stale_since=now)
            )
    except Exception:
        log.exception("organisations %s could not be marked as stale", org_ids[:5])


def sweep_duties(now: datetime) -> int:
    """Evaluate what is noted, over, stale or new, and put counts together; return how many."""
    today = clock.local_date(now)
    spread(now)
    waiting = to_sweep(today)
    db.session.rollback()
    places = Places()
    done = 0
    for at in range(0, len(waiting), BATCH):
        batch = waiting[at : at + BATCH]
        if evaluate_safely(batch, today=today, now=now, places=places):
            done += len(batch)
            continue
        # One bad organisation holds up no other.
        for each in batch:
            done += evaluate_safely([each], today=today, now=now, places=places)
    with unit_of_work():
        put_together(today)
    return done


def spread(now: datetime) -> None:
    """Turn "all below a path" into a note for each organisation there; "" stands for all."""
    with unit_of_work():
        for change in db.session.scalars(
            select(DutyTouch).where(DutyTouch.below.is_not(None)).order_by(DutyTouch.id)
        ).all():
            path = change.below or ""
            wanted = select(Org.id)
            if path:
                wanted = wanted.where(Org.path >= path, Org.path < subtree_end(path))
            db.session.execute(
                update(DutyOrg).where(DutyOrg.org_id.in_(wanted)).values(stale_since=now)
            )
            db.session.delete(change)


def to_sweep(today: date) -> list[int]:
    """Return the organisations whose duties are to be evaluated, the longest waiting first."""
    noted = select(DutyTouch.org_id).where(DutyTouch.org_id.is_not(None))
    over = select(DutyOrg.org_id).where(
        or_(DutyOrg.valid_until < today, DutyOrg.stale_since.is_not(None))
    )
    # Written by the rules of an older release.
    older = select(DutyOrg.org_id).where(DutyOrg.shipped.is_distinct_from(shipped_sum()))
    new = select(Org.id).outerjoin(DutyOrg, DutyOrg.org_id == Org.id).where(DutyOrg.id.is_(None))
    found: dict[int, None] = {}
    for statement in (noted, over, new, older):
        found.update(dict.fromkeys(_ids(statement)))
    return list(found)[:MOST_SWEPT]


def _ids(statement: Any) -> Iterable[int]:
    return [each for each in db.session.scalars(statement.limit(MOST_SWEPT)) if each is not None]
