"""What posts, organisations and resources that a version points to say today.

What a plan names is read for whoever may read the plan, also where it lies outside their scope:
the paper says it too. Of resources that are not of the plan's own territory only the duty phone of
the organisation is given, never the number of a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.accounts.models import Post
from drillreg.core.db import db
from drillreg.network.models import ContactCheck
from drillreg.network.rules import has_one_holder
from drillreg.orgs.models import Org
from drillreg.plans.models import PlanMember, PlanResource, PlanRoute
from drillreg.plans.part_rules import Standing
from drillreg.resources.models import Shelter
from drillreg.resources.nouns import NOUNS, AnyResource


@dataclass(frozen=True)
class Seat:
    """Who sits where a member of a plan sits; `before` names who sat there when it was entered."""

    org_name: str
    post_title: str
    name: str
    phone: str
    standing: Standing = Standing.TYPED
    verified_on: date | None = None
    before: str = ""


@dataclass(frozen=True)
class Stock:
    """What there is of a resource, and whom to call."""

    name: str
    org_name: str
    amount: float | None
    unit: str
    contact_name: str
    contact_phone: str
    gone: bool = False


def _held(today: date | None) -> ColumnElement[bool]:
    """Return the condition that a post is held on a day, or, without one, has no last day."""
    if today is None:
        return and_(Post.voided_at.is_(None), Post.to_on.is_(None))
    ends = or_(Post.to_on.is_(None), Post.to_on > today)
    return and_(Post.voided_at.is_(None), Post.from_on <= today, ends)


def _is_held(post: Post, today: date | None) -> bool:
    if today is None:
        return post.voided_at is None and post.to_on is None
    return post.voided_at is None and (post.to_on is None or post.to_on > today)


def seats_of(members: Sequence[PlanMember], today: date | None) -> dict[int, Seat]:
    """Return by member who holds its post today: the same person, a successor, or nobody."""
    posts = _posts({m.post_id for m in members if m.post_id})
    orgs = _orgs({m.org_id for m in members if m.org_id} | {p.org_id for p in posts.values()})
    ended = [post for post in posts.values() if not _is_held(post, today)]
    after = _successors(ended, today)
    checks = _duty_checks([orgs[m.org_id] for m in members if m.org_id and not m.post_id])
    return {member.id: _seat(member, posts, orgs, after, checks, today) for member in members}


def _seat(
    member: PlanMember,
    posts: dict[int, Post],
    orgs: dict[int, Org],
    after: dict[int, Post],
    checks: dict[int, date],
    today: date | None,
) -> Seat:
    if member.post_id is not None:
        post = posts[member.post_id]
        return _of_post(post, orgs[post.org_id], after.get(post.id), _is_held(post, today))
    if member.org_id is not None:
        org = orgs[member.org_id]
        standing = Standing.HELD if org.closed_on is None else Standing.VACANT
        return Seat(org.name, "", "", org.duty_phone or "", standing, checks.get(org.id))
    return Seat(member.org_name, member.post_title or "", member.name or "", member.phone or "")


def _of_post(post: Post, org: Org, successor: Post | None, is_held: bool) -> Seat:
    now = post if is_held else successor
    if now is None:
        return Seat(
            org.name, post.title, "", org.duty_phone or "", Standing.VACANT, before=post.person.name
        )
    changed = now.person_id != post.person_id
    return Seat(
        org.name,
        now.title,
        now.person.name,
        now.phone or now.person.phone or "",
        Standing.CHANGED if changed else Standing.HELD,
        now.verified_on,
        post.person.name if changed else "",
    )


def _posts(ids: set[int]) -> dict[int, Post]:
    found = db.session.scalars(select(Post).where(Post.id.in_(sorted(ids))))
    return {post.id: post for post in found}


def _orgs(ids: set[int]) -> dict[int, Org]:
    found = db.session.scalars(select(Org).where(Org.id.in_(sorted(ids))))
    return {org.id: org for org in found}


def _successors(ended: Sequence[Post], today: date | None) -> dict[int, Post]:
    """Return by ended post who holds one of its kind there now: the only one, or its title."""
    org_ids = sorted({post.org_id for post in ended})
    held = db.session.scalars(
        select(Post)
        .where(Post.org_id.in_(org_ids), _held(today))
        .order_by(Post.position, Post.from_on.desc(), Post.id)
    ).all()
    found: dict[int, Post] = {}
    for post in ended:
        same = [p for p in held if p.org_id == post.org_id and p.kind == post.kind]
        if not has_one_holder(post.kind):
            same = [p for p in same if p.title == post.title]
        if same:
            found[post.id] = same[0]
    return found


def _duty_checks(orgs: Sequence[Org]) -> dict[int, date]:
    """Return by organisation when the duty phone it has now was last verified."""
    phones = {org.id: org.duty_phone or "" for org in orgs}
    rows = db.session.execute(
        select(ContactCheck.org_id, ContactCheck.phone, func.max(ContactCheck.checked_on))
        .where(ContactCheck.org_id.in_(sorted(phones)), ContactCheck.post_id.is_(None))
        .group_by(ContactCheck.org_id, ContactCheck.phone)
    )
    return {org_id: day for org_id, phone, day in rows if phones[org_id] == phone}


def stocks_of(rows: Sequence[PlanResource], path: str) -> dict[int, Stock]:
    """Return by row what the resource says today; `path` is that of the plan's organisation."""
    found: dict[tuple[str, int], AnyResource] = {}
    for noun in NOUNS:
        ids = sorted({row.resource_id for row in rows if row.noun == noun.code})
        model: Any = noun.model
        statement = select(model).join(model.org).options(contains_eager(model.org))
        if ids:
            for each in db.session.scalars(statement.where(model.id.in_(ids))):
                found[noun.code, each.id] = each
    return {row.id: stock_of(row.noun, found[row.noun, row.resource_id], path) for row in rows}


def stock_of(noun: str, of: AnyResource, path: str) -> Stock:
    """Return what a resource says today to a plan of an organisation with this path."""
    amount = getattr(of, {"team": "members", "supply": "amount", "shelter": "capacity"}[noun])
    is_own = of.org.path.startswith(path)
    own_phone = of.contact_phone or of.org.duty_phone or ""
    return Stock(
        name=of.name,
        org_name=of.org.name,
        amount=float(amount),
        unit=getattr(of, "unit", ""),
        contact_name=(of.contact_name or "") if is_own else "",
        contact_phone=own_phone if is_own else of.org.duty_phone or "",
        gone=of.voided_at is not None,
    )


def shelters_of(rows: Sequence[PlanRoute]) -> dict[int, tuple[str, int]]:
    """Return by id the name and capacity of the shelters that routes lead to."""
    ids = sorted({row.shelter_id for row in rows if row.shelter_id})
    if not ids:
        return {}
    found = db.session.execute(
        select(Shelter.id, Shelter.name, Shelter.capacity).where(Shelter.id.in_(ids))
    )
    return {id_: (name, capacity) for id_, name, capacity in found}
