"""Running background work: one piece at a time, each in small transactions of its own."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.sandbox.limits import work_at_once, work_per_person
from drillreg.work.ending import tell_end
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

    def __init__(self, item_id: int, attempt: int, kept: Mapping[str, Any] | None = None) -> None:
        self.item_id = item_id
        self.attempt = attempt
        # What an earlier attempt noted with `keep`; empty the first time.
        self.kept = dict(kept or {})
        self.done = 0
        self.total: int | None = None

    def __call__(self, done: int, total: int | None = None) -> None:
        """Note how far the work is; raise Cancelled when it should stop."""
        self._note(done, total, None)

    def keep(self, done: int, total: int | None = None, /, **kept: Any) -> None:
        """Note how far the work is and where the next attempt is to go on from."""
        self.kept.update(kept)
        self._note(done, total, self.kept)

    def _note(self, done: int, total: int | None, kept: Mapping[str, Any] | None) -> None:
        self.done, self.total = done, total
        with unit_of_work():
            wanted = report_progress(
                self.item_id,
                attempt=self.attempt,
                done=done,
                total=total,
                now=clock.now(),
                kept=kept,
            )
        if not wanted:
            raise Cancelled


def register_work(app: Flask, handlers: Mapping[str, Handler]) -> None:
    """Tell the application which kinds of work exist; called by `app.py` alone."""
    app.extensions["drillreg.work"] = dict(handlers)


def run_next(app: Flask, worker: str, *, at_once: Callable[[], int] = work_at_once) -> bool:
    """Claim and run one piece of work; return whether there was one that may run now."""
    with app.app_context():
        if not _something_waits():  # an idle worker takes no lock for writing
            return False
        most = at_once()
        with unit_of_work():
            item = claim_next(
                worker=worker,
                now=clock.now(),
                at_once=most,
                per_person=work_per_person(),
            )
            if item is None:
                return False
            claimed = (item.kind, dict(item.args))
            progress = Progress(item.id, item.attempts, item.kept)
        _run(app, progress, *claimed)
        return True


def _something_waits() -> bool:
    found = db.session.scalar(
        select(WorkItem.id).where(WorkItem.state == WorkState.QUEUED).limit(1)
    )
    db.session.rollback()
    return found is not None


def _run(app: Flask, progress: Progress, kind: str, args: dict[str, Any]) -> None:
    item_id, attempt = progress.item_id, progress.attempt
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
        if finish(item_id, attempt=attempt, now=clock.now(), **end):
            tell_end(db.session.get_one(WorkItem, item_id, populate_existing=True))


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
