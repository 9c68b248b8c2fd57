"""The second step: codes of an authenticator (RFC 6238), and codes for the day it is lost."""

import hmac
from datetime import datetime

import pyotp
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select, update

from drillreg.accounts.keys import decrypted, encrypted, keyed_hash
from drillreg.accounts.models import Account, RecoveryCode, Totp
from drillreg.accounts.passwords import as_typed, new_one_time
from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, FieldError, FormErrors
from drillreg.i18n import N_

SECONDS = 30
# A clock may be half a minute off, either way.
NEIGHBOURS = (0, -1, 1)
RECOVERY_CODES = 8
RECOVERY_GROUPS = 4


def new_secret() -> str:
    """Return a secret for an authenticator, 160 bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, *, username: str, issuer: str) -> str:
    """Return what the QR code for an authenticator holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def code_at(secret: str, now: datetime) -> str:
    """Return the code an authenticator shows at an instant."""
    return pyotp.TOTP(secret).generate_otp(int(now.timestamp()) // SECONDS)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return which half minute a code belongs to, about now, or None."""
    here = int(now.timestamp()) // SECONDS
    typed = "".join(code.split())
    for step in (here + each for each in NEIGHBOURS):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), typed.encode()):
            return step
    return None


def enrol(
    account: Account, *, secret: str, step: int, actor: Actor | None, now: datetime
) -> list[str]:
    """Ask this account for a code from now on; return its recovery codes, kept nowhere."""
    if account.totp_since is not None:
        raise DomainError(N_("The second step is set up already."))
    db.session.add(
        Totp(account_id=account.id, secret=encrypted(secret), last_step=step, confirmed_at=now)
    )
    account.totp_since = now
    record("totp-enrolled", subject_kind="account", subject_id=account.id, actor=actor, now=now)
    return _new_recovery_codes(account)


def confirm(account: Account, *, secret: str, code: str, actor: Actor, now: datetime) -> list[str]:
    """Set the second step up once its owner has shown a right code."""
    step = step_of(secret, code, now)
    if step is None:
        raise FormErrors(
            [FieldError("code", N_("This code does not fit. Look at the clock of the phone."))]
        )
    return enrol(account, secret=secret, step=step, actor=actor, now=now)


def renew_recovery_codes(account: Account, *, actor: Actor, now: datetime) -> list[str]:
    """Give new recovery codes; the old ones are worth nothing."""
    if account.totp_since is None:
        raise DomainError(N_("The second step is not set up."))
    record(
        "recovery-codes-renewed",
        subject_kind="account",
        subject_id=account.id,
        actor=actor,
        now=now,
    )
    return _new_recovery_codes(account)


def _new_recovery_codes(account: Account) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [new_one_time(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(code)) for code in codes)
    return codes


def recovery_codes_left(account: Account) -> int:
    """Return how many recovery codes were not used yet."""
    return (
        db.session.scalar(
            select(func.count()).where(
                RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
            )
        )
        or 0
    )


def remove(account: Account, *, actor: Actor | None, now: datetime) -> None:
    """Forget the authenticator of an account: it is lost, or no longer wanted."""
    if account.totp_since is None:
        raise DomainError(N_("The second step is not set up."))
    db.session.execute(delete(Totp).where(Totp.account_id == account.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    account.totp_since = None
    record("totp-removed", subject_kind="account", subject_id=account.id, actor=actor, now=now)


def code_fits(account: Account, code: str, *, now: datetime) -> bool:
    """Say whether a code opens the second step, and use it up.

    The row is changed only if nobody used this half minute before, so that of two who send the
    same code at once one is refused.
    """
    found = db.session.scalar(select(Totp).where(Totp.account_id == account.id))
    if found is None:
        return False
    try:
        step = step_of(decrypted(found.secret), code, now)
    except InvalidToken:  # the key was lost or exchanged: only a recovery code helps
        step = None
    if step is None:
        return _use_recovery_code(account, code, now)
    used = db.session.execute(
        update(Totp)
        .where(Totp.id == found.id, Totp.last_step < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
        .returning(Totp.id)
    ).scalar()
    return used is not None


def _use_recovery_code(account: Account, code: str, now: datetime) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
        .returning(RecoveryCode.id)
    ).scalar()
    if used is not None:
        record(
            "recovery-code-used", subject_kind="account", subject_id=account.id, actor=None, now=now
        )
    return used is not None


def _hash(code: str) -> str:
    return keyed_hash("recovery", as_typed(code))
