"""Table of tasks: whatever "gets a task" is a row here."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from drillreg.accounts.models import Account
from drillreg.core.db import Base, HasPublicId, Versioned
from drillreg.orgs.models import Org
from drillreg.tasks.rules import STAFF, TaskState


class Task(HasPublicId, Versioned, Base):
    """Something to do, with whom it lies, since when and until when; its ways are in the log."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_account_state", "account_id", "state"),
        Index("ix_task_org_state", "org_id", "state", "due_on"),
        Index("ix_task_subject", "subject_kind", "subject_id"),
    )

    kind: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str | None]
    # What it is about, where it is about a record; the key points upwards, so it is plain.
    subject_kind: Mapped[str | None]
    subject_id: Mapped[int | None]
    subject_url: Mapped[str | None]
    org_id: Mapped[int] = mapped_column(ForeignKey("org.id"))
    # The person it lies with; without one, whoever answers for the organisation at this desk.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    desk: Mapped[str] = mapped_column(default=STAFF)
    # The same task given to several organisations at once.
    batch: Mapped[str | None] = mapped_column(index=True)
    # Who gave it; a task without one was given by the system.
    assigned_by_id: Mapped[int | None] = mapped_column(index=True)
    assigned_by_name: Mapped[str | None]
    assigned_by_org_id: Mapped[int | None] = mapped_column(ForeignKey("org.id"))
    assigned_at: Mapped[datetime]
    due_on: Mapped[date | None]
    working_days: Mapped[int | None]
    accepted_at: Mapped[datetime | None]
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    # What was done, or why not.
    outcome: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None]
    settled_by_name: Mapped[str | None]

    org: Mapped[Org] = relationship(lazy="raise_on_sql", foreign_keys=[org_id])
    account: Mapped[Account | None] = relationship(lazy="raise_on_sql")
