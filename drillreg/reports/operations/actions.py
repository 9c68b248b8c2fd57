"""Noting corrective actions as done."""

from datetime import date, datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.reports.models import CorrectiveAction
from drillreg.reports.rules import ActionState, ensure_closable


def close_action(
    action: CorrectiveAction,
    *,
    done_on: date,
    note: str,
    held_on: date,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Note that the charged organisation has done what the report asked for."""
    state = action.finding.report.state
    ensure_closable(state, action.state, done_on=done_on, held_on=held_on, today=today)
    action.state, action.done_on, action.done_note = ActionState.DONE, done_on, note
    action.done_by_name, action.done_at = actor.name, now
    record(
        "corrective-action-done",
        subject_kind="corrective-action",
        subject_id=action.id,
        org_id=action.org_id,
        actor=actor,
        now=now,
        changes={"state": [ActionState.OPEN, ActionState.DONE], "note": [None, note]},
        done_on=done_on,
        report=action.finding.report.number,
    )
