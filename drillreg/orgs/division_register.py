"""The register of divisions: who may look at which, lists, one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from drillreg.core.db import db
from drillreg.core.errors import NotAllowed, NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName, Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import GOVERNMENT_KINDS, DivisionLevel, covers, subtree_end
from drillreg.orgs.scope import OrgScope


@dataclass(frozen=True)
class DivisionFilter:
    """What a list of divisions is narrowed to."""

    level: str = ""
    within: Division | None = None
    words: str = ""
    closed: bool = False


def tops_in(scope: OrgScope, *, governed: bool = False) -> tuple[str, ...] | None:
    """Return the paths of the divisions that organisations in scope lie in; None means all.

    `governed`: only of those that a government in scope governs.
    """
    if scope.everything:
        return None
    statement = (
        select(Division.path)
        .join(Org, Org.division_id == Division.id)
        .where(scope.allows(), Org.closed_on.is_(None), is_imported(Org))
        .distinct()
        .order_by(Division.path)
    )
    if governed:
        statement = statement.where(Org.kind.in_(GOVERNMENT_KINDS.values()))
    paths = db.session.scalars(statement).all()
    tops: list[str] = []
    for path in paths:
        if not tops or not covers(tops[-1], path):
            tops.append(path)
    return tuple(tops)


def _within(tops: tuple[str, ...] | None) -> ColumnElement[bool]:
    if tops is None:
        return true()
    return or_(
        Division.id < 0,
        *(and_(Division.path >= top, Division.path < subtree_end(top)) for top in tops),
    )


def get_division(division_id: int, scope: OrgScope) -> Division:
    """Return a division that organisations in scope lie in, or raise NotFound."""
    found = db.session.scalar(
        select(Division).where(
            Division.id == division_id, _within(tops_in(scope)), is_imported(Division)
        )
    )
    if found is None:
        raise NotFound(N_("There is no such division."))
    return found


def governs(division: Division, scope: OrgScope) -> bool:
    """Say whether a government in scope governs a division or what it is part of."""
    tops = tops_in(scope, governed=True)
    return tops is None or any(covers(top, division.path) for top in tops)


def ensure_governed(division: Division, scope: OrgScope) -> None:
    """Raise NotAllowed unless a government in scope governs a division or what it is part of."""
    if not governs(division, scope):
        raise NotAllowed(N_("You may look at this, but not change it."))


def _filtered(
    statement: Select[Division], scope: OrgScope, wanted: DivisionFilter
) -> Select[Division]:
    statement = statement.where(_within(tops_in(scope)), is_imported(Division))
    if wanted.level:
        statement = statement.where(Division.level == wanted.level)
    if wanted.within is not None:
        path = wanted.within.path
        statement = statement.where(Division.path >= path, Division.path < subtree_end(path))
    if wanted.words:
        former = select(DivisionName.division_id).where(
            or_(
                DivisionName.name.contains(wanted.words, autoescape=True),
                DivisionName.code.startswith(wanted.words, autoescape=True),
            )
        )
        statement = statement.where(
            or_(
                Division.name.contains(wanted.words, autoescape=True),
                Division.code.startswith(wanted.words, autoescape=True),
                Division.id.in_(former),
            )
        )
    if not wanted.closed:
        statement = statement.where(Division.closed_on.is_(None))
    return statement


def divisions_page(
    scope: OrgScope, wanted: DivisionFilter, *, cursor: str | None, size: int = 50
) -> Page[Division]:
    """Return a page of divisions by code, which is the order of the tree."""
    statement = select(Division).options(joinedload(Division.parent))
    return keyset_page(
        _filtered(statement, scope, wanted),
        order=[(Division.code, "asc"), (Division.id, "asc")],
        cursor=cursor,
        size=size,
    )


def all_divisions(scope: OrgScope, wanted: DivisionFilter) -> Sequence[Division]:
    """Return every division of a list by code, for an export."""
    statement = select(Division).options(joinedload(Division.parent))
    return db.session.scalars(_filtered(statement, scope, wanted).order_by(Division.code)).all()


def divisions_count(scope: OrgScope, wanted: DivisionFilter) -> int:
    """Return how many divisions a list holds."""
    found = _filtered(select(Division), scope, wanted).subquery()
    return int(db.session.scalar(select(func.count()).select_from(found)) or 0)


def divisions_of_level(scope: OrgScope, level: DivisionLevel | None) -> Sequence[Division]:
    """Return the standing divisions of a level in scope, for a choice field."""
    if level is None:
        return ()
    return all_divisions(scope, DivisionFilter(level=level.value))


def has_boundary(ids: Sequence[int]) -> set[int]:
    """Return which of some divisions have an outline in force."""
    return set(
        db.session.scalars(
            select(DivisionBoundary.division_id).where(
                DivisionBoundary.division_id.in_(ids),
                DivisionBoundary.to_on.is_(None),
                is_imported(DivisionBoundary),
            )
        )
    )


def governments_of(ids: Sequence[int], scope: OrgScope) -> dict[int, Org]:
    """Return by division the open government in scope."""
    rows = db.session.scalars(
        select(Org)
        .where(
            Org.division_id.in_(ids),
            Org.kind.in_(GOVERNMENT_KINDS.values()),
            Org.closed_on.is_(None),
            scope.allows(),
            is_imported(Org),
        )
        .order_by(Org.id.desc())
    )
    return {org.division_id: org for org in rows if org.division_id is not None}


def names_by_id(ids: Sequence[int | None]) -> dict[int, str]:
    """Return what divisions are called now, by id."""
    wanted = sorted({each for each in ids if each is not None})
    rows = db.session.execute(select(Division.id, Division.name).where(Division.id.in_(wanted)))
    return {row[0]: str(row[1]) for row in rows}


@dataclass(frozen=True)
class Outline:
    """An outline a division had, without its shape."""

    from_on: date
    to_on: date | None
    area_km2: float
    source_crs: str


def outlines_of(division: Division) -> list[Outline]:
    """Return the outlines a division had, newest first."""
    rows = db.session.execute(
        select(
            DivisionBoundary.from_on,
            DivisionBoundary.to_on,
            DivisionBoundary.area_km2,
            DivisionBoundary.source_crs,
        )
        .where(DivisionBoundary.division_id == division.id, is_imported(DivisionBoundary))
        .order_by(DivisionBoundary.from_on.desc(), DivisionBoundary.id.desc())
    )
    return [Outline(*row) for row in rows]
