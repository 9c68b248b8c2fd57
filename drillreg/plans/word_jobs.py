"""Background work: reading a Word plan that is too long to wait for."""

from typing import Any

from drillreg.accounts.models import Account
from drillreg.accounts.queries import actor_of
from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.documents.word_papers import read_paper
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of
from drillreg.plans.brought import keep_reading, result_of
from drillreg.work.models import WorkItem
from drillreg.work.worker import Progress

STEPS = 3


def read_long(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a long Word plan and keep its blocks; safe to repeat after a kill."""
    data = bytes_of(db.session.get_one(StoredFile, args["file_id"]))
    item = db.session.get_one(WorkItem, progress.item_id)
    public_id, account_id = item.public_id, item.account_id
    progress(1, STEPS)
    paper = read_paper(data, in_background=True)
    progress(2, STEPS)
    with unit_of_work():
        account = db.session.get(Account, account_id) if account_id else None
        actor = actor_of(account, on=clock.today()) if account else None
        read_id = keep_reading(paper, org_id=args["org_id"], actor=actor, now=clock.now())
    progress(STEPS, STEPS)
    return result_of(public_id, args["plan_id"], read_id)
