"""Words of states, and days left or late in words."""

from datetime import date

from drillreg.filings.models import Filing, PlanClock
from drillreg.filings.rules import (
    ClockKind,
    ClockState,
    Closing,
    Standing,
    TrainingKind,
    clock_state,
    standing_of,
)
from drillreg.i18n import N_, translate
from drillreg.workdays.rules import WorkCalendar

CLOCK_WORDS = {ClockKind.FILE: N_("Filing"), ClockKind.PUBLISH: N_("Making it known")}
STATE_WORDS = {
    ClockState.RUNNING: N_("Still to do"),
    ClockState.LATE: N_("Past its date"),
    ClockState.DONE: N_("Done"),
    ClockState.CLOSED: N_("No longer asked for"),
}
STATE_COLOURS = {
    ClockState.RUNNING: "sky",
    ClockState.LATE: "red",
    ClockState.DONE: "green",
    ClockState.CLOSED: "",
}
STANDING_WORDS = {
    Standing.WAITING: N_("Waiting to be recorded"),
    Standing.DEEMED: N_("Deemed filed under article 28"),
    Standing.RECORDED: N_("Recorded, filed"),
    Standing.RETURNED: N_("Returned, papers missing"),
    Standing.TAKEN_BACK: N_("Taken back"),
    Standing.OUTSIDE: N_("Filed outside this system"),
}
STANDING_COLOURS = {
    Standing.WAITING: "sky",
    Standing.DEEMED: "yellow",
    Standing.RECORDED: "green",
    Standing.RETURNED: "red",
    Standing.TAKEN_BACK: "",
    Standing.OUTSIDE: "line",
}
CLOSING_WORDS = {
    Closing.SUPERSEDED: N_("replaced by a newer version before it was done"),
    Closing.ABOLISHED: N_("the plan was abolished before it was done"),
    Closing.EXEMPT: N_("internal, not made public"),
}
TRAINING_WORDS = {
    TrainingKind.TRAINING: N_("A training"),
    TrainingKind.PUBLICITY: N_("A piece of publicity"),
}
ACT_WORDS = {
    "filing-sent": N_("Sent for filing by"),
    "filing-taken-back": N_("Taken back by"),
    "filing-recorded": N_("Recorded in the register by"),
    "filing-returned": N_("Returned by"),
}


def state_of(clock: PlanClock, today: date) -> ClockState:
    """Say how a clock stands on a day."""
    return clock_state(
        due_on=clock.due_on, done_on=clock.done_on, closed_on=clock.closed_on, today=today
    )


def standing(filing: Filing, today: date) -> Standing:
    """Say how a filing stands on a day."""
    return standing_of(filing.state, filing.check_due_on, today)


def days_late(clock: PlanClock, calendar: WorkCalendar, today: date) -> int:
    """Return how many working days something was done, or is, after its last day; 0 in time."""
    end = clock.done_on or clock.closed_on or today
    return max(calendar.working_days_between(clock.due_on, end), 0) if end > clock.due_on else 0


def clock_sentence(clock: PlanClock, calendar: WorkCalendar, today: date) -> str:
    """Return in words how a clock stands: days left, done in time, so many days late."""
    state, late = state_of(clock, today), days_late(clock, calendar, today)
    if state is ClockState.CLOSED and clock.closing is not None:
        return translate(CLOSING_WORDS[clock.closing])
    if state is ClockState.DONE:
        if late:
            return translate(N_("done, %(count)d working days late"), count=late)
        return translate(N_("done in time"))
    if state is ClockState.LATE:
        return translate(N_("%(count)d working days late"), count=late)
    left = calendar.working_days_between(today, clock.due_on)
    if left == 0:
        return translate(N_("today is the last day"))
    return translate(N_("%(count)d working days left"), count=left)
