"""Acts on the parts of a draft: each is recorded, none touches a version that is locked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from drillreg.accounts.models import Post
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.plans.models import (
    Plan,
    PlanLevel,
    PlanMember,
    PlanResource,
    PlanRoute,
    PlanVersion,
)
from drillreg.plans.part_live import stock_of
from drillreg.plans.parts import rows_of
from drillreg.plans.rules import ensure_not_classified, ensure_standing
from drillreg.resources.nouns import AnyResource

AnyPart = PlanMember | PlanResource | PlanRoute
# The lists of a version by the word they have in addresses.
TABLES: Mapping[str, type[AnyPart]] = {
    "members": PlanMember,
    "resources": PlanResource,
    "routes": PlanRoute,
}
MOST_PARTS = 300


def draft_to_change(plan: Plan) -> PlanVersion:
    """Return the draft of a plan, or raise when there is none or it is with those who sign."""
    ensure_standing(voided=plan.voided_at is not None, abolished=plan.is_abolished)
    draft = plan.draft
    if draft is None:
        raise DomainError(N_("Only a draft can be changed. Start a revision first."))
    if draft.locked_at is not None:
        raise DomainError(
            N_("The draft is with those who sign. It can be changed when it has been returned.")
        )
    return draft


def part_of(plan: Plan, noun: str, part_id: int) -> AnyPart:
    """Return a part of the draft of a plan that was read within a scope, or raise NotFound."""
    table: Any = TABLES.get(noun)
    draft = plan.draft
    found: AnyPart | None = db.session.get(table, part_id) if draft and table else None
    if found is None or draft is None or found.version_id != draft.id:
        raise NotFound(N_("There is no such part of the draft."))
    return found


def _record(plan: Plan, what: str, part: str, *, actor: Actor, now: datetime, **more: Any) -> None:
    record(
        "plan-part-changed",
        subject_kind="plan",
        subject_id=plan.id,
        org_id=plan.org_id,
        actor=actor,
        now=now,
        what=what,
        part=part,
        **more,
    )


def _ensure_open(values: Mapping[str, Any]) -> None:
    ensure_not_classified(*(text for text in values.values() if isinstance(text, str)))


def save_level(
    *, plan: Plan, level: str, values: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """Write a response level of the draft; one without any text is taken out."""
    draft = draft_to_change(plan)
    _ensure_open(values)
    row = level_or_none(draft, level)
    if not any(values.values()):
        if row is not None:
            db.session.delete(row)
            _record(plan, "removed", "level", actor=actor, now=now, level=level)
        return
    if row is None:
        row = PlanLevel(version_id=draft.id, level=level, **values)
        db.session.add(row)
    for name, text in values.items():
        setattr(row, name, text)
    _record(plan, "saved", "level", actor=actor, now=now, level=level)


def level_or_none(version: PlanVersion, level: str) -> PlanLevel | None:
    """Return a response level of a version, or None where it is not used."""
    return db.session.scalar(
        select(PlanLevel).where(PlanLevel.version_id == version.id, PlanLevel.level == level)
    )


def _append(draft: PlanVersion, table: type[Any], values: Mapping[str, Any]) -> Any:
    count, last = db.session.execute(
        select(func.count(), func.max(table.position)).where(table.version_id == draft.id)
    ).one()
    if count >= MOST_PARTS:
        raise DomainError(N_("A plan holds at most %(most)d of these."), most=MOST_PARTS)
    row = table(version_id=draft.id, position=(last or 0) + 1, **values)
    db.session.add(row)
    db.session.flush()
    return row


def add_member(
    *,
    plan: Plan,
    role: str,
    duty: str | None,
    post: Post | None = None,
    org: Org | None = None,
    typed: Mapping[str, str | None] | None = None,
    actor: Actor,
    now: datetime,
) -> PlanMember:
    """Enter somebody with a role: a post, an organisation, or `typed` org_name, name and phone."""
    draft = draft_to_change(plan)
    values: dict[str, Any] = {"role": role, "duty": duty}
    if post is not None:
        values |= {"post_id": post.id, "org_id": post.org_id, "org_name": post.org.name}
    elif org is not None:
        values |= {"org_id": org.id, "org_name": org.name}
    else:
        values |= typed or {}
    _ensure_open(values)
    member: PlanMember = _append(draft, PlanMember, values)
    _record(plan, "added", "member", actor=actor, now=now, role=role, org=member.org_name)
    return member


def add_resource(
    *, plan: Plan, noun: str, resource: AnyResource, use: str | None, actor: Actor, now: datetime
) -> PlanResource:
    """Enter a team, supply or shelter that the plan calls on."""
    draft = draft_to_change(plan)
    known = select(PlanResource.id).where(
        PlanResource.version_id == draft.id,
        PlanResource.noun == noun,
        PlanResource.resource_id == resource.id,
    )
    if db.session.scalar(known) is not None:
        raise DomainError(N_("%(name)s is in the plan already."), name=resource.name)
    stock = stock_of(noun, resource, plan.org.path)
    values = {
        "noun": noun,
        "resource_id": resource.id,
        "use": use,
        "name": stock.name,
        "org_name": stock.org_name,
    }
    _ensure_open(values)
    row: PlanResource = _append(draft, PlanResource, values)
    _record(plan, "added", "resource", actor=actor, now=now, name=resource.name)
    return row


def save_route(
    *,
    plan: Plan,
    route: PlanRoute | None,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> PlanRoute:
    """Enter an evacuation route, or write one anew."""
    draft = draft_to_change(plan)
    _ensure_open(values)
    saved: PlanRoute = route or _append(draft, PlanRoute, values)
    for name, value in values.items():
        setattr(saved, name, value)
    what = "saved" if route else "added"
    _record(plan, what, "route", actor=actor, now=now, name=saved.name)
    return saved


def save_part(
    *, plan: Plan, part: AnyPart, values: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """Write what is kept of a member or resource in the draft."""
    draft_to_change(plan)
    _ensure_open(values)
    for name, value in values.items():
        setattr(part, name, value)
    _record(plan, "saved", _word_of(part), actor=actor, now=now)


def remove_part(*, plan: Plan, part: AnyPart, actor: Actor, now: datetime) -> None:
    """Take a part out of the draft; the version in force keeps its own."""
    draft_to_change(plan)
    name = part.org_name if isinstance(part, PlanMember) else part.name
    db.session.delete(part)
    _record(plan, "removed", _word_of(part), actor=actor, now=now, name=name)


def move_up(*, plan: Plan, part: AnyPart) -> None:
    """Put a part of the draft one place higher."""
    draft = draft_to_change(plan)
    table: Any = type(part)
    rows = [*rows_of(table, draft)]
    at = rows.index(part)
    if at > 0:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    for place, row in enumerate(rows, 1):
        row.position = place


def name_annexes(
    *, plan: Plan, titles: Mapping[int, str | None], actor: Actor, now: datetime
) -> None:
    """Say which papers of the draft are annexes, and what they are called."""
    draft = draft_to_change(plan)
    _ensure_open({str(key): title for key, title in titles.items()})
    for paper in draft.papers:
        paper.annex_name = titles.get(paper.id, paper.annex_name)
    _record(plan, "saved", "annexes", actor=actor, now=now)


def move_annex(*, plan: Plan, file_id: int, way: str, actor: Actor, now: datetime) -> None:
    """Put an annex of the draft one place "up" or "down"; at the end nothing changes."""
    rows = draft_to_change(plan).annexes
    at = next((place for place, row in enumerate(rows) if row.id == file_id), None)
    if at is None or way not in {"up", "down"}:
        raise NotFound(N_("There is no such paper."))
    to = at - 1 if way == "up" else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for place, row in enumerate(rows, 1):
        row.position = place
    _record(plan, "saved", "annexes", actor=actor, now=now)


def _word_of(part: AnyPart) -> str:
    return {PlanMember: "member", PlanResource: "resource", PlanRoute: "route"}[type(part)]
