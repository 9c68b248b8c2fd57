"""Reading organisations; what a person asks for by id or in lists takes the scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org, OrgAlias, OrgVersion, Oversight
from drillreg.orgs.rules import BEHIND_SEPARATOR, subtree_end
from drillreg.orgs.scope import OrgScope
from drillreg.sheets.export import READ_AT_MOST
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

# A select with more villages than this is no help; those of one town are few.
MOST_VILLAGES = 100


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
        .order_by(Org.id)
    ).all()


def children_of_many(ids: Iterable[int], scope: OrgScope) -> Sequence[Org]:
    """Return the open organisations directly below any of several, in the order they were made."""
    return db.session.scalars(
        select(Org)
        .where(
            Org.parent_id.in_(sorted(ids)),
            Org.closed_on.is_(None),
            scope.allows(),
            is_imported(Org),
        )
        .order_by(Org.id)
    ).all()


def counts_below(ids: Iterable[int], scope: OrgScope) -> dict[int, int]:
    """Return by id how many open organisations lie below, at any depth, in one query."""
    top = aliased(Org)
    end = func.substr(top.path, 1, func.length(top.path) - 1).concat(BEHIND_SEPARATOR)
    rows = db.session.execute(
        select(top.id, func.count(Org.id))
        .join(Org, (Org.path > top.path) & (Org.path < end))
        .where(top.id.in_(sorted(ids)), Org.closed_on.is_(None), scope.allows(), is_imported(Org))
        .group_by(top.id)
        .order_by(top.id)
    ).all()
    return {int(row[0]): int(row[1]) for row in rows}


def open_children_count(org: Org) -> int:
    """Return how many open organisations stand directly below one."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Org)
            .where(Org.parent_id == org.id, Org.closed_on.is_(None), is_imported(Org))
        )
        or 0
    )


def ancestors_of(org: Org) -> Sequence[Org]:
    """Return the organisations above one, from the top; names only, for breadcrumbs."""
    ids = [int(part) for part in org.path.rstrip("/").split("/")[:-1]]
    found = db.session.scalars(select(Org).where(Org.id.in_(ids)).order_by(Org.path)).all()
    return found if ids else []


@dataclass(frozen=True)
class OrgFilter:
    """What a list of organisations is narrowed to; empty means everything open."""

    kind: str = ""
    within: Org | None = None
    words: str = ""
    closed: bool = False
    # Narrows further to several kinds; empty means any.
    kinds: tuple[str, ...] = ()


def _filtered(statement: Select[Any], scope: OrgScope, wanted: OrgFilter) -> Select[Any]:
    statement = statement.where(scope.allows(), is_imported(Org))
    if not wanted.closed:
        statement = statement.where(Org.closed_on.is_(None))
    if wanted.kinds:
        statement = statement.where(Org.kind.in_(wanted.kinds))
    if wanted.kind:
        statement = statement.where(Org.kind == wanted.kind)
    if wanted.within is not None:
        path = wanted.within.path
        statement = statement.where(Org.path >= path, Org.path < subtree_end(path))
    if wanted.words:
        other = select(OrgAlias.org_id).where(
            OrgAlias.alias.contains(wanted.words, autoescape=True)
        )
        names = (Org.name, Org.short_name, Org.name_en, Org.code)
        statement = statement.where(
            or_(*(n.contains(wanted.words, autoescape=True) for n in names), Org.id.in_(other))
        )
    return statement


def orgs_page(
    scope: OrgScope, wanted: OrgFilter, *, cursor: str | None = None, size: int = 20
) -> Page[Org]:
    """Return a page of organisations in tree order, with parent and division."""
    statement = select(Org).options(joinedload(Org.parent), joinedload(Org.division))
    return keyset_page(
        _filtered(statement, scope, wanted), order=[(Org.path, "asc")], cursor=cursor, size=size
    )


def orgs_count(scope: OrgScope, wanted: OrgFilter) -> int:
    """Return how many organisations a list holds in all."""
    statement = _filtered(select(func.count()).select_from(Org), scope, wanted)
    return int(db.session.scalar(statement) or 0)


def all_orgs(scope: OrgScope, wanted: OrgFilter) -> Sequence[Org]:
    """Return every organisation of a list in tree order, for an export."""
    statement = select(Org).options(joinedload(Org.parent), joinedload(Org.division))
    statement = _filtered(statement, scope, wanted).order_by(Org.path).limit(READ_AT_MOST)
    return db.session.scalars(statement).all()


def orgs_with_ids(ids: Iterable[int], scope: OrgScope) -> Sequence[Org]:
    """Return those of some organisations that are in scope, in tree order."""
    wanted = (Org.id.in_(sorted(set(ids))), scope.allows(), is_imported(Org))
    return db.session.scalars(select(Org).where(*wanted).order_by(Org.path)).all()


def orgs_of_kinds(scope: OrgScope, kinds: Iterable[str], *, at_most: int = 500) -> Sequence[Org]:
    """Return open organisations of some kinds for a choice field, in tree order."""
    return db.session.scalars(
        select(Org)
        .where(
            Org.kind.in_(list(kinds)),
            Org.closed_on.is_(None),
            scope.allows(),
            is_imported(Org),
        )
        .order_by(Org.path)
        .limit(at_most)
    ).all()


class Place(NamedTuple):
    """What a choice of places needs of an organisation; read without the rest of its row."""

    id: int
    path: str
    name: str
    name_en: str | None


def places_to_choose(scope: OrgScope, within: Org | None) -> list[Place]:
    """Return the counties, towns and villages a list can be narrowed to, in tree order.

    Where there are more villages than anybody looks through, only those of the town chosen.
    """
    uppers = _places(scope, ("county", "town"))
    villages = _places(scope, ("village",), at_most=MOST_VILLAGES + 1)
    if len(villages) > MOST_VILLAGES:
        town = _town_of(within) if within else ""
        villages = _places(scope, ("village",), below=town) if town else []
    return sorted(uppers + villages, key=lambda place: place.path)


def _town_of(org: Org) -> str:
    """Return the path of the town that an organisation is or stands below, else nothing."""
    parts = org.path.split("/")
    paths = ["/".join(parts[: i + 1]) + "/" for i in range(len(parts) - 1)]
    found = db.session.scalar(select(Org.path).where(Org.path.in_(paths), Org.kind == "town"))
    return found or ""


def _places(
    scope: OrgScope, kinds: Sequence[str], *, below: str = "", at_most: int = 500
) -> list[Place]:
    statement = select(Org.id, Org.path, Org.name, Org.name_en).where(
        Org.kind.in_(kinds), Org.closed_on.is_(None), scope.allows(), is_imported(Org)
    )
    if below:
        statement = statement.where(Org.path >= below, Org.path < subtree_end(below))
    rows = db.session.execute(statement.order_by(Org.path).limit(at_most)).all()
    return [Place(*row) for row in rows]


def version_or_none(org: Org, *, from_on: date | None = None) -> OrgVersion | None:
    """Return the newest version of an organisation, or the one that began on a day."""
    statement = select(OrgVersion).where(OrgVersion.org_id == org.id)
    if from_on is not None:
        statement = statement.where(OrgVersion.from_on == from_on)
    return db.session.scalar(statement.order_by(OrgVersion.from_on.desc()).limit(1))


def versions_of(org: Org) -> Sequence[OrgVersion]:
    """Return what an organisation was, newest first."""
    return db.session.scalars(
        select(OrgVersion).where(OrgVersion.org_id == org.id).order_by(OrgVersion.from_on.desc())
    ).all()


def aliases_of(org: Org) -> Sequence[str]:
    """Return the other names of an organisation."""
    return db.session.scalars(
        select(OrgAlias.alias).where(OrgAlias.org_id == org.id).order_by(OrgAlias.id)
    ).all()


def oversights_of(org: Org) -> Sequence[tuple[Oversight, Org]]:
    """Return every supervision of an organisation, past ones too, with the department."""
    rows = db.session.execute(
        select(Oversight, Org)
        .join(Org, Org.id == Oversight.overseer_id)
        .where(Oversight.org_id == org.id)
        .order_by(Oversight.field, Oversight.from_on, Oversight.id)
    ).all()
    return [(oversight, overseer) for oversight, overseer in rows]


def get_oversight(oversight_id: int, org: Org) -> Oversight:
    """Return a supervision of an organisation, or raise NotFound."""
    found = db.session.scalar(
        select(Oversight).where(Oversight.id == oversight_id, Oversight.org_id == org.id)
    )
    if found is None:
        raise NotFound(N_("There is no such supervision."))
    return found


def counts_by_kind(scope: OrgScope) -> dict[str, int]:
    """Return how many organisations of each kind are in scope, in one query."""
    rows = db.session.execute(
        select(Org.kind, func.count())
        .where(scope.allows(), is_imported(Org))
        .group_by(Org.kind)
        .order_by(Org.kind)
    ).all()
    return {str(row[0]): int(row[1]) for row in rows}
