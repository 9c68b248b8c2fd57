"""Telling higher packages that sites changed: where they lie, their level, owner or standing."""

from collections.abc import Sequence
from datetime import date, datetime

from drillreg.core.changes import announce

SITE = "site"
CHANGED, CLOSED, MOVED, MERGED, SPLIT = "changed", "closed", "moved", "merged", "split"


def tell(what: str, site_ids: Sequence[int], *, now: datetime, today: date) -> None:
    """Announce, in the transaction of the change, what became of sites."""
    if site_ids:
        announce(SITE, what=what, site_ids=list(site_ids), now=now, today=today)
