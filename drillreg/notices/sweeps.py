"""What the clock does for the inbox: the one merged notice a day, safe to repeat at any time."""

import logging
from datetime import datetime

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.notices.operations import send_daily
from drillreg.notices.queries import accounts_waiting
from drillreg.notices.rules import DAILY_HOUR
from drillreg.office.queries import setting

log = logging.getLogger(__name__)


def send_daily_notices(now: datetime) -> int:
    """Send every person the notice of the day, from the hour that is set; return how many."""
    local = clock.local(now)
    if local.hour < setting(DAILY_HOUR):
        return 0
    people = accounts_waiting()
    db.session.rollback()
    sent = 0
    for account_id in people:
        try:
            with unit_of_work():
                sent += send_daily(account_id, today=local.date(), now=now)
        except Exception:
            log.exception("the daily notice of account %s could not be sent", account_id)
    return sent
