"""Reading the list of accounts and one account, for those who look after them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager

from drillreg.accounts.models import Account, ActingFor, Person, RoleAssignment
from drillreg.accounts.rules import IDLE_DAYS, roles
from drillreg.core.access import Reach
from drillreg.core.db import db
from drillreg.core.errors import FieldError, FormErrors, NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.i18n import N_
from drillreg.orgs.models import Org
from drillreg.orgs.queries import is_imported
from drillreg.orgs.rules import subtree_end
from drillreg.orgs.scope import OrgScope

STATES = {
    "never": N_("Never signed in"),
    "locked": N_("Locked"),
    "disabled": N_("Out of use"),
    "idle": N_("Not seen for 90 days"),
}


@dataclass(frozen=True)
class AccountFilter:
    """What the filter row of the list asks for."""

    role: str = ""
    state: str = ""
    words: str = ""
    within: Org | None = None


def below(reach: Reach | None, on: date) -> ColumnElement[bool]:
    """Return the condition that an account stands strictly below the offices of a reach.

    All its roles of the day must, and none may be an administrator's: whoever also sits at one's
    own level or beside it, or may act for somebody who does, is for somebody else to look after.
    """
    paths = sorted(reach.paths) if reach else []
    under = [and_(Org.path > path, Org.path < subtree_end(path)) for path in paths]
    administrators = [code for code, role in roles().items() if role.is_administrator]
    inside = and_(or_(*under) if under else false(), RoleAssignment.role.not_in(administrators))
    of_today = (
        select(RoleAssignment.account_id).join(Org, Org.id == RoleAssignment.org_id).where(_on(on))
    )
    beyond = of_today.where(~inside)
    lent = select(ActingFor.deputy_id).where(
        ActingFor.revoked_at.is_(None), ActingFor.to_on > on, ActingFor.principal_id.in_(beyond)
    )
    return and_(
        Account.id.in_(of_today.where(inside)),
        Account.id.not_in(beyond),
        Account.id.not_in(lent),
    )


def _on(day: date) -> ColumnElement[bool]:
    return and_(
        RoleAssignment.from_on <= day,
        or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > day),
    )


def within(scope: OrgScope) -> ColumnElement[bool]:
    """Return the condition that an account has, had or will have a role in scope."""
    return Account.id.in_(
        select(RoleAssignment.account_id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(scope.allows())
    )


def working_in(scope: OrgScope, *, on: date) -> ColumnElement[bool]:
    """Return the condition that an account has a role in scope on a day, or will have one."""
    return Account.id.in_(
        select(RoleAssignment.account_id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(scope.allows(), or_(RoleAssignment.to_on.is_(None), RoleAssignment.to_on > on))
    )


def beside(account: Account, *, on: date) -> ColumnElement[bool]:
    """Return the condition that an account has a role where another one has one, too."""
    mine = select(RoleAssignment.org_id).where(RoleAssignment.account_id == account.id, _on(on))
    return Account.id.in_(
        select(RoleAssignment.account_id).where(RoleAssignment.org_id.in_(mine), _on(on))
    )


def _state(state: str, now: datetime) -> ColumnElement[bool]:
    return {
        "never": and_(Account.last_signed_in_at.is_(None), Account.disabled_at.is_(None)),
        "locked": Account.locked_until > now,
        "disabled": Account.disabled_at.is_not(None),
        "idle": Account.last_signed_in_at < now - timedelta(days=IDLE_DAYS),
    }[state]


def _filtered(
    reachable: ColumnElement[bool], wanted: AccountFilter, on: date, now: datetime
) -> Select[Any]:
    statement = select(Account).join(Account.person).where(reachable)
    if wanted.role or wanted.within:
        held = select(RoleAssignment.account_id).where(_on(on))
        if wanted.role:
            held = held.where(RoleAssignment.role == wanted.role)
        if wanted.within:
            path = wanted.within.path
            held = held.join(Org, Org.id == RoleAssignment.org_id).where(
                Org.path >= path, Org.path < subtree_end(path)
            )
        statement = statement.where(Account.id.in_(held))
    if wanted.state in STATES:
        statement = statement.where(_state(wanted.state, now))
    if wanted.words:
        texts = (Person.name, Person.phone, Account.username)
        statement = statement.where(
            or_(*(text.contains(wanted.words, autoescape=True) for text in texts))
        )
    return statement


def accounts_page(
    reachable: ColumnElement[bool],
    wanted: AccountFilter,
    *,
    on: date,
    now: datetime,
    cursor: str | None = None,
    size: int = 30,
) -> Page[Account]:
    """Return a page of accounts with their people, by user name."""
    statement = _filtered(reachable, wanted, on, now).options(contains_eager(Account.person))
    return keyset_page(statement, order=[(Account.username, "asc")], cursor=cursor, size=size)


def count_accounts(
    reachable: ColumnElement[bool], wanted: AccountFilter, *, on: date, now: datetime
) -> int:
    """Return how many accounts there are under a filter."""
    statement = _filtered(reachable, wanted, on, now).with_only_columns(func.count(Account.id))
    return db.session.scalar(statement) or 0


def all_accounts(
    reachable: ColumnElement[bool], wanted: AccountFilter, *, on: date, now: datetime
) -> Sequence[Account]:
    """Return every account under a filter, for an export, by user name."""
    statement = _filtered(reachable, wanted, on, now).options(contains_eager(Account.person))
    return db.session.scalars(statement.order_by(Account.username)).all()


def roles_of(accounts: Iterable[Account], *, on: date) -> dict[int, list[RoleAssignment]]:
    """Return by account the roles of a day, oldest first, in one query."""
    ids = [account.id for account in accounts]
    found: dict[int, list[RoleAssignment]] = {}
    for row in db.session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.account_id.in_(ids), _on(on))
        .order_by(RoleAssignment.id)
    ):
        found.setdefault(row.account_id, []).append(row)
    return found


def get_account(public_id: str, reachable: ColumnElement[bool]) -> Account:
    """Return an account; raise NotFound where it is out of reach."""
    found: Account | None = db.session.scalar(
        select(Account).where(Account.public_id == public_id, reachable)
    )
    if found is None:
        raise NotFound(N_("There is no such account."))
    return found


def account_named(username: str, reachable: ColumnElement[bool]) -> Account | None:
    """Return the account of a user name; None where there is none, or it is out of reach."""
    return db.session.scalar(select(Account).where(Account.username == username, reachable))


def all_roles_of(account: Account) -> Sequence[RoleAssignment]:
    """Return every role an account has, had or will have, newest first."""
    return db.session.scalars(
        select(RoleAssignment)
        .where(RoleAssignment.account_id == account.id)
        .order_by(RoleAssignment.from_on.desc(), RoleAssignment.id.desc())
    ).all()


def get_assignment(assignment_id: int, account: Account, scope: OrgScope) -> RoleAssignment:
    """Return a role of an account at an organisation in scope; raise NotFound otherwise."""
    found = db.session.scalar(
        select(RoleAssignment)
        .join(RoleAssignment.org)
        .options(contains_eager(RoleAssignment.org))
        .where(
            RoleAssignment.id == assignment_id,
            RoleAssignment.account_id == account.id,
            scope.allows(),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such role."))
    return found


def state_of(account: Account, now: datetime) -> str:
    """Return the state of an account that matters first, or an empty text for an ordinary one."""
    if account.disabled_at is not None:
        return "disabled"
    if account.locked_until is not None and account.locked_until > now:
        return "locked"
    if account.last_signed_in_at is None:
        return "never"
    return "idle" if account.last_signed_in_at < now - timedelta(days=IDLE_DAYS) else ""


def has_role_outside(account: Account, scope: OrgScope, *, on: date) -> bool:
    """Say whether an account has a role on a day that lies beyond a scope."""
    statement = (
        select(RoleAssignment.id)
        .join(Org, Org.id == RoleAssignment.org_id)
        .where(RoleAssignment.account_id == account.id, _on(on), ~scope.allows())
    )
    return db.session.scalar(statement.limit(1)) is not None


def colleagues(
    account: Account, *, on: date, reachable: ColumnElement[bool] | None = None, at_most: int = 200
) -> Sequence[Account]:
    """Return who has a role at the organisations where an account has one: who might act for it.

    `reachable` narrows them to those whom the person asking may know of.
    """
    return db.session.scalars(
        select(Account)
        .where(
            beside(account, on=on),
            Account.id != account.id,
            Account.disabled_at.is_(None),
            true() if reachable is None else reachable,
        )
        .order_by(Account.username)
        .limit(at_most)
    ).all()


NAME_AND_PARENT = re.compile(r"(?P<name>.+?)\s*[（(](?P<parent>.+)[）)]")


def org_named(text: str, scope: OrgScope, *, field: str = "org") -> Org:
    """Return the open organisation in scope that a form names: "name" or "name（parent）".

    Raises FormErrors at `field` where none has the name, or more than one.
    """
    parent = aliased(Org)
    parts = NAME_AND_PARENT.fullmatch(text.strip())
    named = Org.name == text.strip()
    if parts:
        named = or_(named, and_(Org.name == parts["name"], parent.name == parts["parent"]))
    found = db.session.scalars(
        select(Org)
        .outerjoin(parent, parent.id == Org.parent_id)
        .where(named, scope.allows(), is_imported(Org), Org.closed_on.is_(None))
        .order_by(Org.path)
        .limit(2)
    ).all()
    if not found:
        raise FormErrors([FieldError(field, N_("There is no organisation of this name here."))])
    if len(found) > 1:
        sentence = N_("Several have this name. Write which: name（organisation above）.")
        raise FormErrors([FieldError(field, sentence)])
    return found[0]


def org_names(scope: OrgScope, *, at_most: int = 500) -> Sequence[str]:
    """Return names of open organisations in scope to offer while somebody types, in tree order."""
    return db.session.scalars(
        select(Org.name)
        .where(scope.allows(), is_imported(Org), Org.closed_on.is_(None), Org.is_outside.is_(False))
        .order_by(Org.path)
        .limit(at_most)
    ).all()
