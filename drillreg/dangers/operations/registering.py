"""Dangers come in: registered by a person, drafted from a check, confirmed, merged, discarded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import Stale
from drillreg.core.submissions import ensure_same_submission
from drillreg.dangers import proving
from drillreg.dangers.models import Danger, DangerPhoto
from drillreg.dangers.operations.trail import (
    SUBJECT,
    log_act,
    next_number,
    register_keeper,
    tell,
)
from drillreg.dangers.rules import (
    DangerFacts,
    Moment,
    Stage,
    ensure_spot,
    ensure_stage,
)
from drillreg.evidence.models import Grade
from drillreg.files.photos import CleanPhoto, store_photo
from drillreg.i18n import N_, translate
from drillreg.orgs.models import Org

# What a stale edit shows of both sides.
SHOWN = {
    "what": N_("What the danger is"),
    "place": N_("Where it is"),
    "category": N_("Kind"),
    "level": N_("Level of the danger"),
    "basis": N_("Against what"),
}


@dataclass(frozen=True)
class Entry:
    """A danger as it was sent: once however often, with its photos; `spot` was put right at once.

    `measure` says how; `cost_yuan` what it cost.
    """

    client_id: str
    body_hash: str
    facts: DangerFacts
    before: Sequence[CleanPhoto] = ()
    after: Sequence[CleanPhoto] = ()
    spot: bool = False
    measure: str = ""
    cost_yuan: int | None = None


def danger_sent_as(client_id: str) -> Danger | None:
    """Return the danger that a submission became, if it arrived before."""
    return db.session.scalar(select(Danger).where(Danger.client_id == client_id))


def register(
    entry: Entry, *, org: Org, actor: Actor, now: datetime, today: date
) -> tuple[Danger, bool]:
    """Register a danger once; return it and whether it is new.

    Raises Conflict when the id came before with another content.
    """
    known = danger_sent_as(entry.client_id)
    if known is not None:
        ensure_same_submission(known.body_hash, entry.body_hash)
        return known, False
    danger = Danger(
        client_id=entry.client_id,
        body_hash=entry.body_hash,
        org_id=org.id,
        stage=Stage.REGISTERED,
        entered_at=now,
        entered_by_id=actor.account_id,
        entered_by_name=actor.name,
        entered_by_org_id=actor.org_id,
        **asdict(entry.facts),
    )
    db.session.add(danger)
    db.session.flush()
    _settle(danger, entry, "danger-registered", org, actor, now, today)
    return danger, True


def confirm(
    danger: Danger, entry: Entry, *, row_version: int, actor: Actor, now: datetime, today: date
) -> None:
    """Confirm a draft: from now on it is a danger with a number."""
    ensure_stage(danger.stage, {Stage.DRAFT})
    _ensure_fresh(danger, entry.facts, row_version)
    _change(danger, entry.facts)
    danger.stage = Stage.REGISTERED
    _settle(danger, entry, "danger-confirmed", danger.org, actor, now, today)


def _settle(
    danger: Danger,
    entry: Entry,
    code: str,
    org: Org,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    keeper = register_keeper(org)
    danger.number = next_number(
        "danger",
        "隐患",
        issuer=keeper,
        subject=(SUBJECT, danger.id),
        title=danger.what,
        actor=actor,
        now=now,
        today=today,
    )
    keep_photos(danger, entry.before, Moment.BEFORE, 0, actor, now)
    has_photo = bool(entry.before) or _count(danger, Moment.BEFORE) > 0
    step = log_act(code, danger, actor, now, number=danger.number, level=danger.level.value)
    proving.prove_found(danger, has_photo=has_photo, now=now)
    if entry.spot:
        _fix_at_once(danger, entry, keeper, actor, now, today)
    elif danger.entered_by_org_id != org.id:
        tell(
            [org],
            Permission.REPORT_DANGERS,
            danger,
            step,
            kind="danger-ordered",
            message=N_("A danger was registered at your unit: %(what)s"),
            actor=actor,
            now=now,
            today=today,
        )


def _count(danger: Danger, moment: Moment) -> int:
    found = db.session.scalars(
        select(DangerPhoto.id).where(
            DangerPhoto.danger_id == danger.id, DangerPhoto.moment == moment
        )
    )
    return len(found.all())


def _fix_at_once(
    danger: Danger, entry: Entry, keeper: Org, actor: Actor, now: datetime, today: date
) -> None:
    """Strike a danger off that was put right on the spot (当场整改): two photos, one step."""
    ensure_spot(danger.level, _count(danger, Moment.BEFORE), len(entry.after))
    keep_photos(danger, entry.after, Moment.AFTER, 0, actor, now)
    danger.on_spot, danger.fixed_on = True, danger.found_on
    danger.fixed_by_id, danger.fixed_by_name = actor.account_id, actor.name
    danger.cost_yuan = entry.cost_yuan
    proving.prove_step(
        proving.REMOVED,
        danger,
        on=danger.found_on,
        grade=Grade.EVIDENCED,
        now=now,
        level=danger.level.value,
    )
    strike_off(danger, keeper, actor, now, today, by=actor.name)
    log_act("danger-fixed-at-once", danger, actor, now, remark=entry.measure)


def strike_off(
    danger: Danger, keeper: Org, actor: Actor, now: datetime, today: date, *, by: str
) -> None:
    """Give a danger its number in the register of those struck off (销号台账)."""
    danger.stage, danger.closed_on, danger.closed_by_name = Stage.CLOSED, today, by
    danger.close_number = next_number(
        "danger-close",
        "隐患销",
        issuer=keeper,
        subject=(SUBJECT, danger.id),
        title=danger.what,
        actor=actor,
        now=now,
        today=today,
    )


def keep_photos(
    danger: Danger,
    photos: Sequence[CleanPhoto],
    moment: Moment,
    round_number: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep cleaned photos of a danger."""
    for photo in photos:
        kept = store_photo(photo, org_id=danger.org_id, actor=actor, now=now)
        db.session.flush()
        db.session.add(
            DangerPhoto(
                danger_id=danger.id, round_number=round_number, moment=moment, file_id=kept.id
            )
        )
    db.session.flush()


def _change(danger: Danger, facts: DangerFacts) -> dict[str, Any]:
    changes = {}
    for name, value in asdict(facts).items():
        if getattr(danger, name) != value:
            changes[name] = [getattr(danger, name), value]
            setattr(danger, name, value)
    return changes


def _ensure_fresh(danger: Danger, facts: DangerFacts, row_version: int) -> None:
    if danger.row_version != row_version:
        raise Stale(_shown(danger), _shown(facts))


def _shown(values: Any) -> dict[str, str]:
    return {translate(label): str(getattr(values, name) or "") for name, label in SHOWN.items()}


def edit(
    danger: Danger, facts: DangerFacts, *, row_version: int, actor: Actor, now: datetime
) -> None:
    """Correct what is said of a danger, or its level; raise Stale when somebody saved meanwhile."""
    ensure_stage(danger.stage, {Stage.REGISTERED, Stage.ASSIGNED, Stage.REPORTED})
    _ensure_fresh(danger, facts, row_version)
    changes = _change(danger, facts)
    if "level" in changes:
        proving.restate_level(danger)
    log_act("danger-edited", danger, actor, now)
    record(
        "danger-edited",
        subject_kind=SUBJECT,
        subject_id=danger.id,
        org_id=danger.org_id,
        actor=actor,
        now=now,
        changes=changes,
    )


def discard(danger: Danger, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say that a draft is no danger, or that one was entered by mistake; it stays readable."""
    ensure_stage(danger.stage, {Stage.DRAFT, Stage.REGISTERED})
    danger.stage = Stage.DISCARDED
    danger.voided_at, danger.voided_by_id, danger.void_reason = now, actor.account_id, reason
    proving.forget(danger, proving.FOUND, reason=reason, actor=actor, now=now)
    log_act("danger-discarded", danger, actor, now, remark=reason)


def merge(danger: Danger, into: Danger, *, actor: Actor, now: datetime) -> None:
    """Merge a draft into an open danger of the same organisation, with its photos."""
    ensure_stage(danger.stage, {Stage.DRAFT})
    ensure_stage(into.stage, {Stage.REGISTERED, Stage.ASSIGNED, Stage.REPORTED})
    danger.stage, danger.merged_into_id = Stage.MERGED, into.id
    for photo in danger.photos:
        db.session.add(
            DangerPhoto(
                danger_id=into.id,
                round_number=into.round_number,
                moment=photo.moment,
                file_id=photo.file_id,
            )
        )
    log_act("danger-merged", danger, actor, now, remark=into.number or "", into=into.id)
    log_act("danger-seen", into, actor, now, remark=danger.what)
