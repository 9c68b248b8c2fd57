"""Reading imports and what is remembered of their senders."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from drillreg.core.access import Actor
from drillreg.core.db import db
from drillreg.core.errors import NotFound
from drillreg.core.paging import Page, keyset_page
from drillreg.files.models import StoredFile
from drillreg.files.operations import bytes_of
from drillreg.i18n import N_
from drillreg.imports.models import ImportMapping
from drillreg.orgs.models import Org
from drillreg.orgs.scope import OrgScope
from drillreg.work.models import ImportBatch, WorkItem
from drillreg.work.rules import ImportState, WorkState

MOST_MAPPINGS = 200


def _of_kinds(scopes: Mapping[str, OrgScope]) -> ColumnElement[bool]:
    """Return the condition that an import is of a kind and where that may be imported."""
    return or_(
        false(),
        *(and_(ImportBatch.kind == kind, scope.allows()) for kind, scope in scopes.items()),
    )


def get_batch(
    public_id: str, scope: OrgScope, scopes: Mapping[str, OrgScope] | None = None
) -> ImportBatch:
    """Return an import in scope, or raise NotFound.

    `scopes` says by kind where a person may import: an administrator, who views nothing else,
    sees what they bring in.
    """
    found = db.session.scalar(
        select(ImportBatch)
        .outerjoin(Org, Org.id == ImportBatch.org_id)
        .where(ImportBatch.public_id == public_id, scope.allows() | _of_kinds(scopes or {}))
    )
    if found is None:
        raise NotFound(N_("There is no such import."))
    return found


def imports_page(scopes: Mapping[str, OrgScope], *, cursor: str | None = None) -> Page[Any]:
    """Return a page of imports with their organisation, newest first; `scopes` by kind."""
    statement: Any = select(ImportBatch, Org).join(Org, Org.id == ImportBatch.org_id)
    statement = statement.where(_of_kinds(scopes))
    return keyset_page(statement, order=[(ImportBatch.id, "desc")], cursor=cursor)


def applied_before(batch: ImportBatch) -> ImportBatch | None:
    """Return the import in force of the same file by the same organisation, or None."""
    return db.session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.kind == batch.kind,
            ImportBatch.digest == batch.digest,
            ImportBatch.org_id == batch.org_id,
            ImportBatch.id != batch.id,
            ImportBatch.state == ImportState.APPLIED,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )


def work_of(batch: ImportBatch) -> WorkItem | None:
    """Return the newest unfinished background work for an import, or None."""
    return db.session.scalar(
        select(WorkItem)
        .where(
            WorkItem.kind.like("imports.%"),
            WorkItem.args["batch_id"].as_integer() == batch.id,
            WorkItem.state.in_([WorkState.QUEUED, WorkState.RUNNING]),
        )
        .order_by(WorkItem.id.desc())
        .limit(1)
    )


def mappings_of(kind: str, org_id: int | None, actor: Actor | None) -> Sequence[ImportMapping]:
    """Return how tables of an organisation or a person were mapped, the last ones last."""
    mine = ImportMapping.org_id == (org_id or 0)
    if actor is not None:
        mine = or_(mine, ImportMapping.account_id == actor.account_id)
    found = db.session.scalars(
        select(ImportMapping)
        .where(ImportMapping.kind == kind, mine)
        .order_by(ImportMapping.used_at.desc(), ImportMapping.id.desc())
        .limit(MOST_MAPPINGS)
    ).all()
    return list(reversed(found))


def files_of(batch: ImportBatch) -> dict[str, bytes]:
    """Return the imported files by the names they were given."""
    named = batch.options.get("files") or [[batch.file_id, batch.file_name]]
    return {name: bytes_of(db.session.get_one(StoredFile, file_id)) for file_id, name in named}


def size_of(batch: ImportBatch) -> int:
    """Return how many bytes the files of an import have together."""
    ids = [file_id for file_id, _ in batch.options.get("files") or [[batch.file_id, ""]]]
    sizes = db.session.scalars(
        select(StoredFile.size).where(StoredFile.id.in_(ids)).order_by(StoredFile.id)
    )
    return sum(sizes)


def file_or_404(file_id: int | None) -> StoredFile:
    """Return a file kept with an import, or raise NotFound."""
    found = db.session.get(StoredFile, file_id) if file_id else None
    if found is None:
        raise NotFound(N_("This import has no such file."))
    return found
