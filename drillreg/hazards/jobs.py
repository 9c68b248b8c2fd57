"""Background work about sites: reading a large ledger, and bringing one in."""

from typing import Any

from drillreg.accounts.models import Account
from drillreg.accounts.queries import actor_of
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.hazards import imports
from drillreg.hazards.ledgers import Options, options_of, read_ledger
from drillreg.i18n import force_locale
from drillreg.orgs.models import Org
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState
from drillreg.work.worker import Cancelled, Progress


def _actor_of(batch: ImportBatch) -> Actor | None:
    account = db.session.get(Account, batch.account_id) if batch.account_id else None
    return actor_of(account, on=clock.today()) if account else None


def _plan(batch_id: int) -> tuple[imports.ImportPlan, Options]:
    """Read the file of an import with the larger limits and plan it."""
    batch = db.session.get_one(ImportBatch, batch_id)
    within = db.session.get_one(Org, batch.org_id)
    options, reference = options_of(batch.options), imports.reference_of(within)
    name, data = imports.file_of(batch)
    ledger = read_ledger(name, data, options, reference=reference, in_background=True)
    return imports.plan_import(ledger, options, within=within), options


def read_large(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a file that is too large to wait for, and keep its preview."""
    with force_locale(args["locale"]):
        plan, options = _plan(args["batch_id"])
        problems, now = imports.problems_xlsx(plan), clock.now()
        with unit_of_work():
            batch = db.session.get_one(ImportBatch, args["batch_id"])
            actor = _actor_of(batch)
            imports.keep_plan(batch, plan, options, problems=problems, actor=actor, now=now)
    return {"url": args["url"]}


def import_sites(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Bring in the sites of a file that was previewed; safe to repeat after a kill."""
    batch_id = args["batch_id"]
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.state is ImportState.APPLIED:
        return {"url": args["url"]}
    actor = _actor_of(batch)
    with force_locale(args["locale"]):
        plan, _ = _plan(batch_id)
        try:
            imports.apply_import(
                batch_id,
                plan,
                attempt=progress.attempt,
                problems=imports.problems_xlsx(plan),
                actor=actor,
                now=clock.now(),
                step=progress,
            )
        except Cancelled:
            with unit_of_work():
                imports.drop_import(batch_id, attempt=progress.attempt)
            raise
    return {"url": args["url"]}
