"""Signing in and out: sessions, failures, and the half of a sign-in that waits for its code."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from drillreg.accounts.models import Account, HalfSignIn, SignInFailure, SignInSession
from drillreg.accounts.passwords import password_fits
from drillreg.accounts.queries import account_or_none, hash_of_token
from drillreg.accounts.rules import (
    FAILURES_OF_ADDRESS,
    HALF_SIGN_IN_LASTS,
    LOCK,
    is_locked,
    tries_after_failure,
)
from drillreg.accounts.totp import code_fits
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.i18n import N_


@dataclass(frozen=True)
class Entered:
    """What a right password opened: a session, or the half of one that waits for a code."""

    account: Account
    token: str
    is_half: bool


def try_sign_in(
    username: str, password: str, *, address: str, agent: str, now: datetime
) -> Entered | None:
    """Return what a user name and password open, or None; failures are counted and lock.

    The caller commits either way: a failure that is rolled back would not count. A right password
    that needs a code besides forgives nothing yet.
    """
    account = account_or_none(username.strip().lower())
    failure = _failures_of(address)
    fits = password_fits(account.password_hash if account else None, password)
    if account is None or not fits or not _may_enter(account, failure, now):
        refuse(account, failure, address, now)
        return None
    if account.totp_since is not None:
        return Entered(account, _start_half(account, now), True)
    return Entered(account, _enter(account, failure, address, agent, now), False)


def try_code(
    half_token: str, code: str, *, address: str, agent: str, now: datetime
) -> Entered | None:
    """Return the session that the code of a half sign-in opens, or None; failures count alike."""
    half = half_or_none(half_token, now=now)
    failure = _failures_of(address)
    account = half.account if half else None
    if half is None or account is None or not _may_enter(account, failure, now):
        refuse(account, failure, address, now)
        return None
    if not code_fits(account, code, now=now):
        refuse(account, failure, address, now)
        return None
    half.ended_at = now
    return Entered(account, _enter(account, failure, address, agent, now), False)


def _failures_of(address: str) -> SignInFailure | None:
    return db.session.scalar(select(SignInFailure).where(SignInFailure.address == address))


def _may_enter(account: Account, failure: SignInFailure | None, now: datetime) -> bool:
    ended = account.password_ends_at is not None and account.password_ends_at <= now
    locked = is_locked(account.locked_until, now) or is_locked(
        failure.locked_until if failure else None, now
    )
    return not (ended or locked or account.disabled_at)


def _enter(
    account: Account, failure: SignInFailure | None, address: str, agent: str, now: datetime
) -> str:
    account.failed_tries, account.locked_until, account.last_signed_in_at = 0, None, now
    if failure is not None:
        db.session.delete(failure)
    return start_session(account, address=address, agent=agent, now=now)


def refuse(
    account: Account | None, failure: SignInFailure | None, address: str, now: datetime
) -> None:
    """Count a failure of an account and of an address, unless they are locked, and note it."""
    if not is_locked(failure.locked_until if failure else None, now):
        _count_failure(account, failure, address, now)
    record(
        "sign-in-refused",
        subject_kind="account",
        subject_id=account.id if account else None,
        actor=None,
        now=now,
        address=address,
    )


def _count_failure(
    account: Account | None, failure: SignInFailure | None, address: str, now: datetime
) -> None:
    if account is not None and not is_locked(account.locked_until, now):
        account.failed_tries, account.locked_until = tries_after_failure(account.failed_tries, now)
    if failure is None:
        failure = SignInFailure(address=address, tries=0, first_at=now)
        db.session.add(failure)
    failure.tries += 1
    if failure.tries >= FAILURES_OF_ADDRESS:
        failure.tries, failure.locked_until = 0, now + LOCK


def refuse_address(address: str, *, now: datetime) -> None:
    """Count a failure that names no account."""
    refuse(None, _failures_of(address), address, now)


def refuse_again(account: Account, address: str, *, now: datetime) -> None:
    """Count a wrong password of somebody who is signed in."""
    refuse(account, _failures_of(address), address, now)


def address_locked(address: str, *, now: datetime) -> bool:
    """Say whether an address is locked out after many failures."""
    failure = _failures_of(address)
    return is_locked(failure.locked_until if failure else None, now)


def _start_half(account: Account, now: datetime) -> str:
    token = new_token()
    db.session.add(
        HalfSignIn(token_hash=hash_of_token(token), account_id=account.id, started_at=now)
    )
    return token


def half_or_none(token: str, *, now: datetime) -> HalfSignIn | None:
    """Return the half sign-in of a token while it waits."""
    found = db.session.scalar(
        select(HalfSignIn).where(
            HalfSignIn.token_hash == hash_of_token(token), HalfSignIn.ended_at.is_(None)
        )
    )
    return found if found and now - found.started_at <= HALF_SIGN_IN_LASTS else None


def new_token() -> str:
    """Return a token nobody can guess, 256 bits."""
    return secrets.token_urlsafe(32)


def start_session(account: Account, *, address: str, agent: str, now: datetime) -> str:
    """Open a session and return its token; only the hash is kept."""
    token = new_token()
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


def own_session(session_id: int, account_id: int) -> SignInSession:
    """Return an open session of an account; raise NotFound for somebody else's."""
    found = db.session.scalar(
        select(SignInSession).where(
            SignInSession.id == session_id,
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(N_("This browser is signed out already."))
    return found


def end_other_sessions(
    account_id: int, *, but: str | None, now: datetime, actor: Actor | None = None
) -> None:
    """End every session of an account except the one with token `but`, and every half one.

    With an `actor` it is an act of its own in the trail, not a part of another one.
    """
    if actor is not None:
        record(
            "sessions-ended", subject_kind="account", subject_id=account_id, actor=actor, now=now
        )
    kept = hash_of_token(but) if but else ""
    db.session.execute(
        update(SignInSession)
        .where(
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
            SignInSession.token_hash != kept,
        )
        .values(ended_at=now)
    )
    db.session.execute(
        update(HalfSignIn)
        .where(HalfSignIn.account_id == account_id, HalfSignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def open_sessions(account_id: int, *, since: datetime) -> Sequence[SignInSession]:
    """Return the sessions of an account that were seen since an instant, newest first."""
    return db.session.scalars(
        select(SignInSession)
        .where(
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
            SignInSession.seen_at >= since,
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
        .limit(50)
    ).all()
