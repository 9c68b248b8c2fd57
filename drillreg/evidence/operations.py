"""Writing evidence, raising its grade, striking it out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.evidence.models import Evidence
from drillreg.evidence.rules import (
    RANK,
    Grade,
    ensure_note,
    ensure_outside,
    ensure_raised,
    ensure_stands,
)


def add_evidence(
    kind: str,
    *,
    org_id: int,
    subject_kind: str,
    subject_id: int,
    on_date: date,
    grade: Grade,
    now: datetime,
    attributes: Mapping[str, Any] | None = None,
) -> Evidence:
    """Note that an organisation did something on a day; written with the act itself."""
    found = Evidence(
        kind=kind,
        org_id=org_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        on_date=on_date,
        entered_at=now,
        attributes=dict(attributes or {}),
        grade=grade,
    )
    db.session.add(found)
    return found


def raise_grades(
    *, subject_kind: str, subject_id: int, grade: Grade, note: str, actor: Actor, now: datetime
) -> None:
    """Raise the grade of all evidence about a record, for instance after a leader's approval.

    The caller has made sure that the actor may: nobody verifies for their own organisation.
    """
    for found in db.session.scalars(
        select(Evidence)
        .where(
            Evidence.subject_kind == subject_kind,
            Evidence.subject_id == subject_id,
            Evidence.voided_at.is_(None),
        )
        .order_by(Evidence.id)
    ):
        if RANK[found.grade] < RANK[grade]:
            _grade(found, grade, note, actor, now)


def verify(found: Evidence, *, is_outside: bool, note: str, actor: Actor, now: datetime) -> None:
    """Note that somebody from above or the supervising department looked for themselves."""
    ensure_stands(is_void=found.voided_at is not None)
    ensure_outside(is_outside=is_outside)
    ensure_raised(found.grade, Grade.VERIFIED)
    ensure_note(note)
    before = found.grade
    _grade(found, Grade.VERIFIED, note, actor, now)
    _record("evidence-verified", found, actor, now, before=before.value)


def strike_evidence(
    found: Evidence, *, is_outside: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """Say that a piece of evidence does not count, and why."""
    ensure_stands(is_void=found.voided_at is not None)
    ensure_outside(is_outside=is_outside)
    ensure_note(reason)
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason
    _record("evidence-struck", found, actor, now, reason=reason)


def _grade(found: Evidence, grade: Grade, note: str, actor: Actor, now: datetime) -> None:
    found.grade, found.graded_at, found.grade_note = grade, now, note or None
    found.graded_by_id, found.graded_by_name = actor.account_id, actor.name


def _record(action: str, found: Evidence, actor: Actor, now: datetime, **detail: Any) -> None:
    record(
        action,
        subject_kind="evidence",
        subject_id=found.id,
        org_id=found.org_id,
        actor=actor,
        now=now,
        of_kind=found.kind,
        record=f"{found.subject_kind}:{found.subject_id}",
        **detail,
    )
