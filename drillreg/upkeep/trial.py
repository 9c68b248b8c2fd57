"""Backups as background work: making one, and trying whether one can be restored.

A trial restore unpacks into a scratch folder by the same code as a real one, compares what came
out with what the backup says it holds, and throws everything away.
"""

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from drillreg.config import Settings, settings
from drillreg.core import clock
from drillreg.core.db import Base, db
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.office.queries import setting
from drillreg.upkeep.backup import LAST, check_backup, make_backup, restore_backup, row_counts

CHECK_WORK = "upkeep.check"
PAGE = "/system/backups"


@dataclass(frozen=True)
class BackupFile:
    """One backup in the folder of the installation."""

    name: str
    size: int
    made_at: datetime


def backup_folder(found: Settings) -> Path:
    """Return where backups lie unless another folder was named."""
    return found.data_dir / "backups"


def backups(found: Settings) -> list[BackupFile]:
    """Return the backups in the folder, newest first."""
    folder = backup_folder(found)
    paths = sorted(folder.glob("drillreg-*.tar"), reverse=True) if folder.is_dir() else []
    return [
        BackupFile(
            path.name, path.stat().st_size, datetime.fromtimestamp(path.stat().st_mtime, UTC)
        )
        for path in paths
    ]


def last_backup_at(found: Settings) -> datetime | None:
    """Return when the last backup was made, wherever it went."""
    note = found.data_dir / LAST
    if not note.exists():
        return None
    return datetime.fromisoformat(json.loads(note.read_text("utf-8"))["made_at"])


def back_up(args: dict[str, Any], progress: Any) -> dict[str, Any]:
    """Make a backup and keep only as many as the office has set."""
    found = settings()
    progress(0, 2)
    path = make_backup(found, folder=backup_folder(found), now=clock.now())
    progress(1, 2)
    for old in backups(found)[setting("machine.backups-kept") :]:
        (backup_folder(found) / old.name).unlink()
    db.session.rollback()
    return {"name": path.name, "bytes": path.stat().st_size, "url": PAGE}


def path_of_backup(found: Settings, name: str) -> Path:
    """Return the path of a backup in the folder, or raise for a name that is not one of them."""
    if name not in {each.name for each in backups(found)}:
        raise DomainError(N_("There is no backup of this name any more."))
    return backup_folder(found) / name


def try_restore(args: dict[str, Any], progress: Any) -> dict[str, Any]:
    """Read a backup to its end and restore it into a folder that is thrown away."""
    found = settings()
    path = path_of_backup(found, args["name"])
    progress(0, 2)
    manifest = check_backup(path)
    progress(1, 2)
    with tempfile.TemporaryDirectory(dir=found.data_dir) as scratch:
        if manifest["database"] == "sqlite":
            told = _restored_sqlite(path, manifest, Path(scratch))
        else:
            told = _listed_postgresql(path, Path(scratch))
    files = sum(name.startswith("files/") for name in manifest["sha256"])
    return {"name": path.name, "files": files, "url": PAGE, **told}


def _restored_sqlite(path: Path, manifest: Mapping[str, Any], scratch: Path) -> dict[str, Any]:
    elsewhere = replace(
        settings(), data_dir=scratch / "restored", database_url="", tls_cert="", tls_key=""
    )
    restore_backup(elsewhere, path)
    database = elsewhere.data_dir / "drillreg.sqlite"
    connection = sqlite.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        (sealed,) = connection.execute("SELECT coalesce(max(seq), 0) FROM audit_row").fetchone()
        hashes = [row[0] for row in connection.execute("SELECT sha256 FROM stored_file")]
    finally:
        connection.close()
    _ensure(verdict == "ok", str(verdict))
    counts = row_counts(database)
    wrong = {name for name, count in manifest["rows"].items() if counts.get(name) != count}
    _ensure(not wrong, ", ".join(sorted(wrong)))
    _ensure(sealed >= manifest["audit_head"][0], "audit_row")
    store = elsewhere.data_dir / "files"
    lost = [sha for sha in hashes if not (store / sha[:2] / sha).is_file()]
    _ensure(not lost, ", ".join(lost[:3]))
    return {"tables": len(counts), "rows": sum(counts.values())}


def _listed_postgresql(path: Path, scratch: Path) -> dict[str, Any]:
    """Let pg_restore read the whole table of contents; a server to restore into is not at hand."""
    with tarfile.open(path) as archive:
        archive.extract("database", scratch, filter="data")
    listed = subprocess.run(  # noqa: S603 - fixed program, our own file
        ["pg_restore", "--list", str(scratch / "database")],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    _ensure(listed.returncode == 0, listed.stderr.strip()[-200:])
    data = [line for line in listed.stdout.splitlines() if " TABLE DATA " in line]
    missing = [
        name for name in Base.metadata.tables if not any(f" {name} " in line for line in data)
    ]
    _ensure(not missing, ", ".join(missing))
    return {"tables": len(data), "rows": None}


def _ensure(holds: bool, what: str) -> None:
    if not holds:
        raise DomainError(N_("The backup does not restore to what it says: %(what)s."), what=what)
