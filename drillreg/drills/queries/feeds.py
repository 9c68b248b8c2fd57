"""Reading what a calendar feed holds; the scope is that of the account it belongs to."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager

from drillreg.core.db import db
from drillreg.drills.models import Drill, FeedToken
from drillreg.drills.scope import DRILL, shown_day
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope

MOST_FED = 5_000


def feed_token_or_none(token_hash: str) -> FeedToken | None:
    """Return the feed address of that hash while it is not revoked."""
    return db.session.scalar(
        select(FeedToken).where(FeedToken.token_hash == token_hash, FeedToken.revoked_at.is_(None))
    )


def feed_of(account_id: int) -> FeedToken | None:
    """Return the feed address an account has in use, or None."""
    return db.session.scalar(
        select(FeedToken)
        .where(FeedToken.account_id == account_id, FeedToken.revoked_at.is_(None))
        .order_by(FeedToken.id.desc())
        .limit(1)
    )


def _fed(scope: OrgScope, first: date, last: date) -> list[ColumnElement[bool]]:
    return [DRILL.within(scope), shown_day() >= first, shown_day() <= last]


def feed_state(scope: OrgScope, *, first: date, last: date) -> str:
    """Return a word that changes whenever anything in a feed changes, in one query."""
    row = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(Drill.row_version), 0),
            func.coalesce(func.sum(Drill.id), 0),
            func.coalesce(func.sum(Org.row_version), 0),
        )
        .select_from(Drill)
        .join(Drill.org)
        .where(*_fed(scope, first, last))
    ).one()
    return "-".join(str(int(value)) for value in row)


def fed_drills(scope: OrgScope, *, first: date, last: date) -> Sequence[Drill]:
    """Return the drills of a feed, cancelled and struck-out ones too: calendars must learn it."""
    return db.session.scalars(
        select(Drill)
        .join(Drill.org)
        .options(contains_eager(Drill.org))
        .where(*_fed(scope, first, last))
        .order_by(Drill.due_on, Drill.id)
        .limit(MOST_FED)
    ).all()
