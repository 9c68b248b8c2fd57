"""Background work of imports: reading a large file, and writing what was chosen."""

from typing import Any

from drillreg.accounts.models import Account
from drillreg.accounts.queries import actor_of
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.i18n import force_locale
from drillreg.imports.applying import apply_batch, examine_batch, give_up, keep_examined
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState
from drillreg.work.worker import Cancelled, Progress


def _actor_of(batch: ImportBatch) -> Actor | None:
    account = db.session.get(Account, batch.account_id) if batch.account_id else None
    return actor_of(account, on=clock.today()) if account else None


def read_large(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a file that is too large to wait for, and keep its preview."""
    batch_id = int(args["batch_id"])
    batch = db.session.get_one(ImportBatch, batch_id)
    actor = _actor_of(batch)
    with force_locale(args["locale"]):
        found = examine_batch(batch, in_background=True, actor=actor)
        keep_examined(batch_id, found, actor=actor)
    return {"url": args["url"]}


def write_import(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write an import that was previewed; safe to repeat after a kill."""
    batch_id = int(args["batch_id"])
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.state is ImportState.APPLIED:
        return {"url": args["url"]}
    with force_locale(args["locale"]):
        try:
            apply_batch(
                batch_id, attempt=progress.attempt, actor=_actor_of(batch), progress=progress
            )
        except Cancelled:
            give_up(batch_id, attempt=progress.attempt)
            raise
    return {"url": args["url"]}
