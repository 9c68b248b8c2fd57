"""What can be put into a plan: contacts and organisations around it, resources in reach.

Around an organisation lie its own territory, what is in the scope of whoever writes, everything
above it and, one step below each of these, its neighbours.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import contains_eager

from drillreg.accounts.models import Post
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_
from drillreg.network.queries.contacts import BookFilter, book_page
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.resources.nouns import AnyResource, Noun
from drillreg.resources.queries import get_resource

SHOWN = 20
MOST_SHELTERS = 100


def _line(org: Org) -> list[int]:
    """Return the ids of an organisation and everything above it."""
    return [int(part) for part in org.path.rstrip("/").split("/")]


def _around(org: Org, scope: OrgScope) -> ColumnElement[bool]:
    line = _line(org)
    return and_(
        is_imported(Org),
        Org.closed_on.is_(None),
        or_(scope.allows(), Org.id.in_(line), Org.parent_id.in_(line)),
    )


def _nearest_first(org: Org) -> tuple[Any, ...]:
    inside = and_(Org.path >= org.path, Org.path < subtree_end(org.path))
    near = case((Org.id == org.id, 0), (inside, 1), (Org.id.in_(_line(org)), 2), else_=3)
    return near, Org.path


def contacts_around(org: Org, words: str, scope: OrgScope, *, today: date) -> Sequence[Post]:
    """Return contacts of the book by words; without any, those of the organisation itself."""
    wanted = BookFilter(words=words) if words else BookFilter(within=org)
    return book_page(wanted, scope, today=today, cursor=None, size=SHOWN).rows


def orgs_around(org: Org, words: str, scope: OrgScope) -> Sequence[Org]:
    """Return organisations around one by words, the nearest first."""
    statement = select(Org).where(_around(org, scope))
    if words:
        names = (Org.name, Org.short_name, Org.name_en)
        statement = statement.where(or_(*(n.contains(words, autoescape=True) for n in names)))
    return db.session.scalars(statement.order_by(*_nearest_first(org)).limit(SHOWN)).all()


def org_around(org_id: int, org: Org, scope: OrgScope) -> Org:
    """Return an organisation around another, or raise NotFound."""
    found = db.session.scalar(select(Org).where(Org.id == org_id, _around(org, scope)))
    if found is None:
        raise NotFound(N_("There is no such organisation."))
    return found


def _resources(noun: Noun, org: Org, scope: OrgScope) -> Any:
    model = noun.model
    return (
        select(model)
        .join(model.org)
        .options(contains_eager(model.org))
        .where(_around(org, scope), model.voided_at.is_(None), is_imported(model))
    )


def resources_around(
    noun: Noun, org: Org, words: str, scope: OrgScope, *, at_most: int = SHOWN
) -> Sequence[AnyResource]:
    """Return resources of a kind around an organisation by words, the nearest first."""
    model = noun.model
    statement = _resources(noun, org, scope)
    if words:
        texts = (model.name, model.address, Org.name)
        statement = statement.where(or_(*(t.contains(words, autoescape=True) for t in texts)))
    order = (*_nearest_first(org), model.id)
    found: Sequence[AnyResource] = db.session.scalars(
        statement.order_by(*order).limit(at_most)
    ).all()
    return found


def resource_around(noun: Noun, resource_id: int, org: Org, scope: OrgScope) -> AnyResource:
    """Return a resource around an organisation, or raise NotFound."""
    found: AnyResource | None = db.session.scalar(
        _resources(noun, org, scope).where(noun.model.id == resource_id)
    )
    return found if found is not None else get_resource(noun, resource_id, scope)
