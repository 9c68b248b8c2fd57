"""Single drills: planned, postponed, cancelled, opened and closed for correction."""

from dataclasses import asdict
from datetime import date, datetime

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.drills.facts import Outline
from drillreg.drills.models import Drill
from drillreg.drills.operations.freshness import ensure_fresh
from drillreg.drills.rules import DrillStatus, ensure_later, ensure_planned
from drillreg.i18n import N_
from drillreg.orgs.models import Org


def plan_drill(*, org: Org, outline: Outline, due_on: date, actor: Actor, now: datetime) -> Drill:
    """Plan one drill outside any programme; a past day is taken, for a drill entered late."""
    drill = Drill(org_id=org.id, **asdict(outline), due_on=due_on, changed_at=now)
    db.session.add(drill)
    db.session.flush()
    record(
        "drill-planned",
        subject_kind="drill",
        subject_id=drill.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes={"title": [None, outline.title], "due_on": [None, due_on]},
    )
    return drill


def postpone_drill(
    drill: Drill,
    *,
    row_version: int,
    new_on: date,
    reason: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Move a planned drill to another day, earlier or later; the first date stays in sight."""
    ensure_fresh(drill, row_version, {"due_on": drill.due_on}, {"due_on": new_on})
    ensure_planned(drill.status)
    ensure_later(new_on, drill.due_on, today)
    if not reason:
        raise DomainError(N_("Give the reason."))
    before = drill.due_on
    drill.postponed_from = drill.postponed_from or before
    drill.due_on, drill.postpone_reason, drill.changed_at = new_on, reason, now
    record(
        "drill-postponed",
        subject_kind="drill",
        subject_id=drill.id,
        org_id=drill.org_id,
        actor=actor,
        now=now,
        changes={"due_on": [before, new_on], "postpone_reason": [None, reason]},
    )


def cancel_drill(drill: Drill, *, reason: str, actor: Actor, now: datetime) -> None:
    """Cancel a planned drill for a reason; a cancelled drill never satisfies a duty."""
    ensure_planned(drill.status)
    if not reason:
        raise DomainError(N_("Give the reason."))
    drill.status, drill.cancel_reason = DrillStatus.CANCELLED, reason
    drill.changed_at = now
    record(
        "drill-cancelled",
        subject_kind="drill",
        subject_id=drill.id,
        org_id=drill.org_id,
        actor=actor,
        now=now,
        changes={"cancel_reason": [None, reason]},
    )


def close_record(drill: Drill, *, now: datetime) -> None:
    """Let the record stand from now on: a report about it was handed in."""
    drill.closed_at = drill.closed_at or now


def reopen_record(drill: Drill) -> None:
    """Allow corrections again: the report about it was returned."""
    drill.closed_at = None
