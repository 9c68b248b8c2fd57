"""Queueing, claiming and finishing background work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState, is_dropped, state_after_drop


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


def claim_next(*, worker: str, now: datetime) -> WorkItem | None:
    """Take the oldest queued piece, fairly: people who have nothing running come first.

    SQLite serialises writers; PostgreSQL skips rows that another worker holds.
    """
    busy = select(WorkItem.account_id).where(WorkItem.state == WorkState.RUNNING)
    item = db.session.scalar(
        select(WorkItem)
        .where(WorkItem.state == WorkState.QUEUED)
        .order_by(WorkItem.account_id.in_(busy), WorkItem.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if item is None:
        return None
    item.state, item.worker, item.attempts = WorkState.RUNNING, worker, item.attempts + 1
    item.started_at = item.started_at or now
    item.heartbeat_at = now
    return item


def report_progress(
    item_id: int, *, attempt: int, done: int, total: int | None, now: datetime
) -> bool:
    """Note how far a piece is; return False when it was cancelled or taken over."""
    asked = db.session.execute(
        update(WorkItem)
        .where(
            WorkItem.id == item_id,
            WorkItem.state == WorkState.RUNNING,
            WorkItem.attempts == attempt,
        )
        .values(done=done, total=total, heartbeat_at=now)
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
            item.state = state_after_drop(item.attempts)
            if item.state is WorkState.FAILED:
                item.finished_at = now
                item.message = N_("The work was interrupted three times and was given up.")
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
