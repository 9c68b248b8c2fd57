"""Keeping files: bytes to the store first, the row after; never the other way round."""

import hashlib
import os
import tempfile
import unicodedata
from datetime import datetime
from pathlib import Path

from drillreg.config import settings
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.files.models import StoredFile
from drillreg.i18n import N_

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"PK\x03\x04", "application/zip"),
)
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
}


def media_type_of(data: bytes, name: str) -> str:
    """Return the media type by content, refined by the ending of office files."""
    found = next((kind for magic, kind in MAGIC if data.startswith(magic)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    ending = Path(name).suffix.lower()
    if found in {"application/zip", "application/x-ole-storage"}:
        return OFFICE.get(ending, found)
    return found or "application/octet-stream"


def clean_name(name: str) -> str:
    """Return the display name of a file: NFC, last part only, no control characters."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable()).strip(". ")
    return kept[-150:] or "file"


def path_of(sha256: str) -> Path:
    """Return where bytes of that hash lie in the store."""
    return settings().data_dir / "files" / sha256[:2] / sha256


def keep_bytes(data: bytes) -> str:
    """Write bytes durably into the store, once, and return their SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path_of(sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as writer:
            writer.write(data)
            writer.flush()
            os.fsync(writer.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256


def store(
    data: bytes,
    *,
    name: str,
    org_id: int | None,
    actor: Actor | None,
    now: datetime,
    media_types: frozenset[str] | None = None,
    most_megabytes: int = 0,
) -> StoredFile:
    """Keep a file; raise when it is empty, too large or not of the kinds asked for.

    `most_megabytes` is for what we made ourselves; without it, the largest upload.
    """
    if not data:
        raise DomainError(N_("The file %(name)s is empty."), name=clean_name(name))
    most = most_megabytes or settings().upload_megabytes
    if len(data) > most * 1024 * 1024:
        raise DomainError(
            N_("The file %(name)s is larger than %(most)d MB."), name=clean_name(name), most=most
        )
    media_type = media_type_of(data, name)
    if media_types is not None and media_type not in media_types:
        raise DomainError(
            N_("The file %(name)s is not of a kind that is taken here."), name=clean_name(name)
        )
    found = StoredFile(
        sha256=keep_bytes(data),
        size=len(data),
        media_type=media_type,
        name=clean_name(name),
        created_at=now,
        created_by_id=actor.account_id if actor else None,
        org_id=org_id,
    )
    db.session.add(found)
    db.session.flush()
    return found


def bytes_of(found: StoredFile) -> bytes:
    """Return the bytes of a stored file; raise when the store lost or changed them."""
    data = path_of(found.sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise RuntimeError(f"stored file {found.id} was changed on disk")
    return data
