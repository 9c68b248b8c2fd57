"""Running background work: one piece at a time, each in small transactions of its own."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.work.models import WorkItem
from drillreg.work.operations import claim_next, finish, report_progress
from drillreg.work.rules import WorkState

log = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any], "Progress"], dict[str, Any] | None]
BEAT_SECONDS = 15


class Cancelled(Exception):
    """The person asked to stop, or another worker has taken over."""


class Progress:
    """What a handler calls between its steps, outside any transaction."""

    def __init__(self, item_id: int, attempt: int) -> None:
        self.item_id = item_id
        self.attempt = attempt
        self.done = 0
        self.total: int | None = None

    def __call__(self, done: int, total: int | None = None) -> None:
        """Note how far the work is; raise Cancelled when it should stop."""
        self.done, self.total = done, total
        with unit_of_work():
            wanted = report_progress(
                self.item_id, attempt=self.attempt, done=done, total=total, now=clock.now()
            )
        if not wanted:
            raise Cancelled


def register_work(app: Flask, handlers: Mapping[str, Handler]) -> None:
    """Tell the application which kinds of work exist; called by `app.py` alone."""
    app.extensions["drillreg.work"] = dict(handlers)


def run_next(app: Flask, worker: str) -> bool:
    """Claim and run one piece of work; return whether there was one."""
    with app.app_context():
        with unit_of_work():
            item = claim_next(worker=worker, now=clock.now())
            if item is None:
                return False
            claimed = (item.id, item.kind, dict(item.args), item.attempts)
        _run(app, *claimed)
        return True


def _run(app: Flask, item_id: int, kind: str, args: dict[str, Any], attempt: int) -> None:
    progress = Progress(item_id, attempt)
    over = threading.Event()
    beat = threading.Thread(target=_keep_alive, args=(app, progress, over), daemon=True)
    beat.start()
    try:
        end = _outcome(kind, args, progress)
    finally:
        over.set()
        beat.join()
    db.session.rollback()
    with unit_of_work():
        finish(item_id, attempt=attempt, now=clock.now(), **end)


def _outcome(kind: str, args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Run the handler and say how it ended; an unexpected error fails the piece, not the worker."""
    handlers: dict[str, Handler] = current_app.extensions["drillreg.work"]
    try:
        result = handlers[kind](args, progress)
    except Cancelled:
        return {"state": WorkState.CANCELLED}
    except DomainError as error:
        return {"state": WorkState.FAILED, "message": error.message, "params": error.params}
    except Exception:
        log.exception("work %s (%s) failed", progress.item_id, kind)
        return {
            "state": WorkState.FAILED,
            "message": N_("Something went wrong on the server. The administrator can see why."),
        }
    return {"state": WorkState.DONE, "result": result}


def _keep_alive(app: Flask, progress: Progress, over: threading.Event) -> None:
    """Beat while a long step runs, so that the piece is not taken for dropped."""
    while not over.wait(BEAT_SECONDS):
        with app.app_context(), unit_of_work():
            db.session.execute(
                WorkItem.__table__.update()  # type: ignore[attr-defined]
                .where(WorkItem.id == progress.item_id, WorkItem.attempts == progress.attempt)
                .values(heartbeat_at=clock.now())
            )
