"""Rules of after-action reports: states, who may take which step, what a report must have."""

from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError, NotAllowed
from drillreg.drills.rules import DrillStatus
from drillreg.i18n import N_

# More would not be read, and a page of the form has to stay within what a browser sends quickly.
MOST_FINDINGS = 30
MOST_ACTIONS = 10
MOST_PHOTOS = 12


class ReportState(StrEnum):
    """States of a report; an approved one never changes."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class StepKind(StrEnum):
    """What somebody did with a report, as codes of the step log."""

    SUBMITTED = "report-submitted"
    RETURNED = "report-returned"
    APPROVED = "report-approved"


class ActionState(StrEnum):
    """States of a corrective action."""

    OPEN = "open"
    DONE = "done"


class Standing(StrEnum):
    """How a corrective action stands on a day; "late" is computed, never stored."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"


def ensure_drill_held(status: DrillStatus) -> None:
    """Raise unless the drill was held: there is nothing to report of one that was not."""
    if status is not DrillStatus.HELD:
        raise DomainError(N_("A report is written when the drill has been recorded as held."))


def ensure_editable(state: ReportState) -> None:
    """Raise unless the text of a report may still change."""
    if state not in {ReportState.DRAFT, ReportState.RETURNED}:
        raise DomainError(N_("This report is under review or frozen. It cannot be changed."))


def ensure_submittable(state: ReportState, *, has_summary: bool, findings_open: int) -> None:
    """Raise unless a report can go to its leader.

    `findings_open` counts findings with neither a corrective action nor a reason for none.
    """
    ensure_editable(state)
    if not has_summary:
        raise DomainError(N_("Write the summary before the report is submitted."))
    if findings_open:
        raise DomainError(
            N_("Findings with neither a corrective action nor a reason for none: %(count)d"),
            count=findings_open,
        )


def ensure_somebody_decides(leaders: int) -> None:
    """Raise when nobody but the author could decide on the report."""
    if not leaders:
        raise DomainError(
            N_("No leader of this organisation or above has an account. Ask the county office.")
        )


def ensure_reviewable(
    state: ReportState, *, submitters: frozenset[int], reviewers: frozenset[int]
) -> None:
    """Raise unless this person may decide on the report: nobody approves their own.

    Where somebody acts for another, both are meant, on either side.
    """
    if state is not ReportState.SUBMITTED:
        raise DomainError(N_("This report is not waiting for a decision."))
    if submitters & reviewers:
        raise NotAllowed(N_("Somebody else must decide on a report that you submitted."))


def ensure_reasons(remark: str) -> None:
    """Raise when a report would be returned without saying why."""
    if not remark:
        raise DomainError(N_("Write what has to be changed before you return the report."))


def ensure_due_after(due_on: date, held_on: date) -> None:
    """Raise when a corrective action should be done before its drill was held."""
    if due_on < held_on:
        raise DomainError(N_("A corrective action cannot be due before the drill was held."))


def ensure_closable(
    report_state: ReportState, state: ActionState, *, done_on: date, held_on: date, today: date
) -> None:
    """Raise unless a corrective action may be noted as done on a day."""
    if report_state is not ReportState.APPROVED:
        raise DomainError(N_("The report that asks for this action is not approved yet."))
    if state is ActionState.DONE:
        raise DomainError(N_("This action is already done."))
    if done_on > today:
        raise DomainError(N_("An action cannot be done on a day that is still to come."))
    if done_on < held_on:
        raise DomainError(N_("An action cannot be done before the drill was held."))


def standing(state: ActionState, due_on: date, today: date) -> Standing:
    """Say how a corrective action stands on a day; the due day itself is still in time."""
    if state is ActionState.DONE:
        return Standing.DONE
    return Standing.LATE if due_on < today else Standing.OPEN


STATE_WORDS = {
    ReportState.DRAFT: N_("Draft"),
    ReportState.SUBMITTED: N_("Waiting for approval"),
    ReportState.RETURNED: N_("Returned"),
    ReportState.APPROVED: N_("Approved"),
}
STATE_COLOURS = {
    ReportState.DRAFT: "line",
    ReportState.SUBMITTED: "sky",
    ReportState.RETURNED: "orange",
    ReportState.APPROVED: "green",
}
STANDING_WORDS = {
    Standing.OPEN: N_("To do"),
    Standing.LATE: N_("Late"),
    Standing.DONE: N_("Done"),
}
STANDING_COLOURS = {Standing.OPEN: "sky", Standing.LATE: "red", Standing.DONE: "green"}
