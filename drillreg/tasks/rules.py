"""Rules of tasks: states, who may do what, when they are due."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from drillreg.core.access import Permission
from drillreg.core.codes import code_list
from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_
from drillreg.workdays.rules import WorkCalendar

STAFF = "staff"
MOST_UNITS = 500
LONGEST = timedelta(days=3 * 366)
MOST_WORKING_DAYS = 250


class TaskState(StrEnum):
    """States of a task; "late" is computed, never stored."""

    OPEN = "open"
    DONE = "done"
    NOT_DONE = "not-done"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """How a task stands on a day."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    NOT_DONE = "not-done"
    WITHDRAWN = "withdrawn"


class Settle(StrEnum):
    """Ways out of a task that ask for a reason."""

    NOT_DONE = "not-done"
    RETURN = "return"
    WITHDRAW = "withdraw"


class Settled(DomainError):  # noqa: N818 - reads better where it is raised
    """Somebody else has just settled the task."""

    status = 409


@dataclass(frozen=True)
class Bearing:
    """How a person stands to a task: it lies with them, they gave it, they lead the unit."""

    holds: bool = False
    gave: bool = False
    may_assign: bool = False


def permission_of_desk(desk: str) -> Permission:
    """Return the permission by which somebody answers for an organisation."""
    item = code_list("task_desk").get(desk)
    if item is None:
        raise DomainError(N_("%(desk)s is not a place a task can be given to."), desk=desk)
    return Permission(item.attributes["permission"])


def desks_of(permissions: frozenset[Permission]) -> list[str]:
    """Return the desks at which somebody with these permissions answers."""
    return [
        item.code
        for item in code_list("task_desk")
        if Permission(item.attributes["permission"]) in permissions
    ]


def standing(state: TaskState, due_on: date | None, today: date) -> Standing:
    """Say how a task stands on a day; the due day itself is still in time."""
    if state is TaskState.OPEN:
        late = due_on is not None and due_on < today
        return Standing.LATE if late else Standing.OPEN
    return Standing(state.value)


def due_date(
    *, day: date | None, working_days: int | None, calendar: WorkCalendar, today: date
) -> date | None:
    """Return when a task is due, from a date or a number of working days; neither is no date."""
    due = calendar.add_working_days(today, working_days) if working_days else day
    if due is not None and due < today:
        raise DomainError(N_("A task cannot be due on a day that is past."))
    if due is not None and due > today + LONGEST:
        raise DomainError(N_("A task cannot be due more than three years ahead."))
    return due


def ensure_open(state: TaskState, *, settled_by: str) -> None:
    """Raise when a task was settled meanwhile."""
    if state is not TaskState.OPEN:
        raise Settled(
            N_("%(name)s has already settled this task. Look at it again."), name=settled_by
        )


def ensure_holds(bearing: Bearing) -> None:
    """Raise unless the task lies with the person."""
    if not bearing.holds:
        raise NotAllowed(N_("This task does not lie with you."))


def ensure_may_pass(bearing: Bearing) -> None:
    """Raise unless the person may give the task to somebody else."""
    if not (bearing.holds or bearing.may_assign):
        raise NotAllowed(
            N_("Only whom the task lies with, or who gives tasks there, passes it on.")
        )


def ensure_may_withdraw(bearing: Bearing) -> None:
    """Raise unless the person, or somebody of the same office, gave the task."""
    if not bearing.gave:
        raise NotAllowed(N_("Only who gave a task can withdraw it."))


def ensure_may_remind(bearing: Bearing) -> None:
    """Raise unless the person gave the task, and it lies with somebody else."""
    if bearing.holds or not bearing.gave:
        raise NotAllowed(N_("Only who gave a task can ask for it."))


def ensure_reason(text: str) -> None:
    """Raise when nobody could tell later why."""
    if not text:
        raise DomainError(N_("Write the reason."))


def ensure_units(count: int) -> None:
    """Raise when a task goes to nobody, or to more units than anybody follows up."""
    if not count:
        raise DomainError(N_("Choose at least one organisation."))
    if count > MOST_UNITS:
        raise DomainError(
            N_("A task goes to at most %(most)d organisations at once."), most=MOST_UNITS
        )


STANDING_WORDS = {
    Standing.OPEN: N_("Not yet done"),
    Standing.LATE: N_("Past its date"),
    Standing.DONE: N_("Finished"),
    Standing.NOT_DONE: N_("Cannot be done"),
    Standing.WITHDRAWN: N_("Withdrawn"),
}
STANDING_COLOURS = {
    Standing.OPEN: "sky",
    Standing.LATE: "red",
    Standing.DONE: "green",
    Standing.NOT_DONE: "orange",
    Standing.WITHDRAWN: "line",
}
