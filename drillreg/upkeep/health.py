"""What is well and what is not: one check a line, used by `doctor` and `/readyz`."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.sandbox.client import capabilities
from drillreg.scheduler.queries import lease_until
from drillreg.scheduler.runner import ROLE
from drillreg.upkeep.database import newest_version, version_of_database

LEAST_FREE = 500 * 1024 * 1024
WORST_CLOCK_SECONDS = 2.0
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"}


@dataclass(frozen=True)
class Check:
    """One thing looked at: well, worth a warning, or broken; and what to do."""

    name: str
    state: str
    text: str


def ok(name: str, sentence: str) -> Check:
    """Return a check that passed."""
    return Check(name, "ok", sentence)


def warn(name: str, sentence: str) -> Check:
    """Return a check that an office should look at."""
    return Check(name, "warn", sentence)


def bad(name: str, sentence: str) -> Check:
    """Return a check that failed."""
    return Check(name, "bad", sentence)


def check_database() -> Check:
    """Look whether the database answers and is at the newest version."""
    db.session.execute(text("SELECT 1"))
    here, newest = version_of_database(), newest_version()
    if here != newest:
        return bad("database", f"at version {here}, not {newest}: run `drillreg init`")
    return ok("database", f"{db.engine.dialect.name}, version {here}")


def check_durability() -> Check:
    """Look whether a committed row survives a power cut."""
    if db.engine.dialect.name == "sqlite":
        mode = db.session.scalar(text("PRAGMA journal_mode"))
        level = db.session.scalar(text("PRAGMA synchronous"))
        version = db.session.scalar(text("SELECT sqlite_version()"))
        if mode != "wal" or level != 2:
            return bad("durability", f"SQLite in {mode} mode, synchronous {level}")
        return ok("durability", f"SQLite {version}, WAL, synchronous FULL")
    setting = db.session.scalar(text("SHOW synchronous_commit"))
    if setting != "on":
        return bad("durability", f"synchronous_commit is {setting}: set it to on")
    return ok("durability", "PostgreSQL, synchronous_commit on")


def check_roles() -> Check:
    """Look whether the application's role on PostgreSQL owns the tables, which it should not."""
    if db.engine.dialect.name != "postgresql":
        return ok("roles", "one file, one user")
    owner = db.session.scalar(
        text("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'org'")
    )
    if owner:
        return warn("roles", "the application owns its tables: give it a role without ownership")
    return ok("roles", "the application does not own its tables")


def check_clock() -> Check:
    """Compare this machine's clock with the database's."""
    if db.engine.dialect.name == "sqlite":
        return ok("clock", f"{clock.local(clock.now()):%Y-%m-%d %H:%M} {settings().timezone}")
    theirs = db.session.scalar(text("SELECT clock_timestamp()"))
    if not isinstance(theirs, datetime):
        return bad("clock", "the database did not tell its time")
    apart = abs((theirs - clock.now()).total_seconds())
    if apart > WORST_CLOCK_SECONDS:
        return bad("clock", f"{apart:.1f} s from the database's clock: set up time service")
    return ok("clock", f"{apart:.2f} s from the database's clock")


def check_scheduler() -> Check:
    """Look whether a background process is at work."""
    until = lease_until(ROLE)
    if until is None or until < clock.now():
        return warn("background", "no background process is running: start `drillreg serve`")
    return ok("background", "a background process is at work")


def check_disk() -> Check:
    """Look whether there is room for more."""
    free = shutil.disk_usage(settings().data_dir).free
    if free < LEAST_FREE:
        return bad("disk", f"{free // 1024**2} MB free in the data folder")
    return ok("disk", f"{free // 1024**3} GB free")


def file_system_of(path: Path) -> str:
    """Return the kind of file system a path lies on, from /proc/mounts."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text().splitlines():
        _, mount, found = line.split(" ")[:3]
        if str(path.resolve()).startswith(mount) and len(mount) > len(best):
            best, kind = mount, found
    return kind


def check_data_folder() -> Check:
    """Look at the data folder: private, and not on a network file system under SQLite."""
    folder = settings().data_dir
    kind = file_system_of(folder)
    if db.engine.dialect.name == "sqlite" and kind in NETWORK_FILE_SYSTEMS:
        return bad("data folder", f"SQLite cannot live on {kind}: use a local disk or PostgreSQL")
    if folder.stat().st_mode & 0o007:
        return warn("data folder", f"others may read {folder}: chmod 700")
    return ok("data folder", f"{folder.resolve()} on {kind}")


def check_https() -> Check:
    """Look whether phones can use position and offline work."""
    found = settings()
    if not found.https:
        return warn(
            "https", "plain HTTP: no GPS, no secure cookie (fine for a trial on one machine)"
        )
    if not found.public_url.startswith("https://"):
        return bad("https", "DRILLREG_PUBLIC_URL must start with https://")
    return ok("https", found.public_url)


def check_sandbox() -> Check:
    """Look how well untrusted files are shut in."""
    found = capabilities()
    words = ", ".join(f"{key}: {value}" for key, value in sorted(found.items()))
    if not found["network_isolated"]:
        if settings().sandbox_without_network_isolation:
            return warn("sandbox", f"without network isolation, as the settings allow ({words})")
        return bad("sandbox", f"the kernel gives no network isolation ({words})")
    return ok("sandbox", words)


def check_fonts() -> Check:
    """Look whether the fonts of the papers are there."""
    if find_spec("pylopdf_fonts_zh_cn") is None:
        return bad("fonts", "pylopdf-fonts-zh-cn is not installed")
    return ok("fonts", "Noto Serif SC and Noto Sans SC; the office's own by name where installed")


def check_root() -> Check:
    """Look whether the program runs with more rights than it needs."""
    if os.geteuid() == 0:
        return warn("user", "running as root: make a user of its own for drillreg")
    return ok("user", f"user id {os.geteuid()}")


READY: tuple[Callable[[], Check], ...] = (check_database, check_scheduler, check_disk)
ALL: tuple[Callable[[], Check], ...] = (
    check_database,
    check_durability,
    check_roles,
    check_clock,
    check_scheduler,
    check_disk,
    check_data_folder,
    check_https,
    check_sandbox,
    check_fonts,
    check_root,
)


def examine(checks: tuple[Callable[[], Check], ...]) -> Iterator[Check]:
    """Run checks one by one; one that breaks is a finding, not the end."""
    for check in checks:
        try:
            yield check()
        except Exception as error:
            db.session.rollback()
            yield bad(check.__name__.removeprefix("check_"), f"{type(error).__name__}: {error}")
