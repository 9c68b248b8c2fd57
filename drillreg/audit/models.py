"""Tables of the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from drillreg.core.db import Base


class AuditRow(Base):
    """One act; written with the act, sealed into the chain within a second."""

    __tablename__ = "audit_row"
    __table_args__ = (Index("ix_audit_row_subject", "subject_kind", "subject_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    # Both names where somebody acted for another, whose account is the second one.
    actor_name: Mapped[str]
    acting_for_account_id: Mapped[int | None]
    address: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    org_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]]
    values_hash: Mapped[str | None]
    # Set by the sealer alone: place in the chain and keyed hash over the row and its predecessor.
    seq: Mapped[int | None] = mapped_column(unique=True)
    seal: Mapped[str | None]


class AuditValue(Base):
    """Old and new values of an act, kept apart so that a law can have them erased."""

    __tablename__ = "audit_value"

    row_id: Mapped[int] = mapped_column(ForeignKey("audit_row.id"), unique=True)
    salt: Mapped[str]
    changes: Mapped[dict[str, Any] | None]
    erased_at: Mapped[datetime | None]
