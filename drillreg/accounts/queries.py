"""Reading accounts and sessions."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from drillreg.accounts.models import Account, ActingFor, RoleAssignment, SignInSession
from drillreg.accounts.reaching import Granted, reach_of
from drillreg.accounts.rules import roles
from drillreg.core.access import Actor, Permission, Reach
from drillreg.core.db import db
from drillreg.orgs.models import Org
from drillreg.orgs.scope import former_orgs, live_grants


def hash_of_token(token: str) -> str:
    """Return what is kept of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_or_none(token: str) -> SignInSession | None:
    """Return the session of a token that was not ended."""
    return db.session.scalar(
        select(SignInSession).where(
            SignInSession.token_hash == hash_of_token(token), SignInSession.ended_at.is_(None)
        )
    )


def account_or_none(username: str) -> Account | None:
    """Return the account of that name."""
    return db.session.scalar(select(Account).where(Account.username == username))


def assignments_on(account_id: int, day: date) -> Sequence[RoleAssignment]:
    """Return the roles an account holds on a day, oldest first."""
    return db.session.scalars(
        select(RoleAssignment)
        .where(
            RoleAssignment.account_id == account_id,
            RoleAssignment.from_on <= day,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > day),
        )
        .order_by(RoleAssignment.id)
    ).all()


def assignments_between(
    account_id: int, from_on: date, to_on: date | None
) -> Sequence[RoleAssignment]:
    """Return the roles an account holds on any day from one up to the day before another."""
    statement = select(RoleAssignment).where(
        RoleAssignment.account_id == account_id,
        or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > from_on),
    )
    if to_on is not None:
        statement = statement.where(RoleAssignment.from_on < to_on)
    return db.session.scalars(statement.order_by(RoleAssignment.id)).all()


def roles_lent_to(account_id: int, from_on: date, to_on: date | None) -> set[str]:
    """Return the roles that others lend an account on any day from one up to before another."""
    statement = select(ActingFor.roles).where(
        ActingFor.deputy_id == account_id, ActingFor.revoked_at.is_(None), ActingFor.to_on > from_on
    )
    if to_on is not None:
        statement = statement.where(ActingFor.from_on < to_on)
    return {code for codes in db.session.scalars(statement) for code in codes}


def actor_of(
    account: Account,
    *,
    on: date,
    address: str = "",
    held: Sequence[RoleAssignment] | None = None,
) -> Actor:
    """Return who an account acts as on a day: name, organisation, roles and reach.

    `held` are the roles to act in where they are not simply all of the account's own.
    """
    if held is None:
        held = assignments_on(account.id, on)
    home = held[0].org if held else None
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        name=account.person.name,
        org_id=home.id if home else None,
        org_name=home.name if home else "",
        org_name_en=(home.name_en or "") if home else "",
        roles=frozenset(a.role for a in held),
        # Of whoever acts for somebody, the roles held are the other's, and so are the grants.
        reach=_reach(held[0].account_id if held else account.id, held, on),
        address=address,
    )


def _reach(account_id: int, held: Sequence[RoleAssignment], on: date) -> Mapping[Permission, Reach]:
    """Return where the permissions of the roles held hold, with grants and what once lay there."""
    assignments = [(a.role, a.org.path, a.org.id) for a in held]
    territories = {a.org.path for a in held if Permission.VIEW in roles()[a.role].territory}
    grants = live_grants(account_id, {a.org_id for a in held}, on)
    return reach_of(
        assignments,
        [Granted(kind, key, Permission(code), org_id) for kind, key, code, org_id in grants],
        account_id=account_id,
        former=former_orgs(territories),
    )


def accounts_with(permission: Permission, org: Org, *, on: date) -> Sequence[Account]:
    """Return the accounts whose territory includes `org` and whose role has the permission.

    Only the nearest level counts: a town's own staff before the county's.
    """
    codes = [role.code for role in roles().values() if permission in role.territory]
    found = db.session.execute(
        select(Account, Org.path)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(
            RoleAssignment.role.in_(codes),
            RoleAssignment.from_on <= on,
            or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
            Org.path.in_(_ancestors(org.path)),
            Account.disabled_at.is_(None),
        )
        .order_by(Org.path.desc(), Account.id)
    ).all()
    nearest = found[0].path if found else ""
    return [account for account, path in found if path == nearest]


def accounts_at(
    permission: Permission, org_ids: Iterable[int], *, on: date
) -> dict[int, list[int]]:
    """Return by organisation the accounts whose role there has the permission, in one query."""
    found: dict[int, list[int]] = {}
    rows = db.session.execute(
        select(RoleAssignment.org_id, Account.id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(RoleAssignment.org_id.in_(sorted(set(org_ids))), *_holds(permission, on))
        .order_by(RoleAssignment.org_id, Account.id)
    ).all()
    for org_id, account_id in rows:
        found.setdefault(org_id, []).append(account_id)
    return found


def orgs_with_accounts(permission: Permission, *, on: date) -> Select[int]:
    """Select the organisations where somebody holds the permission by a role."""
    return (
        select(RoleAssignment.org_id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(*_holds(permission, on))
    )


def _holds(permission: Permission, on: date) -> list[ColumnElement[bool]]:
    codes = [role.code for role in roles().values() if permission in role.territory]
    return [
        RoleAssignment.role.in_(codes),
        RoleAssignment.from_on <= on,
        or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on),
        Account.disabled_at.is_(None),
    ]


def _ancestors(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[: i + 1]) + "/" for i in range(len(parts))]
