"""Rules of after-action reports: states, who may take which step, what a report must have."""

from datetime import date
from enum import StrEnum

from drillreg.core.errors import DomainError, NotAllowed
from drillreg.i18n import N_


class ReportState(StrEnum):
    """States of a report; an approved one never changes."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class StepKind(StrEnum):
    """What somebody did with a report."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class ActionState(StrEnum):
    """States of a corrective action."""

    OPEN = "open"
    DONE = "done"


def ensure_editable(state: ReportState) -> None:
    """Raise unless the text of a report may still change."""
    if state not in {ReportState.DRAFT, ReportState.RETURNED}:
        raise DomainError(N_("This report is under review or frozen. It cannot be changed."))


def ensure_submittable(state: ReportState, *, has_summary: bool, findings_open: int) -> None:
    """Raise unless a report can go to its leader.

    `findings_open` counts findings without any corrective action.
    """
    ensure_editable(state)
    if not has_summary:
        raise DomainError(N_("Write the summary before the report is submitted."))
    if findings_open:
        raise DomainError(
            N_("%(count)d findings have no corrective action yet."), count=findings_open
        )


def ensure_reviewable(state: ReportState, *, submitted_by_id: int | None, reviewer_id: int) -> None:
    """Raise unless this person may decide on the report: nobody approves their own."""
    if state is not ReportState.SUBMITTED:
        raise DomainError(N_("This report is not waiting for a decision."))
    if submitted_by_id == reviewer_id:
        raise NotAllowed(N_("Somebody else must decide on a report that you submitted."))


def ensure_due_after(due_on: date, held_on: date) -> None:
    """Raise when a corrective action should be done before its drill was held."""
    if due_on < held_on:
        raise DomainError(N_("A corrective action cannot be due before the drill was held."))
