"""Making accounts, giving and ending roles, locking, disabling, resetting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from drillreg.accounts.models import (
    Account,
    Device,
    Person,
    RoleAssignment,
)
from drillreg.accounts.passwords import (
    hash_one_time,
    hash_password,
    new_one_time,
)
from drillreg.accounts.queries import assignments_between, roles_lent_to
from drillreg.accounts.rules import (
    FIRST_PASSWORD_LASTS,
    FOR_GOOD,
    NO_PASSWORD,
    ensure_compatible,
    ensure_good_password,
)
from drillreg.accounts.sessions import end_other_sessions
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors, NotAllowed
from drillreg.i18n import N_
from drillreg.orgs.models import Org


@dataclass(frozen=True)
class NewAccount:
    """Somebody who gets an account with one role at one organisation."""

    name: str
    username: str
    role: str
    org_id: int
    phone: str | None = None


def normal_username(text: str) -> str:
    """Return a user name as it is stored: lower case, no blanks around."""
    return text.strip().lower()


def ensure_not_oneself(account: Account, actor: Actor | None) -> None:
    """Raise when an administrator works on their own account: power is given by somebody else."""
    if actor is not None and account.id in actor.account_ids:
        raise NotAllowed(N_("Nobody changes their own account here. Ask another administrator."))


def note(account: Account, action: str, *, actor: Actor | None, now: datetime, **more: Any) -> None:
    """Write an act on an account into the trail."""
    record(action, subject_kind="account", subject_id=account.id, actor=actor, now=now, **more)


# Making


def create_account(
    *,
    name: str,
    username: str,
    password: str,
    now: datetime,
    actor: Actor | None,
    phone: str | None = None,
    must_change: bool = True,
) -> Account:
    """Make a person with an account and a chosen password, as commands and set-up do."""
    username = normal_username(username)
    ensure_good_password(password, username)
    _ensure_free([username])
    account = _new_account(name, phone, username, hash_password(password), now)
    account.must_change_password = must_change
    db.session.flush()
    note(account, "account-made", actor=actor, now=now)
    return account


def create_accounts(
    wanted: Sequence[NewAccount], *, from_on: date, actor: Actor | None, now: datetime
) -> list[tuple[Account, str]]:
    """Make many accounts at once; return each with its one-time password, which is kept nowhere.

    A thousand take no slow hash and half a second. Raises FormErrors when a name is taken or
    comes twice.
    """
    _ensure_free([each.username for each in wanted])
    made = []
    for each in wanted:
        ensure_compatible([each.role])
        password = new_one_time()
        account = _new_account(each.name, each.phone, each.username, hash_one_time(password), now)
        account.must_change_password = True
        account.password_ends_at = now + FIRST_PASSWORD_LASTS
        made.append((account, password))
    db.session.flush()
    given = [
        {"account_id": account.id, "role": each.role, "org_id": each.org_id, "from_on": from_on}
        for (account, _), each in zip(made, wanted, strict=True)
    ]
    if given:
        db.session.execute(insert(RoleAssignment), given)
    for (account, _), each in zip(made, wanted, strict=True):
        note(account, "account-made", actor=actor, now=now, org_id=each.org_id, role=each.role)
    db.session.flush()
    return made


def create_account_without_password(
    *, name: str, phone: str | None, org: Org, from_on: date, actor: Actor, now: datetime
) -> Account:
    """Make an account for a monitor whose only key will be a bound phone."""
    account = _new_account(name, phone, f"monitor-{new_one_time(2)}", NO_PASSWORD, now)
    db.session.flush()
    note(account, "account-made", actor=actor, now=now, org_id=org.id, role="monitor")
    db.session.add(
        RoleAssignment(account_id=account.id, role="monitor", org_id=org.id, from_on=from_on)
    )
    return account


def _new_account(
    name: str, phone: str | None, username: str, password_hash: str, now: datetime
) -> Account:
    account = Account(
        person=Person(name=name, phone=phone),
        username=normal_username(username),
        password_hash=password_hash,
        created_at=now,
    )
    db.session.add(account)
    return account


def _ensure_free(usernames: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in map(normal_username, usernames):
        if name in seen:
            _refuse_name(name)
        seen.add(name)
    taken = db.session.scalar(
        select(Account.username).where(Account.username.in_(sorted(seen))).limit(1)
    )
    if taken is not None:
        _refuse_name(taken)


def _refuse_name(name: str) -> None:
    sentence = N_("The user name %(name)s is taken.")
    raise FormErrors([FieldError("username", sentence, {"name": name})])


# Roles


def give_role(
    account: Account,
    *,
    role: str,
    org: Org,
    from_on: date,
    actor: Actor | None,
    now: datetime,
    to_on: date | None = None,
) -> RoleAssignment:
    """Give a role at an organisation until the day before `to_on`.

    Roles that exclude each other are refused, also where their times only overlap, or one is lent
    by somebody for whom the person may act.
    """
    ensure_not_oneself(account, actor)
    if to_on is not None and to_on <= from_on:
        raise FormErrors([FieldError("last_on", N_("The last day lies before the first."))])
    held = assignments_between(account.id, from_on, to_on)
    ensure_compatible({*(a.role for a in held), *roles_lent_to(account.id, from_on, to_on), role})
    if any(a.role == role and a.org_id == org.id for a in held):
        raise DomainError(N_("This person has that role there already."))
    found = _assignment_from(account, role, org, from_on)
    found.to_on = to_on
    note(account, "role-given", actor=actor, now=now, org_id=org.id, role=role, last_day=to_on)
    return found


def _assignment_from(account: Account, role: str, org: Org, from_on: date) -> RoleAssignment:
    """Return the row of a role from a day, which may have ended on the day it began."""
    found = db.session.scalar(
        select(RoleAssignment).filter_by(
            account_id=account.id, role=role, org_id=org.id, from_on=from_on
        )
    )
    if found is None:
        found = RoleAssignment(account_id=account.id, role=role, org_id=org.id, from_on=from_on)
        db.session.add(found)
    return found


def end_role(
    account: Account,
    assignment: RoleAssignment,
    *,
    to_on: date,
    actor: Actor | None,
    now: datetime,
) -> None:
    """End a role; from `to_on` on it gives nothing any more."""
    ensure_not_oneself(account, actor)
    if assignment.to_on is not None and assignment.to_on <= to_on:
        raise DomainError(N_("This role has ended already."))
    assignment.to_on = max(to_on, assignment.from_on)
    note(
        account,
        "role-ended",
        actor=actor,
        now=now,
        org_id=assignment.org_id,
        role=assignment.role,
        from_day=assignment.to_on,
    )


# Opening and shutting the door


def lock(account: Account, *, actor: Actor, now: datetime) -> None:
    """Lock an account until somebody unlocks it, and end what it has open."""
    ensure_not_oneself(account, actor)
    account.locked_until = FOR_GOOD
    end_other_sessions(account.id, but=None, now=now)
    note(account, "account-locked", actor=actor, now=now)


def unlock(account: Account, *, actor: Actor, now: datetime) -> None:
    """Let an account in again, whether it was locked by hand or by failures."""
    ensure_not_oneself(account, actor)
    account.failed_tries, account.locked_until = 0, None
    note(account, "account-unlocked", actor=actor, now=now)


def unlock_after_failures(account: Account, *, actor: Actor, now: datetime) -> None:
    """Let an account in again that failures locked, as the office above may."""
    if account.locked_until == FOR_GOOD:
        raise DomainError(N_("The security administrator locked this account. Ask there."))
    unlock(account, actor=actor, now=now)


def disable(account: Account, *, reason: str, actor: Actor | None, now: datetime) -> None:
    """Take an account out of use for a reason: sessions end, phones are unbound, roles stay."""
    ensure_not_oneself(account, actor)
    if account.disabled_at is not None:
        raise DomainError(N_("This account is out of use already."))
    account.disabled_at, account.disabled_reason = now, reason
    end_other_sessions(account.id, but=None, now=now)
    for device in db.session.scalars(
        select(Device).where(Device.account_id == account.id, Device.revoked_at.is_(None))
    ):
        device.revoked_at, device.revoke_reason, device.invite_hash = now, reason, None
    note(account, "account-disabled", actor=actor, now=now, reason=reason)


def enable(account: Account, *, actor: Actor, now: datetime) -> None:
    """Put an account into use again; its phones have to be bound anew."""
    ensure_not_oneself(account, actor)
    if account.disabled_at is None:
        raise DomainError(N_("This account is in use."))
    account.disabled_at, account.disabled_reason = None, None
    note(account, "account-enabled", actor=actor, now=now)


def reset_password(account: Account, *, actor: Actor | None, now: datetime) -> str:
    """Give a one-time password, end every session, and return the password, kept nowhere.

    An account that somebody locked by hand stays locked; one that failures locked opens.
    """
    ensure_not_oneself(account, actor)
    if account.disabled_at is not None:
        raise DomainError(N_("This account is out of use."))
    password = new_one_time()
    account.password_hash = hash_one_time(password)
    account.password_ends_at = now + FIRST_PASSWORD_LASTS
    account.must_change_password = True
    if account.locked_until != FOR_GOOD:
        account.failed_tries, account.locked_until = 0, None
    end_other_sessions(account.id, but=None, now=now)
    note(account, "password-reset", actor=actor, now=now)
    return password


def require_new_password(account: Account, *, actor: Actor, now: datetime) -> None:
    """Ask for a new password at the next page, without giving one out."""
    ensure_not_oneself(account, actor)
    account.must_change_password = True
    note(account, "new-password-required", actor=actor, now=now)
