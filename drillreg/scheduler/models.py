"""Tables of the scheduler: who holds the lease, and what ran."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class Lease(Base):
    """The right to run a role that only one process may play at a time."""

    __tablename__ = "lease"

    role: Mapped[str] = mapped_column(unique=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class JobState(Base):
    """When a job last began and when it is due again, for the page about jobs."""

    __tablename__ = "job_state"

    name: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    next_at: Mapped[datetime]


class JobRun(Base):
    """One run of a scheduled job, kept when it did something or failed."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_name_started", "name", "started_at"),)

    name: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    error: Mapped[str | None]
