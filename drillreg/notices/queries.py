"""Reading the inbox; people see only their own."""

from sqlalchemy import func, select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.notices.models import Notice


def unread_count(actor: Actor) -> int:
    """Return how many notices a person has not read."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Notice.account_id == actor.account_id, Notice.read_at.is_(None)
            )
        )
        or 0
    )


def inbox_page(actor: Actor, *, cursor: str | None = None, size: int = 20) -> Page[Notice]:
    """Return a page of a person's notices, newest first."""
    statement = select(Notice).where(Notice.account_id == actor.account_id)
    return keyset_page(statement, order=[(Notice.id, "desc")], cursor=cursor, size=size)


def get_notice(notice_id: int, actor: Actor) -> Notice:
    """Return one's own notice, or raise NotFound."""
    found = db.session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.account_id == actor.account_id)
    )
    if found is None:
        raise NotFound(N_("There is no such notice."))
    return found
