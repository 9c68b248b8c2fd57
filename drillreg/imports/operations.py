"""Keeping an upload, its preview and the choices about it; queueing, taking over, undoing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select

from drillreg.audit.operations import record
from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import DomainError
from drillreg.files.operations import store
from drillreg.i18n import N_, translate
from drillreg.imports.models import ImportMapping
from drillreg.imports.queries import applied_before
from drillreg.imports.registry import kind_of
from drillreg.imports.rules import (
    APPLY_WORK,
    READ_WORK,
    digest_of,
    ensure_applied,
    ensure_open,
    fingerprint,
)
from drillreg.imports.summary import NOTHING, Summary
from drillreg.work.importers import Kind
from drillreg.work.models import ImportBatch, ImportChange, WorkItem
from drillreg.work.operations import enqueue
from drillreg.work.rules import ImportState

Params = dict[str, Any]


def shown_name(names: list[str]) -> str:
    """Return one name for what was uploaded: of the parts of a shapefile the main one."""
    main = next((name for name in names if name.lower().endswith(".shp")), names[0])
    return main if len(names) == 1 else f"{main} (+{len(names) - 1})"


def keep_upload(
    kind: Kind,
    files: Mapping[str, bytes],
    options: Params,
    *,
    org_id: int | None,
    actor: Actor | None,
    now: datetime,
) -> ImportBatch:
    """Keep uploaded files and what was said about them; nothing of it is visible yet."""
    kept = [
        store(data, name=name, org_id=org_id, actor=actor, now=now) for name, data in files.items()
    ]
    batch = ImportBatch(
        kind=kind.code,
        file_id=kept[0].id,
        file_name=shown_name([file.name for file in kept]),
        # 0: a command imports for the whole installation.
        org_id=org_id or 0,
        account_id=actor.account_id if actor else None,
        created_at=now,
        summary=dict(NOTHING),
        options={
            **options,
            "files": [[file.id, name] for file, name in zip(kept, files, strict=True)],
        },
        digest=digest_of([file.sha256 for file in kept]),
    )
    db.session.add(batch)
    db.session.flush()
    return batch


@dataclass(frozen=True)
class Preview:
    """What was found out about an import, made outside any transaction."""

    summary: Summary
    explained: bytes | None
    outlines: bytes


def keep_preview(batch: ImportBatch, found: Preview, *, actor: Actor | None, now: datetime) -> None:
    """Keep what an import would do, with its explained rows and its map as files."""
    ensure_open(batch.state)
    _keep_found(batch, found, actor=actor, now=now)


def _keep_found(batch: ImportBatch, found: Preview, *, actor: Actor | None, now: datetime) -> None:
    # What a kind noted while it wrote stays: it is no part of the summary.
    noted = {name: value for name, value in batch.summary.items() if name not in NOTHING}
    batch.summary = {**found.summary, **noted}
    batch.problems_file_id = _kept(batch, found.explained, f"{batch.file_name}.xlsx", actor, now)
    outlines = _kept(batch, found.outlines, "outlines.geojson", actor, now)
    batch.options = {**batch.options, "outlines_id": outlines}


def _kept(
    batch: ImportBatch, data: bytes | None, name: str, actor: Actor | None, now: datetime
) -> int | None:
    if not data:
        return None
    return store(data, name=name, org_id=batch.org_id or None, actor=actor, now=now).id


def change_options(batch: ImportBatch, options: Params) -> None:
    """Note other choices about an import; it has to be read again."""
    ensure_open(batch.state)
    batch.options = {**batch.options, **options}


def remember_mapping(batch: ImportBatch, *, actor: Actor | None, now: datetime) -> None:
    """Remember how the columns of a table were taken, for the next one of this sender."""
    key = fingerprint(batch.summary["header"])
    if not key or not batch.org_id or batch.summary["has_shapes"]:
        return
    found = db.session.scalar(
        select(ImportMapping).where(
            ImportMapping.org_id == batch.org_id,
            ImportMapping.kind == batch.kind,
            ImportMapping.fingerprint == key,
        )
    )
    if found is None:
        found = ImportMapping(org_id=batch.org_id, kind=batch.kind, fingerprint=key)
        db.session.add(found)
    found.columns = dict(batch.summary["columns"])
    found.account_id = actor.account_id if actor else None
    found.account_name = actor.name if actor else ""
    found.used_at = now


def ensure_appliable(batch: ImportBatch, kind: Kind) -> None:
    """Raise unless an import is still open, brings something, and may come (again)."""
    ensure_open(batch.state)
    if not batch.summary.get("good"):
        raise DomainError(N_("No row of this file can be imported."))
    before = applied_before(batch) if kind.once else None
    if before is not None:
        raise DomainError(
            N_("This file was imported before (%(name)s). Nothing was added."),
            name=before.file_name,
        )


def queue_reading(
    batch: ImportBatch, *, url: str, locale: str, actor: Actor, now: datetime
) -> WorkItem:
    """Queue the reading of a file that is too large to wait for."""
    title = translate(N_("Reading %(name)s"), name=batch.file_name)
    return _enqueue(READ_WORK, batch, title=title, url=url, locale=locale, actor=actor, now=now)


def queue_import(
    batch: ImportBatch, *, url: str, locale: str, actor: Actor, now: datetime
) -> WorkItem:
    """Queue the writing of what was chosen; `url` is where its result is shown."""
    ensure_appliable(batch, kind_of(batch.kind))
    title = translate(N_("Importing %(name)s"), name=batch.file_name)
    return _enqueue(APPLY_WORK, batch, title=title, url=url, locale=locale, actor=actor, now=now)


def _enqueue(
    kind: str,
    batch: ImportBatch,
    *,
    title: str,
    url: str,
    locale: str,
    actor: Actor,
    now: datetime,
) -> WorkItem:
    args = {"batch_id": batch.id, "locale": locale, "url": url}
    return enqueue(kind, args, title=title, actor=actor, org_id=batch.org_id or None, now=now)


# Writing


def take_over(batch_id: int, kind: Kind, attempt: int) -> ImportBatch:
    """Let one attempt write an import: what an earlier one left is removed, it stops itself."""
    batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    ensure_appliable(batch, kind)
    drop_rows(batch, kind)
    batch.options = {**batch.options, "attempt": attempt}
    return batch


def ensure_mine(batch_id: int, attempt: int) -> ImportBatch:
    """Return an import, or raise when another attempt has taken over or it is written already."""
    batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    ensure_open(batch.state)
    if batch.options.get("attempt") != attempt:
        raise DomainError(N_("Another run of this import has taken over."))
    return batch


def drop_rows(batch: ImportBatch, kind: Kind) -> None:
    """Remove what a stopped import has written; nobody has seen any of it."""
    kind.drop(batch)
    db.session.execute(delete(ImportChange).where(ImportChange.import_id == batch.id))
    batch.summary = {name: value for name, value in batch.summary.items() if name in NOTHING}


def show_all(
    batch: ImportBatch,
    kind: Kind,
    found: Preview,
    *,
    actor: Actor | None,
    now: datetime,
    today: date,
) -> None:
    """Let all rows of an import be seen; the one moment at which it takes effect."""
    _keep_found(batch, found, actor=actor, now=now)
    batch.state, batch.applied_at = ImportState.APPLIED, now
    db.session.flush()
    kind.show(batch, now, today)
    changed = {change.subject_id: change.after for change in changes_of(batch)}
    if changed:
        kind.change(changed, now=now, today=today)
    remember_mapping(batch, actor=actor, now=now)
    _record("import-applied", batch, actor=actor, now=now)


def changes_of(batch: ImportBatch) -> list[ImportChange]:
    """Return what an import changes in records that stood before."""
    found = db.session.scalars(
        select(ImportChange).where(ImportChange.import_id == batch.id).order_by(ImportChange.id)
    )
    return list(found)


def _record(action: str, batch: ImportBatch, *, actor: Actor | None, now: datetime) -> None:
    """Write the one row of the trail; `digest` says what the file held."""
    summary = batch.summary
    record(
        action,
        subject_kind="import",
        subject_id=batch.id,
        actor=actor,
        now=now,
        org_id=batch.org_id or None,
        kind=batch.kind,
        file=batch.file_name,
        digest=batch.digest,
        imported=summary.get("good", 0),
        changed=summary.get("change", 0),
        explained=summary.get("explained", 0),
    )


# Undoing


def uses_of(batch: ImportBatch, kind: Kind) -> int:
    """Return how many records stand in the way of undoing an import."""
    return kind.uses(batch) + _changed_since(batch, kind)


def _changed_since(batch: ImportBatch, kind: Kind) -> int:
    """Return how many records it changed do not stand any more as it left them."""
    count = select(func.count()).select_from(ImportChange)
    if not db.session.scalar(count.where(ImportChange.import_id == batch.id)):
        return 0
    after = {change.subject_id: change.after for change in changes_of(batch)}
    now = kind.current(list(after))
    return sum(
        any(now.get(subject, {}).get(name) != value for name, value in values.items())
        for subject, values in after.items()
    )


def undo_import(batch: ImportBatch, *, actor: Actor | None, now: datetime, today: date) -> None:
    """Take back all that an import did, unless records already build on it."""
    kind = kind_of(batch.kind)
    ensure_applied(batch.state)
    count = uses_of(batch, kind)
    if count:
        raise DomainError(kind.in_use, count=count)
    batch.state, batch.undone_at = ImportState.UNDONE, now
    db.session.flush()
    before = {change.subject_id: change.before for change in changes_of(batch)}
    if before:
        kind.change(before, now=now, today=today)
    kind.hide(batch, now, today)
    _record("import-undone", batch, actor=actor, now=now)
