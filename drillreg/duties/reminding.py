"""The ladder of reminders: 30, 7 and 1 days before a duty is due, then weekly while it is late.

Each step is told once to those who do it at the unit: what is due there on one day is one notice.
Only days on which a step begins are looked for, by their index; a few days that were missed, too.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from drillreg.accounts.queries import accounts_at, orgs_with_accounts
from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.duties.models import DutyState
from drillreg.duties.queries import in_state
from drillreg.duties.reading import shipped_rules
from drillreg.duties.states import LADDER, OVERDUE_EVERY, State
from drillreg.i18n import N_
from drillreg.notices.models import Notice
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org

log = logging.getLogger(__name__)

# A step whose day was missed, because nothing ran, is made up for within so many days.
MISSED = 3
# Weeks after which nobody is reminded any more: by then somebody has called.
MOST_WEEKS = 52
BATCH = 500
AHEAD, LATE = "ahead", "late"
ONE, SEVERAL = "one", "several"
SENTENCES = {
    (AHEAD, ONE): N_("%(org)s: “%(title)s” is due on %(day)s."),
    (AHEAD, SEVERAL): N_("%(org)s: duties due on %(day)s: %(count)d."),
    (LATE, ONE): N_("%(org)s: “%(title)s” was due on %(day)s; no record meets it yet."),
    (LATE, SEVERAL): N_("%(org)s: duties that were due on %(day)s and are not met yet: %(count)d."),
}


@dataclass(frozen=True)
class Step:
    """One step of the ladder: the kind of its notice, and what tells it from the others."""

    kind: str
    code: str

    @property
    def when(self) -> str:
        """Say whether it is before or after the date."""
        return LATE if self.kind == "duty-late" else AHEAD


def steps_of(today: date) -> dict[date, Step]:
    """Return the days whose duties are told of today, each with its step."""
    found: dict[date, Step] = {}
    for week in range(MOST_WEEKS):
        for missed in range(MISSED + 1):
            late = 1 + week * OVERDUE_EVERY + missed
            found[today - timedelta(days=late)] = Step("duty-late", f"w{week}")
    # The nearest step comes last, and stands where two meet.
    for days in sorted(LADDER, reverse=True):
        for missed in range(min(MISSED, days) + 1):
            found[today + timedelta(days=days - missed)] = Step(f"duty-{days}", f"{days}")
    return found


def remind_of_duties(now: datetime) -> int:
    """Tell units what comes near or is late; return how many notices were written."""
    today = clock.local_date(now)
    steps = steps_of(today)
    done = 0
    for rows in _batches(steps.keys(), today):
        try:
            with unit_of_work():
                done += _remind(rows, steps, today, now)
        except Exception:
            log.exception("duties of %s could not be reminded of", rows[0].org_id)
    return done


def _batches(days: Collection[date], today: date) -> Iterator[Sequence[Any]]:
    """Yield what is due by organisation and day, some organisations at a time."""
    last = 0
    while rows := _rows(days, today, last):
        db.session.rollback()
        # The last organisation may go on in the next batch, unless it is the only one.
        ids = sorted({row.org_id for row in rows})
        if len(rows) == BATCH and len(ids) > 1:
            rows = [row for row in rows if row.org_id != ids[-1]]
        last = rows[-1].org_id
        yield rows


def _rows(days: Collection[date], today: date, after: int) -> Sequence[Any]:
    open_states = (State.BREACHED, State.AT_RISK, State.DUE_SOON)
    return db.session.execute(
        select(
            DutyState.org_id,
            DutyState.due_on,
            Org.name,
            func.count().label("count"),
            func.min(DutyState.rule).label("rule"),
        )
        .join(Org, Org.id == DutyState.org_id)
        .where(
            DutyState.org_id > after,
            DutyState.due_on.in_(sorted(days)),
            or_(*(in_state(state, today) for state in open_states)),
            DutyState.org_id.in_(orgs_with_accounts(Permission.RECORD_DRILLS, on=today)),
        )
        .group_by(DutyState.org_id, DutyState.due_on, Org.name)
        .order_by(DutyState.org_id, DutyState.due_on)
        .limit(BATCH)
    ).all()


def _remind(rows: Sequence[Any], steps: dict[date, Step], today: date, now: datetime) -> int:
    people = accounts_at(Permission.RECORD_DRILLS, {row.org_id for row in rows}, on=today)
    told = _told([_occasion(row, steps[row.due_on]) for row in rows])
    titles = {rule.id: rule.title["zh"] for rule in shipped_rules()}
    written = 0
    for row in rows:
        step = steps[row.due_on]
        occasion = _occasion(row, step)
        missing = [each for each in people.get(row.org_id, ()) if (occasion, each) not in told]
        if missing:
            written += notify(
                missing,
                occasion=occasion,
                kind=step.kind,
                message=SENTENCES[step.when, ONE if row.count == 1 else SEVERAL],
                params={
                    "org": row.name,
                    "title": titles.get(row.rule, row.rule),
                    "day": row.due_on.isoformat(),
                    "count": row.count,
                },
                url=f"/duties/?org={row.org_id}&view=own",
                due_on=row.due_on,
                now=now,
            )
    return written


def _occasion(row: Any, step: Step) -> str:
    return f"duties:{row.org_id}:{row.due_on.isoformat()}:{step.code}"


def _told(occasions: Collection[str]) -> set[tuple[str, int]]:
    """Return (occasion, account) of the notices there are."""
    rows = db.session.execute(
        select(Notice.occasion, Notice.account_id).where(Notice.occasion.in_(occasions))
    )
    return {(occasion, account_id) for occasion, account_id in rows}
