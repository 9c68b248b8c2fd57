"""Queueing, claiming and finishing background work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.orm import aliased

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.work.ending import tell_end
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState, can_start_again, is_dropped, state_after_drop

# Any number that nothing else in this database locks by.
CLAIM_LOCK = 0x64720001


def enqueue(
    kind: str,
    args: Mapping[str, Any],
    *,
    title: str,
    actor: Actor | None,
    org_id: int | None,
    now: datetime,
) -> WorkItem:
    """Queue a piece of work in the transaction that needs it; `title` is shown to the person."""
    item = WorkItem(
        kind=kind,
        title=title,
        args=dict(args),
        account_id=actor.account_id if actor else None,
        org_id=org_id,
        created_at=now,
    )
    db.session.add(item)
    db.session.flush()
    return item


def _owner(item: Any) -> Any:
    """Return who a piece belongs to; what the system asked for itself counts as one person."""
    return func.coalesce(item.account_id, literal_column("0"))  # PostgreSQL groups by its text


def claim_next(*, worker: str, now: datetime, at_once: int, per_person: int = 1) -> WorkItem | None:
    """Take the next queued piece, fairly: of whoever was served longest ago, the oldest.

    At most `at_once` pieces run, and of one person `per_person`: however many somebody has
    queued, another's first starts as soon as there is room.
    """
    if db.engine.dialect.name == "postgresql":  # SQLite lets one writer in at a time anyway
        db.session.execute(select(func.pg_advisory_xact_lock(CLAIM_LOCK)))
    running = db.session.execute(
        select(WorkItem.account_id, func.count())
        .where(WorkItem.state == WorkState.RUNNING)
        .group_by(WorkItem.account_id)
    ).all()
    if sum(row[1] for row in running) >= at_once:
        return None
    served = aliased(WorkItem)
    last_served = (
        select(func.max(served.claimed_at))
        .where(_owner(served) == _owner(WorkItem))
        .scalar_subquery()
    )
    item = db.session.scalar(
        select(WorkItem)
        .where(
            WorkItem.state == WorkState.QUEUED,
            _owner(WorkItem).not_in([row[0] or 0 for row in running if row[1] >= per_person]),
        )
        .order_by(last_served.is_not(None), last_served, WorkItem.id)
        .limit(1)
    )
    if item is None:
        return None
    item.state, item.worker, item.attempts = WorkState.RUNNING, worker, item.attempts + 1
    item.started_at = item.started_at or now
    item.claimed_at = item.heartbeat_at = now
    return item


def report_progress(
    item_id: int,
    *,
    attempt: int,
    done: int,
    total: int | None,
    now: datetime,
    kept: Mapping[str, Any] | None = None,
) -> bool:
    """Note how far a piece is; return False when it was cancelled or taken over."""
    values: dict[str, Any] = {"done": done, "total": total, "heartbeat_at": now}
    if kept is not None:
        values["kept"] = dict(kept)
    asked = db.session.execute(
        update(WorkItem)
        .where(
            WorkItem.id == item_id,
            WorkItem.state == WorkState.RUNNING,
            WorkItem.attempts == attempt,
        )
        .values(**values)
        .returning(WorkItem.cancel_asked)
        .execution_options(synchronize_session=False)
    ).scalar()
    return asked is False


def finish(
    item_id: int,
    *,
    attempt: int,
    state: WorkState,
    now: datetime,
    result: Mapping[str, Any] | None = None,
    message: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> bool:
    """Write the end of a piece, unless another attempt has taken it over meanwhile."""
    ended = db.session.execute(
        update(WorkItem)
        .where(
            WorkItem.id == item_id,
            WorkItem.attempts == attempt,
            WorkItem.state == WorkState.RUNNING,
        )
        .values(
            state=state,
            finished_at=now,
            result=dict(result) if result is not None else None,
            result_file_id=(result or {}).get("file_id"),
            message=message,
            message_params=dict(params) if params is not None else None,
        )
        .returning(WorkItem.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return ended is not None


def take_up_dropped(*, now: datetime) -> int:
    """Queue again what a dead worker left running; after the third time it has failed."""
    taken = 0
    running = db.session.scalars(
        select(WorkItem).where(WorkItem.state == WorkState.RUNNING).order_by(WorkItem.id)
    ).all()
    for item in running:
        if is_dropped(item.state, item.heartbeat_at, now):
            item.state = state_after_drop(item.attempts - item.attempts_before)
            if item.state is WorkState.FAILED:
                item.finished_at = now
                item.message = N_("The work was interrupted three times and was given up.")
                tell_end(item)
            taken += 1
    return taken


def ask_to_cancel(item: WorkItem, *, now: datetime) -> None:
    """Cancel a queued piece at once; a running one stops at its next step."""
    if item.state is WorkState.QUEUED:
        item.state, item.finished_at = WorkState.CANCELLED, now
    elif item.state is WorkState.RUNNING:
        item.cancel_asked = True
    else:
        raise DomainError(N_("This work is already over."))


def start_again(item: WorkItem, *, now: datetime) -> None:
    """Queue a failed or cancelled piece once more; it goes on from what it noted, if it did."""
    if not can_start_again(item.state):
        raise DomainError(N_("Only work that failed or was cancelled can be started again."))
    item.state, item.cancel_asked = WorkState.QUEUED, False
    item.finished_at = item.message = item.message_params = None
    item.attempts_before = item.attempts
    item.created_at = now
