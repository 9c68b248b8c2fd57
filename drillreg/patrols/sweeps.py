"""What the clock does for patrols: days ahead, fire logs, reminders; safe to repeat."""

import logging
from datetime import date, datetime

from drillreg.core import clock
from drillreg.core.db import db, unit_of_work
from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.orgs.scope import whole_installation
from drillreg.patrols.operations.plans import lay_out_these
from drillreg.patrols.planning import plans_to_lay_out
from drillreg.patrols.proving import close_fire_logs
from drillreg.patrols.rules import HORIZON
from drillreg.patrols.todays import people_to_remind, stops

log = logging.getLogger(__name__)

# Not before this hour, so that what was entered last night is known.
REMIND_FROM = 5


def sweep_patrols(now: datetime) -> int:
    """Lay out the days of all plans and write the fire logs of last month; return how many."""
    today = clock.local_date(now)
    waiting = plans_to_lay_out(today + HORIZON)
    db.session.rollback()
    done = 0
    for plan_id in waiting:
        try:
            with unit_of_work():
                done += lay_out_these([plan_id], today=today)
        except Exception:
            log.exception("patrol plan %s could not be laid out", plan_id)
    with unit_of_work():
        done += close_fire_logs(today=today, now=now)
    return done


def remind_of_patrols(now: datetime) -> int:
    """Tell everybody once a day how many sites wait for them; return how many were told."""
    local = clock.local(now)
    if local.hour < REMIND_FROM:
        return 0
    today: date = local.date()
    counts = people_to_remind(stops(whole_installation(today), today), today)
    db.session.rollback()
    told = 0
    with unit_of_work():
        for account_id, count in sorted(counts.items()):
            told += notify(
                [account_id],
                occasion=f"patrol-day:{today}",
                kind="patrol-due",
                message=N_("Patrols that begin or end soon: %(count)d sites to look at"),
                params={"count": count},
                url="/patrols/today",
                now=now,
                due_on=today,
            )
    return told
