"""What else builds on imported organisations and divisions, and who has to hear of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, or_, select

from drillreg.core.changes import announce
from drillreg.core.db import Base, db
from drillreg.orgs.models import Division, DivisionBoundary, DivisionName, Org, OrgVersion
from drillreg.orgs.operations import CHANGED
from drillreg.work.models import ImportBatch
from drillreg.work.rules import ImportState

# Tables marked `info={"cache": True}` are worked out anew after each change and build on nothing.
# Rows of these belong to the import itself; any other row that points at it stands in the way.
OWN_TABLES = frozenset(
    model.__tablename__ for model in (Org, OrgVersion, Division, DivisionName, DivisionBoundary)
)


def uses_count(batch: ImportBatch) -> int:
    """Return how many records of others point at organisations or divisions of an import."""
    linked = [*batch.summary.get("links", {}).values(), batch.org_id]
    return sum(
        _pointing(table, target, batch.id, linked)
        for target in (Org.__table__, Division.__table__)
        for table in Base.metadata.sorted_tables
        if ("import_id" in table.c or table.name not in OWN_TABLES) and not table.info.get("cache")
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


def tell_of_import(batch: ImportBatch) -> None:
    """Announce the organisations that an import brought in, took away, or gave a division to."""
    mine = select(Org.id).where(Org.import_id == batch.id).order_by(Org.id)
    linked = [*batch.summary.get("links", {}).values(), batch.org_id]
    if ids := sorted({*db.session.scalars(mine), *filter(None, linked)}):
        announce(CHANGED, org_ids=ids)
