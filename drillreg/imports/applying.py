"""Previewing and writing an import as a whole: slow work outside, short transactions inside."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.i18n import N_
from drillreg.imports.operations import (
    Preview,
    drop_rows,
    ensure_mine,
    keep_preview,
    keep_upload,
    show_all,
    take_over,
)
from drillreg.imports.planning import Examined, Upload, examine
from drillreg.imports.queries import files_of, mappings_of
from drillreg.imports.registry import kind_of
from drillreg.imports.summary import explained_xlsx, summary_of
from drillreg.work.importers import CHUNK, Act, Entry, Kind, chunks
from drillreg.work.models import ImportBatch, ImportChange

Step = Callable[[int, int | None], None]


def no_progress(done: int, total: int | None) -> None:
    """Say nothing about how far the work is."""


def examine_batch(
    batch: ImportBatch,
    *,
    in_background: bool,
    actor: Actor | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Examined:
    """Read the kept files of an import and say what would come of them."""
    kind = kind_of(batch.kind)
    upload = Upload(
        files=files or files_of(batch),
        options=dict(batch.options),
        owner_id=batch.org_id or None,
        today=clock.today(),
        in_background=in_background,
        mappings=mappings_of(kind.code, batch.org_id, actor),
    )
    return examine(kind, upload)


def preview_of(kind: Kind, found: Examined, *, with_map: bool = True) -> Preview:
    """Return what is kept of a plan for the pages; a command needs no map."""
    draw = found.plan.outlines if found.plan and with_map else None
    return Preview(summary_of(kind, found), explained_xlsx(found), draw() if draw else b"")


def keep_examined(batch_id: int, found: Examined, *, actor: Actor | None) -> None:
    """Keep what was found out about an import."""
    kind = kind_of(db.session.get_one(ImportBatch, batch_id).kind)
    preview, now = preview_of(kind, found), clock.now()
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, batch_id)
        keep_preview(batch, preview, actor=actor, now=now)


def bring_in(
    kind: Kind,
    files: Mapping[str, bytes],
    options: dict[str, Any],
    found: Examined,
    *,
    org_id: int | None,
    actor: Actor | None = None,
) -> int:
    """Keep and write what was examined in one go, as commands do; return the import's number."""
    preview, now = preview_of(kind, found, with_map=False), clock.now()
    with unit_of_work():
        batch = keep_upload(kind, files, options, org_id=org_id, actor=actor, now=now)
        keep_preview(batch, preview, actor=actor, now=now)
        batch_id = batch.id
    apply_batch(batch_id, attempt=1, actor=actor, found=found, preview=preview)
    return batch_id


def apply_batch(
    batch_id: int,
    *,
    attempt: int,
    actor: Actor | None,
    progress: Step = no_progress,
    found: Examined | None = None,
    preview: Preview | None = None,
) -> None:
    """Write what was chosen of an import in chunks, then show all of it at once.

    Safe to repeat: rows that an earlier attempt left are removed first, and an attempt that was
    taken over stops at its next chunk.
    """
    batch = db.session.get_one(ImportBatch, batch_id)
    kind = kind_of(batch.kind)
    found = found or examine_batch(batch, in_background=True, actor=actor)
    preview = preview or preview_of(kind, found, with_map=False)
    if found.plan is None or found.chosen is None:
        raise DomainError(N_("The columns of this table have changed. Map them again."))
    new = [entry for entry in found.chosen.entries if entry.act is Act.NEW]
    changes = [entry for entry in found.chosen.entries if entry.act is Act.CHANGE]
    with unit_of_work():
        kind.prepare(take_over(batch_id, kind, attempt), found.plan)
    _write(batch_id, attempt, kind, kind.steps(found.plan, new), progress)
    _note_changes(batch_id, attempt, kind, changes)
    with unit_of_work():
        now = clock.now()
        batch = ensure_mine(batch_id, attempt)
        show_all(batch, kind, preview, actor=actor, now=now, today=clock.local_date(now))


def _write(batch_id: int, attempt: int, kind: Kind, steps: Sequence[Any], progress: Step) -> None:
    for number, step in enumerate(steps, start=1):
        with unit_of_work():
            now = clock.now()
            kind.write(ensure_mine(batch_id, attempt), step, now, clock.local_date(now))
        progress(number, len(steps))


def _note_changes(batch_id: int, attempt: int, kind: Kind, entries: Sequence[Entry]) -> None:
    """Write down what records were and will be; they change only as the flag flips."""
    for chunk in chunks(entries, CHUNK):
        with unit_of_work():
            ensure_mine(batch_id, attempt)
            standing = kind.current([entry.subject_id for entry in chunk])
            db.session.execute(
                insert(ImportChange),
                [
                    {
                        "import_id": batch_id,
                        "subject_id": entry.subject_id,
                        "before": {name: standing[entry.subject_id][name] for name in entry.data},
                        "after": dict(entry.data),
                    }
                    for entry in chunk
                ],
            )


def give_up(batch_id: int, *, attempt: int) -> None:
    """Remove what a cancelled import has written so far."""
    with unit_of_work():
        batch = ensure_mine(batch_id, attempt)
        drop_rows(batch, kind_of(batch.kind))
