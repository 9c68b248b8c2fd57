"""Rules of accounts: roles and what they may, passwords, lock-out, life of a session."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from zxcvbn import zxcvbn

from drillreg.core.access import Permission
from drillreg.core.errors import DomainError
from drillreg.i18n import N_, pick

# Five failures lock for 15 minutes, by account and by address (usual 等保 assessment figures).
MOST_TRIES = 5
LOCK = timedelta(minutes=15)
# A whole office may share one address, so it locks later than one account does.
FAILURES_OF_ADDRESS = 20
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128  # argon2 would take any length; hashing megabytes is a way to stall us
# zxcvbn's scale: 3 withstands 10^8 guesses, more than the lock-out leaves anybody in years.
STRENGTH = 3
ESTIMATED = 72  # characters zxcvbn takes; what follows only makes it stronger
FORMER_PASSWORDS = 5
# Stands for the hash of an account whose only key is a bound phone: nothing fits it.
NO_PASSWORD = "!"  # noqa: S105
# A first password is printed, handed over and used within two weeks, or given anew.
FIRST_PASSWORD_LASTS = timedelta(days=14)
HALF_SIGN_IN_LASTS = timedelta(minutes=10)
# Locked by hand: until somebody unlocks it.
FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
IDLE_DAYS = 90


@dataclass(frozen=True)
class Role:
    """What a role may do in its own territory, at the units it oversees, and by grant alone."""

    code: str
    label: dict[str, str]
    territory: frozenset[Permission]
    overseen: frozenset[Permission]
    excludes: frozenset[str]
    needs_totp: bool
    granted: frozenset[Permission] = frozenset()

    @property
    def open_to(self) -> frozenset[Permission]:
        """What a grant can give to somebody in this role: nothing that is foreign to the role."""
        return self.territory | self.overseen | self.granted

    @property
    def is_administrator(self) -> bool:
        """Say whether the role is one of the three that look after the system itself."""
        return Permission.VIEW not in self.open_to


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
            entry["totp"] == "required",
            frozenset(map(Permission, entry.get("granted", ()))),
        )
        for code, entry in data["role"].items()
    }


@cache
def source_of_roles() -> str:
    """Return where the role table was taken from."""
    data = tomllib.loads((Path(__file__).parent / "data" / "roles.toml").read_text("utf-8"))
    return str(data["source"])


def totp_required(codes: Iterable[str], *, of_everybody: bool = False) -> bool:
    """Say whether somebody with these roles must show a code besides the password.

    `of_everybody` is the county's own wish, which can add to the table but not take away.
    """
    return of_everybody or any(roles()[code].needs_totp for code in codes)


def ensure_no_administrator(codes: Iterable[str]) -> None:
    """Raise when one of the roles is an administrator's, which nobody can be lent or reset from."""
    if any(roles()[code].is_administrator for code in codes):
        raise DomainError(N_("The roles of administrators are not for this."))


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
                one=pick(table[code].label),
                other=pick(table[min(clash)].label),
            )


def ensure_good_password(password: str, *known: str) -> None:
    """Raise unless a new password is long enough and not easy to guess.

    `known` is what everybody knows of its owner: user name, name, telephone.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise DomainError(
            N_("A password has %(least)d to %(most)d characters."),
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
        )
    plain, words = password.lower(), [word.lower() for word in known if word]
    estimate = zxcvbn(password[:ESTIMATED], user_inputs=words)
    if estimate["score"] < STRENGTH or any(
        w in plain for w in words if len(w) > 3 or not w.isascii()
    ):
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


def acts_on(day: date, *, from_on: date, to_on: date, revoked_at: datetime | None) -> bool:
    """Say whether somebody may act for another on a day; `to_on` is the day after the last."""
    return revoked_at is None and from_on <= day < to_on


# What a user agent says of itself; the first that fits counts, so the more special come first.
BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(agent: str) -> str:
    """Return what a person calls the browser and system of a user agent: "Chrome 120, Windows"."""
    words = []
    for mark, name in BROWSERS:
        if mark in agent:
            version = agent.split(mark, 1)[1].split(".")[0][:4]
            words.append(f"{name} {version}" if version.isdigit() else name)
            break
    words += [name for mark, name in SYSTEMS if mark in agent][:1]
    return ", ".join(words) or agent[:40] or "?"
