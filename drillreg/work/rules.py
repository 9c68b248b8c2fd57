"""States of background work and imports, and when a dropped piece is taken up again."""

from datetime import datetime, timedelta
from enum import StrEnum

HEARTBEAT_LOST = timedelta(seconds=60)
MOST_ATTEMPTS = 3


class WorkState(StrEnum):
    """How far a piece of work is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportState(StrEnum):
    """Whether the rows of an import can be seen."""

    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"


def is_dropped(state: WorkState, heartbeat_at: datetime | None, now: datetime) -> bool:
    """Say whether the worker of a running piece has gone silent."""
    return state is WorkState.RUNNING and (
        heartbeat_at is None or now - heartbeat_at > HEARTBEAT_LOST
    )


def can_start_again(state: WorkState) -> bool:
    """Say whether a piece may be queued once more."""
    return state in {WorkState.FAILED, WorkState.CANCELLED}


def state_after_drop(attempts: int) -> WorkState:
    """Return what becomes of dropped work: another try, or failed after the third."""
    return WorkState.QUEUED if attempts < MOST_ATTEMPTS else WorkState.FAILED
