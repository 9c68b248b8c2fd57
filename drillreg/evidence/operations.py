"""Writing evidence."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.core.db import db
from drillreg.evidence.models import Evidence, Grade


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


def raise_grade(*, subject_kind: str, subject_id: int, grade: Grade) -> None:
    """Raise the grade of a subject's evidence, for instance after a leader's approval."""
    order = list(Grade)
    for found in db.session.scalars(
        select(Evidence).where(
            Evidence.subject_kind == subject_kind,
            Evidence.subject_id == subject_id,
            Evidence.voided_at.is_(None),
        )
    ):
        if order.index(found.grade) < order.index(grade):
            found.grade = grade
