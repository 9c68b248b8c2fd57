"""People when organisations change: who gains sight, who loses it, roles and posts that pass."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, inspect, or_, select

from drillreg.accounts.models import Account, Person, Post, RoleAssignment
from drillreg.accounts.rules import roles
from drillreg.core.access import Permission
from drillreg.core.db import db
from drillreg.i18n import N_, current_locale, pick
from drillreg.orgs.effects import Change, ChangeKind, Line
from drillreg.orgs.models import Org
from drillreg.orgs.successions import Handover, OpenThing, Succession

# What is written anew when a post or a role goes on elsewhere.
OWN = {"id", "public_id", "org_id", "from_on", "to_on", "row_version"}


def reach_lines(change: Change) -> Sequence[Line]:
    """Say which organisations gain and lose sight, with how many accounts in which role."""
    before = _line_of(change.org.path) if change.kind is not ChangeKind.SPLIT else set()
    after = _line_of(change.parent.path)
    if change.kind is ChangeKind.REOPEN:
        before = _line_of(change.org.path) - {change.org.id}
    before.discard(change.org.id)
    counts = _role_counts(after ^ before | {change.org.id}, change.on)
    lines = _said(counts, after - before, N_("%(org)s will see it (%(people)s)."))
    lines += _said(counts, before - after, N_("%(org)s will not see it any more (%(people)s)."))
    if change.kind is ChangeKind.MERGE:
        message = N_("The people of %(org)s will see all of the other one (%(people)s).")
        lines += _said(counts, {change.org.id}, message)
    return lines


def _line_of(path: str) -> set[int]:
    return {int(part) for part in path.rstrip("/").split("/")}


def _role_counts(org_ids: Collection[int], day: date) -> dict[int, tuple[str, dict[str, int]]]:
    """Return by organisation, from the top, its name and how many accounts hold each role."""
    rows = db.session.execute(
        select(Org.id, _name(), RoleAssignment.role, func.count())
        .outerjoin(RoleAssignment, (RoleAssignment.org_id == Org.id) & _held(day))
        .where(Org.id.in_(sorted(org_ids)))
        .group_by(Org.id, Org.name, Org.name_en, Org.path, RoleAssignment.role)
        .order_by(Org.path, RoleAssignment.role)
    ).all()
    found: dict[int, tuple[str, dict[str, int]]] = {}
    for org_id, name, role, count in rows:
        held = found.setdefault(org_id, (name, {}))[1]
        if role is not None and Permission.VIEW in roles()[role].territory:
            held[role] = count
    return found


def _name() -> ColumnElement[Any]:
    return func.coalesce(Org.name_en, Org.name) if current_locale() == "en" else Org.name.expression


def _said(
    counts: dict[int, tuple[str, dict[str, int]]], ids: Collection[int], message: str
) -> list[Line]:
    return [
        Line(message, {"org": name, "people": _people(held)})
        for org_id, (name, held) in counts.items()
        if org_id in ids and held
    ]


def _people(held: dict[str, int]) -> str:
    comma = ", " if current_locale() == "en" else "、"
    return comma.join(f"{pick(roles()[role].label)} {count}" for role, count in held.items())


def _held(day: date) -> ColumnElement[bool]:
    return or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > day)


def _roles_at(org: Org, day: date) -> Sequence[RoleAssignment]:
    return db.session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.org_id == org.id, _held(day))
        .order_by(RoleAssignment.id)
    ).all()


def count_roles(these: ColumnElement[bool], day: date) -> int:
    """Return how many accounts hold a role at organisations."""
    found = (
        select(func.count(RoleAssignment.account_id.distinct()))
        .join(RoleAssignment.org)
        .where(these, _held(day))
    )
    return int(db.session.scalar(found) or 0)


def role_holders(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the roles held at an organisation, with the person."""
    people = dict(
        db.session.execute(
            select(Account.id, Person.name)
            .join(Account.person)
            .where(Account.id.in_([each.account_id for each in _roles_at(org, day)]))
        ).all()
    )
    return [
        OpenThing(each.id, people[each.account_id], pick(roles()[each.role].label))
        for each in _roles_at(org, day)
    ]


def carry_roles(handover: Handover) -> int:
    """Let roles end at the old organisation and go on at the new one."""
    taken = {
        (row[0], row[1], row[2])
        for row in db.session.execute(
            select(RoleAssignment.account_id, RoleAssignment.role, RoleAssignment.from_on).where(
                RoleAssignment.org_id == handover.new.id
            )
        )
    }
    held = {(each.account_id, each.role) for each in _roles_at(handover.new, handover.on)}
    found = _wanted(_roles_at(handover.old, handover.on), handover)
    for each in found:
        from_on = max(handover.on, each.from_on)
        each.to_on = from_on
        key = (each.account_id, each.role)
        if key not in held and (*key, from_on) not in taken:
            db.session.add(_again(each, handover.new, from_on))
    db.session.flush()
    return len({each.account_id for each in found})


def _in_force(day: date) -> ColumnElement[bool]:
    return and_(Post.voided_at.is_(None), or_(Post.to_on.is_(None), Post.to_on > day))


def _posts_at(org: Org, day: date) -> Sequence[Post]:
    return db.session.scalars(
        select(Post).where(Post.org_id == org.id, _in_force(day)).order_by(Post.id)
    ).all()


def count_posts(these: ColumnElement[bool], day: date) -> int:
    """Return how many posts are held at organisations."""
    found = select(func.count()).select_from(Post).join(Post.org).where(these, _in_force(day))
    return int(db.session.scalar(found) or 0)


def posts_of(org: Org, day: date) -> Sequence[OpenThing]:
    """Return the posts held at an organisation."""
    return [OpenThing(each.id, each.person.name, each.title) for each in _posts_at(org, day)]


def carry_posts(handover: Handover) -> int:
    """Let posts end at the old organisation and go on at the new one, deputies with theirs."""
    found = _wanted(_posts_at(handover.old, handover.on), handover)
    followers: dict[int, Post] = {}
    for each in found:
        from_on = max(handover.on, each.from_on)
        each.to_on = from_on
        followers[each.id] = _again(each, handover.new, from_on)
    db.session.add_all(followers.values())
    db.session.flush()
    for post in followers.values():
        deputised = followers.get(post.deputy_of_id or 0)
        if deputised is not None:
            post.deputy_of_id = deputised.id
    return len(found)


def _wanted(found: Iterable[Any], handover: Handover) -> list[Any]:
    return [each for each in found if handover.only is None or each.id in handover.only]


def _again(record: Any, org: Org, from_on: date) -> Any:
    """Return a copy of a role or post that begins at another organisation."""
    columns = inspect(type(record)).column_attrs.keys()
    kept = {name: getattr(record, name) for name in columns if name not in OWN}
    return type(record)(**kept, org_id=org.id, from_on=from_on)


ROLES = Succession(
    "roles", N_("%(count)d accounts with a role there"), count_roles, role_holders, carry_roles
)
POSTS = Succession("posts", N_("%(count)d posts"), count_posts, posts_of, carry_posts)
