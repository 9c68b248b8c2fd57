"""Inspections: put together, begun, carried out, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from drillreg.accounts.queries import accounts_at
from drillreg.audit.operations import record
from drillreg.core.access import Actor, Permission
from drillreg.core.db import db
from drillreg.core.errors import DomainError, Stale
from drillreg.i18n import N_, translate
from drillreg.notices.operations import notify
from drillreg.orgs.models import Org
from drillreg.patrols.facts import InspectionFacts, MemberFacts
from drillreg.patrols.inspection_rules import (
    Candidate,
    DrawRule,
    InspectionState,
    Sampling,
    draw,
    ensure_all_told,
    ensure_draft,
    ensure_ready,
    ensure_running,
)
from drillreg.patrols.models import Inspection, InspectionItem, InspectionMember
from drillreg.patrols.scope import hidden_ways
from drillreg.steps.operations import add_step

SUBJECT = "inspection"
SHOWN = {
    "title": N_("Title"),
    "basis": N_("Basis"),
    "focus": N_("What to look at"),
    "from_on": N_("First day"),
    "to_on": N_("Last day"),
}


def _ensure_days(facts: InspectionFacts) -> None:
    if facts.to_on < facts.from_on:
        raise DomainError(N_("An inspection cannot end before it begins."))


def create_inspection(
    facts: InspectionFacts, *, org: Org, actor: Actor, now: datetime
) -> Inspection:
    """Begin to put an inspection together; nobody is told yet."""
    _ensure_days(facts)
    found = Inspection(org_id=org.id, created_at=now, **asdict(facts))
    db.session.add(found)
    db.session.flush()
    _note("inspection-made", found, actor, now)
    return found


def edit_inspection(
    found: Inspection, facts: InspectionFacts, *, row_version: int, actor: Actor, now: datetime
) -> None:
    """Change the head; once it has begun the way of the inspection stays."""
    old = {name: getattr(found, name) for name in asdict(facts)}
    if found.row_version != row_version:
        raise Stale(_shown(old), _shown(asdict(facts)))
    _ensure_days(facts)
    if found.state is InspectionState.CLOSED:
        raise DomainError(N_("This inspection is closed."))
    if found.state is not InspectionState.DRAFT and facts.way != found.way:
        raise DomainError(N_("The inspection has begun; the way it comes stays."))
    for name, value in asdict(facts).items():
        setattr(found, name, value)
    changes = {
        name: [old[name], value] for name, value in asdict(facts).items() if old[name] != value
    }
    _note("inspection-changed", found, actor, now, changes=changes)


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        translate(label): "" if values[name] is None else str(values[name])
        for name, label in SHOWN.items()
    }


def add_member(
    found: Inspection, facts: MemberFacts, *, actor: Actor, now: datetime
) -> InspectionMember:
    """Take somebody into the team; of several leaders the newest leads."""
    if found.state is InspectionState.CLOSED:
        raise DomainError(N_("This inspection is closed."))
    if facts.is_leader:
        _run(
            update(InspectionMember)
            .where(InspectionMember.inspection_id == found.id)
            .values(is_leader=False)
        )
    member = InspectionMember(inspection_id=found.id, **asdict(facts))
    db.session.add(member)
    db.session.flush()
    _note("inspection-member", found, actor, now, remark=facts.name)
    return member


def let_member_go(
    found: Inspection, member: InspectionMember, *, actor: Actor, now: datetime
) -> None:
    """Take somebody out of the team; what they were to see is nobody's until it is assigned."""
    if found.state is InspectionState.CLOSED:
        raise DomainError(N_("This inspection is closed."))
    member.left_at = now
    _run(
        update(InspectionItem)
        .where(InspectionItem.member_id == member.id, InspectionItem.seen_on.is_(None))
        .values(member_id=None)
    )
    _note("inspection-member-left", found, actor, now, remark=member.name)


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))


def put_on_list(
    found: Inspection, rows: Sequence[tuple[int, int | None]], *, actor: Actor, now: datetime
) -> int:
    """Put (organisation, site or None) on the list unless it is there; return how many are new."""
    ensure_draft(found.state)
    known = {
        (org_id, site_id)
        for org_id, site_id in db.session.execute(
            select(InspectionItem.org_id, InspectionItem.site_id).where(
                InspectionItem.inspection_id == found.id, InspectionItem.voided_at.is_(None)
            )
        )
    }
    new = [row for row in dict.fromkeys(rows) if row not in known]
    if new:
        db.session.execute(
            insert(InspectionItem),
            [
                {"inspection_id": found.id, "org_id": org_id, "site_id": site_id}
                for org_id, site_id in new
            ],
        )
        found.sampling = found.sampling or Sampling.NAMED
        _note("inspection-list", found, actor, now, remark=str(len(new)))
    return len(new)


def draw_list(
    found: Inspection,
    frame: Sequence[Candidate],
    rule: DrawRule | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Put a sample on the list, or without a rule every site (a census); keep how it was drawn."""
    ids = draw(frame, rule) if rule else sorted(each.site_id for each in frame)
    org_of = {each.site_id: each.org_id for each in frame}
    count = put_on_list(found, [(org_of[each], each) for each in ids], actor=actor, now=now)
    found.sampling = Sampling.FOCUS if rule else Sampling.CENSUS
    found.drawn = {
        "seed": rule.seed if rule else "",
        "shares": dict(rule.shares) if rule else {},
        "stale_first": rule.stale_first if rule else 0,
        "at": now.isoformat(),
        "frame": [
            [each.site_id, each.level, each.last_check_on.isoformat() if each.last_check_on else ""]
            for each in frame
        ],
        "drawn": ids,
    }
    return count


def draw_again(found: Inspection) -> list[int]:
    """Return what the kept rule and seed draw from the kept sites, to compare with the list."""
    kept = found.drawn or {}
    frame = [
        Candidate(site_id, level, date.fromisoformat(day) if day else None)
        for site_id, level, day in kept.get("frame", [])
    ]
    if not kept.get("seed"):
        return sorted(each.site_id for each in frame)
    return draw(frame, DrawRule(kept["seed"], kept["shares"], kept["stale_first"]))


def strike_item(item: InspectionItem, *, actor: Actor, now: datetime) -> None:
    """Take a place off the list before the inspection begins."""
    ensure_draft(item.inspection.state)
    item.voided_at, item.voided_by_id, item.void_reason = now, actor.account_id, "taken off"
    _note("inspection-list", item.inspection, actor, now, remark="-1")


def assign(
    found: Inspection,
    item_ids: Sequence[int],
    member: InspectionMember | None,
    day: date | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Give places of the list to a member, with a day; return how many."""
    if found.state is InspectionState.CLOSED:
        raise DomainError(N_("This inspection is closed."))
    if day is not None and not found.from_on <= day <= found.to_on:
        raise DomainError(N_("The day lies outside of the inspection."))
    where = (
        InspectionItem.inspection_id == found.id,
        InspectionItem.id.in_(sorted(item_ids)),
        InspectionItem.voided_at.is_(None),
        InspectionItem.seen_on.is_(None),
    )
    count = db.session.scalar(select(func.count()).where(*where)) or 0
    _run(
        update(InspectionItem)
        .where(*where)
        .values(
            member_id=member.id if member else None,
            planned_on=day,
            row_version=InspectionItem.row_version + 1,
        )
    )
    remark = f"{count} → {member.name}" if member else str(count)
    _note("inspection-assigned", found, actor, now, remark=remark)
    return int(count)


def begin_inspection(found: Inspection, *, actor: Actor, today: date, now: datetime) -> None:
    """Begin: the team is told; who is inspected only where the inspection is not hidden."""
    ensure_draft(found.state)
    members = db.session.scalars(
        select(InspectionMember).where(
            InspectionMember.inspection_id == found.id, InspectionMember.left_at.is_(None)
        )
    ).all()
    orgs = db.session.scalars(
        select(InspectionItem.org_id)
        .where(InspectionItem.inspection_id == found.id, InspectionItem.voided_at.is_(None))
        .distinct()
    ).all()
    ensure_ready(len(members), len(orgs))
    found.state, found.begun_at = InspectionState.RUNNING, now
    team = [each.account_id for each in members if each.account_id is not None]
    params = {"title": found.title, "first": found.from_on.isoformat()}
    _tell(
        team,
        found,
        N_("You are in the team of the inspection “%(title)s” from %(first)s"),
        params,
        now,
    )
    if found.way not in hidden_ways():
        told = accounts_at(Permission.LOG_CHECKS, orgs, on=today)
        inspected = sorted({each for ids in told.values() for each in ids} - set(team))
        _tell(inspected, found, N_("An inspection comes: “%(title)s” from %(first)s"), params, now)
    _note("inspection-begun", found, actor, now)


def _tell(
    people: Sequence[int], found: Inspection, message: str, params: dict[str, Any], now: datetime
) -> None:
    notify(
        people,
        occasion=f"inspection:{found.id}",
        kind="inspection",
        message=message,
        params=params,
        url=f"/patrols/inspections/{found.id}",
        now=now,
        due_on=found.to_on,
    )


def enter_result(
    item: InspectionItem,
    *,
    result: str,
    note: str,
    seen_on: date,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    """Enter what was seen at a place where no member made a check here, as by an outside body."""
    ensure_running(item.inspection.state)
    if not item.inspection.from_on <= seen_on <= min(item.inspection.to_on, today):
        raise DomainError(N_("The day lies outside of the inspection, or is still to come."))
    item.seen_on, item.seen_result, item.seen_note = seen_on, result, note or None
    item.not_done_reason = None
    _note("inspection-seen", item.inspection, actor, now, remark=_name(item))


def enter_not_done(item: InspectionItem, *, reason: str, actor: Actor, now: datetime) -> None:
    """Say why a place was not seen."""
    ensure_running(item.inspection.state)
    if item.seen_on is not None:
        raise DomainError(N_("This place was seen already."))
    item.not_done_reason = reason
    _note("inspection-not-done", item.inspection, actor, now, remark=f"{_name(item)}: {reason}")


def _name(item: InspectionItem) -> str:
    return item.site.name if item.site is not None else item.org.name


def close_inspection(
    found: Inspection, *, summary: str, actor: Actor, now: datetime, unexplained: int
) -> None:
    """Close: everything was seen or has its reason; from now on the inspected see it, too."""
    ensure_running(found.state)
    ensure_all_told(unexplained)
    found.state, found.closed_at, found.summary = InspectionState.CLOSED, now, summary
    _note("inspection-closed", found, actor, now)


def _note(
    code: str,
    found: Inspection,
    actor: Actor,
    now: datetime,
    *,
    remark: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    add_step(
        code,
        subject_kind=SUBJECT,
        subject_id=found.id,
        org_id=found.org_id,
        actor=actor,
        now=now,
        remark=remark,
    )
    record(
        code,
        subject_kind=SUBJECT,
        subject_id=found.id,
        org_id=found.org_id,
        actor=actor,
        now=now,
        changes=changes,
    )
