"""What the clock does for drills: planning ahead and reminding, safe to repeat at any time."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drillreg.accounts.queries import accounts_with
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.operations.programmes import Planned, plan_programme
from drillreg.drills.operations.reminders import (
    already_told,
    remind_of_drill,
    rung_of,
    told_as,
)
from drillreg.drills.queries import drills_to_sweep
from drillreg.drills.queries.programmes import programmes_to_sweep
from drillreg.drills.rules import HORIZON, planned_until
from drillreg.office.calendars import planning_calendar
from drillreg.office.queries import values_by_place
from drillreg.orgs.models import Org
from drillreg.workdays.rules import WorkCalendar

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """How much a sweep did, and how many owners it could not serve."""

    done: int = 0
    failed: int = 0


def sweep_drills(now: datetime) -> int:
    """Plan the drills of all programmes 400 days ahead; return how many were made or moved."""
    return plan_due_drills(today=clock.local_date(now), now=now).done


def sweep_reminders(now: datetime) -> int:
    """Remind of drills that come near or are overdue; return how many notices were written."""
    return remind(today=clock.local_date(now), now=now).done


def plan_due_drills(*, today: date, now: datetime) -> Swept:
    """Plan every running programme in a unit of work of its own; a bad one stops no other."""
    waiting = programmes_to_sweep(today + HORIZON)
    db.session.rollback()
    done = failed = 0
    calendars: dict[int, WorkCalendar] = {}
    for programme_id in waiting:
        try:
            with unit_of_work():
                done += _plan(programme_id, calendars, today, now).total
        except Exception:
            log.exception("programme %s could not be planned", programme_id)
            failed += 1
    return Swept(done, failed)


def _plan(
    programme_id: int, calendars: dict[int, WorkCalendar], today: date, now: datetime
) -> Planned:
    # On PostgreSQL the lock makes a second sweep wait, and see that the work is done.
    programme = db.session.get(
        DrillProgramme, programme_id, with_for_update=True, populate_existing=True
    )
    if programme is None or programme.voided_at is not None:
        return Planned()
    if programme.planned_until is not None and programme.planned_until >= planned_until(today):
        return Planned()
    org = db.session.get_one(Org, programme.org_id)
    if org.id not in calendars:
        calendars[org.id] = planning_calendar(org, today)
    return plan_programme(programme, org=org, calendar=calendars[org.id], today=today, now=now)


def remind(*, today: date, now: datetime) -> Swept:
    """Remind of each drill in a transaction of its own; write only where somebody is not told."""
    waiting = _not_told(today)
    db.session.rollback()
    done = failed = 0
    for drill_id, account_ids in waiting:
        try:
            with unit_of_work():
                done += _remind(drill_id, account_ids, today, now)
        except Exception:
            log.exception("drill %s could not be reminded of", drill_id)
            failed += 1
    return Swept(done, failed)


def _longest_notice() -> timedelta:
    """Return how early the first reminder of any office comes."""
    usual, own = values_by_place("drills.remind-days")
    return timedelta(days=max([*usual, *(day for _, days in own for day in days)]))


def _remind(drill_id: int, account_ids: Collection[int], today: date, now: datetime) -> int:
    # It may have been recorded or cancelled since the list was made.
    return sum(
        remind_of_drill(drill, account_ids=account_ids, today=today, now=now)
        for drill in drills_to_sweep(today + _longest_notice(), drill_id=drill_id)
    )


def _not_told(today: date) -> list[tuple[int, list[int]]]:
    drills = drills_to_sweep(today + _longest_notice())
    rungs = [(drill, rung) for drill in drills if (rung := rung_of(drill, today))]
    told = already_told([told_as(drill, rung)[0] for drill, rung in rungs])
    people = _People(today)
    waiting = []
    for drill, rung in rungs:
        missing = [
            account_id
            for account_id in people.concerned(drill, rung)
            if (*told_as(drill, rung), account_id) not in told
        ]
        if missing:
            waiting.append((drill.id, missing))
    return waiting


class _People:
    """Who is told about drills of an organisation, looked up once for each."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.known: dict[tuple[int, Permission], list[int]] = {}

    def concerned(self, drill: Drill, rung: str) -> list[int]:
        """Return the liaisons, and for an overdue drill those who supervise from above too."""
        found = self._with(Permission.RECORD_DRILLS, drill.org)
        if rung == "overdue" and drill.org.parent is not None:
            found = found + self._with(Permission.PLAN_DRILLS, drill.org.parent)
        return list(dict.fromkeys(found))

    def _with(self, permission: Permission, org: Org) -> list[int]:
        key = (org.id, permission)
        if key not in self.known:
            accounts = accounts_with(permission, org, on=self.today)
            self.known[key] = [account.id for account in accounts]
        return self.known[key]
