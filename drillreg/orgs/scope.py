"""The scope: what a person may reach; every query takes it, outside it nothing exists.

Scope = territorial subtrees ∪ units overseen by field ∪ grants; and of organisations that have
left the territory, what was dated before they left.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from flask import g
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    false,
    func,
    null,
    or_,
    select,
    true,
    union,
)

from drillreg.core import clock
from drillreg.core.access import Actor, Holder, Permission, Reach
from drillreg.core.db import UtcDateTime, db
from drillreg.core.errors import NotAllowed
from drillreg.i18n import N_
from drillreg.orgs.models import Grant, Org, OrgVersion, Oversight
from drillreg.orgs.rules import BEHIND_SEPARATOR, covers, subtree_end

# More keys than that are looked up by the database, not listed in the statement.
MOST_LISTED = 200
# The kind of a grant that opens an organisation with all its records.
WHOLE_ORG = "org"


def _within(path: Any, paths: Collection[str]) -> list[ColumnElement[bool]]:
    return [and_(path >= each, path < subtree_end(each)) for each in sorted(paths)]


def is_live(on: date) -> ColumnElement[bool]:
    """Return the condition that a grant holds on a day: begun, not past its last day or revoked."""
    return and_(
        Grant.revoked_at.is_(None),
        Grant.from_on <= on,
        or_(Grant.until_on.is_(None), Grant.until_on >= on),
    )


@dataclass(frozen=True)
class OrgScope:
    """Territorial subtrees, the units overseen by departments, and what was granted, as of a day.

    `former` holds the organisations that have left the subtrees, each with the day it left.
    """

    on: date
    paths: frozenset[str] = frozenset()
    overseers: frozenset[int] = frozenset()
    everything: bool = field(default=False)
    granted: frozenset[tuple[str, int]] = frozenset()
    former: frozenset[tuple[int, date]] = frozenset()
    holder: Holder | None = None

    def allows(self, org: Any = Org) -> ColumnElement[bool]:
        """Return the SQL condition that `org` (Org or an alias of it) is in scope."""
        if self.everything:
            return true()
        within = _within(org.path, self.paths)
        if self.overseers:
            within.append(org.id.in_(self._overseen()))
        if (keys := self._keys(WHOLE_ORG)) is not None:
            within.append(org.id.in_(keys))
        return or_(*within) if within else false()

    def allows_record(
        self, kind: str, key: Any, *, org: Any = Org, dated: Any = None
    ) -> ColumnElement[bool]:
        """Return the SQL condition that a record of `org` is in scope.

        `kind` is one of `grant_kind.toml`, `key` the column of its id, `dated` the date or instant
        that decides whether it belongs to the time before its organisation left.
        """
        if self.everything:
            return true()
        found = [self.allows(org)]
        if (keys := self._keys(kind)) is not None:
            found.append(key.in_(keys))
        if dated is not None:
            found += [
                and_(org.id.in_(ids), dated < _instant_or_date(dated, until))
                for until, ids in self._left()
            ]
        return or_(*found) if len(found) > 1 else found[0]

    def cut_on(self, kind: str, key: Any, *, org: Any = Org) -> ColumnElement[date | None] | None:
        """Return, as SQL, the day before which a row is seen; None when all are seen as they are.

        The column is null for a row that is seen as it is.
        """
        if self.everything or not self.former:
            return None
        days = [(org.id.in_(ids), until) for until, ids in self._left()]
        keys = self._keys(kind)
        whole = self.allows(org) if keys is None else or_(self.allows(org), key.in_(keys))
        return case((whole, null()), *days)

    def includes(self, org: Org) -> bool:
        """Say whether one organisation is in scope, by territory, supervision or grant."""
        if self.everything or any(covers(path, org.path) for path in self.paths):
            return True
        if (WHOLE_ORG, org.id) in self.granted:
            return True
        if not self.overseers:
            return False
        return db.session.scalar(self._overseen().where(Oversight.org_id == org.id)) is not None

    def among(self, org_ids: Iterable[int]) -> frozenset[int]:
        """Return which of some organisations are in scope, in one query."""
        wanted = sorted(set(org_ids))
        if not wanted:
            return frozenset()
        found = db.session.scalars(select(Org.id).where(Org.id.in_(wanted), self.allows()))
        return frozenset(found)

    def includes_record(
        self, kind: str, key: int, org: Org, dated: date | datetime | None = None
    ) -> bool:
        """Say whether one record of an organisation is in scope; `dated` as in `allows_record`."""
        if (kind, key) in self.granted or self.includes(org):
            return True
        left = self._departures.get(org.id)
        return left is not None and dated is not None and _day_of(dated) < left

    def cut(self, kind: str, key: int, org: Org) -> date | None:
        """Return the day before which a record in scope is seen; None when it is seen as it is."""
        left = self._departures.get(org.id)
        if left is None or (kind, key) in self.granted or self.includes(org):
            return None
        return left

    @property
    def present(self) -> "OrgScope":
        """The scope without what has left it: for figures and duties of today."""
        return replace(self, former=frozenset())

    def has_left(self, org: Org) -> date | None:
        """Return the day on which an organisation that is not in scope left it, or None."""
        return None if self.includes(org) else self._departures.get(org.id)

    def key(self) -> tuple[Any, ...]:
        """Return what tells two scopes apart, the same in every process."""
        return (
            self.on.isoformat(),
            sorted(self.paths),
            sorted(self.overseers),
            self.everything,
            sorted(self.granted),
            sorted((org_id, until.isoformat()) for org_id, until in self.former),
        )

    @property
    def _departures(self) -> dict[int, date]:
        return dict(self.former)

    def _keys(self, kind: str) -> Any:
        """Return the keys granted of a kind, a subquery where they are many, None where none is."""
        keys = sorted(key for each, key in self.granted if each == kind)
        if not keys:
            return None
        if len(keys) <= MOST_LISTED or self.holder is None:
            return keys
        return granted_to(self.holder, self.on).where(Grant.record_kind == kind)

    def _left(self) -> Iterator[tuple[date, list[int]]]:
        """Yield the days on which organisations left, each with their keys."""
        for until in sorted({day for _, day in self.former}):
            yield until, sorted(org_id for org_id, day in self.former if day == until)

    def _overseen(self) -> Any:
        return select(Oversight.org_id).where(
            Oversight.overseer_id.in_(sorted(self.overseers)),
            Oversight.from_on <= self.on,
            or_(Oversight.to_on.is_(None), Oversight.to_on > self.on),
        )


def _day_of(dated: date | datetime) -> date:
    return clock.local_date(dated) if isinstance(dated, datetime) else dated


def _instant_or_date(dated: Any, day: date) -> date | datetime:
    """Return a day as what a column holds: the day itself, or the instant at which it begins."""
    if isinstance(dated.type, UtcDateTime):
        return clock.day_begins(day)
    return day


# Looking up, once a request, what adds to the territory


def granted_to(holder: Holder, on: date) -> Select[int]:
    """Select the keys of records whose live grants of a permission reach a person.

    Whoever may do more to a record may view it, too.
    """
    found = select(Grant.record_id).where(
        is_live(on),
        or_(Grant.account_id == holder.account_id, Grant.org_id.in_(sorted(holder.org_ids))),
    )
    if holder.permission is Permission.VIEW:
        return found
    return found.where(Grant.permission == holder.permission)


def live_grants(
    account_id: int, org_ids: Collection[int], on: date
) -> Sequence[Row[str, int, str, int | None]]:
    """Return (kind, key, permission, organisation or None) of the grants that reach an account."""
    return db.session.execute(
        select(Grant.record_kind, Grant.record_id, Grant.permission, Grant.org_id)
        .where(is_live(on), or_(Grant.account_id == account_id, Grant.org_id.in_(sorted(org_ids))))
        .order_by(Grant.id)
    ).all()


def former_orgs(paths: Collection[str]) -> frozenset[tuple[int, date]]:
    """Return the organisations that once lay in the subtrees and do not now, and when they left.

    A subtree that has moved itself is looked for where it lay before, too.
    """
    if not paths:
        return frozenset()
    ids = sorted({int(path.rstrip("/").rsplit("/", 1)[-1]) for path in paths})
    top = union(
        select(Org.path).where(Org.id.in_(ids)),
        select(OrgVersion.path).where(OrgVersion.org_id.in_(ids)),
    ).subquery()
    end = func.substr(top.c.path, 1, func.length(top.c.path) - 1).concat(BEHIND_SEPARATOR)
    # Outer joins, so that both databases begin with the few paths and search the index for each.
    rows = db.session.execute(
        select(OrgVersion.org_id, func.max(OrgVersion.to_on))
        .select_from(top)
        .outerjoin(
            OrgVersion,
            and_(
                OrgVersion.path >= top.c.path,
                OrgVersion.path < end,
                OrgVersion.to_on.is_not(None),
            ),
        )
        .outerjoin(Org, and_(Org.id == OrgVersion.org_id, ~or_(*_within(Org.path, paths))))
        .group_by(OrgVersion.org_id)
        .having(func.count(Org.id) > 0)
        .order_by(OrgVersion.org_id)
    ).all()
    return frozenset((org_id, until) for org_id, until in rows if until is not None)


def scope_of_reach(reach: Reach | None, on: date) -> OrgScope:
    """Return the scope of a reach; none reaches nothing."""
    if reach is None:
        return OrgScope(on)
    return OrgScope(
        on,
        reach.paths,
        reach.overseers,
        granted=reach.granted,
        former=reach.former,
        holder=reach.holder,
    )


def scope_of(actor: Actor, permission: Permission, on: date) -> OrgScope:
    """Return where `actor` holds `permission` on a day."""
    return scope_of_reach(actor.reach.get(permission), on)


def whole_installation(on: date) -> OrgScope:
    """Return the scope of jobs and commands that act for every county."""
    return OrgScope(on, everything=True)


# What the person making this request may do


def current_scope() -> OrgScope:
    """Return what the person making this request may view."""
    scope: OrgScope = g.scope
    return scope


def current_scope_for(permission: Permission) -> OrgScope:
    """Return where the person making this request holds `permission`."""
    return scope_of(g.actor, permission, current_scope().on)


def may_here(permission: Permission, org: Org) -> bool:
    """Say whether the person making this request holds `permission` at `org`."""
    return current_scope_for(permission).includes(org)


def may_on(permission: Permission, kind: str, record: Any) -> bool:
    """Say whether the person making this request holds `permission` on a record with an `org`."""
    return current_scope_for(permission).includes_record(kind, record.id, record.org)


def ensure_may(permission: Permission, org: Org) -> None:
    """Raise NotAllowed unless the person making this request holds `permission` at `org`."""
    if not may_here(permission, org):
        raise NotAllowed(N_("You may look at this, but not change it."))


def ensure_may_on(permission: Permission, kind: str, record: Any) -> None:
    """Raise NotAllowed unless the person making this request holds `permission` on a record."""
    if not may_on(permission, kind, record):
        raise NotAllowed(N_("You may look at this, but not change it."))
