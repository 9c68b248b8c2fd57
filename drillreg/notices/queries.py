"""Reading the inbox; people see only their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.notices.models import Notice, NoticeSetting
from drillreg.notices.rules import DAILY, Way


@dataclass(frozen=True)
class InboxFilter:
    """What the inbox is narrowed to; empty means everything that was sent."""

    unread: bool = False
    kind: str = ""
    waiting: bool = False


def chosen_ways(kind: str, account_ids: Collection[int]) -> Mapping[int, Way]:
    """Return by account how people chose to be told of a kind."""
    rows = db.session.execute(
        select(NoticeSetting.account_id, NoticeSetting.way).where(
            NoticeSetting.kind == kind, NoticeSetting.account_id.in_(sorted(account_ids))
        )
    ).all()
    return {row.account_id: row.way for row in rows}


def ways_of(actor: Actor) -> Mapping[str, Way]:
    """Return by kind how a person chose to be told."""
    rows = db.session.execute(
        select(NoticeSetting.kind, NoticeSetting.way).where(
            NoticeSetting.account_id == actor.account_id
        )
    ).all()
    return {row.kind: row.way for row in rows}


def _shown(actor: Actor, wanted: InboxFilter) -> list[ColumnElement[bool]]:
    found: list[Any] = [Notice.account_id == actor.account_id]
    if wanted.waiting:
        return [*found, Notice.sent_at.is_(None)]
    found.append(Notice.sent_at.is_not(None))
    if wanted.unread:
        found.append(Notice.read_at.is_(None))
    # A kind that was asked for is looked up inside the merged notices too.
    found.append(Notice.kind == wanted.kind if wanted.kind else Notice.digest_id.is_(None))
    return found


def unread_count(actor: Actor) -> int:
    """Return how many notices a person has not read; a merged one counts once."""
    shown = _shown(actor, InboxFilter(unread=True))
    return db.session.scalar(select(func.count()).where(*shown)) or 0


def waiting_count(actor: Actor) -> int:
    """Return how many notices wait for the merged one of the next morning."""
    shown = _shown(actor, InboxFilter(waiting=True))
    return db.session.scalar(select(func.count()).where(*shown)) or 0


def inbox_count(actor: Actor, wanted: InboxFilter) -> int:
    """Return how many notices a filter of the inbox finds."""
    return db.session.scalar(select(func.count()).where(*_shown(actor, wanted))) or 0


def inbox_page(
    actor: Actor, wanted: InboxFilter, *, cursor: str | None = None, size: int = 20
) -> Page[Notice]:
    """Return a page of a person's notices, newest first."""
    statement = select(Notice).where(*_shown(actor, wanted))
    return keyset_page(statement, order=[(Notice.id, "desc")], cursor=cursor, size=size)


def merged_in(notices: Sequence[Notice]) -> dict[int, list[Notice]]:
    """Return by merged notice what came with it, in one query."""
    ids = [notice.id for notice in notices if notice.kind == DAILY]
    inside: dict[int, list[Notice]] = {}
    for notice in db.session.scalars(
        select(Notice).where(Notice.digest_id.in_(ids)).order_by(Notice.id)
    ):
        inside.setdefault(notice.digest_id or 0, []).append(notice)
    return inside


def get_notice(notice_id: int, actor: Actor) -> Notice:
    """Return one's own notice, or raise NotFound."""
    found = db.session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.account_id == actor.account_id)
    )
    if found is None:
        raise NotFound(N_("There is no such notice."))
    return found


def accounts_waiting() -> list[int]:
    """Return the accounts for which notices wait to be merged; for the job that sends them."""
    return list(
        db.session.scalars(
            select(Notice.account_id)
            .where(Notice.sent_at.is_(None))
            .group_by(Notice.account_id)
            .order_by(Notice.account_id)
        )
    )
