"""What was recorded of a drill that was held, and its correction."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.drills.facts import Group, Held, Moment
from drillreg.drills.models import Drill, DrillGroup, DrillMoment, DrillPhoto, Observation
from drillreg.drills.operations.freshness import ensure_fresh
from drillreg.drills.queries import DrillRecord
from drillreg.drills.rules import (
    DrillStatus,
    ensure_correctable,
    ensure_not_ahead,
    ensure_recordable,
)
from drillreg.evidence.models import Evidence, Grade
from drillreg.evidence.operations import add_evidence, withdraw_evidence
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.plans.models import Plan

COLUMNS = (
    "held_on",
    "started_at",
    "evacuation_seconds",
    "participants",
    "mode",
    "rating",
    "summary",
)
CORRECTED = "corrected"


def record_drill(
    drill: Drill,
    *,
    held: Held,
    photos: Sequence[CleanPhoto] = (),
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Record a planned drill as held, with everything told about it, and add the evidence."""
    ensure_recordable(drill.status, held.held_on, today)
    before = _columns(drill)
    _set_columns(drill, held, now)
    drill.status = DrillStatus.HELD
    drill.recorded_by_id, drill.recorded_at = actor.account_id, now
    db.session.add_all(_new_rows(drill, held, actor))
    _keep_photos(drill, photos, actor, now)
    _add_evidence(drill, has_photo=bool(photos), now=now)
    record(
        "drill-held",
        subject_kind="drill",
        subject_id=drill.id,
        org_id=drill.org_id,
        actor=actor,
        now=now,
        changes=_differences(before, _columns(drill)),
        photos=len(photos),
    )


def correct_record(
    found: DrillRecord,
    *,
    row_version: int,
    held: Held,
    photos: Sequence[CleanPhoto] = (),
    dropped_photos: Sequence[int] = (),
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    """Correct the record of a held drill; what stood there stays in the trail.

    Lines that are still there keep their row, others are struck out. Raises Stale when somebody
    saved since `row_version` was read.
    """
    drill = found.drill
    ensure_correctable(drill.status, is_closed=drill.closed_at is not None)
    ensure_not_ahead(held.held_on, today)
    before = _columns(drill)
    ensure_fresh(drill, row_version, before, _given(held))
    _set_columns(drill, held, now)
    changes = _differences(before, _columns(drill)) | _replace_rows(found, held, actor, now)
    for photo in found.photos:
        if photo.id in dropped_photos:
            _void(photo, actor, now)
    _keep_photos(drill, photos, actor, now)
    kept = sum(photo.voided_at is None for photo in found.photos)
    _void_evidence(drill, actor, now)
    _add_evidence(drill, has_photo=bool(kept or photos), now=now)
    record(
        "drill-corrected",
        subject_kind="drill",
        subject_id=drill.id,
        org_id=drill.org_id,
        actor=actor,
        now=now,
        changes=changes,
        photos_added=len(photos),
        photos_dropped=len(found.photos) - kept,
    )


def _given(held: Held) -> dict[str, Any]:
    return {name: getattr(held, name) for name in COLUMNS}


def _columns(drill: Drill) -> dict[str, Any]:
    return {name: getattr(drill, name) for name in COLUMNS}


def _set_columns(drill: Drill, held: Held, now: datetime) -> None:
    for name, value in _given(held).items():
        setattr(drill, name, value)
    drill.changed_at = now


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    return {k: [before[k], after[k]] for k in after if before[k] != after[k]}


def _new_rows(drill: Drill, held: Held, actor: Actor) -> list[Any]:
    return [
        *(_group(drill, given) for given in held.groups),
        *(_moment(drill, given) for given in held.moments),
        *(_observation(drill, text, True, actor) for text in held.strengths),
        *(_observation(drill, text, False, actor) for text in held.improvements),
    ]


def _group(drill: Drill, given: Group) -> DrillGroup:
    return DrillGroup(drill_id=drill.id, name=given.name, people=given.people)


def _moment(drill: Drill, given: Moment) -> DrillMoment:
    return DrillMoment(drill_id=drill.id, seconds=given.seconds, who=given.who, what=given.what)


def _observation(drill: Drill, text: str, is_strength: bool, actor: Actor) -> Observation:
    return Observation(drill_id=drill.id, text=text, is_strength=is_strength, observer=actor.name)


def _replace_rows(
    found: DrillRecord, held: Held, actor: Actor, now: datetime
) -> dict[str, list[Any]]:
    drill = found.drill

    def group_of(row: Any) -> Group:
        return Group(row.name, row.people)

    def moment_of(row: Any) -> Moment:
        return Moment(row.seconds, row.who, row.what)

    def text_of(row: Any) -> str:
        return str(row.text)

    parts: list[tuple[str, Sequence[Any], Callable[[Any], Any], Sequence[Any], Any]] = [
        ("groups", found.groups, group_of, held.groups, lambda g: _group(drill, g)),
        ("moments", found.moments, moment_of, held.moments, lambda m: _moment(drill, m)),
        (
            "strengths",
            found.strengths,
            text_of,
            held.strengths,
            lambda text: _observation(drill, text, True, actor),
        ),
        (
            "improvements",
            found.improvements,
            text_of,
            held.improvements,
            lambda text: _observation(drill, text, False, actor),
        ),
    ]
    changes: dict[str, list[Any]] = {}
    for name, rows, read, given, make in parts:
        old = [read(row) for row in rows]
        missing = list(given)
        for row, value in zip(rows, old, strict=True):
            if value in missing:
                missing.remove(value)
            else:
                _void(row, actor, now)
        db.session.add_all(make(value) for value in missing)
        if old != list(given):
            changes[name] = [list(map(str, old)), list(map(str, given))]
    return changes


def _void(row: Any, actor: Actor, now: datetime) -> None:
    row.voided_at, row.voided_by_id, row.void_reason = now, actor.account_id, CORRECTED


def _keep_photos(drill: Drill, photos: Sequence[CleanPhoto], actor: Actor, now: datetime) -> None:
    for photo in photos:
        stored = store_photo(photo, org_id=drill.org_id, actor=actor, now=now)
        db.session.add(DrillPhoto(drill_id=drill.id, file_id=stored.id))


def _add_evidence(drill: Drill, *, has_photo: bool, now: datetime) -> None:
    if drill.held_on is None:
        return
    plan = db.session.get(Plan, drill.plan_id) if drill.plan_id else None
    add_evidence(
        "drill-held",
        org_id=drill.org_id,
        subject_kind="drill",
        subject_id=drill.id,
        on_date=drill.held_on,
        grade=Grade.EVIDENCED if has_photo else Grade.SELF_REPORTED,
        now=now,
        attributes={
            "event_type": drill.event_type,
            "mode": drill.mode.value,
            "participants": drill.participants,
            "seconds": drill.evacuation_seconds,
            "drill_id": drill.id,
            "plan_id": drill.plan_id,
            "plan_kind": plan.kind if plan else None,
            "site_id": drill.site_id,
        },
    )


def _void_evidence(drill: Drill, actor: Actor, now: datetime) -> None:
    these = and_(Evidence.subject_kind == "drill", Evidence.subject_id == drill.id)
    withdraw_evidence("drill-held", these, reason=CORRECTED, actor=actor, now=now)
