"""Whom to call at an organisation: its liaison, else whoever is in charge, else any post."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, or_, select

from drillreg.accounts.models import Post
from drillreg.core.db import db
from drillreg.tasks.chasing import Chased

# Kinds of posts that are called first, in this order; then all others.
FIRST = ("liaison", "deputy-in-charge", "leader")


@dataclass(frozen=True)
class Contact:
    """Somebody to call: name, post, telephone."""

    name: str
    post: str
    phone: str


def contacts_of(org_ids: Collection[int], on: date) -> dict[int, list[Contact]]:
    """Return by organisation who can be called, in that order, in one query."""
    posts = db.session.scalars(
        select(Post)
        .where(
            Post.org_id.in_(sorted(org_ids)),
            Post.voided_at.is_(None),
            Post.from_on <= on,
            or_(Post.to_on.is_(None), Post.to_on > on),
        )
        .order_by(
            Post.org_id,
            case({kind: at for at, kind in enumerate(FIRST)}, value=Post.kind, else_=len(FIRST)),
            Post.deputy_of_id.is_not(None),
            Post.position,
            Post.id,
        )
    )
    found: dict[int, list[Contact]] = {}
    for post in posts:
        if phone := post.phone or post.person.phone:
            found.setdefault(post.org_id, []).append(Contact(post.person.name, post.title, phone))
    return found


def whom_to_call(late: Chased, contacts: dict[int, list[Contact]]) -> Contact:
    """Return who to call about something: the person charged with it, else the first contact."""
    people = contacts.get(late.org.id, [])
    charged = next((each for each in people if each.name == late.person), None)
    duty = Contact(late.person or "", "", late.org.duty_phone or "")
    if charged is not None or late.person:
        return charged or duty
    return people[0] if people else duty
