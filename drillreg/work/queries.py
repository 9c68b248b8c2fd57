"""Reading background work; people see only their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState


def get_work(public_id: str, actor: Actor) -> WorkItem:
    """Return one's own piece of work, or raise NotFound."""
    return _one(public_id, WorkItem.account_id == actor.account_id)


def _one(public_id: str, condition: ColumnElement[bool]) -> WorkItem:
    found = db.session.scalar(select(WorkItem).where(WorkItem.public_id == public_id, condition))
    if found is None:
        raise NotFound(N_("There is no such work."))
    return found


def _in_state(state: str) -> list[ColumnElement[bool]]:
    return [WorkItem.state == WorkState(state)] if state else []


def my_work(actor: Actor, *, state: str = "", cursor: str | None = None) -> Page[WorkItem]:
    """Return a page of one's own work in a state, newest first."""
    statement = select(WorkItem).where(WorkItem.account_id == actor.account_id, *_in_state(state))
    return keyset_page(statement, order=[(WorkItem.id, "desc")], cursor=cursor)


def my_counts(actor: Actor) -> dict[str, int]:
    """Return how many pieces of one's own are in each state."""
    return _counts(WorkItem.account_id == actor.account_id)


def _counts(condition: ColumnElement[bool]) -> dict[str, int]:
    rows = db.session.execute(
        select(WorkItem.state, func.count()).where(condition).group_by(WorkItem.state)
    )
    return {row[0].value: int(row[1]) for row in rows}


def work_of(orgs: Any) -> ColumnElement[bool]:
    """Return the condition that a piece is of some organisations, or of the system itself."""
    return or_(WorkItem.org_id.is_(None), WorkItem.org_id.in_(orgs))


def work_page(
    orgs: Any, *, state: str = "", kind: str = "", cursor: str | None = None
) -> Page[WorkItem]:
    """Return a page of all work of some organisations, newest first."""
    statement = select(WorkItem).where(work_of(orgs), *_in_state(state))
    if kind:
        statement = statement.where(WorkItem.kind == kind)
    return keyset_page(statement, order=[(WorkItem.id, "desc")], cursor=cursor, size=50)


def work_counts(orgs: Any) -> dict[str, int]:
    """Return how much work of some organisations is in each state."""
    return _counts(work_of(orgs))


def get_work_of(public_id: str, orgs: Any) -> WorkItem:
    """Return a piece of work of some organisations, or raise NotFound."""
    return _one(public_id, work_of(orgs))


def latest_of_kind(kind: str, *, at_most: int = 50) -> Sequence[WorkItem]:
    """Return the newest pieces of a kind, such as backups."""
    return db.session.scalars(
        select(WorkItem).where(WorkItem.kind == kind).order_by(WorkItem.id.desc()).limit(at_most)
    ).all()


def was_queued_since(kind: str, since: datetime) -> bool:
    """Say whether the system has queued a piece of a kind since an instant."""
    found = db.session.scalar(
        select(WorkItem.id)
        .where(WorkItem.kind == kind, WorkItem.account_id.is_(None), WorkItem.created_at >= since)
        .limit(1)
    )
    return found is not None


def oldest_waiting() -> datetime | None:
    """Return since when the longest waiting piece waits."""
    return db.session.scalar(
        select(func.min(WorkItem.created_at)).where(WorkItem.state == WorkState.QUEUED)
    )


def failed_since(since: datetime) -> int:
    """Return how many pieces have failed since an instant."""
    statement = select(func.count()).where(
        WorkItem.state == WorkState.FAILED, WorkItem.finished_at >= since
    )
    return db.session.scalar(statement) or 0
