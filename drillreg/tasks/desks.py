"""With whom a task lies: a person who is there, else whoever answers for the organisation.

The same is said twice: as a condition for lists, and from one task for notices. A property test
holds the two together, so that every open task is seen at exactly one place.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from drillreg.accounts.models import Account, RoleAssignment
from drillreg.accounts.queries import accounts_with
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission
from drillreg.core.codes import code_list
from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.rules import BEHIND_SEPARATOR, subtree_end
from drillreg.tasks.models import Task
from drillreg.tasks.rules import STAFF, permission_of_desk


def _codes(permission: Permission) -> list[str]:
    return [role.code for role in roles().values() if permission in role.territory]


def _at_work(on: date, permission: Permission) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a role assignment with its account holds a permission."""
    return (
        RoleAssignment.role.in_(_codes(permission)),
        RoleAssignment.from_on <= on,
        or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
        Account.id == RoleAssignment.account_id,
        Account.disabled_at.is_(None),
    )


def has_a_person(on: date) -> ColumnElement[bool]:
    """Return the condition that a task is given to a person who is still there."""
    there = exists().where(
        RoleAssignment.account_id == Task.account_id, *_at_work(on, Permission.VIEW)
    )
    return and_(Task.account_id.is_not(None), there)


def _somebody_on_the_line(on: date, desk: str, *, below: str = "") -> ColumnElement[bool]:
    """Return the condition that somebody answers at the task's organisation or above it.

    With `below`, only organisations strictly below that path count.
    """
    seat = aliased(Org)
    end = func.substr(seat.path, 1, func.length(seat.path) - 1).concat(BEHIND_SEPARATOR)
    found: Any = exists().where(
        seat.id == RoleAssignment.org_id,
        Org.path >= seat.path,
        Org.path < end,
        *_at_work(on, permission_of_desk(desk)),
    )
    if below:
        found = found.where(seat.path > below, seat.path < subtree_end(below))
    condition: ColumnElement[bool] = found.correlate(Org)
    return condition


def _at_desk_of(paths: Sequence[str], desk: str, on: date) -> ColumnElement[bool]:
    """Return the condition that these places are the nearest ones that answer for a task."""
    nearest = [
        and_(
            Org.path >= path,
            Org.path < subtree_end(path),
            ~_somebody_on_the_line(on, desk, below=path),
        )
        for path in paths
    ]
    return or_(*nearest) if nearest else false()


def lies_with(actor: Actor, on: date) -> ColumnElement[bool]:
    """Return the condition that a task, joined with its organisation, lies with a person."""
    if not actor.may(Permission.VIEW):
        return false()
    desks: list[ColumnElement[bool]] = []
    for item in code_list("task_desk"):
        reach = actor.reach.get(permission_of_desk(item.code))
        if reach is None:
            continue
        given = Task.desk == item.code
        if item.code == STAFF:  # takes what nobody else answers for
            given = or_(given, *(_left_to_staff(on)))
        desks.append(and_(given, _at_desk_of(sorted(reach.paths), item.code, on)))
    return or_(
        # A deputy has the tasks of the one they act for.
        and_(Task.account_id.in_(sorted(actor.account_ids)), has_a_person(on)),
        and_(~has_a_person(on), or_(*desks) if desks else false()),
    )


def _left_to_staff(on: date) -> list[ColumnElement[bool]]:
    others = [code for code in code_list("task_desk").codes() if code != STAFF]
    return [and_(Task.desk == code, ~_somebody_on_the_line(on, code)) for code in others]


def is_there(account_id: int, on: date) -> bool:
    """Say whether an account still belongs to somebody who does this work."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    RoleAssignment.account_id == account_id, *_at_work(on, Permission.VIEW)
                )
            )
        )
    )


def holders(org: Org, desk: str, account_id: int | None, on: date) -> list[int]:
    """Return the accounts that a task would lie with; empty when nobody answers at all."""
    if account_id is not None and is_there(account_id, on):
        return [account_id]
    found = accounts_with(permission_of_desk(desk), org, on=on)
    if not found and desk != STAFF:
        found = accounts_with(permission_of_desk(STAFF), org, on=on)
    return [account.id for account in found]
