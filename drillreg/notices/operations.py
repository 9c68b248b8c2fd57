"""Writing notices: each at most once per person, occasion and kind."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, literal, select, update

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.notices.models import Notice


def notify(
    account_ids: Iterable[int],
    *,
    occasion: str,
    kind: str,
    message: str,
    params: Mapping[str, Any],
    url: str | None,
    now: datetime,
    due_on: date | None = None,
) -> int:
    """Tell people something once; return how many had not been told before.

    `occasion` names what it is about, such as "drill:17"; `kind` what is said, such as "overdue".
    """
    written = 0
    for account_id in dict.fromkeys(account_ids):
        known = select(literal(1)).where(
            Notice.account_id == account_id, Notice.occasion == occasion, Notice.kind == kind
        )
        if db.session.scalar(known):
            continue
        db.session.execute(
            insert(Notice).values(
                account_id=account_id,
                occasion=occasion,
                kind=kind,
                message=message,
                params=dict(params),
                url=url,
                due_on=due_on,
                created_at=now,
            )
        )
        written += 1
    return written


def mark_read(actor: Actor, *, notice_id: int | None, now: datetime) -> None:
    """Mark one notice, or all of them, as read."""
    statement = (
        update(Notice)
        .where(Notice.account_id == actor.account_id, Notice.read_at.is_(None))
        .values(read_at=func.coalesce(Notice.read_at, now))
        .execution_options(synchronize_session=False)
    )
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    db.session.execute(statement)
