"""Files with versions: each record has named slots, and in each slot numbered versions.

The feature that owns the record decides who may look and who may add; it writes the trail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError, NotFound
from drillreg.files.models import FileVersion, StoredFile
from drillreg.i18n import N_


@dataclass(frozen=True)
class Slot:
    """A named place for a file at a record, such as the signed sheet of an approval."""

    subject_kind: str
    subject_id: int
    name: str


@dataclass(frozen=True)
class Kept:
    """What a slot holds: the version that is shown, and the older or struck-out ones."""

    shown: FileVersion | None
    others: Sequence[FileVersion]


def add_version(
    slot: Slot, file: StoredFile, *, actor: Actor, now: datetime, note: str = ""
) -> FileVersion:
    """Put a stored file into a slot as its next version; the ones before stay reachable."""
    newest = db.session.scalar(
        select(func.max(FileVersion.number)).where(
            FileVersion.subject_kind == slot.subject_kind,
            FileVersion.subject_id == slot.subject_id,
            FileVersion.slot == slot.name,
        )
    )
    found = FileVersion(
        subject_kind=slot.subject_kind,
        subject_id=slot.subject_id,
        slot=slot.name,
        number=(newest or 0) + 1,
        file_id=file.id,
        note=note or None,
        at=now,
        account_id=actor.account_id,
        name=actor.name,
    )
    db.session.add(found)
    # Two who upload at once meet at the unique number: one is kept, the other is told (409).
    db.session.flush()
    return found


def void_version(found: FileVersion, *, reason: str, actor: Actor, now: datetime) -> None:
    """Strike a version out; the newest one that stands is shown in its place."""
    if found.voided_at is not None:
        raise DomainError(N_("This version was struck out already."))
    if not reason:
        raise DomainError(N_("Write why the file is struck out."))
    found.voided_at, found.voided_by_id, found.void_reason = now, actor.account_id, reason


def kept_in(subject_kind: str, subject_id: int) -> dict[str, Kept]:
    """Return by slot what a record keeps, in one query; the record was fetched in scope."""
    found = db.session.scalars(
        select(FileVersion)
        .where(FileVersion.subject_kind == subject_kind, FileVersion.subject_id == subject_id)
        .order_by(FileVersion.slot, FileVersion.number.desc())
    ).all()
    slots: dict[str, list[FileVersion]] = {}
    for version in found:
        slots.setdefault(version.slot, []).append(version)
    return {name: _kept(versions) for name, versions in slots.items()}


def _kept(versions: Sequence[FileVersion]) -> Kept:
    shown = next((version for version in versions if version.voided_at is None), None)
    return Kept(shown, [version for version in versions if version is not shown])


def get_version(version_id: int, subject_kind: str, subject_id: int) -> FileVersion:
    """Return a version of a record's files, or raise NotFound."""
    found = db.session.scalar(
        select(FileVersion).where(
            FileVersion.id == version_id,
            FileVersion.subject_kind == subject_kind,
            FileVersion.subject_id == subject_id,
        )
    )
    if found is None:
        raise NotFound(N_("There is no such file."))
    return found
