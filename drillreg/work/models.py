"""Tables of background work and of imports."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base, HasPublicId
from drillreg.work.rules import ImportState, WorkState


class WorkItem(HasPublicId, Base):
    """One piece of long work: kind and plain arguments, never code."""

    __tablename__ = "work_item"
    __table_args__ = (Index("ix_work_item_state", "state", "id"),)

    kind: Mapped[str]
    title: Mapped[str]
    state: Mapped[WorkState] = mapped_column(default=WorkState.QUEUED)
    args: Mapped[dict[str, Any]]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    message: Mapped[str | None]
    message_params: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    result_file_id: Mapped[int | None]
    account_id: Mapped[int | None] = mapped_column(index=True)
    org_id: Mapped[int | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # When a worker last took it up; who waited longest comes first.
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # Attempts before a person had it started again: they do not count against it.
    attempts_before: Mapped[int] = mapped_column(default=0)
    # What a handler noted of its own way, to go on from when the piece is taken up again.
    kept: Mapped[dict[str, Any] | None]
    worker: Mapped[str | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)


class ImportBatch(HasPublicId, Base):
    """One import: its rows stay invisible until `state` is applied; undo is the state."""

    __tablename__ = "import_batch"

    kind: Mapped[str]
    state: Mapped[ImportState] = mapped_column(default=ImportState.PREVIEW)
    file_id: Mapped[int]
    file_name: Mapped[str]
    org_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[int | None]
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    # What was found: columns mapped, counts, notices.
    summary: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    problems_file_id: Mapped[int | None]
    digest: Mapped[str | None]


class ImportChange(Base):
    """What an import changes in a record that stood before: its values before and after."""

    __tablename__ = "import_change"
    __table_args__ = (UniqueConstraint("import_id", "subject_id"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    # The key of the record, in the table that the kind of import is about.
    subject_id: Mapped[int]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
