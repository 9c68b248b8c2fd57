"""Reading posts and contacts: the book, an organisation's own, who held a post on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from drillreg.accounts.models import Person, Post
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Order, Page, keyset_page
from drillreg.i18n import N_
from drillreg.network.models import ContactCheck
from drillreg.network.rules import stale_before
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

MOST_EXPORTED = 20_000
SHOWN_CHECKS = 20


def holds_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a post is held on a day."""
    return and_(
        Post.voided_at.is_(None),
        Post.from_on <= day,
        or_(Post.to_on.is_(None), Post.to_on > day),
    )


def is_overseen_in(field: str, day: date) -> ColumnElement[bool]:
    """Return the condition that an organisation works in a field, or is overseen in it on a day."""
    overseen = select(Oversight.org_id).where(
        Oversight.field == field,
        Oversight.from_on <= day,
        or_(Oversight.to_on.is_(None), Oversight.to_on > day),
    )
    return or_(Org.field == field, Org.id.in_(overseen))


@dataclass(frozen=True)
class BookFilter:
    """What the contact book is narrowed to; empty means everybody in reach."""

    within: Org | None = None
    org_kind: str = ""
    post_kind: str = ""
    field: str = ""
    stale: bool = False
    words: str = ""


def _book(wanted: BookFilter, scope: OrgScope, today: date) -> list[ColumnElement[bool]]:
    found = [scope.allows(), is_imported(Org), Org.closed_on.is_(None), holds_on(today)]
    if wanted.within is not None:
        path = wanted.within.path
        found.append(and_(Org.path >= path, Org.path < subtree_end(path)))
    if wanted.org_kind:
        found.append(Org.kind == wanted.org_kind)
    if wanted.post_kind:
        found.append(Post.kind == wanted.post_kind)
    if wanted.field:
        found.append(is_overseen_in(wanted.field, today))
    if wanted.stale:
        first = stale_before(today)
        found.append(or_(Post.verified_on.is_(None), Post.verified_on < first))
    if wanted.words:
        texts = (Person.name, Post.title, Post.phone, Org.name, Org.short_name, Org.name_en)
        found.append(or_(*(text.contains(wanted.words, autoescape=True) for text in texts)))
    return found


def _posts() -> Select[Any]:
    return (
        select(Post)
        .join(Post.org)
        .join(Post.person)
        .options(contains_eager(Post.org), contains_eager(Post.person))
    )


def rank_of_kind() -> ColumnElement[int]:
    """Return at which place a kind of post stands: the head first, as in its code list."""
    codes = code_list("post_kind").codes()
    return case({code: at for at, code in enumerate(codes)}, value=Post.kind, else_=len(codes))


def in_order() -> tuple[Any, ...]:
    """Return the columns by which the posts of one organisation are sorted."""
    return rank_of_kind(), Post.position, Post.id


def _book_order() -> Order:
    return [(Org.path, "asc"), *((column, "asc") for column in in_order())]


def book_page(
    wanted: BookFilter, scope: OrgScope, *, today: date, cursor: str | None, size: int = 30
) -> Page[Post]:
    """Return a page of the contact book in tree order, with person and organisation."""
    statement = _posts().where(*_book(wanted, scope, today))
    return keyset_page(statement, order=_book_order(), cursor=cursor, size=size)


def book_count(wanted: BookFilter, scope: OrgScope, *, today: date) -> int:
    """Return how many contacts the book holds under a filter."""
    statement = (select(func.count()).select_from(Post).join(Post.org).join(Post.person)).where(
        *_book(wanted, scope, today)
    )
    return db.session.scalar(statement) or 0


def whole_book(wanted: BookFilter, scope: OrgScope, *, today: date) -> Sequence[Post]:
    """Return every contact under a filter, for an export."""
    statement = _posts().where(*_book(wanted, scope, today))
    columns = [column for column, _ in _book_order()]
    return db.session.scalars(statement.order_by(*columns).limit(MOST_EXPORTED)).all()


def posts_of(org: Org, *, on: date) -> Sequence[Post]:
    """Return who holds which post of an organisation on a day, in order."""
    return db.session.scalars(
        select(Post)
        .where(Post.org_id == org.id, holds_on(on))
        .options(joinedload(Post.deputy_of).joinedload(Post.person))
        .order_by(*in_order())
    ).all()


def past_posts_of(org: Org, *, before: date) -> Sequence[Post]:
    """Return the posts of an organisation that ended, the newest end first."""
    return db.session.scalars(
        select(Post)
        .where(Post.org_id == org.id, Post.voided_at.is_(None), Post.to_on <= before)
        .order_by(Post.to_on.desc(), Post.id.desc())
        .limit(100)
    ).all()


def holder_on(org: Org, post_kind: str, day: date) -> Post | None:
    """Return who held a post of an organisation on a day: papers print the holder of their date."""
    return db.session.scalar(
        select(Post)
        .where(Post.org_id == org.id, Post.kind == post_kind, holds_on(day))
        .order_by(Post.position, Post.id)
        .limit(1)
    )


def contacts_of_orgs(ids: Iterable[int], scope: OrgScope, *, today: date) -> dict[int, list[Post]]:
    """Return by organisation who holds a post today, in order, in one query."""
    found: dict[int, list[Post]] = {}
    for post in db.session.scalars(
        select(Post)
        .join(Post.org)
        .where(Post.org_id.in_(sorted(set(ids))), scope.allows(), holds_on(today))
        .order_by(*in_order())
    ):
        found.setdefault(post.org_id, []).append(post)
    return found


def get_post(post_id: int, scope: OrgScope) -> Post:
    """Return a post with person and organisation, or raise NotFound out of scope."""
    found: Post | None = db.session.scalar(
        _posts().where(Post.id == post_id, scope.allows(), is_imported(Org))
    )
    if found is None or found.voided_at is not None:
        raise NotFound(N_("There is no such contact."))
    return found


def duty_phone_check(org: Org) -> ContactCheck | None:
    """Return the newest verification of the duty phone an organisation has now."""
    return db.session.scalar(
        select(ContactCheck)
        .where(
            ContactCheck.org_id == org.id,
            ContactCheck.post_id.is_(None),
            ContactCheck.phone == (org.duty_phone or ""),
        )
        .order_by(ContactCheck.checked_on.desc(), ContactCheck.id.desc())
        .limit(1)
    )


def checks_of(org: Org) -> Sequence[ContactCheck]:
    """Return the newest verifications at an organisation."""
    return db.session.scalars(
        select(ContactCheck)
        .where(ContactCheck.org_id == org.id)
        .order_by(ContactCheck.id.desc())
        .limit(SHOWN_CHECKS)
    ).all()
