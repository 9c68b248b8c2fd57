"""Rules of filing and publication: two clocks from issue, a check of five days, one refusal."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_

# From here on a list shows how many days are left.
SOON_DAYS = 10


class ClockKind(StrEnum):
    """The two clocks that an issue starts, side by side (国办发〔2024〕5号 §26, §28)."""

    FILE = "file"
    PUBLISH = "publish"


class Closing(StrEnum):
    """Why a clock stopped although nothing was done."""

    SUPERSEDED = "superseded"
    ABOLISHED = "abolished"
    EXEMPT = "exempt"


class FilingState(StrEnum):
    """What became of a filing as people acted on it; deemed filing is read from the date."""

    SENT = "sent"
    RECORDED = "recorded"
    RETURNED = "returned"
    TAKEN_BACK = "taken-back"
    # Filed on paper, or with an office that is not in this system: noted by who filed.
    OUTSIDE = "outside"


class Standing(StrEnum):
    """How a filing stands on a day."""

    WAITING = "waiting"
    DEEMED = "deemed"
    RECORDED = "recorded"
    RETURNED = "returned"
    TAKEN_BACK = "taken-back"
    OUTSIDE = "outside"


class ClockState(StrEnum):
    """How a clock stands on a day."""

    RUNNING = "running"
    LATE = "late"
    DONE = "done"
    CLOSED = "closed"


class TrainingKind(StrEnum):
    """Training of those who carry a plan out, or publicity among those it protects."""

    TRAINING = "training"
    PUBLICITY = "publicity"


# Filings that count as filed; a version has at most one of them.
STANDING_STATES = (FilingState.SENT, FilingState.RECORDED, FilingState.OUTSIDE)


def clock_state(
    *, due_on: date, done_on: date | None, closed_on: date | None, today: date
) -> ClockState:
    """Say how a clock stands on a day; nothing stored says that it is late."""
    if done_on is not None:
        return ClockState.DONE
    if closed_on is not None:
        return ClockState.CLOSED
    return ClockState.LATE if due_on < today else ClockState.RUNNING


def standing_of(state: FilingState, check_due_on: date | None, today: date) -> Standing:
    """Say how a filing stands on a day.

    88号令 §28: without an answer and a reason within five working days it is deemed filed. Filings
    without such a check, of governments and villages, only wait.
    """
    if state is not FilingState.SENT:
        return Standing(state.value)
    if check_due_on is not None and check_due_on < today:
        return Standing.DEEMED
    return Standing.WAITING


def ensure_may_send(*, is_closed: bool, has_standing: bool) -> None:
    """Raise when a version is filed already, or its clock was closed."""
    if has_standing:
        raise DomainError(N_("This version was sent for filing already."))
    if is_closed:
        raise DomainError(N_("This version is no longer in force; there is nothing to file."))


def ensure_on_day(on: date | None, *, issued_on: date, today: date, field: str) -> None:
    """Raise unless something was done between the issue and today."""
    if on is None:
        return
    if on > today:
        raise FormErrors([FieldError(field, N_("The day lies in the future."))])
    if on < issued_on:
        raise FormErrors(
            [
                FieldError(
                    field,
                    N_("The plan was issued on %(day)s; it cannot have been done before."),
                    {"day": issued_on.isoformat()},
                )
            ]
        )


def ensure_waiting(state: FilingState, *, by: str, on: str) -> None:
    """Raise unless a filing still waits for an answer: it is recorded once."""
    if state is FilingState.RECORDED:
        raise DomainError(
            N_("This filing was recorded already, by %(name)s on %(day)s."), name=by, day=on
        )
    if state is not FilingState.SENT:
        raise DomainError(N_("This filing does not wait for an answer any more."))


def ensure_returnable(
    standing: Standing, *, has_check: bool, items: Sequence[str], named_before: Collection[str]
) -> None:
    """Raise unless a filing can be returned with this list.

    88号令 §28: all that is missing is named at once, within five working days. What was not named
    the first time cannot be asked for the second time.
    """
    if not has_check:
        raise DomainError(
            N_("Such a filing is a record, not an approval: it is recorded, not returned.")
        )
    if standing is Standing.DEEMED:
        raise DomainError(
            N_("The five working days are over: it is deemed filed (article 28). Record it.")
        )
    if not items:
        raise DomainError(N_("Name everything that is missing."))
    new = [item for item in items if item not in named_before]
    if named_before and new:
        raise DomainError(
            N_(
                "It was returned once with its list. What was not named then cannot be asked for"
                " now (article 28): %(items)s."
            ),
            items="、".join(new),
        )


def ensure_taken_back(state: FilingState) -> None:
    """Raise unless whoever filed can still take it back: nobody has answered it."""
    if state not in {FilingState.SENT, FilingState.OUTSIDE}:
        raise DomainError(N_("It was answered already and cannot be taken back."))


def ensure_exemptible(*, is_internal: bool) -> None:
    """Raise unless a plan need not be published: only an internal one (§41)."""
    if not is_internal:
        raise DomainError(N_("Only an internal plan need not be made public (article 41)."))


def ensure_stands(*, is_void: bool) -> None:
    """Raise when a record was struck out already."""
    if is_void:
        raise DomainError(N_("This was struck out already."))
