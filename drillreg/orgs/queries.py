"""Reading organisations and divisions; every function takes the scope it may look into."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgVersion, Oversight
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState


def is_imported(model: Any) -> ColumnElement[bool]:
    """Return the condition that a row (with `import_id`) was entered by hand or by an import that
    stands; `model` is a mapped class or an alias of one.
    """
    applied = select(ImportBatch.id).where(ImportBatch.state == ImportState.APPLIED)
    return or_(model.import_id.is_(None), model.import_id.in_(applied))


def get_org(org_id: int, scope: OrgScope) -> Org:
    """Return the organisation, or raise NotFound when it is missing or out of scope."""
    found = db.session.scalar(select(Org).where(Org.id == org_id, scope.allows(), is_imported(Org)))
    if found is None:
        raise NotFound(N_("There is no such organisation."))
    return found


def top_orgs(scope: OrgScope) -> Sequence[Org]:
    """Return the organisations in scope that have no parent in scope."""
    parent = aliased(Org)
    return db.session.scalars(
        select(Org)
        .outerjoin(parent, (parent.id == Org.parent_id) & scope.allows(parent))
        .where(scope.allows(), parent.id.is_(None), is_imported(Org))
        .order_by(Org.path)
    ).all()


def children_of(org: Org, scope: OrgScope) -> Sequence[Org]:
    """Return the organisations directly below one, in the order they were made."""
    return db.session.scalars(
        select(Org)
        .where(Org.parent_id == org.id, scope.allows(), is_imported(Org))
        .order_by(Org.path)
    ).all()


def ancestors_of(org: Org) -> Sequence[Org]:
    """Return the organisations above one, from the top; names only, for breadcrumbs."""
    ids = [int(part) for part in org.path.rstrip("/").split("/")[:-1]]
    found = db.session.scalars(select(Org).where(Org.id.in_(ids)).order_by(Org.path)).all()
    return found if ids else []


def orgs_page(
    scope: OrgScope,
    *,
    kind: str = "",
    within: Org | None = None,
    words: str = "",
    cursor: str | None = None,
    size: int = 20,
) -> Page[Org]:
    """Return a page of organisations in tree order, filtered by kind, subtree and name."""
    statement = select(Org).options(joinedload(Org.parent)).where(scope.allows(), is_imported(Org))
    if kind:
        statement = statement.where(Org.kind == kind)
    if within is not None:
        statement = statement.where(Org.path >= within.path, Org.path < subtree_end(within.path))
    if words:
        statement = statement.where(Org.name.contains(words, autoescape=True))
    return keyset_page(statement, order=[(Org.path, "asc")], cursor=cursor, size=size)


def orgs_of_kinds(scope: OrgScope, kinds: Iterable[str], *, at_most: int = 500) -> Sequence[Org]:
    """Return organisations of some kinds for a choice field, in tree order."""
    return db.session.scalars(
        select(Org)
        .where(Org.kind.in_(list(kinds)), scope.allows(), is_imported(Org))
        .order_by(Org.path)
        .limit(at_most)
    ).all()


def name_on(org: Org, day: date) -> str:
    """Return what an organisation was called on a day."""
    found = db.session.scalar(
        select(OrgVersion.name).where(
            OrgVersion.org_id == org.id,
            OrgVersion.from_on <= day,
            or_(OrgVersion.to_on.is_(None), OrgVersion.to_on > day),
        )
    )
    return found or org.name


def versions_of(org: Org) -> Sequence[OrgVersion]:
    """Return what an organisation was, newest first."""
    return db.session.scalars(
        select(OrgVersion).where(OrgVersion.org_id == org.id).order_by(OrgVersion.from_on.desc())
    ).all()


def overseers_of(org: Org, on: date) -> Sequence[tuple[Oversight, Org]]:
    """Return the departments that supervise an organisation on a day, with their field."""
    rows = db.session.execute(
        select(Oversight, Org)
        .join(Org, Org.id == Oversight.overseer_id)
        .where(
            Oversight.org_id == org.id,
            Oversight.from_on <= on,
            or_(Oversight.to_on.is_(None), Oversight.to_on > on),
        )
        .order_by(Oversight.field, Org.path)
    ).all()
    return [(oversight, overseer) for oversight, overseer in rows]


def counts_by_kind(scope: OrgScope) -> dict[str, int]:
    """Return how many organisations of each kind are in scope, in one query."""
    rows = db.session.execute(
        select(Org.kind, func.count())
        .where(scope.allows(), is_imported(Org))
        .group_by(Org.kind)
        .order_by(Org.kind)
    ).all()
    return {str(row[0]): int(row[1]) for row in rows}
