"""The evidence that dangers give: what duties O18 and O19 are read from.

A danger is called in it by the id of the evidence that began it, as where it is entered by hand.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, literal

from drillreg.core.access import Actor
from drillreg.core.db import Json, db
from drillreg.dangers.models import Danger
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import (
    add_evidence,
    raise_grades,
    restate_evidence,
    withdraw_evidence,
)

SUBJECT = "danger"
FOUND, REPORTED, RECEIVED = "danger-found", "danger-reported", "danger-received"
PLANNED, SUPERVISED = "danger-plan-made", "danger-supervised"
REMOVED, ACCEPTED = "danger-removed", "danger-accepted"


def _add(
    kind: str,
    danger: Danger,
    org_id: int,
    on: date,
    grade: Grade,
    now: datetime,
    said: dict[str, Any],
) -> Evidence:
    return add_evidence(
        kind,
        org_id=org_id,
        subject_kind=SUBJECT,
        subject_id=danger.id,
        on_date=on,
        grade=grade,
        now=now,
        attributes=said,
    )


def prove_found(danger: Danger, *, has_photo: bool, now: datetime) -> None:
    """Note that a danger was found; what it begins is known by the id of this evidence."""
    grade = Grade.EVIDENCED if has_photo else Grade.SELF_REPORTED
    found = _add(FOUND, danger, danger.org_id, danger.found_on, grade, now, {})
    db.session.flush()
    found.attributes = {"danger_id": found.id, "level": danger.level.value}
    danger.found_id = found.id


def restate_level(danger: Danger) -> None:
    """Correct what evidence says of the level of a danger."""
    said = {"danger_id": danger.found_id, "level": danger.level.value}
    for kind in (FOUND, REMOVED):
        restate_evidence(kind, _about(danger), literal(said, Json))


def _about(danger: Danger) -> Any:
    return and_(Evidence.subject_kind == SUBJECT, Evidence.subject_id == danger.id)


def forget(danger: Danger, kind: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw the evidence of a kind about a danger: its record was taken back."""
    withdraw_evidence(kind, _about(danger), reason=reason, actor=actor, now=now)


def prove_step(
    kind: str, danger: Danger, *, on: date, grade: Grade, now: datetime, **said: Any
) -> None:
    """Note that the organisation that has to remove a danger took a step."""
    facts = {"danger_id": danger.found_id, **said}
    _add(kind, danger, danger.org_id, on, grade, now, facts)


def raise_removed(danger: Danger, grade: Grade, *, note: str, actor: Actor, now: datetime) -> None:
    """Raise the grade of the removal of a danger: somebody else has looked."""
    raise_grades(
        REMOVED,
        subject_kind=SUBJECT,
        subject_id=danger.id,
        grade=grade,
        note=note,
        actor=actor,
        now=now,
    )


def prove_received(danger: Danger, org_id: int, *, on: date, now: datetime) -> None:
    """Note that an authority received the report of a major danger: it owes supervision."""
    came = _add(RECEIVED, danger, org_id, on, Grade.EVIDENCED, now, {})
    db.session.flush()
    came.attributes = {"danger_id": came.id}
    danger.received_id = came.id


def prove_supervised(danger: Danger, org_id: int, number: str, *, on: date, now: datetime) -> None:
    """Note that a major danger was put under supervision, at whoever owes it."""
    owes = danger.told_org_id if danger.received_id else None
    said = {"danger_id": danger.received_id or danger.found_id, "number": number}
    _add(SUPERVISED, danger, owes or org_id, on, Grade.EVIDENCED, now, said)
