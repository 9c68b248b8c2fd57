"""How a duty reads on a day, from the three dates that are kept of it."""

from datetime import date
from enum import StrEnum

# Days before a date from which something is due soon and at risk: the ladder of reminders (30/7/1).
SOON_DAYS, RISK_DAYS = 30, 7


LADDER = (30, 7, 1)


OVERDUE_EVERY = 7


FAR = date(9999, 12, 31)


class State(StrEnum):
    """How a duty stands on a day. OPEN: owed, not done yet, and its date is more than 30 days off.

    The order is from the worst to the best.
    """

    BREACHED = "breached"
    AT_RISK = "at-risk"
    DUE_SOON = "due-soon"
    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    NOT_APPLICABLE = "not-applicable"


RANK = {state: at for at, state in enumerate(State)}


OWED_STATES = (State.BREACHED, State.AT_RISK, State.DUE_SOON, State.OPEN, State.MET)


def state_on(
    today: date, *, good_until: date | None, due_on: date | None, waived_until: date | None
) -> State:
    """Return how a duty stands on a day, from the three dates that are kept of it.

    `good_until`: the last day on which what was done is enough. `due_on`: the last day for what
    comes next. `waived_until`: the last day of a waiver.
    """
    if waived_until is not None and today <= waived_until:
        return State.WAIVED
    if good_until is not None and today <= good_until:
        return State.MET
    if due_on is None:
        return State.NOT_APPLICABLE
    left = (due_on - today).days
    if left < 0:
        return State.BREACHED
    if left <= RISK_DAYS:
        return State.AT_RISK
    return State.DUE_SOON if left <= SOON_DAYS else State.OPEN
