"""What is missing in the network: counted by town or department, and listed with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from drillreg.accounts.models import Post
from drillreg.core.db import db
from drillreg.core.paging import Page, keyset_page
from drillreg.network.models import ContactCheck
from drillreg.network.queries.contacts import holds_on
from drillreg.network.rules import (
    DUTY_PHONE,
    VERIFIED,
    Asked,
    all_asked,
    asked_kinds,
    asked_of,
    stale_before,
)
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import BEHIND_SEPARATOR, subtree_end
from drillreg.orgs.scope import OrgScope

MOST_LISTED = 5000
DEPARTMENT = "department"
GroupBy = Literal["town", "department"]


@dataclass(frozen=True)
class GapFilter:
    """What the list of the network page is narrowed to."""

    within: Org | None = None
    kind: str = ""
    overseer_id: int = 0
    unsupervised: bool = False
    county_level: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the matrix: whose it is, how many organisations, how many lack what."""

    org_id: int | None
    name: str
    name_en: str | None
    total: int
    incomplete: int
    missing: dict[str, int]


@dataclass(frozen=True)
class Gap:
    """An organisation and what it lacks, as codes of `network_rule`."""

    org: Org
    missing: tuple[str, ...]


def _held(asked: Asked, today: date) -> ColumnElement[bool]:
    return exists().where(Post.org_id == Org.id, Post.kind == asked.post, holds_on(today))


def _called_since(first: date) -> ColumnElement[bool]:
    return exists().where(
        ContactCheck.org_id == Org.id,
        ContactCheck.post_id.is_(None),
        ContactCheck.phone == Org.duty_phone,
        ContactCheck.checked_on >= first,
    )


def _has_duty_phone() -> ColumnElement[bool]:
    return func.coalesce(Org.duty_phone, "") != ""


def _not_verified(today: date) -> ColumnElement[bool]:
    """Say that one of the contacts asked for was not verified in time, or none of them was."""
    first = stale_before(today)
    of_asked = or_(
        *(
            and_(Org.kind.in_(each.kinds), Post.kind == each.post)
            for each in all_asked()
            if each.post
        )
    )
    here = (Post.org_id == Org.id, holds_on(today), of_asked)
    fresh = exists().where(*here, Post.verified_on >= first)
    stale = exists().where(*here, func.coalesce(Post.verified_on, date.min) < first)
    stale_phone = and_(_has_duty_phone(), ~_called_since(first))
    return or_(stale, stale_phone, and_(~fresh, ~_called_since(first)))


def _lacks(asked: Asked, today: date) -> ColumnElement[bool]:
    if asked.code == VERIFIED:
        lacking = _not_verified(today)
    elif asked.code == DUTY_PHONE:
        lacking = ~_has_duty_phone()
    else:
        lacking = ~_held(asked, today)
    return and_(Org.kind.in_(sorted(asked.kinds)), lacking)


def _of_reach(scope: OrgScope) -> tuple[ColumnElement[bool], ...]:
    return (
        scope.allows(),
        is_imported(Org),
        Org.closed_on.is_(None),
        Org.kind.in_(asked_kinds()),
    )


def _flags(scope: OrgScope, today: date) -> Any:
    """Return a subquery of the organisations in scope with 1 for each thing they lack."""
    columns = [
        case((_lacks(each, today), 1), else_=0).label(each.code.replace("-", "_"))
        for each in all_asked()
    ]
    return (
        select(Org.id.label("org_id"), Org.path.label("path"), *columns)
        .where(*_of_reach(scope))
        .subquery()
    )


def _below_town(path: Any, town: Any) -> ColumnElement[bool]:
    end = func.substr(town.path, 1, func.length(town.path) - 1).concat(BEHIND_SEPARATOR)
    return and_(town.kind == "town", path >= town.path, path < end)


def _is_department(org: Any) -> ColumnElement[bool]:
    return and_(org.kind == DEPARTMENT, org.closed_on.is_(None))


def _is_in_force(today: date) -> ColumnElement[bool]:
    return and_(
        Oversight.from_on <= today,
        or_(Oversight.to_on.is_(None), Oversight.to_on > today),
    )


def _of_department(org_id: Any, department: Any, today: date) -> ColumnElement[bool]:
    oversees = exists().where(
        Oversight.org_id == org_id, Oversight.overseer_id == department.id, _is_in_force(today)
    )
    return and_(_is_department(department), or_(department.id == org_id, oversees))


def matrix(scope: OrgScope, *, today: date, by: GroupBy = "town") -> list[Line]:
    """Return how many organisations lack what, by town or by supervising department: one query.

    The line without an organisation holds what stands below no town, or below no department.
    """
    flags, group = _flags(scope, today), aliased(Org)
    lacks = [flags.c[each.code.replace("-", "_")] for each in all_asked()]
    joined = (
        _below_town(flags.c.path, group)
        if by == "town"
        else _of_department(flags.c.org_id, group, today)
    )
    some = case((or_(*(column == 1 for column in lacks)), 1), else_=0)
    rows = db.session.execute(
        select(
            group.id,
            group.name,
            group.name_en,
            func.count(),
            func.sum(some),
            *(func.sum(column) for column in lacks),
        )
        .select_from(flags)
        .outerjoin(group, joined)
        .group_by(group.id, group.name, group.name_en, group.path)
        .order_by(group.id.is_not(None), group.path)
    ).all()
    codes = [each.code for each in all_asked()]
    return [
        Line(
            row[0],
            row[1] or "",
            row[2],
            int(row[3]),
            int(row[4]),
            dict(zip(codes, map(int, row[5:]), strict=True)),
        )
        for row in rows
    ]


def incomplete_count(scope: OrgScope, *, today: date) -> tuple[int, int]:
    """Return how many organisations lack something, of how many in scope."""
    flags = _flags(scope, today)
    lacks = [flags.c[each.code.replace("-", "_")] for each in all_asked()]
    some = case((or_(*(column == 1 for column in lacks)), 1), else_=0)
    row = db.session.execute(
        select(func.coalesce(func.sum(some), 0), func.count()).select_from(flags)
    ).one()
    return int(row[0]), int(row[1])


def _narrowed(wanted: GapFilter, scope: OrgScope, today: date) -> list[ColumnElement[bool]]:
    found = list(_of_reach(scope))
    if wanted.within is not None:
        path = wanted.within.path
        found.append(and_(Org.path >= path, Org.path < subtree_end(path)))
    if wanted.county_level:
        town = aliased(Org)
        found.append(~exists().where(_below_town(Org.path, town)))
    if wanted.kind:
        found.append(Org.kind == wanted.kind)
    if wanted.overseer_id:
        overseen = select(Oversight.org_id).where(
            Oversight.overseer_id == wanted.overseer_id, _is_in_force(today)
        )
        found.append(or_(Org.id == wanted.overseer_id, Org.id.in_(overseen)))
    if wanted.unsupervised:
        department = aliased(Org)
        supervised = (
            select(Oversight.org_id)
            .join(department, department.id == Oversight.overseer_id)
            .where(_is_department(department), _is_in_force(today))
        )
        found += [Org.kind != DEPARTMENT, Org.id.not_in(supervised)]
    wants = [each for each in all_asked() if wanted.missing in ("", each.code)]
    found.append(or_(*(_lacks(each, today) for each in wants)))
    return found


def _with_flags(today: date) -> Any:
    flags = [case((_lacks(each, today), 1), else_=0) for each in all_asked()]
    return select(Org, *flags)


def _gap(row: Sequence[Any]) -> Gap:
    org: Org = row[0]
    asked = asked_of(org.kind)
    lacking = zip(all_asked(), row[1:], strict=False)
    return Gap(org, tuple(each.code for each, lacks in lacking if lacks and each.code in asked))


def gaps_page(
    wanted: GapFilter, scope: OrgScope, *, today: date, cursor: str | None, size: int = 30
) -> Page[Gap]:
    """Return a page of the organisations that lack something, in tree order."""
    statement = _with_flags(today).where(*_narrowed(wanted, scope, today))
    page = keyset_page(statement, order=[(Org.path, "asc")], cursor=cursor, size=size)
    return Page([_gap(row) for row in page.rows], page.next_cursor, page.size)


def gaps_count(wanted: GapFilter, scope: OrgScope, *, today: date) -> int:
    """Return how many organisations lack something under a filter."""
    statement = select(func.count()).select_from(Org).where(*_narrowed(wanted, scope, today))
    return db.session.scalar(statement) or 0


def all_gaps(wanted: GapFilter, scope: OrgScope, *, today: date) -> list[Gap]:
    """Return every organisation that lacks something under a filter, for an export."""
    statement = _with_flags(today).where(*_narrowed(wanted, scope, today)).order_by(Org.path)
    return [_gap(row) for row in db.session.execute(statement.limit(MOST_LISTED))]


def missing_at(org_id: int, *, today: date) -> tuple[str, ...]:
    """Return what one organisation lacks; for its own people, so there is no scope to pass."""
    statement = _with_flags(today).where(Org.id == org_id, Org.closed_on.is_(None))
    row = db.session.execute(statement).first()
    return _gap(row).missing if row else ()
