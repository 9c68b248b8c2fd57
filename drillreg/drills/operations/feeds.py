"""Addresses of personal calendar feeds."""

from datetime import datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.drills.models import FeedToken
from drillreg.drills.queries.feeds import feed_of


def open_feed(*, token_hash: str, actor: Actor, now: datetime) -> FeedToken:
    """Give an account a new feed address; the one it had stops working."""
    close_feed(actor=actor, now=now)
    found = FeedToken(account_id=actor.account_id, token_hash=token_hash, created_at=now)
    db.session.add(found)
    db.session.flush()
    record("feed-opened", subject_kind="feed", subject_id=found.id, actor=actor, now=now)
    return found


def close_feed(*, actor: Actor, now: datetime) -> None:
    """Take away the feed address of an account, if it has one."""
    found = feed_of(actor.account_id)
    if found is None:
        return
    found.revoked_at = now
    record("feed-closed", subject_kind="feed", subject_id=found.id, actor=actor, now=now)
