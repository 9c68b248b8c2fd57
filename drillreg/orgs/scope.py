"""The scope: what a person may reach; every query takes it, outside it nothing exists."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, and_, false, or_, select, true

from drillreg.core.access import Actor, Permission, Reach
from drillreg.core.db import db
from drillreg.core.errors import NotAllowed
from drillreg.i18n import N_
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.rules import covers, subtree_end


@dataclass(frozen=True)
class OrgScope:
    """Territorial subtrees and the units overseen by departments, as of a day."""

    on: date
    paths: frozenset[str] = frozenset()
    overseers: frozenset[int] = frozenset()
    everything: bool = field(default=False)

    def allows(self, org: Any = Org) -> ColumnElement[bool]:
        """Return the SQL condition that `org` (Org or an alias of it) is in scope."""
        if self.everything:
            return true()
        within = [
            and_(org.path >= path, org.path < subtree_end(path)) for path in sorted(self.paths)
        ]
        if self.overseers:
            within.append(org.id.in_(self._overseen()))
        return or_(*within) if within else false()

    def key(self) -> tuple[Any, ...]:
        """Return what tells two scopes apart, the same in every process."""
        return (self.on.isoformat(), sorted(self.paths), sorted(self.overseers), self.everything)

    def _overseen(self) -> Any:
        return select(Oversight.org_id).where(
            Oversight.overseer_id.in_(sorted(self.overseers)),
            Oversight.from_on <= self.on,
            or_(Oversight.to_on.is_(None), Oversight.to_on > self.on),
        )

    def includes(self, org: Org) -> bool:
        """Say whether one organisation is in scope."""
        if self.everything or any(covers(path, org.path) for path in self.paths):
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


def scope_of_reach(reach: Reach | None, on: date) -> OrgScope:
    """Return the scope of a reach; none reaches nothing."""
    if reach is None:
        return OrgScope(on)
    return OrgScope(on, reach.paths, reach.overseers)


def scope_of(actor: Actor, permission: Permission, on: date) -> OrgScope:
    """Return where `actor` holds `permission` on a day."""
    return scope_of_reach(actor.reach.get(permission), on)


def whole_installation(on: date) -> OrgScope:
    """Return the scope of jobs and commands that act for every county."""
    return OrgScope(on, everything=True)


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


def ensure_may(permission: Permission, org: Org) -> None:
    """Raise NotAllowed unless the person making this request holds `permission` at `org`."""
    if not may_here(permission, org):
        raise NotAllowed(N_("You may look at this, but not change it."))
