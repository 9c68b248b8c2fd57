"""Reading background work; people see only their own."""

from sqlalchemy import select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.work.models import WorkItem


def get_work(public_id: str, actor: Actor) -> WorkItem:
    """Return one's own piece of work, or raise NotFound."""
    found = db.session.scalar(
        select(WorkItem).where(
            WorkItem.public_id == public_id, WorkItem.account_id == actor.account_id
        )
    )
    if found is None:
        raise NotFound(N_("There is no such work."))
    return found


def my_work(actor: Actor, *, cursor: str | None = None) -> Page[WorkItem]:
    """Return a page of one's own work, newest first."""
    statement = select(WorkItem).where(WorkItem.account_id == actor.account_id)
    return keyset_page(statement, order=[(WorkItem.id, "desc")], cursor=cursor)
