"""Moving an organisation, with everything below it, to another place in the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.changes import announce
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org, Oversight
from drillreg.orgs.operations import CHANGED, ensure_free_name, ensure_not_closed
from drillreg.orgs.rules import (
    GOVERNMENT_KINDS,
    child_path,
    covers,
    ensure_allowed_parent,
    subtree_end,
)
from drillreg.orgs.versions import ensure_all_may_begin, new_versions


@dataclass(frozen=True)
class Moved:
    """What a move did: how many organisations went along, how many supervisions ended."""

    orgs: int
    oversights_ended: int


def in_subtree(path: str) -> ColumnElement[bool]:
    """Return the condition that an organisation is the one of a path or stands below it."""
    return and_(Org.path >= path, Org.path < subtree_end(path))


def ids_in_subtree(path: str) -> Sequence[int]:
    """Return the ids of an organisation and of everything below it, closed ones too."""
    return db.session.scalars(select(Org.id).where(in_subtree(path)).order_by(Org.path)).all()


def ensure_may_move(org: Org, parent: Org, from_on: date, today: date) -> Sequence[int]:
    """Raise unless an organisation may move below another as of a day; return who goes along."""
    ensure_not_closed(org)
    ensure_may_stand(org, parent)
    if parent.id == org.parent_id:
        raise DomainError(N_("%(name)s already stands below %(parent)s."), **_names(org, parent))
    ids = ids_in_subtree(org.path)
    ensure_all_may_begin(ids, from_on, today)
    return ids


def ensure_may_stand(org: Org, parent: Org) -> None:
    """Raise unless `parent` is open, of an allowed kind, and does not lie inside."""
    ensure_not_closed(parent)
    if covers(org.path, parent.path):
        raise DomainError(
            N_("%(parent)s lies inside %(name)s; nothing can stand below itself."),
            **_names(org, parent),
        )
    ensure_allowed_parent(code_list("org_kind"), org.kind, parent.kind)
    ensure_free_name(org.name, parent, but=org)


def _names(org: Org, parent: Org) -> dict[str, str]:
    return {"name": org.name, "parent": parent.name}


def move_org(
    org: Org,
    parent: Org,
    *,
    from_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> Moved:
    """Move an organisation and all below it as of a day; a fixed number of statements."""
    ids = ensure_may_move(org, parent, from_on, today)
    former = org.parent
    with new_versions(ids, day=from_on, now=now, reason=reason):
        follow_division(in_subtree(org.path), former, parent)
        change_paths(in_subtree(org.path), org.path, child_path(parent.path, org.id))
        org.parent_id = parent.id
    ended = end_foreign_oversights(ids, parent.path, from_on) if _leaves(former, parent) else 0
    record(
        "org-moved",
        subject_kind="org",
        subject_id=org.id,
        actor=actor,
        now=now,
        org_id=org.id,
        from_parent_id=former.id if former else None,
        to_parent_id=parent.id,
        from_on=from_on,
        reason=reason,
        count=len(ids),
    )
    announce(CHANGED, below=org.path)
    return Moved(len(ids), ended)


def _leaves(former: Org | None, parent: Org) -> bool:
    return former is None or _top(former.path) != _top(parent.path)


def _top(path: str) -> str:
    return path.split("/", 1)[0]


def change_paths(these: ColumnElement[bool], old: str, new: str) -> None:
    """Let the paths of organisations begin with `new` instead of `old`, in one statement."""
    _run(
        update(Org)
        .where(these)
        .values(path=literal(new).concat(func.substr(Org.path, len(old) + 1)))
    )


def follow_division(these: ColumnElement[bool], former: Org | None, parent: Org) -> None:
    """Let units that lay in the division of their old place lie in that of the new one."""
    old = former.division_id if former else None
    if old == parent.division_id:
        return
    where = Org.division_id.is_(None) if old is None else Org.division_id == old
    _run(
        update(Org)
        .where(these, where, Org.kind.not_in(GOVERNMENT_KINDS.values()))
        .values(division_id=parent.division_id)
    )


def end_foreign_oversights(ids: Sequence[int], path: str, day: date) -> int:
    """End the supervision of organisations by departments of another county than the path's."""
    top = f"{_top(path)}/"
    foreign = select(Org.id).where(or_(Org.path < top, Org.path >= subtree_end(top)))
    found = db.session.scalars(
        select(Oversight).where(
            Oversight.org_id.in_(ids), Oversight.to_on.is_(None), Oversight.overseer_id.in_(foreign)
        )
    ).all()
    for oversight in found:
        oversight.to_on = max(day, oversight.from_on)
    return len(found)


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
