"""Backup and restore: database, files and keys in one archive whose every part has a hash."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import make_url

from drillreg.audit.operations import head
from drillreg.config import Settings
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.core.keys import KEYS
from drillreg.i18n import N_

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.sha256"
FORMAT = 1
# Says when and where the last backup was made, also one made by hand into another folder.
LAST = "last_backup.json"


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def _libpq_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def dump_database(found: Settings, target: Path) -> None:
    """Write a consistent copy of the database: backup API for SQLite, pg_dump for PostgreSQL.

    Never a copy of the file: that loses committed rows (reliability.md §2.1).
    """
    url = found.url_of_database()
    if make_url(url).get_backend_name() == "sqlite":
        source = sqlite.connect(make_url(url).database or "", timeout=30)
        copy = sqlite.connect(str(target))
        with source, copy:
            source.backup(copy)
        copy.close()
        source.close()
        return
    subprocess.run(  # noqa: S603 - fixed program, our own database
        ["pg_dump", "--format=custom", f"--file={target}", _libpq_url(url)],  # noqa: S607
        check=True,
    )


def load_database(found: Settings, source: Path) -> None:
    """Put a copy back into an empty database."""
    url = found.url_of_database()
    if make_url(url).get_backend_name() == "sqlite":
        target = Path(make_url(url).database or "")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        return
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={_libpq_url(url)}",
            str(source),
        ],
        check=True,
    )


def make_backup(found: Settings, *, folder: Path, now: datetime) -> Path:
    """Write a backup into a folder and return its path; it holds keys, so mode 0600.

    The database is copied first: files are never overwritten, so whatever the copy names exists.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"drillreg-{now:%Y%m%d-%H%M%S}.tar"
    unfinished = target.with_suffix(".part")
    seq, seal = head()
    db.session.rollback()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        database = Path(scratch) / "database"
        dump_database(found, database)
        parts = {"database": database}
        for key in KEYS:
            if (found.data_dir / key).exists():
                parts[f"keys/{key}"] = found.data_dir / key
        store = found.data_dir / "files"
        for path in sorted(store.rglob("*")) if store.exists() else []:
            if path.is_file() and len(path.name) == 64:
                parts[f"files/{path.parent.name}/{path.name}"] = path
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "database": db.engine.dialect.name,
            "audit_head": [seq, seal],
            "rows": row_counts(database) if db.engine.dialect.name == "sqlite" else {},
            "sha256": {name: hash_of(path) for name, path in parts.items()},
        }
        unfinished.touch(mode=0o600)
        with tarfile.open(unfinished, "w") as archive:
            for name, path in parts.items():
                archive.add(path, arcname=name, recursive=False)
            text = json.dumps(manifest, indent=1).encode()
            _add(archive, MANIFEST, text)
            _add(archive, MANIFEST_SUM, _sum(text))
    check_backup(unfinished)
    unfinished.replace(target)
    note = {"made_at": now.isoformat(), "path": str(target.resolve())}
    (found.data_dir / LAST).write_text(json.dumps(note), "utf-8")
    return target


def row_counts(database: Path) -> dict[str, int]:
    """Return how many rows every table of an SQLite file has."""
    connection = sqlite.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    try:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for (name,) in sorted(names)
            if not name.startswith("sqlite_")
        }
    finally:
        connection.close()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def check_backup(path: Path) -> dict[str, Any]:
    """Read a backup to its end and return its manifest; raise when any byte is not as it was."""
    try:
        return _read_backup(path)
    except (tarfile.TarError, ValueError, KeyError, TypeError, OSError) as error:
        raise DomainError(
            N_("The backup %(name)s is damaged: %(why)s"), name=path.name, why=str(error)
        ) from None


def _read_backup(path: Path) -> dict[str, Any]:
    found: dict[str, str] = {}
    text = b""
    with tarfile.open(path) as archive:
        for entry in archive:
            reader = archive.extractfile(entry)
            if reader is None:
                raise ValueError(f"{entry.name} is not a plain file")
            if entry.name == MANIFEST:
                text = reader.read()
            elif entry.name == MANIFEST_SUM and reader.read() != _sum(text):
                raise ValueError("the manifest was changed")
            elif entry.name != MANIFEST_SUM:
                found[entry.name] = hashlib.file_digest(reader, "sha256").hexdigest()  # type: ignore[arg-type]
    manifest: dict[str, Any] = json.loads(text)
    if manifest["format"] != FORMAT:
        raise ValueError(f"format {manifest['format']} is not known")
    if manifest["sha256"] != found:
        wrong = set(manifest["sha256"].items()) ^ set(found.items())
        raise ValueError(f"{min(wrong)[0]} is missing or changed")
    return manifest


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def restore_backup(found: Settings, path: Path) -> dict[str, Any]:
    """Check a backup and unpack it into an empty installation; return its manifest."""
    manifest = check_backup(path)
    kept = [name for name in ("files", "audit_key") if (found.data_dir / name).exists()]
    database = make_url(found.url_of_database())
    if database.get_backend_name() == "sqlite" and Path(database.database or "").exists():
        kept.append("drillreg.sqlite")
    if kept:
        raise DomainError(
            N_("The data folder is not empty (%(names)s). Restore into an empty one."),
            names=", ".join(kept),
        )
    if manifest["database"] != database.get_backend_name():
        raise DomainError(
            N_("The backup is of %(theirs)s, this installation uses %(ours)s."),
            theirs=manifest["database"],
            ours=database.get_backend_name(),
        )
    found.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=found.data_dir) as scratch:
        with tarfile.open(path) as archive:
            archive.extractall(scratch, filter="data")
        load_database(found, Path(scratch) / "database")
        for key in (Path(scratch) / "keys").glob("*"):
            shutil.move(key, found.data_dir / key.name)
        if (Path(scratch) / "files").exists():
            shutil.move(Path(scratch) / "files", found.data_dir / "files")
    return manifest
