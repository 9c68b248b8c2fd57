"""Rules of accounts: roles and what they may, passwords, lock-out, life of a session."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from drillreg.core.access import Permission, Reach
from drillreg.core.errors import DomainError
from drillreg.i18n import N_

# Five failures lock for 15 minutes, by account and by address (usual 等保 assessment figures).
MOST_TRIES = 5
LOCK = timedelta(minutes=15)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128  # argon2 would take any length; hashing megabytes is a way to stall us
COMMON_PASSWORDS = frozenset(
    {"1234567890", "0123456789", "qwertyuiop", "password123", "password1234", "a123456789"}
)


@dataclass(frozen=True)
class Role:
    """What a role may do in its own territory and at the units it oversees."""

    code: str
    label: dict[str, str]
    territory: frozenset[Permission]
    overseen: frozenset[Permission]
    excludes: frozenset[str]


@cache
def roles() -> dict[str, Role]:
    """Return the role table from `data/roles.toml`, in its order."""
    data = tomllib.loads((Path(__file__).parent / "data" / "roles.toml").read_text("utf-8"))
    return {
        code: Role(
            code,
            {"zh": entry["zh"], "en": entry["en"]},
            frozenset(map(Permission, entry["territory"])),
            frozenset(map(Permission, entry["overseen"])),
            frozenset(entry["excludes"]),
        )
        for code, entry in data["role"].items()
    }


def ensure_compatible(codes: Iterable[str]) -> None:
    """Raise when one person would hold roles that exclude each other."""
    held = set(codes)
    table = roles()
    for code in held:
        if code not in table:
            raise DomainError(N_("%(role)s is not a role."), role=code)
        if clash := table[code].excludes & held:
            raise DomainError(
                N_("The roles %(one)s and %(other)s exclude each other."),
                one=code,
                other=min(clash),
            )


def reach_of(assignments: Iterable[tuple[str, str, int]]) -> dict[Permission, Reach]:
    """Return where each permission holds, from (role, organisation path, organisation id)."""
    paths: dict[Permission, set[str]] = {}
    overseers: dict[Permission, set[int]] = {}
    for code, path, org_id in assignments:
        role = roles()[code]
        for permission in role.territory:
            paths.setdefault(permission, set()).add(path)
        for permission in role.overseen:
            overseers.setdefault(permission, set()).add(org_id)
    return {
        permission: Reach(
            frozenset(paths.get(permission, ())), frozenset(overseers.get(permission, ()))
        )
        for permission in paths.keys() | overseers.keys()
    }


def ensure_good_password(password: str, username: str) -> None:
    """Raise unless a new password is long enough, not common and not the user name."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise DomainError(
            N_("A password has %(least)d to %(most)d characters."),
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
        )
    plain = password.lower()
    if plain in COMMON_PASSWORDS or len(set(plain)) < 4 or username.lower() in plain:
        raise DomainError(N_("This password is too easy to guess."))


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """Say whether an account or address is locked out."""
    return locked_until is not None and locked_until > now


def tries_after_failure(tries: int, now: datetime) -> tuple[int, datetime | None]:
    """Return the count of failures after one more, and until when that locks."""
    return (0, now + LOCK) if tries + 1 >= MOST_TRIES else (tries + 1, None)


def session_over(
    *, started_at: datetime, seen_at: datetime, now: datetime, idle: timedelta, longest: timedelta
) -> bool:
    """Say whether a session has ended by idleness or age."""
    return now - seen_at > idle or now - started_at > longest
