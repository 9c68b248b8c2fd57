"""What the clock does for dangers: what is late rises a level by itself."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from drillreg.core import clock
from drillreg.core.access import Permission
from drillreg.core.db import db, unit_of_work
from drillreg.dangers.models import Danger, DangerRound
from drillreg.dangers.operations.trail import log_act, tell
from drillreg.dangers.rules import Stage, raise_date
from drillreg.i18n import N_
from drillreg.office.queries import setting
from drillreg.orgs.models import Org

AT_ONCE = 200


def raise_late_dangers(now: datetime) -> int:
    """Raise what is late in a unit of work; return how many rose, at most 200."""
    with unit_of_work():
        return raise_late(clock.local_date(now), now)


def raise_late(today: date, now: datetime) -> int:
    """Raise what is late by the days an office set; twice on a day changes nothing.

    Each level takes the same number of days, up to the top of the tree.
    """
    found = db.session.execute(
        select(Danger, DangerRound)
        .join(
            DangerRound,
            (DangerRound.danger_id == Danger.id) & (DangerRound.number == Danger.round_number),
        )
        .options(joinedload(Danger.org), joinedload(DangerRound.issuer))
        .where(
            Danger.stage == Stage.ASSIGNED,
            DangerRound.raise_on.is_not(None),
            DangerRound.raise_on <= today,
        )
        .order_by(DangerRound.raise_on, DangerRound.id)
        .limit(AT_ONCE)
        .with_for_update(of=DangerRound)
    ).all()
    return sum(_raise(danger, turn, today, now) for danger, turn in found)


def _raise(danger: Danger, turn: DangerRound, today: date, now: datetime) -> bool:
    """Raise one danger to the level above who had it last; False when there is none."""
    holder = db.session.get(Org, turn.raised_org_id) if turn.raised_org_id else turn.issuer
    above = holder.parent if holder else None
    if above is None:
        # The county has it already: nobody stands above it here.
        turn.raise_on = None
        return False
    turn.raised, turn.raised_on, turn.raised_org_id = turn.raised + 1, today, above.id
    days = setting("dangers.raise-days", danger.org)
    # A sweep that slept for long raises one level at a time, so that each level has its days.
    due = raise_date(turn.due_on, days, turn.raised)
    turn.raise_on = max(due, raise_date(today, days, 0) or due) if due else None
    step = log_act("danger-raised", danger, None, now, to=above, level=turn.raised)
    tell(
        [above],
        Permission.ASSIGN_DANGERS,
        danger,
        step,
        kind="danger-raised",
        message=N_("Late, raised to your level: %(what)s"),
        actor=None,
        now=now,
        today=today,
    )
    return True
