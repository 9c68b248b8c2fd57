"""What is well and what is not with the machine and its database, one check a line."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text

from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.db import db
from drillreg.i18n import N_
from drillreg.sandbox.client import capabilities
from drillreg.scheduler.queries import lease_until
from drillreg.scheduler.runner import ROLE
from drillreg.upkeep.checks import Check, bad, ok, warn
from drillreg.upkeep.database import newest_version, version_of_database
from drillreg.upkeep.running import (
    check_backup_age,
    check_calendar,
    check_map,
    check_queue,
    check_trail,
)
from drillreg.upkeep.tls import good_until

LEAST_FREE = 500 * 1024 * 1024
WORST_CLOCK_SECONDS = 2.0
RENEW_BEFORE = timedelta(days=30)
# What shuts a file reader in, as the kernel calls it.
WALLS = {"network_isolated": "network namespace", "landlock": "landlock", "seccomp": "seccomp"}
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"}


def check_database() -> Check:
    """Look whether the database answers and is at the newest version."""
    db.session.execute(text("SELECT 1"))
    here, newest = version_of_database(), newest_version()
    if here is None:
        return bad("database", N_("It was never set up."), N_("Run drillreg init."))
    if here != newest:
        return bad(
            "database",
            N_("At version %(here)s, not %(newest)s."),
            N_("Run drillreg init."),
            here=here,
            newest=newest,
        )
    return ok("database", N_("%(kind)s, version %(here)s."), kind=db.engine.dialect.name, here=here)


def check_durability() -> Check:
    """Look whether a committed row survives a power cut."""
    if db.engine.dialect.name == "sqlite":
        mode = db.session.scalar(text("PRAGMA journal_mode"))
        level = db.session.scalar(text("PRAGMA synchronous"))
        version = db.session.scalar(text("SELECT sqlite_version()"))
        if mode != "wal" or level != 2:
            return bad(
                "durability",
                N_("SQLite in %(mode)s mode, synchronous %(level)s."),
                N_("Report this: the program sets WAL and FULL itself."),
                mode=mode,
                level=level,
            )
        return ok("durability", N_("SQLite %(version)s, WAL, synchronous FULL."), version=version)
    setting = db.session.scalar(text("SHOW synchronous_commit"))
    if setting != "on":
        return bad(
            "durability",
            N_("synchronous_commit is %(setting)s."),
            N_("Set it to on in the database."),
            setting=setting,
        )
    return ok("durability", N_("PostgreSQL, synchronous_commit on."))


def check_roles() -> Check:
    """Look whether the application's role on PostgreSQL owns the tables, which it should not."""
    if db.engine.dialect.name != "postgresql":
        return ok("roles", N_("One file, one user."))
    owner = db.session.scalar(
        text("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'org'")
    )
    if owner:
        return warn(
            "roles",
            N_("The application owns its tables."),
            N_("Give it a role without ownership."),
        )
    return ok("roles", N_("The application does not own its tables."))


def check_clock() -> Check:
    """Compare this machine's clock with the database's."""
    if db.engine.dialect.name == "sqlite":
        return ok(
            "clock",
            N_("%(time)s %(zone)s."),
            time=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}",
            zone=settings().timezone,
        )
    theirs = db.session.scalar(text("SELECT clock_timestamp()"))
    if not isinstance(theirs, datetime):
        return bad(
            "clock", N_("The database did not tell its time."), N_("Look at the database server.")
        )
    apart = abs((theirs - clock.now()).total_seconds())
    if apart > WORST_CLOCK_SECONDS:
        return bad(
            "clock",
            N_("%(seconds).1f s from the database's clock."),
            N_("Set up the time service on both machines."),
            seconds=apart,
        )
    return ok("clock", N_("%(seconds).1f s from the database's clock."), seconds=apart)


def check_scheduler() -> Check:
    """Look whether a background process is at work."""
    until = lease_until(ROLE)
    if until is None or until < clock.now():
        return warn(
            "background",
            N_("No background process is running: reminders, papers and backups wait."),
            N_("Start drillreg serve."),
            url="/system/jobs/",
        )
    return ok("background", N_("A background process is at work."), url="/system/jobs/")


def check_disk() -> Check:
    """Look whether there is room for more."""
    free = shutil.disk_usage(settings().data_dir).free
    if free < LEAST_FREE:
        return bad(
            "disk",
            N_("%(free)d MB free in the data folder."),
            N_("Make room: old backups first."),
            free=free // 1024**2,
        )
    return ok("disk", N_("%(free)d GB free."), free=free // 1024**3)


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
    facts = {"folder": str(folder.resolve()), "kind": kind}
    if db.engine.dialect.name == "sqlite" and kind in NETWORK_FILE_SYSTEMS:
        return bad(
            "data folder",
            N_("SQLite cannot live on %(kind)s."),
            N_("Use a local disk or PostgreSQL."),
            **facts,
        )
    if folder.stat().st_mode & 0o007:
        return warn(
            "data folder", N_("Others may read %(folder)s."), N_("chmod 700 %(folder)s"), **facts
        )
    return ok("data folder", N_("%(folder)s on %(kind)s."), **facts)


def check_https() -> Check:
    """Look whether the site is encrypted where others can reach it (decision 15)."""
    found = settings()
    if found.https:
        if not found.public_url.startswith("https://"):
            return bad(
                "https",
                N_("The site is encrypted, but its address is %(address)s."),
                N_("DRILLREG_PUBLIC_URL must start with https://"),
                address=found.public_url,
            )
        return ok("https", "%(address)s", address=found.public_url)
    if found.is_loopback:
        return warn(
            "https",
            N_("Plain HTTP on this machine alone, fine for a trial."),
            N_("For an office: drillreg tls init, or a proxy with a certificate."),
        )
    if found.plain_http:
        return warn(
            "https",
            N_("Plain HTTP, as the settings allow: no position, passwords cross the network open."),
            N_("drillreg tls init makes certificates for an office without its own."),
        )
    return bad(
        "https",
        N_("Plain HTTP on a network, and no setting allows it."),
        N_("drillreg tls init makes certificates; DRILLREG_PLAIN_HTTP=1 allows going on without."),
    )


def check_certificate() -> Check:
    """Look how long the server's own certificate is good."""
    path = settings().tls_cert
    if not path:
        return ok("certificate", N_("None of the program's own."))
    until = good_until(Path(path))
    left = until - clock.now()
    facts = {"day": clock.local_date(until).isoformat()}
    mend = N_("drillreg tls renew, then start drillreg serve again.")
    if left <= timedelta():
        return bad("certificate", N_("It was good until %(day)s."), mend, **facts)
    if left < RENEW_BEFORE:
        return warn("certificate", N_("It is good until %(day)s only."), mend, **facts)
    return ok("certificate", N_("Good until %(day)s."), **facts)


def check_sandbox() -> Check:
    """Look how well untrusted files are shut in."""
    found = capabilities()
    words = ", ".join(name for key, name in WALLS.items() if found.get(key)) or "-"
    if found["network_isolated"]:
        return ok("sandbox", N_("Shut in (%(words)s)."), words=words)
    if settings().sandbox_without_network_isolation:
        return warn(
            "sandbox",
            N_("Without network isolation, as the settings allow (%(words)s)."),
            N_("Take only files of people you know."),
            words=words,
        )
    return bad(
        "sandbox",
        N_("The kernel gives no network isolation (%(words)s): files cannot be read."),
        N_("Allow user namespaces, or set DRILLREG_SANDBOX_WITHOUT_NETWORK_ISOLATION=1."),
        words=words,
    )


def check_fonts() -> Check:
    """Look whether the fonts of the papers are there."""
    if find_spec("pylopdf_fonts_zh_cn") is None:
        return bad(
            "fonts",
            N_("pylopdf-fonts-zh-cn is not installed: papers cannot be printed."),
            N_("Install the program again with its dependencies."),
        )
    return ok("fonts", N_("Noto Serif SC and Noto Sans SC; the office's own where installed."))


def check_root() -> Check:
    """Look whether the program runs with more rights than it needs."""
    if os.geteuid() == 0:
        return warn("user", N_("Running as root."), N_("Make a user of its own for drillreg."))
    return ok("user", N_("User number %(number)d."), number=os.geteuid())


READY: tuple[Callable[[], Check], ...] = (check_database, check_scheduler, check_disk)
# What the first page of the system administrator shows.
HOME: tuple[Callable[[], Check], ...] = (
    check_scheduler,
    check_backup_age,
    check_queue,
    check_disk,
    check_calendar,
    check_trail,
    check_https,
)
ALL: tuple[Callable[[], Check], ...] = (
    check_database,
    check_durability,
    check_roles,
    check_clock,
    check_scheduler,
    check_queue,
    check_backup_age,
    check_disk,
    check_data_folder,
    check_https,
    check_certificate,
    check_sandbox,
    check_fonts,
    check_root,
    check_calendar,
    check_trail,
    check_map,
)


def examine(checks: tuple[Callable[[], Check], ...]) -> Iterator[Check]:
    """Run checks one by one; one that breaks is a finding, not the end."""
    for check in checks:
        try:
            yield check()
        except Exception as error:
            db.session.rollback()
            name = check.__name__.removeprefix("check_")
            told = {"kind": type(error).__name__, "what": str(error)[:300]}
            yield bad(name, "%(kind)s: %(what)s", N_("Look into the log of the server."), **told)
