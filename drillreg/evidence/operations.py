"""Writing evidence, raising its grade, ending it, striking it out; duties hear of each."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, insert, literal, or_, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.db import UtcDateTime, db
from drillreg.evidence.models import Evidence, EvidenceEntry
from drillreg.evidence.rules import (
    RANK,
    Entered,
    Grade,
    ensure_note,
    ensure_outside,
    ensure_own_entry,
    ensure_raised,
    ensure_stands,
    is_own_entry,
)
from drillreg.files.models import StoredFile
from drillreg.orgs.models import Org

CHANGED = "evidence"


def _tell(org_ids: Iterable[int], kind: str) -> None:
    ids = sorted(set(org_ids))
    if ids:
        announce(CHANGED, org_ids=ids, kind=kind)


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
    _tell([org_id], kind)
    return found


def add_evidence_from(
    kind: str,
    found: Select[Any],
    *,
    subject_kind: str,
    on_date: date,
    grade: Grade,
    now: datetime,
) -> int:
    """Write evidence about many records in one statement; return how many organisations have it.

    `found` selects `org_id`, `subject_id` and `attributes`.
    """
    rows = found.subquery()
    org_ids = db.session.scalars(select(rows.c.org_id).distinct().order_by(rows.c.org_id)).all()
    if not org_ids:
        return 0
    values: dict[str, ColumnElement[Any]] = {
        "kind": literal(kind, Text),
        "org_id": rows.c.org_id,
        "subject_kind": literal(subject_kind, Text),
        "subject_id": rows.c.subject_id,
        "on_date": literal(on_date, Date),
        "entered_at": literal(now, UtcDateTime),
        "attributes": rows.c.attributes,
        "grade": literal(grade, Evidence.__table__.c.grade.type),
    }
    _run(insert(Evidence).from_select(list(values), select(*values.values())))
    _tell(org_ids, kind)
    return len(org_ids)


def raise_grades(
    kind: str,
    *,
    subject_kind: str,
    subject_id: int,
    grade: Grade,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Raise the grade of evidence of a kind about a record, as after a leader's approval.

    The caller has made sure that the actor may: nobody verifies for their own organisation.
    """
    for found in db.session.scalars(
        select(Evidence)
        .where(
            Evidence.kind == kind,
            Evidence.subject_kind == subject_kind,
            Evidence.subject_id == subject_id,
            Evidence.voided_at.is_(None),
        )
        .order_by(Evidence.id)
    ):
        if RANK[found.grade] < RANK[grade]:
            _grade(found, grade, note, actor, now)


def end_evidence(
    kind: str, *, subject_kind: str, subject_ids: Collection[int] | Select[Any], until_on: date
) -> None:
    """Say on which day evidence about records stood last; two statements however many they are.

    What ended earlier stays as it is.
    """
    ids = subject_ids if isinstance(subject_ids, Select) else sorted(subject_ids)
    end_evidence_where(kind, Evidence.subject_id.in_(ids), subject_kind=subject_kind, on=until_on)


def end_evidence_where(
    kind: str, these: ColumnElement[bool], *, subject_kind: str, on: date
) -> None:
    """End the evidence of a kind that a condition names, as of its last day."""
    standing = (
        Evidence.kind == kind,
        Evidence.subject_kind == subject_kind,
        Evidence.voided_at.is_(None),
        or_(Evidence.until_on.is_(None), Evidence.until_on > on),
        these,
    )
    org_ids = db.session.scalars(select(Evidence.org_id).where(*standing).distinct()).all()
    if org_ids:
        _run(update(Evidence).where(*standing).values(until_on=on))
        _tell(org_ids, kind)


def restate_evidence(kind: str, these: ColumnElement[bool], attributes: ColumnElement[Any]) -> None:
    """Correct what evidence says, where the record it is about was corrected."""
    where = (Evidence.kind == kind, Evidence.voided_at.is_(None), these)
    org_ids = db.session.scalars(select(Evidence.org_id).where(*where).distinct()).all()
    if org_ids:
        _run(update(Evidence).where(*where).values(attributes=attributes))
        _tell(org_ids, kind)


def withdraw_evidence(
    kind: str, these: ColumnElement[bool], *, reason: str, actor: Actor | None, now: datetime
) -> None:
    """Strike evidence whose record was taken back or corrected; no judgement on anybody."""
    where = (Evidence.kind == kind, Evidence.voided_at.is_(None), these)
    org_ids = db.session.scalars(select(Evidence.org_id).where(*where).distinct()).all()
    if org_ids:
        account_id = actor.account_id if actor else None
        _run(
            update(Evidence)
            .where(*where)
            .values(voided_at=now, voided_by_id=account_id, void_reason=reason)
        )
        _tell(org_ids, kind)


def _run(statement: Any) -> None:
    db.session.execute(statement)


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
    _tell([found.org_id], found.kind)


def _grade(found: Evidence, grade: Grade, note: str, actor: Actor, now: datetime) -> None:
    found.grade, found.graded_at, found.grade_note = grade, now, note or None
    found.graded_by_id, found.graded_by_name = actor.account_id, actor.name
    _tell([found.org_id], found.kind)


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


# By hand


def entry_or_none(client_id: str) -> EvidenceEntry | None:
    """Return the entry that a submission became, if it arrived before."""
    return db.session.scalar(select(EvidenceEntry).where(EvidenceEntry.client_id == client_id))


def enter_evidence(
    entered: Entered,
    *,
    org: Org,
    begins: str = "",
    file: StoredFile | None,
    actor: Actor,
    now: datetime,
) -> Evidence:
    """Write evidence that a person entered; what it begins is known by its own id."""
    found = Evidence(
        kind=entered.kind,
        org_id=org.id,
        subject_kind=entered.subject_kind,
        subject_id=entered.subject_id or 0,
        on_date=entered.on_date,
        entered_at=now,
        attributes=dict(entered.said),
        grade=Grade.SELF_REPORTED if file is None else Grade.EVIDENCED,
        entry=EvidenceEntry(
            client_id=entered.client_id,
            body_hash=entered.body_hash,
            note=entered.note or None,
            account_id=actor.account_id,
            entered_by=actor.name,
            file_id=file.id if file else None,
        ),
    )
    db.session.add(found)
    db.session.flush()
    if entered.subject_id is None:
        found.subject_id = found.id
    if begins:
        found.attributes = {**found.attributes, begins: found.id}
    _record("evidence-entered", found, actor, now, grade=found.grade.value)
    _tell([org.id], found.kind)
    return found


def take_back(
    found: Evidence,
    *,
    entered_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Strike evidence out that the same person entered by hand the same day."""
    ensure_stands(is_void=found.voided_at is not None)
    entered_by = found.entry.account_id if found.entry else None
    is_own = is_own_entry(entered_by, actor.account_ids, entered_on=entered_on, today=today)
    ensure_own_entry(is_own=is_own)
    ensure_note(reason)
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason
    _record("evidence-taken-back", found, actor, now, reason=reason)
    _tell([found.org_id], found.kind)
