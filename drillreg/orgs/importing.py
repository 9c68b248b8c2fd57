"""Imports from upload to undo: found out first, written unseen in the background, shown at once."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, or_, select

from drillreg.audit.operations import record
from drillreg.config import settings
from drillreg.core import clock
from drillreg.core.access import Actor
from drillreg.core.db import Base, db, unit_of_work
from drillreg.core.errors import DomainError, NotFound
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of, store
from drillreg.i18n import N_, translate
from drillreg.orgs.boundary_import import BOUNDARIES
from drillreg.orgs.division_import import DIVISIONS
from drillreg.orgs.importers import Found, Importer, Source
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName, Org, OrgVersion
from drillreg.orgs.org_import import ORGANISATIONS
from drillreg.orgs.scope import OrgScope
from drillreg.sheets.write import Cell, xlsx_bytes
from drillreg.work.models import ImportBatch, WorkItem
from drillreg.work.operations import enqueue
from drillreg.work.rules import ImportState
from drillreg.work.worker import Progress

IMPORTERS: dict[str, Importer] = {
    "divisions": DIVISIONS,
    "organisations": ORGANISATIONS,
    "boundaries": BOUNDARIES,
}
WORK_KIND = "orgs.import"
SHOWN_PROBLEMS = 50
# Rows of these belong to the import itself; any other row that points at it stands in the way.
OWN_TABLES = frozenset(
    model.__tablename__ for model in (Org, OrgVersion, Division, DivisionName, DivisionBoundary)
)


def find(what: str, source: Source) -> Found:
    """Read what was uploaded and say what would come of it; nothing is written."""
    return IMPORTERS[what].find(source)


def keep_preview(
    what: str, source: Source, found: Found, *, actor: Actor | None, now: datetime
) -> ImportBatch:
    """Keep the files and what was found, to be looked at before it is applied."""
    owner_id = source.owner.id if source.owner else None
    files = [
        store(data, name=name, org_id=owner_id, actor=actor, now=now)
        for name, data in source.files.items()
    ]
    batch = ImportBatch(
        kind=what,
        file_id=files[0].id,
        file_name=shown_name([file.name for file in files]),
        # 0: a command imports for the whole installation.
        org_id=owner_id or 0,
        account_id=actor.account_id if actor else None,
        created_at=now,
        summary=summary_of(found),
        options={
            **source.options,
            "files": [[file.id, name] for file, name in zip(files, source.files, strict=True)],
        },
    )
    if found.problems:
        batch.problems_file_id = store(
            problems_workbook(found),
            name=f"{translate(N_('Rows to correct'))}.xlsx",
            org_id=owner_id,
            actor=actor,
            now=now,
        ).id
    if found.outlines:
        outlines = store(
            found.outlines, name="outlines.geojson", org_id=owner_id, actor=actor, now=now
        )
        batch.options = {**batch.options, "outlines_id": outlines.id}
    db.session.add(batch)
    db.session.flush()
    return batch


def shown_name(names: Sequence[str]) -> str:
    """Return one name for what was uploaded: of the parts of a shapefile the main one."""
    main = next((name for name in names if name.lower().endswith(".shp")), names[0])
    return main if len(names) == 1 else f"{main} (+{len(names) - 1})"


def summary_of(found: Found) -> dict[str, Any]:
    """Return what is shown of an import, as plain data."""
    return {
        "columns": [list(pair) for pair in found.columns],
        "encoding": found.encoding,
        "counts": found.counts,
        "notices": [list(notice) for notice in found.notices],
        "problems": [
            [p.row.number, p.message, p.params, " ".join(c for c in p.row.cells if c)[:120]]
            for p in found.problems[:SHOWN_PROBLEMS]
        ],
        "sample": [list(row) for row in found.sample],
        "extra": found.extra,
    }


def problems_workbook(found: Found) -> bytes:
    """Return the bad rows as they stood, each with its number and reason, as a workbook."""
    header = [translate(N_("Row")), translate(N_("Why left out")), *found.header]
    rows: list[list[Cell]] = [
        [problem.row.number, translate(problem.message, **problem.params), *problem.row.cells]
        for problem in found.problems
    ]
    zone = ZoneInfo(settings().timezone)
    return xlsx_bytes([(translate(N_("Rows to correct")), header, rows)], zone=zone)


def get_batch(public_id: str, scope: OrgScope) -> ImportBatch:
    """Return an import whose organisation is in scope, or raise NotFound."""
    found = db.session.scalar(
        select(ImportBatch)
        .outerjoin(Org, Org.id == ImportBatch.org_id)
        .where(
            ImportBatch.public_id == public_id,
            ImportBatch.kind.in_(IMPORTERS),
            scope.allows(),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such import."))
    return found


def batches_of(
    kinds: Sequence[str], scope: OrgScope, *, at_most: int = 10
) -> Sequence[ImportBatch]:
    """Return the newest imports of some kinds that were applied, undone ones too."""
    return db.session.scalars(
        select(ImportBatch)
        .join(Org, Org.id == ImportBatch.org_id)
        .where(
            ImportBatch.kind.in_(list(kinds)),
            ImportBatch.applied_at.is_not(None),
            scope.allows(),
        )
        .order_by(ImportBatch.id.desc())
        .limit(at_most)
    ).all()


def queue_import(
    batch: ImportBatch, *, title: str, url: str, actor: Actor, now: datetime
) -> WorkItem:
    """Queue the writing of a previewed import; `url` is where its result is shown."""
    if batch.state is not ImportState.PREVIEW:
        raise DomainError(N_("This import was already applied."))
    if not batch.summary["counts"]["rows"]:
        raise DomainError(N_("There is nothing in it to import."))
    args = {"batch_id": batch.id, "url": url, "account_id": actor.account_id, "name": actor.name}
    return enqueue(WORK_KIND, args, title=title, actor=actor, org_id=batch.org_id or None, now=now)


def run_import(args: dict[str, Any], progress: Progress) -> dict[str, Any] | None:
    """Write a previewed import in chunks that stay unseen, then show all of it at once.

    Safe to repeat: a step leaves alone what the batch already wrote.
    """
    actor = Actor(args["account_id"], None, args["name"])
    apply_batch(int(args["batch_id"]), actor=actor, progress=progress)
    return {"url": args["url"]}


def apply_batch(batch_id: int, *, actor: Actor | None, progress: Any = None) -> None:
    """Write a previewed import in transactions of its own; `progress(done, total)` after each."""
    importer, found = _found_again(batch_id)
    with unit_of_work():
        batch = _batch(batch_id)
        if batch.state is ImportState.APPLIED:
            return
        batch.summary = {**batch.summary, **summary_of(found)}
    for number, step in enumerate(found.steps):
        if progress:
            progress(number, len(found.steps))
        with unit_of_work():
            now = clock.now()
            importer.write(_batch(batch_id), step, now, clock.local_date(now))
    with unit_of_work():
        now = clock.now()
        _show(_batch(batch_id), importer, actor=actor, now=now, today=clock.local_date(now))
    if progress:
        progress(len(found.steps), len(found.steps))


def _batch(batch_id: int) -> ImportBatch:
    return db.session.get_one(ImportBatch, batch_id)


def _found_again(batch_id: int) -> tuple[Importer, Found]:
    """Read the kept files once more, with the bounds of background work."""
    batch = _batch(batch_id)
    files = {
        name: bytes_of(db.session.get_one(StoredFile, file_id))
        for file_id, name in batch.options["files"]
    }
    owner = db.session.get(Org, batch.org_id) if batch.org_id else None
    importer = IMPORTERS[batch.kind]
    return importer, importer.find(Source(files, dict(batch.options), owner, in_background=True))


def _show(
    batch: ImportBatch, importer: Importer, *, actor: Actor | None, now: datetime, today: date
) -> None:
    """Let all rows of an import be seen; the one moment at which it takes effect."""
    if batch.state is ImportState.APPLIED:
        return
    batch.state, batch.applied_at = ImportState.APPLIED, now
    db.session.flush()
    importer.show(batch, today)
    batch.digest = _digest(batch)
    _record("import-applied", batch, actor=actor, now=now, digest=batch.digest)


def _digest(batch: ImportBatch) -> str:
    """Return the SHA-256 over the hashes of the files, in their order: what was imported."""
    hashes = [db.session.get_one(StoredFile, id_).sha256 for id_, _ in batch.options["files"]]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _record(
    action: str, batch: ImportBatch, *, actor: Actor | None, now: datetime, **detail: Any
) -> None:
    record(
        action,
        subject_kind="import",
        subject_id=batch.id,
        actor=actor,
        now=now,
        org_id=batch.org_id or None,
        kind=batch.kind,
        file=batch.file_name,
        counts=batch.summary["counts"],
        **detail,
    )


def undo_import(batch: ImportBatch, *, actor: Actor | None, now: datetime) -> None:
    """Hide all rows of an import again, unless records already build on them."""
    if batch.state is not ImportState.APPLIED:
        raise DomainError(N_("This import is not in force."))
    count = uses_count(batch)
    if count:
        raise DomainError(
            N_(
                "%(count)d other records already stand at what this import brought in."
                " Move or close those first."
            ),
            count=count,
        )
    batch.state, batch.undone_at = ImportState.UNDONE, now
    db.session.flush()
    IMPORTERS[batch.kind].hide(batch)
    _record("import-undone", batch, actor=actor, now=now)


def uses_count(batch: ImportBatch) -> int:
    """Return how many records of others point at organisations or divisions of an import."""
    linked = [*batch.summary.get("links", {}).values(), batch.org_id]
    return sum(
        _pointing(table, target, batch.id, linked)
        for target in (Org.__table__, Division.__table__)
        for table in Base.metadata.sorted_tables
        if "import_id" in table.c or table.name not in OWN_TABLES
    )


def _pointing(table: Table, target: Any, batch_id: int, linked: Sequence[int]) -> int:
    """Count the rows of a table that point at rows of a batch and stand without it.

    `linked` organisations got a division by the batch and simply lose it again.
    """
    mine = select(target.c.id).where(target.c.import_id == batch_id)
    columns = [
        column
        for column in table.columns
        if any(key.column is target.c.id for key in column.foreign_keys)
    ]
    if not columns:
        return 0
    statement = select(func.count()).select_from(table)
    statement = statement.where(or_(*(column.in_(mine) for column in columns)))
    if "import_id" in table.c:
        standing = select(ImportBatch.id).where(
            ImportBatch.state == ImportState.APPLIED, ImportBatch.id != batch_id
        )
        statement = statement.where(
            or_(table.c.import_id.is_(None), table.c.import_id.in_(standing))
        )
    if table.name == Org.__tablename__:
        statement = statement.where(table.c.id.not_in(linked))
    return db.session.scalar(statement) or 0
