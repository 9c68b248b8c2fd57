"""Changing calendars: days off and make-up days, terms, exam days and seasons of an office."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.workdays.models import CalendarDay, CalendarSeason
from drillreg.workdays.operations import Imported, import_days
from drillreg.workdays.queries import ENTERED_BY_HAND, day_row
from drillreg.workdays.rules import NamedDay
from drillreg.workdays.seasons import ensure_sensible

CHANGED = "calendar"


@dataclass(frozen=True)
class SeasonFacts:
    """A season as typed."""

    kind: str
    name_zh: str
    first_on: date
    last_on: date
    yearly: bool


def _tell(
    action: str,
    owner: Org | None,
    subject_id: int | None,
    actor: Actor | None,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    record(
        action,
        subject_kind="calendar",
        subject_id=subject_id,
        actor=actor,
        now=now,
        org_id=owner.id if owner else None,
        changes=changes,
        **detail,
    )
    announce(CHANGED, path=owner.path if owner else "")


def take_in(
    days: Sequence[NamedDay],
    *,
    owner: Org | None,
    source: str,
    actor: Actor | None,
    now: datetime,
) -> Imported:
    """Enter the days of a notice into a calendar; repeating it changes nothing."""
    owner_id = owner.id if owner else None
    done = import_days(days=days, owner_org_id=owner_id, source=source, now=now)
    if done.added or done.changed:
        _tell("calendar-imported", owner, None, actor, now, source=source, **asdict(done))
    return done


def put_day(named: NamedDay, *, owner: Org, actor: Actor, now: datetime) -> None:
    """Declare one day off or worked in the calendar of an office."""
    row = day_row(owner.id, named.day)
    before = [row.kind.value, row.name_zh] if row and row.voided_at is None else None
    import_days(days=[named], owner_org_id=owner.id, source=ENTERED_BY_HAND, now=now)
    after = [named.kind.value, named.name_zh]
    if before != after:
        changes = {named.day.isoformat(): [before, after]}
        _tell("calendar-day-set", owner, None, actor, now, changes, day=named.day)


def remove_day(row: CalendarDay, *, owner: Org, actor: Actor, now: datetime) -> None:
    """Take one day out again: what counts above and by law holds once more."""
    if row.voided_at is not None:
        raise DomainError(N_("This day was already taken out."))
    row.voided_at, row.voided_by_id = now, actor.account_id
    row.void_reason = "taken out"
    db.session.flush()
    changes = {row.day.isoformat(): [[row.kind.value, row.name_zh], None]}
    _tell("calendar-day-removed", owner, row.id, actor, now, changes, day=row.day)


def put_season(
    facts: SeasonFacts,
    *,
    row: CalendarSeason | None,
    owner: Org,
    actor: Actor,
    now: datetime,
) -> CalendarSeason:
    """Enter a season into the calendar of an office, or change one."""
    ensure_sensible(facts.first_on, facts.last_on)
    before = _told(row) if row else {}
    if row is None:
        row = CalendarSeason(owner_org_id=owner.id)
        db.session.add(row)
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    row.entered_at = now
    db.session.flush()
    after = _told(row)
    changes = {key: [before.get(key), after[key]] for key in after if before.get(key) != after[key]}
    if changes:
        action = "season-changed" if before else "season-added"
        _tell(action, owner, row.id, actor, now, changes)
    return row


def _told(row: CalendarSeason) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SeasonFacts.__dataclass_fields__}


def remove_season(row: CalendarSeason, *, owner: Org, actor: Actor, now: datetime) -> None:
    """Strike a season out; nothing is planned around it any more."""
    row.voided_at, row.voided_by_id, row.void_reason = now, actor.account_id, "taken out"
    db.session.flush()
    _tell("season-removed", owner, row.id, actor, now, {"name_zh": [row.name_zh, None]})
