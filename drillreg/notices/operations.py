"""Writing notices: each at most once per person, occasion and kind; most merged to one a day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, literal, or_, select, update

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.notices.models import Notice, NoticeSetting
from drillreg.notices.queries import chosen_ways
from drillreg.notices.rules import DAILY, Way, is_fixed, occasion_of_day, usual_way, way_for


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

    `occasion` names what it is about, such as "drill:17"; `kind` what is said, one of
    `notice_kind.toml`. What is not urgent waits for the merged notice of the next morning.
    """
    written = 0
    people = list(dict.fromkeys(account_ids))
    chosen = chosen_ways(kind, people)
    for account_id in people:
        known = select(literal(1)).where(
            Notice.account_id == account_id, Notice.occasion == occasion, Notice.kind == kind
        )
        if db.session.scalar(known):
            continue
        way = way_for(kind, chosen.get(account_id))
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
                sent_at=None if way is Way.DAILY else now,
                # Kept to be looked up, but nobody is bothered with it.
                read_at=now if way is Way.SILENT else None,
            )
        )
        written += 1
    return written


def send_daily(account_id: int, *, today: date, now: datetime) -> bool:
    """Merge what waits for a person into the notice of the day; False when they had it today."""
    occasion = occasion_of_day(today)
    had = select(literal(1)).where(
        Notice.account_id == account_id, Notice.occasion == occasion, Notice.kind == DAILY
    )
    waiting = (Notice.account_id == account_id, Notice.sent_at.is_(None))
    count = db.session.scalar(select(func.count()).where(*waiting)) or 0
    if not count or db.session.scalar(had):
        return False
    merged = Notice(
        account_id=account_id,
        occasion=occasion,
        kind=DAILY,
        message=N_("Things to know today: %(count)d"),
        params={"count": count},
        created_at=now,
        sent_at=now,
    )
    db.session.add(merged)
    db.session.flush()
    merged.url = f"/inbox/{merged.id}"
    db.session.execute(
        update(Notice)
        .where(*waiting)
        .values(sent_at=now, digest_id=merged.id)
        .execution_options(synchronize_session=False)
    )
    return True


def mark_read(actor: Actor, *, notice_id: int | None, now: datetime) -> None:
    """Mark one notice (a merged one with all that is in it), or all of them, as read."""
    statement = (
        update(Notice)
        .where(Notice.account_id == actor.account_id, Notice.read_at.is_(None))
        .values(read_at=func.coalesce(Notice.read_at, now))
        .execution_options(synchronize_session=False)
    )
    if notice_id is not None:
        statement = statement.where(or_(Notice.id == notice_id, Notice.digest_id == notice_id))
    else:
        statement = statement.where(Notice.sent_at.is_not(None))
    db.session.execute(statement)


def choose_ways(actor: Actor, ways: Sequence[tuple[str, Way]]) -> None:
    """Keep how a person wants to be told; what is as usual needs no row."""
    kept = {
        row.kind: row
        for row in db.session.scalars(
            select(NoticeSetting)
            .where(NoticeSetting.account_id == actor.account_id)
            .order_by(NoticeSetting.id)
        )
    }
    for kind, way in ways:
        row = kept.get(kind)
        if is_fixed(kind):
            continue
        if row is not None:
            row.way = way
        elif way is not usual_way(kind):
            db.session.add(NoticeSetting(account_id=actor.account_id, kind=kind, way=way))
