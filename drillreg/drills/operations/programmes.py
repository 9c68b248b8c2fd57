"""Programmes and the drills they bring about."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.drills.facts import Outline, Rhythm
from drillreg.drills.models import Drill, DrillProgramme
from drillreg.drills.operations.freshness import ensure_fresh
from drillreg.drills.rules import (
    Changes,
    DrillStatus,
    Standing,
    longest_shift,
    planned_until,
    reconcile,
)
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.rules import subtree_end
from drillreg.workdays.recurrence import ensure_occurs, occurrences, to_rrule_text
from drillreg.workdays.rules import ONE_DAY, WorkCalendar

INHERITED = ("org_id", *Outline.__dataclass_fields__)
CHANGED = "programme changed"
# Marks a programme that is to be planned again; nothing of the past is made up for.
LONG_AGO = date(1970, 1, 1)


@dataclass(frozen=True)
class Planned:
    """How many drills a programme gained, had moved to another day and lost."""

    made: int = 0
    moved: int = 0
    voided: int = 0

    @property
    def total(self) -> int:
        """Return how many drills were touched."""
        return self.made + self.moved + self.voided


def create_programme(
    *,
    org: Org,
    outline: Outline,
    rhythm: Rhythm,
    calendar: WorkCalendar,
    actor: Actor,
    today: date,
    now: datetime,
) -> DrillProgramme:
    """Start a programme and plan its drills 400 days ahead at once."""
    _ensure_sensible(rhythm)
    programme = DrillProgramme(
        org_id=org.id,
        **asdict(outline),
        rrule=to_rrule_text(rhythm.recurrence),
        shift=rhythm.recurrence.shift,
        starts_on=rhythm.starts_on,
        ended_on=rhythm.ended_on,
        created_at=now,
    )
    db.session.add(programme)
    db.session.flush()
    planned = plan_programme(programme, org=org, calendar=calendar, today=today, now=now)
    record(
        "programme-created",
        subject_kind="programme",
        subject_id=programme.id,
        org_id=org.id,
        actor=actor,
        now=now,
        changes={name: [None, value] for name, value in _told(programme).items()},
        drills=planned.made,
    )
    return programme


def change_programme(
    programme: DrillProgramme,
    *,
    row_version: int,
    outline: Outline,
    rhythm: Rhythm,
    calendar: WorkCalendar,
    actor: Actor,
    today: date,
    now: datetime,
) -> Planned:
    """Change what a programme says; only drills still ahead follow, held ones stay as they were.

    Raises Stale when somebody saved since `row_version` was read.
    """
    _ensure_sensible(rhythm)
    before = _told(programme)
    given = {**asdict(outline), **_rhythm_columns(rhythm)}
    ensure_fresh(programme, row_version, before, given)
    for name, value in given.items():
        setattr(programme, name, value)
    planned = plan_programme(programme, org=programme.org, calendar=calendar, today=today, now=now)
    after = _told(programme)
    record(
        "programme-changed",
        subject_kind="programme",
        subject_id=programme.id,
        org_id=programme.org_id,
        actor=actor,
        now=now,
        changes={k: [before[k], after[k]] for k in after if before[k] != after[k]},
        **asdict(planned),
    )
    return planned


def end_programme(
    programme: DrillProgramme,
    *,
    last_on: date,
    calendar: WorkCalendar,
    actor: Actor,
    today: date,
    now: datetime,
) -> Planned:
    """End a programme after a day: its drills planned for later are struck out."""
    if last_on < programme.starts_on:
        raise DomainError(N_("A programme cannot end before it starts."))
    before, programme.ended_on = programme.ended_on, last_on
    planned = plan_programme(programme, org=programme.org, calendar=calendar, today=today, now=now)
    record(
        "programme-ended",
        subject_kind="programme",
        subject_id=programme.id,
        org_id=programme.org_id,
        actor=actor,
        now=now,
        changes={"ended_on": [before, last_on]},
        **asdict(planned),
    )
    return planned


def plan_programme(
    programme: DrillProgramme, *, org: Org, calendar: WorkCalendar, today: date, now: datetime
) -> Planned:
    """Bring the drills of a programme in line with its rhythm up to 400 days ahead.

    Safe to repeat. What the sweep slept through is made up for; dates before a new programme
    was entered are not.
    """
    until = planned_until(today, programme.ended_on, org.closed_on)
    reached = programme.planned_until
    if reached == LONG_AGO:
        reached = today - ONE_DAY
    after = today - longest_shift(calendar)
    if reached is not None:
        after = min(after, reached)
    wanted = [
        found
        for found in occurrences(
            programme.recurrence,
            starts_on=programme.starts_on,
            after=after,
            until=until,
            calendar=calendar,
        )
        if found.due_on >= today or (reached is not None and found.original_on > reached)
    ]
    rows = _rows_of(programme, after, today)
    standing = {row.original_on: _standing(row) for row in rows.values() if row.original_on}
    changes = reconcile(wanted, standing, today=today)
    planned = _apply(changes, programme, rows, now)
    for row in rows.values():
        if row.voided_at is None and row.status is DrillStatus.PLANNED and row.due_on >= today:
            _inherit(row, programme, now)
    db.session.flush()
    _note_horizon(programme, planned_until(today))
    return planned


def plan_anew_below(change: Mapping[str, Any]) -> None:
    """Let the next sweep plan every programme again whose calendar changed.

    `change["path"]` is the office whose calendar it was, or "" for everybody. A department's
    calendar counts at the units it oversees, so the whole county is looked at.
    """
    statement = update(DrillProgramme).where(DrillProgramme.voided_at.is_(None))
    if change["path"]:
        root = change["path"].split("/", 1)[0] + "/"
        statement = statement.where(
            DrillProgramme.org_id.in_(
                select(Org.id).where(Org.path >= root, Org.path < subtree_end(root))
            )
        )
    db.session.execute(
        statement.where(DrillProgramme.planned_until > LONG_AGO)
        .values(planned_until=LONG_AGO)
        .execution_options(synchronize_session=False)
    )


def _note_horizon(programme: DrillProgramme, until: date) -> None:
    # Not through the object: its version counts what people change, and a form may be open.
    db.session.execute(
        update(DrillProgramme)
        .where(DrillProgramme.id == programme.id)
        .values(planned_until=until)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(programme, ["planned_until"])


def _rows_of(programme: DrillProgramme, after: date, today: date) -> dict[date | None, Drill]:
    found = db.session.scalars(
        select(Drill)
        .where(
            Drill.programme_id == programme.id,
            or_(Drill.original_on > after, Drill.due_on >= today),
        )
        .order_by(Drill.original_on)
    )
    return {row.original_on: row for row in found}


def _standing(row: Drill) -> Standing:
    is_open = (
        row.voided_at is None and row.status is DrillStatus.PLANNED and row.postponed_from is None
    )
    return Standing(row.due_on, is_open, row.voided_at is not None)


def _apply(
    changes: Changes, programme: DrillProgramme, rows: dict[date | None, Drill], now: datetime
) -> Planned:
    for found in changes.to_make:
        db.session.add(
            Drill(
                programme_id=programme.id,
                **_inherited(programme),
                original_on=found.original_on,
                due_on=found.due_on,
                changed_at=now,
            )
        )
    for original, due_on in changes.to_move.items():
        rows[original].due_on, rows[original].changed_at = due_on, now
    for original, due_on in changes.to_revive.items():
        row = rows[original]
        row.voided_at = row.void_reason = None
        row.due_on, row.changed_at = due_on, now
    for original in changes.to_void:
        row = rows[original]
        row.voided_at, row.void_reason, row.changed_at = now, CHANGED, now
    made = len(changes.to_make) + len(changes.to_revive)
    return Planned(made, len(changes.to_move), len(changes.to_void))


def _inherited(programme: DrillProgramme) -> dict[str, Any]:
    return {name: getattr(programme, name) for name in INHERITED}


def _inherit(row: Drill, programme: DrillProgramme, now: datetime) -> None:
    for name, value in _inherited(programme).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            row.changed_at = now


def _ensure_sensible(rhythm: Rhythm) -> None:
    ensure_occurs(rhythm.recurrence, rhythm.starts_on)
    if rhythm.ended_on is not None and rhythm.ended_on < rhythm.starts_on:
        raise DomainError(N_("A programme cannot end before it starts."))


def _rhythm_columns(rhythm: Rhythm) -> dict[str, Any]:
    return {
        "rrule": to_rrule_text(rhythm.recurrence),
        "shift": rhythm.recurrence.shift,
        "starts_on": rhythm.starts_on,
        "ended_on": rhythm.ended_on,
    }


def _told(programme: DrillProgramme) -> dict[str, Any]:
    names = (*INHERITED, "rrule", "shift", "starts_on", "ended_on")
    return {name: getattr(programme, name) for name in names}
