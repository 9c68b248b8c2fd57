"""Signing in and out, making accounts, giving roles."""

import secrets
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from drillreg.accounts.models import (
    Account,
    Person,
    RoleAssignment,
    SignInFailure,
    SignInSession,
)
from drillreg.accounts.queries import account_or_none, assignments_on, hash_of_token
from drillreg.accounts.rules import (
    LONGEST_PASSWORD,
    ensure_compatible,
    ensure_good_password,
    is_locked,
    tries_after_failure,
)
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.orgs.models import Org

hasher = PasswordHasher()
# Checked when nobody has the name, so that the answer takes as long as a wrong password.
NOBODY = hasher.hash(secrets.token_urlsafe(16))


def normal_username(text: str) -> str:
    """Return a user name as it is stored: lower case, no blanks around."""
    return text.strip().lower()


def password_fits(stored: str, password: str) -> bool:
    """Say whether a password is the one that was hashed."""
    try:
        return hasher.verify(stored, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def try_sign_in(
    username: str, password: str, *, address: str, agent: str, now: datetime
) -> tuple[Account, str] | None:
    """Return the account and a new session token, or None; failures are counted and lock.

    The caller commits either way: a failure that is rolled back would not count.
    """
    account = account_or_none(normal_username(username))
    failure = db.session.scalar(select(SignInFailure).where(SignInFailure.address == address))
    locked = is_locked(failure.locked_until if failure else None, now) or (
        account is not None and is_locked(account.locked_until, now)
    )
    fits = password_fits(account.password_hash if account else NOBODY, password)
    if locked or not fits or account is None or account.disabled_at is not None:
        if not locked:
            _count_failure(account, failure, address, now)
        record(
            "sign-in-refused",
            subject_kind="account",
            subject_id=account.id if account else None,
            actor=None,
            now=now,
            address=address,
        )
        return None
    account.failed_tries, account.locked_until, account.last_signed_in_at = 0, None, now
    if failure is not None:
        db.session.delete(failure)
    return account, start_session(account, address=address, agent=agent, now=now)


def _count_failure(
    account: Account | None, failure: SignInFailure | None, address: str, now: datetime
) -> None:
    if account is not None:
        account.failed_tries, account.locked_until = tries_after_failure(account.failed_tries, now)
    if failure is None:
        failure = SignInFailure(address=address, tries=0, first_at=now)
        db.session.add(failure)
    # A whole office may share one address: it locks later than one account does.
    failure.tries += 1
    if failure.tries >= 20:
        failure.tries, failure.locked_until = 0, now + timedelta(minutes=15)


def start_session(account: Account, *, address: str, agent: str, now: datetime) -> str:
    """Open a session and return its token; only the hash is kept."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignInSession(
            token_hash=hash_of_token(token),
            account_id=account.id,
            started_at=now,
            seen_at=now,
            address=address,
            agent=agent[:200],
        )
    )
    record(
        "sign-in",
        subject_kind="account",
        subject_id=account.id,
        actor=Actor(account.id, account.person_id, account.person.name, address=address),
        now=now,
    )
    return token


def end_session(found: SignInSession, *, actor: Actor, now: datetime) -> None:
    """End a session; a copy of its cookie is worth nothing from now on."""
    found.ended_at = now
    record("sign-out", subject_kind="account", subject_id=found.account_id, actor=actor, now=now)


def end_other_sessions(account_id: int, *, but: str | None, now: datetime) -> None:
    """End every session of an account except the one with token `but`."""
    kept = hash_of_token(but) if but else ""
    for found in db.session.scalars(
        select(SignInSession).where(
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
            SignInSession.token_hash != kept,
        )
    ):
        found.ended_at = now


def change_password(
    account: Account, *, old: str, new: str, token: str | None, actor: Actor, now: datetime
) -> None:
    """Change one's own password and end all other sessions."""
    if not password_fits(account.password_hash, old):
        raise DomainError(N_("The present password is not right."))
    ensure_good_password(new, account.username)
    if password_fits(account.password_hash, new):
        raise DomainError(N_("The new password is the same as the present one."))
    account.password_hash = hasher.hash(new)
    account.must_change_password = False
    end_other_sessions(account.id, but=token, now=now)
    record("password-changed", subject_kind="account", subject_id=account.id, actor=actor, now=now)


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
    """Make a person with an account; the first sign-in asks for a password of one's own."""
    username = normal_username(username)
    ensure_good_password(password, username)
    if account_or_none(username) is not None:
        raise DomainError(N_("The user name %(name)s is taken."), name=username)
    person = Person(name=name, phone=phone)
    db.session.add(person)
    db.session.flush()
    account = Account(
        person_id=person.id,
        username=username,
        password_hash=hasher.hash(password),
        must_change_password=must_change,
        created_at=now,
    )
    db.session.add(account)
    db.session.flush()
    record("account-made", subject_kind="account", subject_id=account.id, actor=actor, now=now)
    return account


def give_role(
    account: Account, *, role: str, org: Org, from_on: date, actor: Actor | None, now: datetime
) -> RoleAssignment:
    """Give a role at an organisation; roles that exclude each other are refused."""
    ensure_compatible({*(a.role for a in assignments_on(account.id, from_on)), role})
    found = RoleAssignment(account_id=account.id, role=role, org_id=org.id, from_on=from_on)
    db.session.add(found)
    record(
        "role-given",
        subject_kind="account",
        subject_id=account.id,
        actor=actor,
        now=now,
        org_id=org.id,
        role=role,
    )
    return found
