"""Passwords: those people choose, and those that are handed out to open the door once.

A chosen password is weak and lasts, so it is hashed slowly (argon2). One that is handed out is
drawn at random (59 bits), ends within days and must be replaced at the first sign-in: nobody can
guess it faster for a faster hash, so it is kept as a keyed HMAC. That way a thousand accounts
are made in a second, not in minutes.
"""

import hmac
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from drillreg.accounts.keys import keyed_hash
from drillreg.accounts.rules import LONGEST_PASSWORD, NO_PASSWORD

hasher = PasswordHasher()
# Checked when nobody has the name, so that the answer takes as long as a wrong password.
NOBODY = hasher.hash(secrets.token_urlsafe(16))
# Letters and digits that are not taken for each other on paper.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
ONE_TIME = "$one-time$"


def hash_password(password: str) -> str:
    """Return what is kept of a chosen password."""
    return hasher.hash(password)


def new_one_time(groups: int = 3) -> str:
    """Return a password to be printed and used once: groups of four, easy to read and type."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(groups))


def as_typed(password: str) -> str:
    """Return a one-time password without what people add or leave out when they type it."""
    return re.sub(r"[\s\-－—]", "", password).lower()


def hash_one_time(password: str) -> str:
    """Return what is kept of a one-time password."""
    salt = secrets.token_hex(8)
    return f"{ONE_TIME}{salt}${keyed_hash(f'one-time {salt}', as_typed(password))}"


def password_fits(stored: str | None, password: str) -> bool:
    """Say whether a password is the one that was hashed; None is nobody's.

    One slow hash is worked out in every case, so that the time tells nothing of the account.
    """
    handed_out = stored is not None and stored.startswith(ONE_TIME)
    slow = NOBODY if stored is None or handed_out or stored == NO_PASSWORD else stored
    try:
        fits = hasher.verify(slow, password[:LONGEST_PASSWORD]) and slow is stored
    except (VerificationError, InvalidHashError):
        fits = False
    if handed_out and stored is not None:
        salt, kept = stored.removeprefix(ONE_TIME).split("$")
        typed = as_typed(password[:LONGEST_PASSWORD])
        return hmac.compare_digest(kept, keyed_hash(f"one-time {salt}", typed))
    return fits
